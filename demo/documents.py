"""The part of the demo that answers from a document."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from demo.service import Service

LEAFLET = Path(__file__).with_name("leaflet.md")
BASE = "library"
QUESTIONS = (
    "When does the reading club meet?",
    "Which vaccine does a cow need?",
)
READ_SECONDS = 60.0


def ask_leaflet(service: Service, organisation: str, token: str) -> None:
    """Load a leaflet, and ask a question that it answers and one that it does not."""
    base = f"/knowledge/{organisation}/{BASE}"
    service.call("PUT", base, {"title": "The village library"})
    text = LEAFLET.read_text()
    document = service.call("POST", f"{base}/documents", {"title": LEAFLET.name, "text": text})
    _wait_until_read(service, f"{base}/documents/{document['document_id']}")
    print(f"\nFrom a document, demo/{LEAFLET.name}:")
    for question in QUESTIONS:
        body = {"question_text": question, "knowledge": BASE, "temperature": 0}
        started = time.perf_counter()
        answer = service.call("POST", "/webhooks/parse_via_chat_gpt", body, token)
        seconds = time.perf_counter() - started
        print(
            f"Question:  {question}"
            f"\nAnswer:    {answer['parsed_msg']}"
            f"\n           {_origin(answer)}, in {seconds:.1f} s",
            flush=True,
        )


def _origin(answer: dict[str, Any]) -> str:
    if not answer["found"]:
        return "found is false, so that a flow can ask a person"
    return f"found is true, from {', '.join(one['title'] for one in answer['sources'])}"


def _wait_until_read(service: Service, path: str) -> None:
    deadline = time.monotonic() + READ_SECONDS
    while time.monotonic() < deadline:
        document = service.call("GET", path)
        if document["status"] == "ready":
            return
        if document["status"] == "failed":
            sys.exit(f"{LEAFLET.name} could not be read: {document['error']}")
        time.sleep(0.1)
    sys.exit(f"{LEAFLET.name} was not read within {READ_SECONDS:.0f} seconds")
