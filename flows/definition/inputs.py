"""The results that a flow expects from its caller.

An author lists them on a note of the editor titled `Inputs`, one per line, as `name: meaning`.
Results that the flow uses and never sets are expected too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flows.definition.definition import Flow

TITLE = "inputs"
MAX_INPUTS = 50


def notes(flow: Flow) -> Iterator[tuple[str, str]]:
    """Title and body of the notes in the editor."""
    drawing = flow.source.get("_ui")
    stickies = drawing.get("stickies") if isinstance(drawing, Mapping) else None
    for note in stickies.values() if isinstance(stickies, Mapping) else ():
        if isinstance(note, Mapping):
            yield _text(note.get("title")), _text(note.get("body"))


def declared_inputs(flow: Flow) -> dict[str, str]:
    """The declared inputs: names with their descriptions, in the order written."""
    found: dict[str, str] = {}
    for title, body in notes(flow):
        if title.lower() != TITLE:
            continue
        for line in body.splitlines():
            name, colon, meaning = line.partition(":")
            if colon and name.strip() and len(found) < MAX_INPUTS:
                found[name.strip()] = meaning.strip()
    return found


def about(flow: Flow) -> str:
    """The author's description of the flow, or else the editor's other notes."""
    written = _text(flow.source.get("description"))
    others = (body or title for title, body in notes(flow) if title.lower() != TITLE)
    return written or " ".join(filter(None, others))


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
