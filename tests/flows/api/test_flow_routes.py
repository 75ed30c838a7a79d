"""Importing, listing, publishing, exporting and checking flows through HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from flowhook.redis.keys import gone_key
from tests.fixtures_app import OpenService, Service
from tests.flows.building import definition_of
from tests.flows.exports import each_export
from tests.flows.talking import GREETING, export, publish, say, texts
from tests.stretches import MOST, stretches


@pytest.fixture
def acme(service: Service) -> Service:
    service.organisation()
    return service


def test_an_import_answers_with_the_issues(acme: Service) -> None:
    answer = acme.admin("POST", "/flows/acme", export(GREETING))
    assert answer.status == 200
    flow = answer.json["flows"][0]
    assert (flow["uuid"], flow["name"], flow["keywords"]) == ("greeting", "Greeting", ["hello"])
    assert flow["issues"] == []
    broken = {
        "uuid": "b",
        "nodes": [{"id": "w", "webhook": {"url": "parse_via_chat_gptt", "result_name": "x"}}],
    }
    issues = acme.admin("POST", "/flows/acme", export(broken)).json["flows"][0]["issues"]
    assert {issue["severity"] for issue in issues} == {"Critical", "Warning"}
    assert any("did you mean parse_via_chat_gpt" in issue["message"] for issue in issues), issues
    assert all(set(issue) == {"severity", "message", "node"} for issue in issues)


def test_nothing_is_stored_of_an_import_that_cannot_be_loaded(acme: Service) -> None:
    document = export(GREETING, {"uuid": "second", "nodes": [{"id": "abcd1234", "send": "x"}]})
    del document["flows"][1]["definition"]["nodes"][0]["exits"]
    refused = acme.admin("POST", "/flows/acme", document)
    assert refused.status == 400
    assert "1234" in refused.error["message"]
    assert acme.admin("GET", "/flows/acme").json == {"flows": []}


def test_a_keyword_belongs_to_one_flow(acme: Service) -> None:
    publish(acme, GREETING)
    other = {"uuid": "other", "name": "Other", "keywords": ["Hello!"], "nodes": GREETING["nodes"]}
    fine = {"uuid": "fine", "name": "Fine", "nodes": GREETING["nodes"]}
    refused = acme.admin("POST", "/flows/acme", export(fine, other))
    assert refused.status == 409
    assert "`Hello!`" in refused.error["message"]
    assert "`Greeting`" in refused.error["message"]
    listed = acme.admin("GET", "/flows/acme").json["flows"]
    assert [flow["uuid"] for flow in listed] == ["greeting"]
    again = acme.admin("POST", "/flows/acme", export(GREETING))
    assert again.status == 200


def test_publishing_refuses_critical_issues_unless_forced(acme: Service) -> None:
    broken = {
        "uuid": "b",
        "nodes": [{"id": "node0001", "webhook": {"url": "no_such", "result_name": "x"}}],
    }
    acme.admin("POST", "/flows/acme", export(broken))
    refused = acme.admin("POST", "/flows/acme/b/publish")
    assert refused.error["type"] == "conflict"
    assert "node0001" in refused.error["fields"]
    assert not acme.admin("GET", "/flows/acme/b").json["is_published"]
    forced = acme.admin("POST", "/flows/acme/b/publish?force=true")
    assert forced.json["is_published"]
    assert not forced.json["has_draft"]
    assert forced.json["issues"]


def test_one_flow_is_shown_and_deleted(acme: Service) -> None:
    publish(acme, GREETING)
    shown = acme.admin("GET", "/flows/acme/greeting").json
    assert shown["definition"] == definition_of(GREETING)
    assert shown["is_published"]
    say(acme, "hello")
    assert acme.admin("DELETE", "/flows/acme/greeting").status == 204
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/publish")):
        assert acme.admin(method, f"/flows/acme/greeting{path}").error["type"] == "not_found"
    assert texts(say(acme, "Asha")) == []
    assert say(acme, "hello").json["messages"] == []


def test_an_export_is_what_an_import_takes(acme: Service) -> None:
    more: dict[str, Any] = {
        "contact_field": ["village"],
        "collections": ["Enrolled"],
        "interactive_templates": [{"source_id": 1, "label": "L", "interactive_content": {}}],
    }
    sent = export({**GREETING, "is_background": True}, **more)
    acme.admin("POST", "/flows/acme", sent)
    exported = acme.admin("GET", "/flows/acme/export")
    assert exported.json == sent
    acme.organisation(org="other")
    assert acme.admin("POST", "/flows/other", exported.json).status == 200
    assert acme.admin("GET", "/flows/other/export").json == sent


def test_a_bare_definition_is_exported_as_glific_exports_it(acme: Service) -> None:
    definition = definition_of(GREETING)
    assert acme.admin("POST", "/flows/acme", definition).status == 200
    exported = acme.admin("GET", "/flows/acme/export").json
    assert exported["flows"] == [{"definition": definition, "keywords": []}]
    acme.organisation(org="other")
    assert acme.admin("POST", "/flows/other", exported).status == 200
    assert acme.admin("GET", "/flows/other/export").json == exported


def test_what_cannot_be_loaded_is_named(acme: Service) -> None:
    sent = definition_of(GREETING)
    refused = acme.admin("POST", "/flows/acme", {**sent, "nodes": [*sent["nodes"], 5]})
    assert f'entry {len(sent["nodes"]) + 1} of "nodes"' in refused.error["message"]
    too_many = acme.admin("POST", "/flows/acme", {**sent, "nodes": sent["nodes"] * 2000})
    assert too_many.status == 413
    assert "MiB" not in too_many.error["fix"]


def test_an_export_brings_its_sub_flows(acme: Service) -> None:
    outer = {"uuid": "outer", "nodes": [{"id": "e", "enter": "inner"}]}
    inner = {"uuid": "inner", "nodes": [{"id": "m", "send": "x"}]}
    publish(acme, outer, inner, GREETING)
    exported = acme.admin("GET", "/flows/acme/export?flow=outer").json["flows"]
    assert [entry["definition"]["uuid"] for entry in exported] == ["outer", "inner"]
    assert acme.admin("GET", "/flows/acme/export?flow=none").error["type"] == "not_found"


def test_a_bare_definition_keeps_what_the_flow_has(acme: Service) -> None:
    acme.admin("POST", "/flows/acme", export({**GREETING, "ignore_keywords": True}))
    definition = {**definition_of(GREETING), "name": "Renamed"}
    flow = acme.admin("POST", "/flows/acme", definition).json["flows"][0]
    assert (flow["name"], flow["keywords"]) == ("Renamed", ["hello"])
    entry = acme.admin("GET", "/flows/acme/export").json["flows"][0]
    assert entry["ignore_keywords"] is True
    wrapped = {"definition": definition, "keywords": ["hi"]}
    assert acme.admin("POST", "/flows/acme", wrapped).json["flows"][0]["keywords"] == ["hi"]


def test_checking_stores_nothing(acme: Service) -> None:
    sent = definition_of({**GREETING, "nodes": [{"id": "m", "send": "@results.never"}]})
    answer = acme.admin("POST", "/flows/validate", sent)
    assert "@results.never" in answer.json["issues"][0]["message"]
    assert answer.json["flows"][0]["issues"] == answer.json["issues"]
    assert acme.admin("GET", "/flows/acme").json == {"flows": []}
    assert acme.request("POST", "/flows/validate", sent).status == 401
    assert acme.operator("POST", "/flows/validate", sent).status == 200
    webhook = acme.request("POST", "/flows/validate", sent, token=acme.tenant.webhook_token)
    assert webhook.status == 403  # keywords of other flows are no flow builder's business


def test_a_change_reaches_every_process_with_the_next_message(
    acme: Service, open_service: OpenService
) -> None:
    other = open_service(acme.redis)
    other.tenant = acme.tenant
    publish(acme, GREETING)
    assert texts(say(other, "hello")) == ["What is your name?"]
    publish(other, {**GREETING, "nodes": [{"id": "m", "send": "New"}]})
    assert texts(say(acme, "hello", contact="8")) == ["New"]
    acme.admin("DELETE", "/flows/acme/greeting")
    assert texts(say(other, "hello", contact="9")) == []


def test_an_import_may_be_larger_than_other_bodies(acme: Service) -> None:
    large = {**definition_of(GREETING), "vars": ["x" * 100_000] * 20}
    assert acme.admin("POST", "/flows/acme", large).status == 200
    too_large = {**definition_of(GREETING), "vars": ["x" * 100_000] * 90}
    refused = acme.admin("POST", "/flows/acme", too_large)
    assert refused.error["type"] == "too_large"
    assert "8 MiB" in refused.error["message"]
    assert "1 MiB" in say(acme, "x" * 2_000_000).error["message"]


def test_others_go_on_while_a_large_import_is_read_and_checked(acme: Service) -> None:
    flows = [
        {
            "uuid": f"f{number}",
            "nodes": [{"id": f"n{at}", "send": "Hi @contact.name"} for at in range(1_000)],
        }
        for number in range(6)
    ]
    document = export(*flows)
    with stretches() as measured:
        assert acme.admin("POST", "/flows/acme", document).status == 200
    assert measured.longest < MOST
    assert len(measured.seconds) > 3  # it paused now and then, however fast the machine


@pytest.mark.parametrize("key", ["contact_field", "collections", "interactive_templates"])
def test_what_stands_beside_flows_is_bounded(acme: Service, key: str) -> None:
    document = export(GREETING, **{key: [{"n": number} for number in range(2_001)]})
    refused = acme.admin("POST", "/flows/acme", document)
    assert (refused.status, refused.error["type"]) == (413, "too_large")
    assert f'more than 2000 of "{key}"' in refused.error["message"]


def test_old_revisions_go_but_never_the_published_one(acme: Service) -> None:
    publish(acme, GREETING)
    for number in range(60):
        acme.admin("POST", "/flows/acme", {**definition_of(GREETING), "name": f"N{number}"})
    assert acme.redis.hlen("fh:{acme}:flow:greeting") == 51
    assert texts(say(acme, "hello")) == ["What is your name?"]


def test_only_the_organisation_sees_its_flows(acme: Service) -> None:
    publish(acme, GREETING)
    token = acme.tenant.admin_token
    acme.organisation(org="other")
    for method, path in (("GET", ""), ("GET", "/export"), ("GET", "/greeting"), ("POST", "")):
        refused = acme.request(method, f"/flows/other{path}", token=token)
        assert refused.status == 403
    assert acme.admin("GET", "/flows/other").json == {"flows": []}
    assert acme.operator("GET", "/flows/nobody").error["type"] == "not_found"


def test_deleting_the_organisation_deletes_its_flows(acme: Service) -> None:
    publish(acme, GREETING)
    say(acme, "hello")
    assert acme.operator("DELETE", "/settings/acme").status == 204
    assert list(acme.redis.scan_iter("fh:{acme}*")) == [gone_key("acme").encode()]
    acme.organisation()
    assert acme.admin("GET", "/flows/acme").json == {"flows": []}


@each_export
def test_an_export_is_imported_published_and_started(acme: Service, path: Path) -> None:
    imported = acme.admin("POST", "/flows/acme", orjson.loads(path.read_bytes()))
    assert imported.status == 200, imported.body
    for flow in imported.json["flows"]:
        acme.admin("POST", f"/flows/acme/{flow['uuid']}/publish?force=true")
        assert say(acme, {"flow": flow["uuid"]}).status == 200
        for word in ("1", "hello", "Yes"):
            assert say(acme, word).status == 200
