"""A contact's entries of the log: found, exported, and gone to the last byte."""

from __future__ import annotations

import time
from typing import Any

import pytest

from flowhook.organisations.cipher import Cipher
from flowhook.records import contact_log as module
from flowhook.records.contact_log import ContactLog
from flowhook.records.log import LOG, LogFilter, LogStore
from flowhook.records.log_entry import QUESTION_SET, LogEntry
from flowhook.records.recorder import Recorder
from flowhook.redis.connect import Client
from flowhook.redis.keys import org_key
from tests.fixtures_app import FIRST_KEY

ODD = 'a "b", {c} ü'


class Log:
    """The log of one organisation."""

    def __init__(self, redis: Any) -> None:
        self.redis = redis
        self.store = LogStore(redis, Cipher([FIRST_KEY]), 10_000, 30)
        self.recorder = Recorder(redis, [self.store], exists=lambda org: True)
        self.contacts = ContactLog(self.store, redis)

    def add(self, contact: str, count: int = 1, **more: Any) -> None:
        for number in range(count):
            entry = LogEntry("acme", "chat", f"r{number}", "ok", 200, 1.0, time.time(), contact)
            entry.request = {"question": f"{number} of {contact}"}
            for name, value in more.items():
                setattr(entry, name, value)
            self.recorder.record(entry)
        self.recorder.flush()

    def listed(self) -> list[str]:
        page = self.store.page("acme", LogFilter(), "", 10_000)
        return [entry["contact"] for entry in page["logs"]]


@pytest.fixture
def log(any_redis: Client) -> Any:
    made = Log(any_redis)
    yield made
    made.recorder.close()


def test_a_contacts_entries_go_and_the_others_stay_in_their_order(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOKED_AT_ONCE", 7)
    monkeypatch.setattr(module, "COPIED_AT_ONCE", 7)
    for contact in ("5", ODD, "55", "", "5"):
        log.add(contact, 7)
    log.add("5", called_by=QUESTION_SET)
    life = log.redis.ttl(org_key("acme", LOG))
    assert len(list(log.contacts.export("acme", ODD))) == 7
    assert [one["request"]["question"] for one in log.contacts.export("acme", "5")][:2] == [
        "0 of 5",
        "1 of 5",
    ]
    assert log.contacts.erase("acme", "5") == {"logs": 15, "asked": 0}
    assert log.listed() == [*[""] * 7, *["55"] * 7, *[ODD] * 7]
    assert life - 5 <= log.redis.ttl(org_key("acme", LOG)) <= life
    assert log.contacts.erase("acme", "5") == {"logs": 0, "asked": 0}
    assert log.contacts.erase("acme", ODD) == {"logs": 7, "asked": 0}
    log.add("5")
    assert log.listed() == ["5", *[""] * 7, *["55"] * 7]


def test_a_log_of_one_contact_ends(log: Log) -> None:
    log.add("5", 3)
    log.contacts.erase("acme", "5")
    assert not log.redis.exists(org_key("acme", LOG))
    log.add("6")
    assert log.listed() == ["6"]


def test_only_what_began_before_goes_after_a_return(log: Log) -> None:
    at = time.time()
    log.add("5", at=at - 60, milliseconds=61_000.0)  # ended after the erasure
    log.add("6", at=at - 61)
    assert not log.contacts.returned("acme", "5", at)
    assert log.listed() == ["6"]
    log.add("5", at=at - 1)
    log.add("5", at=at + 0.1)
    assert log.contacts.returned("acme", "5", at)
    assert log.listed() == ["5", "6"]


def test_calls_that_are_logged_meanwhile_are_kept(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COPIED_AT_ONCE", 2)
    log.add("5", 3)
    log.add("6", 4)
    pauses = iter(["7", "5", *[""] * 100])

    def log_another() -> None:
        contact = next(pauses)
        if contact:
            log.add(contact)

    monkeypatch.setattr(module, "give_way", log_another)
    log.contacts.erase("acme", "5")
    assert log.listed() == ["7", *["6"] * 4]


def test_nothing_of_an_entry_stays_in_the_stream(real_redis: Any) -> None:
    log = Log(real_redis)
    log.add("5")
    log.add("919876543210")
    log.add("6")
    log.contacts.erase("acme", "919876543210")
    real_redis.config_set("rdbcompression", "no")
    assert b"919876543210" not in real_redis.dump(org_key("acme", LOG))
    log.recorder.close()
