"""A client of Google Sheets: reads a tab's cells, and appends rows.

A sheet that is shared with everybody who has its link, or published to the web, is read as CSV
without an account. With a service account's token the API reads and writes what is shared with the
account. Google's own error texts are never passed on.

Source: https://developers.google.com/workspace/sheets/api/reference/rest
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import orjson

from flowhook.config import GOOGLE_DOCS_URL, GOOGLE_SHEETS_URL
from flowhook.errors import (
    FlowhookError,
    InvalidApiKey,
    InvalidInput,
    InvalidResponse,
    ProviderError,
    ProviderRateLimited,
    ProviderRejected,
)
from flowhook.mended_text import text_of
from flowhook.providers.google_account import read_answer
from flowhook.providers.guard import AddressGuard, Fetched

MAX_SHEET_BYTES = 4 * 1024 * 1024
MAX_ANSWER_BYTES = 64 * 1024
TIMEOUT_SECONDS = 15.0
FIELD = "the Google sheet"
FIRST_TAB = "A:ZZ"  # without a tab's name Google takes the first one
FIRST_CELL = "A1"

HOSTS = ("docs.google.com", "drive.google.com")
PATH = re.compile(
    r"/(?:a/[\w.-]+/)?spreadsheets/(?:u/\d+/)?d/(e/)?([\w-]{10,200})(?:/|\Z)", re.ASCII
)
ID = re.compile(r"[\w-]{10,200}", re.ASCII)
GID = re.compile(r"\d{1,10}", re.ASCII)

Lines = Iterator[Sequence[str]]


class NotSignedIn(Exception):
    """Google does not know the access token, or not any more."""


@dataclass(frozen=True, slots=True)
class SheetLink:
    """A tab of a spreadsheet, as its link names it; `tab` None is the first.

    A published sheet has an id of its own, which only reads, and only as CSV.
    """

    id: str
    tab: int | None = None
    is_published: bool = False

    @classmethod
    def read(cls, text: str) -> SheetLink:
        """Read a link as people copy it from the browser. Raises InvalidInput for another.

        >>> SheetLink.read("https://docs.google.com/spreadsheets/d/1aBcDeFgHiJk/edit#gid=7")
        SheetLink(id='1aBcDeFgHiJk', tab=7, is_published=False)
        """
        try:
            parts = urlsplit(text.strip())
            host = parts.hostname
        except ValueError:
            raise not_a_link() from None
        asked = {**parse_qs(parts.query), **parse_qs(parts.fragment)}
        gid = asked.get("gid", [""])[0]
        tab = int(gid) if GID.fullmatch(gid) else None
        if parts.scheme not in ("http", "https") or host not in HOSTS:
            raise not_a_link()
        found = PATH.match(parts.path)
        if found:
            return cls(found[2], tab, bool(found[1]))
        opened = asked.get("id", [""])[0]
        if host == "drive.google.com" and ID.fullmatch(opened):
            return cls(opened, tab)
        raise not_a_link()

    def csv_path(self) -> str:
        """The address of the tab as CSV, below Google's."""
        tab = {} if self.tab is None else {"gid": str(self.tab)}
        if self.is_published:
            asked = urlencode({**tab, "single": "true", "output": "csv"})
            return f"/spreadsheets/d/e/{self.id}/pub?{asked}"
        return f"/spreadsheets/d/{self.id}/export?{urlencode({'format': 'csv', **tab})}"


class GoogleSheetsClient:
    """The addresses differ only in tests."""

    def __init__(
        self,
        guard: AddressGuard,
        docs_url: str = GOOGLE_DOCS_URL,
        sheets_url: str = GOOGLE_SHEETS_URL,
    ) -> None:
        self.guard = guard
        self.docs_url = docs_url
        self.sheets_url = sheets_url

    def read_shared(self, link: SheetLink) -> Lines:
        """The cells of a tab that everybody may see, line by line.

        Raises ProviderRejected if it is not shared, InvalidInput if there is none.
        """
        got = self.guard.fetch(
            self.docs_url + link.csv_path(),
            max_bytes=MAX_SHEET_BYTES,
            timeout_seconds=TIMEOUT_SECONDS,
            headers={"Accept": "text/csv"},
            field=FIELD,
            any_status=True,
        )
        _check_csv(got)
        text = text_of(got.content)
        return csv.reader(io.StringIO(text, newline=""))

    def read(self, link: SheetLink, token: str, email: str) -> Lines:
        """The cells of a tab that is shared with the account, line by line.

        Raises NotSignedIn if the token is of no use.
        """
        chosen = (
            {"a1Range": FIRST_TAB} if link.tab is None else {"gridRange": {"sheetId": link.tab}}
        )
        answer = self._call(
            f"{link.id}/values:batchGetByDataFilter",
            {"dataFilters": [chosen], "majorDimension": "ROWS"},
            token,
            email,
            MAX_SHEET_BYTES,
        )
        try:
            found = answer["valueRanges"][0]["valueRange"].get("values", [])
        except (KeyError, IndexError, TypeError, AttributeError):
            raise _unexpected() from None
        if not isinstance(found, list) or not all(isinstance(line, list) for line in found):
            raise _unexpected()
        return ([_text(cell) for cell in line] for line in found)

    def append(
        self, link: SheetLink, where: str, row: Sequence[str], token: str, email: str
    ) -> None:
        """Append a row to the table at `where` (A1 notation), as if it was typed in.

        Never tried again by itself: what got no answer may have been written. Raises NotSignedIn
        if the token is of no use.
        """
        path = f"{link.id}/values/{quote(where or FIRST_CELL, safe='')}:append"
        body = {"majorDimension": "ROWS", "values": [[as_typed(cell) for cell in row]]}
        asked = "valueInputOption=USER_ENTERED"
        self._call(f"{path}?{asked}", body, token, email, MAX_ANSWER_BYTES)

    def _call(
        self, path: str, body: dict[str, Any], token: str, email: str, max_bytes: int
    ) -> dict[str, Any]:
        got = self.guard.guarded_post(
            f"{self.sheets_url}/v4/spreadsheets/{path}",
            orjson.dumps(body),
            {
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "Accept": "application/json",
            },
            timeout_seconds=TIMEOUT_SECONDS,
            max_bytes=max_bytes,
            field=FIELD,
        )
        if got.status == 401:
            raise NotSignedIn
        answer = read_answer(got)
        if got.status != 200:
            raise _error(got.status, answer, email)
        return answer


