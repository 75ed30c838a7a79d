"""JSON that this service did not write itself is read by one reader, and by nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.test_rooms import modules

READER = "flowhook.strict_json"
PARSERS = {
    "json": {"load", "loads", "JSONDecoder", "decoder"},
    "orjson": {"loads", "JSONDecodeError"},
    "simplejson": {"load", "loads"},
    "ast": {"literal_eval"},
}
METHODS = {"json", "get_json"}  # of requests' answers and Flask's requests

OWN = {
    "answers.asked.week": "what people asked, which this service stored",
    "answers.approved.head": "a count that this service sealed",
    "answers.approved.sealing": "answers that this service checked and sealed",
    "answers.guardrails.consent": "consents that this service sealed",
    "answers.gates.check_store": "checks of gates that this service stored",
    "answers.gates.flow_gates": "gates that this service stored",
    "answers.gates.night": "what ran at night, which this service stored",
    "answers.knowledge.base_fields": "bases of documents that this service sealed",
    "answers.knowledge.sealing": "documents that this service sealed",
    "answers.knowledge.reading.reading": "what its own process wrote; every value is checked",
    "answers.guardrails.rules.replies": "texts of this repository",
    "answers.inbox.item_sealing": "what waits for people, which this service sealed",
    "answers.prompts.prompt_fields": "prompts that this service sealed",
    "answers.prompts.prompt_versions": "versions that this service sealed",
    "answers.question_sets.runs.labels": "figures that this service stored",
    "answers.question_sets.runs.sealed_json": "runs that this service sealed",
    "answers.question_sets.sealing": "cases that this service checked and sealed",
    "demo.__main__": "a sample flow of this repository",
    "demo.local_model": "what the demo's own process prints",
    "demo.service": "answers of the service itself",
    "flowhook.board.board": "names that this service stored",
    "flowhook.alerts.alerts": "what was told, which this service stored",
    "flowhook.jobs.dead": "letters that this service stored in Redis",
    "flowhook.jobs.flow_resume": "tokens that this service sealed",
    "flowhook.jobs.idempotency": "answers that this service sealed",
    "flowhook.jobs.store": "jobs that this service sealed",
    "flowhook.organisations.audit": "entries that this service stored",
    "flowhook.organisations.erasures": "erasures that this service sealed",
    "flowhook.organisations.model_quirks": "warnings that this service stored",
    "flowhook.organisations.known_models": "lists of models that this service stored",
    "flowhook.organisations.check_results": "what checks found, which this service stored",
    "flowhook.organisations.retention_sweep": "settings that this service checked and stored",
    "flowhook.organisations.settings_fields": "settings that this service checked and stored",
    "flowhook.organisations.store": "settings that this service checked and stored",
    "flowhook.organisations.stored_secret": "secrets that this service sealed",
    "flowhook.organisations.token_store": "tokens that this service stored",
    "flowhook.organisations.trash": "settings that this service sealed",
    "flowhook.providers.retirements": "a file of this repository",
    "flowhook.records.log": "entries that this service sealed",
    "flowhook.usage.prices": "a file of this repository",
    "flows.api.flow_routes": "an example in this repository",
    "flows.channels.queue_store": "messages that this service sealed",
    "flows.channels.whatsapp.choices": "options that this service sealed",
    "flows.conversations.store": "sessions that this service sealed",
    "flows.expressions.functions.maps": "Elixir's Jason.decode!, which must refuse what it refuses",
    "flows.conversations.roster": "places and rows that this service stored",
    "flows.conversations.roster_repair": "states that this service stored",
    "flows.library.revision_notes": "notes that this service stored",
    "flows.library.revisions": "definitions that this service checked and sealed",
    "flows.library.libraries": "entries that this service stored",
    "flows.library.store": "contact fields that this service stored",
    "flows.play.contact_profiles": "made-up contacts that this service sealed",
    "flows.play.script": "a session that it wrote a line before",
    "flows.play.simulation": "simulations that this service sealed",
    "flows.sheets.cache": "rows that this service read and sealed",
    "flows.sheets.tokens": "tokens that this service sealed",
    "service.backup.file": "a backup that this service wrote; anything else is refused",
    "web.error_pages": "an error that this service answers",
    "web.sessions": "sessions that this service stored",
    "webhooks.chat.json_in_text": "finds where JSON ends, which is read with flowhook.strict_json",
    "webhooks.http.routes": "answers that this service wrote",
    "webhooks.threads": "messages that this service sealed",
}
"""Modules that parse JSON by themselves, and whose JSON it is."""


def parsers_used(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in PARSERS:
            yield from (f"from {node.module} import {alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (f"import as {alias.asname}" for alias in node.names if _is_renamed(alias))
        elif isinstance(node, ast.Attribute):
            module = node.value.id if isinstance(node.value, ast.Name) else ""
            if node.attr in PARSERS.get(module, ()):
                yield f"{module}.{node.attr}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from (f".{name}()" for name in METHODS & {node.func.attr})


def _is_renamed(alias: ast.alias) -> bool:
    return alias.name in PARSERS and alias.asname is not None


def test_foreign_json_is_read_by_one_reader() -> None:
    found = {name: set(parsers_used(path)) for name, path in modules().items() if name != READER}
    unnamed = {name: uses for name, uses in found.items() if uses and name not in OWN}
    assert not unnamed, "read it with flowhook.strict_json, or say here whose JSON it is"
    assert {name for name in OWN if not found.get(name)} == set(), "these parse nothing any more"


def test_the_walk_sees_what_it_should(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "import json as j, orjson\nfrom json import loads\n"
        "orjson.loads(b''); request.get_json(); answer.json(); orjson.dumps(1)\n"
    )
    assert set(parsers_used(module)) == {
        "import as j",
        "from json import loads",
        "orjson.loads",
        ".get_json()",
        ".json()",
    }
