"""Flows' sheets over the fake Google: cached, asked for once, signed in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import redis

from flowhook.errors import (
    InvalidApiKey,
    InvalidInput,
    MissingApiKey,
    ProviderRejected,
    ProviderTimeout,
    TooLarge,
)
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.deletion import Deletion
from flowhook.organisations.organisation import Organisation
from flowhook.providers.google_account import GoogleSignIn
from flowhook.providers.google_sheets import GoogleSheetsClient, SheetLink
from flowhook.providers.guard import AddressGuard
from flowhook.redis.keys import org_key, scan_organisation
from flows.sheets import cache
from flows.sheets.access import SheetAccess
from flows.sheets.cache import lease_key, sheet_key
from flows.sheets.sheets import Sheets
from flows.sheets.tokens import GoogleTokens, token_key
from tests.fakes.google import EMAIL, FORMULA, FakeGoogle, Sheet
from tests.fixtures_app import FIRST_KEY

ROWS = [["Key", "Message"], ["1", "Namaste"], ["919800000000", "Asha"]]
ONE = {"key": "1", "message": "Namaste"}


Open = Callable[..., SheetAccess]


@pytest.fixture
def open_sheets(fake_redis: redis.Redis, google: FakeGoogle) -> Open:
    def open_sheets(account: str = "", org: str = "acme", **more: Any) -> SheetAccess:
        guard, cipher = AddressGuard(("127.0.0.1",)), Cipher((FIRST_KEY,))
        tokens = GoogleTokens(fake_redis, cipher, GoogleSignIn(guard, f"{google.url}/token"))
        client = GoogleSheetsClient(guard, google.url, google.url)
        service = replace(Sheets.over(fake_redis, cipher, client, tokens), **more)
        section = {"service_account": account} if account else {}
        return service.open(Organisation(org, {"google_sheets": section}, {}))

    return open_sheets


def shared(google: FakeGoogle) -> Sheet:
    return google.sheet([list(row) for row in ROWS], shared=True)


def test_a_sheet_is_asked_for_once_a_minute(
    google: FakeGoogle, open_sheets: Open, fake_redis: redis.Redis
) -> None:
    sheet = shared(google)
    assert open_sheets().read(sheet.link, " 1 ") == ONE
    sheet.rows[1][1] = "changed"
    assert open_sheets().read(sheet.link, "1") == ONE, "another process, from Redis"
    assert open_sheets().read(sheet.link, "none") is None
    assert google.asked("/export") == 1
    key = sheet_key("acme", SheetLink.read(sheet.link))
    assert 0 < fake_redis.ttl(key) <= 60
    fake_redis.delete(key)
    assert open_sheets().read(sheet.link, "1") == {**ONE, "message": "changed"}


def test_nothing_of_a_sheet_is_kept_in_clear(
    google: FakeGoogle, open_sheets: Open, fake_redis: redis.Redis
) -> None:
    sheet = shared(google)
    open_sheets().read(sheet.link, "1")
    kept = str(fake_redis.hgetall(sheet_key("acme", SheetLink.read(sheet.link))))
    assert "state" in kept
    assert "919800000000" not in kept
    assert "Asha" not in kept


def test_many_messages_at_once_ask_once(google: FakeGoogle, open_sheets: Open) -> None:
    sheet, together = shared(google), threading.Barrier(8)

    def read(_: int) -> Any:
        own = open_sheets()
        together.wait(30)
        return own.read(sheet.link, "1")

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(8))) == [ONE] * 8
    assert google.asked("/export") == 1


def test_who_waits_for_another_call_does_not_wait_forever(
    google: FakeGoogle, open_sheets: Open, fake_redis: redis.Redis
) -> None:
    sheet = shared(google)
    fake_redis.set(lease_key("acme", SheetLink.read(sheet.link)), "another")
    passed = [0.0]

    def sleep(seconds: float) -> None:
        passed[0] += seconds

    with pytest.raises(ProviderTimeout):
        open_sheets(clock=lambda: passed[0], sleep=sleep).read(sheet.link, "1")
    assert 20 < passed[0] < 25
    assert google.requests == []


def test_a_failure_is_kept_for_seconds(
    google: FakeGoogle, open_sheets: Open, fake_redis: redis.Redis
) -> None:
    sheet = google.sheet(ROWS)
    for _ in range(3):
        with pytest.raises(ProviderRejected, match="is not shared") as refused:
            open_sheets().read(sheet.link, "1")
        assert "Anyone with the link" in refused.value.fix
    assert google.asked("/export") == 1
    key = sheet_key("acme", SheetLink.read(sheet.link))
    assert 0 < fake_redis.ttl(key) <= 5
    sheet.shared = True
    fake_redis.delete(key)
    assert open_sheets().read(sheet.link, "1") == ONE


def test_tabs_and_organisations_are_apart(google: FakeGoogle, open_sheets: Open) -> None:
    sheet = shared(google)
    open_sheets().read(sheet.link, "1")
    with pytest.raises(InvalidInput, match="no such tab"):
        open_sheets().read(sheet.link.replace("gid=0", "gid=8"), "1")
    open_sheets(org="other").read(sheet.link, "1")
    assert google.asked("/export") == 3


def test_what_is_kept_for_an_organisation_is_bounded(
    google: FakeGoogle,
    open_sheets: Open,
    fake_redis: redis.Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cache, "MAX_ORGANISATION_BYTES", 300)
    first, second = shared(google), shared(google)
    assert open_sheets().read(first.link, "1") == ONE
    with pytest.raises(TooLarge, match="together"):
        open_sheets().read(second.link, "1")
    counted = org_key("acme", "sheets", "bytes")
    assert 0 < fake_redis.ttl(counted) <= 60
    fake_redis.delete(counted, sheet_key("acme", SheetLink.read(second.link)))
    assert open_sheets().read(second.link, "1") == ONE


def test_an_account_reads_what_is_shared_with_it(google: FakeGoogle, open_sheets: Open) -> None:
    private = google.sheet(ROWS, readers={EMAIL}, gid=4)
    assert open_sheets(google.account()).read(private.link, "1") == ONE
    assert google.asked("/export") == 0


def test_an_account_of_no_use_keeps_nobody_from_what_everybody_may_see(
    google: FakeGoogle, open_sheets: Open
) -> None:
    account, public, private = google.account(), shared(google), google.sheet(ROWS)
    google.api_enabled = False
    assert open_sheets(account).read(public.link, "1") == ONE
    with pytest.raises(InvalidApiKey, match="API is not enabled"):
        open_sheets(account).read(private.link, "1")
    google.account(key=1)  # the key was replaced in Google's console
    google.end_sessions()
    again = shared(google)
    assert open_sheets(account).read(again.link, "1") == ONE


def test_a_published_sheet_is_read_as_csv_with_an_account_too(
    google: FakeGoogle, open_sheets: Open
) -> None:
    google.sheet(ROWS, published="2PACX-1vQ0123456789")
    link = "https://docs.google.com/spreadsheets/d/e/2PACX-1vQ0123456789/pubhtml"
    assert open_sheets(google.account()).read(link, "1") == ONE
    with pytest.raises(InvalidInput, match="can only be read"):
        open_sheets(google.account()).append(link, "", ["x"])


def test_rows_are_appended_with_one_sign_in(
    google: FakeGoogle, open_sheets: Open, fake_redis: redis.Redis
) -> None:
    sheet = google.sheet([["Name", "Says"]], editors={EMAIL})
    account = google.account()
    for said in ("Namaste", "=IMPORTXML(A1)"):
        assert open_sheets(account).append(sheet.link, "Sheet1!A1", ["Asha", said])
    assert sheet.rows[1:] == [["Asha", "Namaste"], ["Asha", "=IMPORTXML(A1)"]]
    assert FORMULA not in str(sheet.rows)
    assert google.asked("/token") == 1
    assert "ya29" not in str(fake_redis.get(token_key("acme")))
    assert 0 < fake_redis.ttl(token_key("acme")) < 3600


def test_a_token_that_google_forgot_is_replaced_once(google: FakeGoogle, open_sheets: Open) -> None:
    sheet = google.sheet([], editors={EMAIL})
    account = google.account()
    open_sheets(account).append(sheet.link, "", ["1"])
    google.end_sessions()
    open_sheets(account).append(sheet.link, "", ["2"])
    assert sheet.rows == [["1"], ["2"]]
    assert google.asked("/token") == 2
    google.token_seconds = -1  # over before it is used
    google.end_sessions()
    with pytest.raises(InvalidApiKey, match="the token that it gave"):
        open_sheets(account).append(sheet.link, "", ["3"])
    assert google.asked(":append") == 5


def test_the_token_of_another_account_is_not_used(google: FakeGoogle, open_sheets: Open) -> None:
    sheet = google.sheet([], editors={"second@project.iam.gserviceaccount.com"})
    with pytest.raises(ProviderRejected, match="not shared with the service account"):
        open_sheets(google.account()).append(sheet.link, "", ["1"])
    second = google.account("second@project.iam.gserviceaccount.com", key=1)
    assert open_sheets(second).append(sheet.link, "", ["1"])


def test_a_short_token_is_not_kept(
    google: FakeGoogle, open_sheets: Open, fake_redis: redis.Redis
) -> None:
    google.token_seconds = 50
    open_sheets(google.account()).append(google.sheet([], editors={EMAIL}).link, "", ["1"])
    assert fake_redis.get(token_key("acme")) is None


def test_without_an_account_nothing_is_written(google: FakeGoogle, open_sheets: Open) -> None:
    with pytest.raises(MissingApiKey, match="no Google service account"):
        open_sheets().append(shared(google).link, "", ["1"])
    assert google.requests == []


@pytest.mark.parametrize("method", ["read", "append"])
def test_other_links_reach_nobody(google: FakeGoogle, open_sheets: Open, method: str) -> None:
    sheets, link = open_sheets(google.account()), f"{google.url}/spreadsheets/d/1AbCdEf0123/edit"
    with pytest.raises(InvalidInput, match="not the link of a Google sheet"):
        sheets.read(link, "1") if method == "read" else sheets.append(link, "", ["1"])
    assert google.requests == []


def test_what_was_sealed_with_a_lost_key_is_asked_for_again(
    google: FakeGoogle, open_sheets: Open, fake_redis: redis.Redis
) -> None:
    sheet, account = shared(google), google.account()
    open_sheets(account).read(sheet.link, "1")
    key = sheet_key("acme", SheetLink.read(sheet.link))
    for name in fake_redis.hkeys(key):
        if name != b"state":
            fake_redis.hset(key, name, b"\x01" + b"x" * 40)
    fake_redis.set(token_key("acme"), b"\x01" + b"x" * 40)
    assert open_sheets(account).read(sheet.link, "1") == ONE


def test_with_the_organisation_all_of_it_goes(
    google: FakeGoogle, open_sheets: Open, fake_redis: redis.Redis
) -> None:
    sheet = google.sheet(ROWS, editors={EMAIL})
    own = open_sheets(google.account())
    own.read(sheet.link, "1")
    own.append(sheet.link, "", ["2", "x"])
    assert len(list(scan_organisation(fake_redis, "acme"))) == 3
    Deletion(fake_redis).delete("acme")
    assert [key for key in scan_organisation(fake_redis, "acme") if b"gone" not in key] == []
    other = google.sheet(ROWS, editors={EMAIL})
    assert own.read(other.link, "1") == ONE  # in flight
    left = [key for key in scan_organisation(fake_redis, "acme") if b"gone" not in key]
    assert [fake_redis.ttl(key) <= 10 for key in left] == [True], "the lease, which lapses"