def as_typed(cell: str) -> str:
    """A text as one types it into a cell, so that none becomes a formula: neither behind invisible
    characters nor with a sign of full width.

    >>> as_typed("12"), as_typed("-3.5"), as_typed("=IMPORTXML(A1)"), as_typed("+ yes")
    ('12', '-3.5', "'=IMPORTXML(A1)", "'+ yes")
    """
    seen = (letter for letter in cell if unicodedata.category(letter)[0] not in "CZ")
    first = unicodedata.normalize("NFKC", next(seen, ""))
    if first in tuple("=+-@'") and not re.fullmatch(r"[+-]?\d+([.,]\d+)*", cell):
        return f"'{cell}"
    return cell


def not_a_link() -> InvalidInput:
    return InvalidInput(
        "this is not the link of a Google sheet",
        fix="Copy the address of the open sheet from the browser, as in"
        " https://docs.google.com/spreadsheets/d/.../edit#gid=0.",
    )


_LATER = "Try again later; status.cloud.google.com may say more."
_SHARE = (
    "In Google Sheets, press Share, and under General access choose Anyone with the link, Viewer;"
    " or share it with the organisation's service account."
)


def _check_csv(got: Fetched) -> None:
    """Raise the error of an answer that is not CSV.

    For a sheet that is not shared Google answers 401 or leads to a page to sign in, with 200.
    """
    is_csv = got.content_type.partition(";")[0].strip().lower() == "text/csv"
    if got.status == 200 and is_csv:
        return
    if got.status in (200, 401, 403):
        raise ProviderRejected("the Google sheet is not shared", fix=_SHARE)
    if got.status in (400, 404, 410):
        raise _no_sheet()
    raise _failed(got.status)


def _error(status: int, answer: dict[str, Any], email: str) -> FlowhookError:
    """The error of an answer of the API; `email` is whom the sheet has to be shared with."""
    if status == 403 and b"SERVICE_DISABLED" in orjson.dumps(answer):
        return InvalidApiKey(
            "the Google Sheets API is not enabled in the service account's project",
            fix="Enable the Google Sheets API for the project in Google's console.",
        )
    if status == 403:
        return ProviderRejected(
            "the Google sheet is not shared with the service account",
            fix=f"In Google Sheets, press Share and add {email}; to write, as an Editor.",
        )
    if status == 404:
        return _no_sheet()
    if status == 400:
        return ProviderRejected(
            "Google Sheets did not accept the request",
            fix="Check that the sheet has the tab of the link or of the range, that the range"
            " looks like Sheet1!A1, and that it is a Google sheet and not an Excel file.",
        )
    return _failed(status)


def _failed(status: int) -> FlowhookError:
    if status == 429:
        return ProviderRateLimited(
            "Google limits how often sheets are used", fix=_LATER, retry_after_seconds=60
        )
    if status >= 500:
        return ProviderError(f"Google Sheets failed with HTTP {status}", fix=_LATER)
    return ProviderRejected(f"Google Sheets answered HTTP {status}", fix=_LATER)


def _no_sheet() -> InvalidInput:
    return InvalidInput(
        "there is no Google sheet at this link, or no such tab in it",
        fix="Open the link in a browser, choose the tab, and copy the address again.",
    )


def _unexpected() -> InvalidResponse:
    return InvalidResponse("Google Sheets' answer was not what its API promises", fix=_LATER)


def _text(cell: Any) -> str:
    """A cell as it is shown: Google answers texts, unless asked for values as they are kept."""
    return cell if isinstance(cell, str) else "" if cell is None else str(cell)
