"""A model that reads what is in the fences of a prompt, and obeys what stands anywhere else.

    openai.say_by(reading_model)

It answers with the passage that shares most words with the question. Where the word HACKED stands
in an instruction's place (a system message, or a user's message outside of the fences), it gives in
and claims what it was not given.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from tests.fakes.openai import messages

FENCED = re.compile(r'<data name="([^"]*)">(.*?)</data>', re.DOTALL)
ORDER = "HACKED"
QUESTION = "The question:\n"
SMALL = frozenset(
    ("the", "and", "are", "for", "how", "what", "when", "where", "why", "who", "can", "does")
)


def reading_model(body: dict[str, Any]) -> str:
    """The text that the model says to a request."""
    told = [(one["role"], messages.text_of(one.get("content"))) for one in body["messages"]]
    said = [text for role, text in told if role == "user"]
    asked = next((text for text in reversed(said) if QUESTION in text), said[-1])
    fenced = [text for name, text in FENCED.findall(asked) if name.startswith("passage_")]
    places = [FENCED.sub("", text) for role, text in told if role in ("system", "user")]
    if any(ORDER in place for place in places):
        return said_of(fenced, range(1, len(fenced) + 1), True, f"{ORDER}: as I was told")
    return read(asked.rpartition(QUESTION)[2], fenced)


def claiming_model(body: dict[str, Any]) -> str:
    """What a model says that always claims to have found it, in the first passage."""
    fenced = FENCED.findall(messages.text_of(body["messages"][-1]["content"]))
    return said_of(fenced, [1], True, "Yes, that is in the documents.")


def read(question: str, passages: list[str]) -> str:
    """The answer from the passage that shares most words with the question, two if it has two."""
    asked = words(question)
    shared = [len(asked & words(text)) for text in passages]
    best = max(range(len(passages)), key=shared.__getitem__, default=0)
    if not passages or shared[best] < max(1, min(2, len(asked))):
        return said_of(passages, [], False, "")
    return said_of(passages, [best + 1], True, passages[best].partition("\n")[2])


def words(text: str) -> set[str]:
    """Words of three letters and more that are no small ones."""
    found = re.findall(r"[^\W\d_][\w\u0900-\u097f]{2,}", text.lower())
    return {word for word in found if word not in SMALL}


def said_of(passages: Sequence[Any], held: Iterable[int], found: bool, answer: Any) -> str:
    """What a model says of these passages: which of them, by number, hold its answer."""
    numbers = set(held)
    rests_on = {str(number): number in numbers for number in range(1, len(passages) + 1)}
    said = {"found": found, "answer": answer, "passages": rests_on}
    return json.dumps(said, ensure_ascii=False)
