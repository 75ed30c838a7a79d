"""A contact's rights over the whole service: all of it is exported, and nothing is left."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis

from answers.question_sets.runs.runner import Runner
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.contact_names import make_names_key
from flowhook.organisations.contact_rights import ContactRights
from flowhook.organisations.erasures import LAST_LOOK_SECONDS
from flowhook.records.log_entry import QUESTION_SET, LogEntry
from flowhook.redis.file_rewrite import LOOK, REWRITE, FileRewrite
from flowhook.redis.keys import FORMAT, STORE_FORMAT
from tests.fakes.graph import FakeGraph, Line
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import FIRST_KEY, OpenService, Service
from tests.service.contact_seed import ASHA, OTHERS_WORD, WORD, ContactSeed
from tests.store_scan import StoreScan
from tests.waiting import wait_for

PATH = f"/contacts/acme/{ASHA.identity}"
RUN_LOG = "fh:{acme}:run_log"
SAID = (ASHA.identity, WORD, ASHA.name)
FAMILIES = (
    "contact:~",
    "question_set:",
    "consent",
    "group:5",
    "inbox:due",
    "inbox:lane:",
    "job:",
    "log",
    "once:",
    "outbox:dead",
    "thread:named_",
    "thread:thread_",
    "to_answer:item:",
    "whatsapp:contact_of:",
    "fh:wake:",
)


@pytest.fixture
def acme(
    on_whatsapp: OpenService, any_redis: Any, openai: FakeOpenAI, graph: FakeGraph, line: Line
) -> Service:
    make_names_key(any_redis, Cipher([FIRST_KEY]))
    any_redis.set(FORMAT, STORE_FORMAT)  # in which no key's name has a contact's id
    return seeded(on_whatsapp, any_redis, openai, graph, line)


def seeded(
    on_whatsapp: OpenService, store: Any, openai: FakeOpenAI, graph: FakeGraph, line: Line
) -> Service:
    service = on_whatsapp(
        store, public_url="https://flows.example.org", allow_private_urls=("127.0.0.1",)
    )
    service.organisation(openai)
    ContactSeed(service, graph, line).fill()
    return service


def scan(service: Service) -> StoreScan:
    return StoreScan(service.redis, Cipher([FIRST_KEY]))


def look_again(service: Service) -> None:
    """What a worker does some minutes after an erasure."""
    rights: ContactRights = service.app.extensions[ContactRights.NAME]
    rights.erasures.clock = lambda: time.time() + LAST_LOOK_SECONDS + 1
    rights.erasures.look()


def test_an_erased_contact_is_nowhere_and_the_others_stay(acme: Service) -> None:
    before = scan(acme).places(*SAID)
    missing = [one for one in FAMILIES if not any(one in place for place in before)]
    assert not missing, "\n".join(before)
    others = scan(acme).places(OTHERS_WORD)

    erased = acme.admin("DELETE", PATH)
    assert erased.status == 200, erased.body
    counts = erased.json["erased"]
    assert counts["conversations"] == 1
    assert counts["threads"] == 2
    assert counts["jobs"] == 4
    assert counts["media"] == 2
    assert counts["inbox"] == 3
    assert counts["dead_messages"] == 1
    assert (counts["cases"], counts["runs"], counts["consent"]) == (1, 1, 1)
    assert all(counts[kind] for kind in ("logs", "kept_answers", "wakeups", "waiting_messages"))
    look_again(acme)
    assert scan(acme).places(*SAID) == []
    assert scan(acme).places(OTHERS_WORD) == others

    again = acme.admin("DELETE", PATH).json["erased"]
    assert not any(again.values()), again


def test_what_is_exported_is_all_that_is_erased(acme: Service) -> None:
    answer = acme.admin("GET", f"{PATH}/export")
    assert answer.status == 200, answer.body
    told = answer.json
    head = (told.pop("organization_id"), told.pop("contact"), len(told.pop("export")))
    assert head == ("acme", ASHA.identity, 12)
    assert set(told) == {
        *("inbox", "jobs", "kept_answers", "whatsapp", "conversation", "threads", "media", "logs"),
        *("cases", "consent"),
    }
    for name in set(told) - {"media"}:
        assert WORD in str(told[name]), name
    assert OTHERS_WORD not in str(told)
    state = told["conversation"]["state"]["session"]
    assert "5" in str(state["contact"]["groups"])
    assert len(told["media"]) == 2
    assert told["media"][0]["bytes"] > 0
    acme.admin("DELETE", PATH)
    empty = acme.admin("GET", f"{PATH}/export").json
    assert empty["conversation"] is empty["consent"] is None
    assert not any(empty[name] for name in set(told) - {"whatsapp", "conversation"})


def test_an_erased_contact_begins_anew(acme: Service, graph: FakeGraph, line: Line) -> None:
    seed = ContactSeed(acme, graph, line)
    acme.admin("DELETE", PATH)
    before = len(graph.texts(ASHA.phone))
    seed.writes("help")
    assert graph.texts(ASHA.phone)[before:] == ["What is it?"]
    seed.writes("A new question")
    acme.call("get_buttons", {"buttons_data": "Anew|No", "contact": {"id": ASHA.identity}})
    acme.flush()
    look_again(acme)  # which leaves what has come since
    told = acme.admin("GET", f"{PATH}/export").json
    assert "A new question" in str(told["conversation"])
    assert WORD not in str(told)
    assert [entry["request"]["buttons_data"] for entry in told["logs"]] == ["Anew|No"]


def test_what_a_call_that_was_under_way_leaves_goes_later(acme: Service) -> None:
    acme.admin("DELETE", PATH)
    late = {"question_text": f"Late {WORD}", "thread_id": "late"}
    acme.call("parse_via_chat_gpt", {**late, "contact": {"id": ASHA.identity}})
    for entry in acme.background.recorder._queue:
        entry.at -= 3600
    acme.flush()
    look_again(acme)
    assert scan(acme).places(*SAID) == []


def test_answers_to_an_erased_contacts_cases_are_taken_by_no_later_run(acme: Service) -> None:
    asked = {"target": {"function": "get_buttons"}, "cases": [{"question": "Why?"}]}
    acme.call("get_buttons", {"buttons_data": WORD, "contact": {"id": ASHA.identity}})
    acme.flush()
    listed = f"/logs/acme?contact={ASHA.identity}&function=get_buttons"
    entry = acme.admin("GET", listed).json["logs"][0]
    assert acme.admin("PUT", "/question-sets/acme/buttons", asked).status == 201
    case = acme.admin("POST", "/question-sets/acme/buttons/cases", {"log_id": entry["id"]})
    assert case.status == 201
    run = acme.admin("POST", "/question-sets/acme/buttons/runs", {}).json["run_id"]
    runner: Runner = acme.app.extensions[Runner.NAME]
    runner.perform(f"acme.{run}")
    assert any("run_answer:" in place for place in scan(acme).places(WORD))
    assert acme.admin("DELETE", PATH).status == 200
    assert not any("run_answer:" in place for place in scan(acme).places(WORD))


def test_the_log_of_runs_that_asked_an_erased_contacts_cases_is_emptied(acme: Service) -> None:
    runner: Runner = acme.app.extensions[Runner.NAME]
    (run,) = acme.admin("GET", "/question-sets/acme/asked/runs").json["runs"]
    runner.perform(f"acme.{run['id']}")
    acme.flush()
    assert RUN_LOG in scan(acme).places(WORD)
    assert acme.admin("DELETE", PATH).status == 200
    assert RUN_LOG not in scan(acme).places(WORD)
    late = LogEntry("acme", "text_to_speech", "id", "ok", 200, 1.0, time.time())
    late.called_by, late.request = QUESTION_SET, {"text": WORD}
    acme.background.recorder.record(late)  # of a case that was asked at that moment
    acme.flush()
    assert RUN_LOG in scan(acme).places(WORD)
    look_again(acme)
    assert RUN_LOG not in scan(acme).places(WORD)


def test_an_erasure_that_broke_off_is_finished_by_a_worker(
    acme: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights: ContactRights = acme.app.extensions[ContactRights.NAME]
    store = next(one for one in rights.stores if one.name == "conversation")

    def die(org: str, contact: str) -> dict[str, int]:
        raise KeyboardInterrupt

    broken = [replace(one, erase=die) if one is store else one for one in rights.stores]
    with monkeypatch.context() as broken_off, pytest.raises(KeyboardInterrupt):
        broken_off.setattr(rights, "stores", broken)
        rights.erase("acme", ASHA.identity, "me")
    assert scan(acme).places(WORD)
    look_again(acme)
    assert scan(acme).places(*SAID) == []


def test_a_rewrite_that_was_not_ordered_is_ordered_by_a_worker(
    acme: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights: ContactRights = acme.app.extensions[ContactRights.NAME]

    def die() -> tuple[float | None, str]:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken_off, pytest.raises(KeyboardInterrupt):
        broken_off.setattr(rights.rewrite, "order", die)
        rights.erase("acme", ASHA.identity, "me")
    assert scan(acme).places(*SAID)  # the note of the erasure alone
    monkeypatch.setattr(rights.rewrite, "_keeps_file", lambda: True)
    look_again(acme)
    assert acme.redis.hget(REWRITE, "orders") == b"1"
    assert scan(acme).places(*SAID) == []


def test_the_audit_tells_who_and_not_whom(acme: Service) -> None:
    number = acme.admin("GET", f"{PATH}/export").json["export"]
    receipt = acme.admin("DELETE", PATH).json["receipt"]
    entries = acme.operator("GET", "/settings/acme/audit").json
    assert ASHA.identity not in str(entries)
    told = [(one["action"], one["what"], one["fields"]) for one in entries["audit"][:2]]
    assert told == [
        ("erase", "contact", [f"receipt {receipt}"]),
        ("export", "contact", [f"export {number}"]),
    ]
    assert entries["audit"][0]["actor"].startswith("token ")


def test_the_append_only_file_holds_nothing_after_its_rewrite(
    on_whatsapp: OpenService,
    real_redis: redis.Redis,
    embedded_data_dir: Path,
    openai: FakeOpenAI,
    graph: FakeGraph,
    line: Line,
) -> None:
    real_redis.config_set("rdbcompression", "no")  # so that nothing hides in what is compressed
    service = seeded(on_whatsapp, real_redis, openai, graph, line)
    folder = embedded_data_dir / "appendonlydir"

    def is_in_file() -> bool:
        return any(ASHA.identity.encode() in file.read_bytes() for file in folder.iterdir())

    wait_for(is_in_file, "the contact in the file")
    real_redis.delete(REWRITE, LOOK)
    receipt = service.admin("DELETE", PATH).json
    assert receipt["note"] == ""
    assert receipt["rewritten_by"] > receipt["erased_at"]
    wait_for(lambda: not is_in_file(), "the file without the contact", seconds=30)
    rewrite = FileRewrite(real_redis)
    real_redis.delete(LOOK)
    rewrite.sweep()
    assert real_redis.hmget(REWRITE, "orders", "done") == [b"1", b"1"]


def test_only_admins_and_known_organisations(service: Service) -> None:
    service.organisation()
    assert service.request("DELETE", PATH).status == 401
    for scope in ("webhook", "author", "expert", "viewer"):
        token = service.token("acme", scope)
        assert service.request("DELETE", PATH, token=token).status == 403
        assert service.request("GET", f"{PATH}/export", token=token).status == 403
    assert service.operator("DELETE", PATH.replace("acme", "nobody")).status == 404
    receipt = service.operator("DELETE", "/contacts/acme/a/b c")
    assert receipt.json["contact"] == "a/b c"
    assert receipt.json["rewritten_by"] is None  # this store has no file
    assert receipt.json["note"]
