"""examples/ask_gpt.json over WhatsApp: the whole service, and the real local model answers."""

from __future__ import annotations

import json
import time
from pathlib import Path

from demo.local_model import LocalModel
from tests.fakes.graph import FakeGraph, Line, Person
from tests.fakes.running_service import RunningService
from tests.fixtures_app import PHRASE
from tests.fixtures_model import LOCAL_MODEL_KEY
from tests.waiting import wait_for

EXAMPLE = Path(__file__).parents[3] / "examples" / "ask_gpt.json"
ASHA = Person("919876543210", "IN.1234567890")
ANSWER_SECONDS = 60.0


def test_ask_gpt_plays_from_keyword_to_answer(
    tmp_path: Path, local_model: LocalModel, graph: FakeGraph, line: Line
) -> None:
    graph.now = time.time()

    def heard(count: int) -> list[str]:
        wait_for(lambda: len(graph.texts()) >= count, "Flowhook's words", seconds=ANSWER_SECONDS)
        return graph.texts()

    with RunningService(tmp_path, WHATSAPP_BASE_URL=graph.base_url) as service:
        service.webhook_token("acme", LOCAL_MODEL_KEY, local_model.base_url, PHRASE)
        aliases = {"model_aliases": {"gpt-6-luna": local_model.model}}
        service.operator("PATCH", "/settings/acme/openai", aliases)
        service.publish("acme", json.loads(EXAMPLE.read_text()))
        service.subscribe("acme", line)
        assert graph.writes(line, ASHA, "Ask") == 200
        assert heard(1) == ["Hello! Ask me anything. Say stop when you are done."]
        assert graph.writes(line, ASHA, "What is the capital of France?") == 200
        said, _, asked = heard(2)[1].rpartition("\n\n")
        assert graph.writes(line, ASHA, "stop") == 200
        conversation = f"/conversations/acme/{ASHA.identity}"
        wait_for(
            lambda: service.operator("GET", conversation, None)["status"] == "completed", "the end"
        )
        shown = service.operator("GET", conversation, None)
    assert asked == "What is your question number 2? Or say stop."
    assert "paris" in said.lower()
    assert shown["results"]["gpt_response"]["success"] is True
    # A slow answer renews the indicator: each of the three messages has it once or more.
    assert len({message for message, _ in graph.read}) == 3
    assert all(typing for _, typing in graph.read)
    assert {sent.to for sent in graph.sent} == {ASHA.phone}
