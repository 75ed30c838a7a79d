"""A sorter of what parents write to a school, which answers in JSON for a flow to split on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import orjson

from answers.question_sets.question_set import Case
from answers.question_sets.target import Answered
from bench.stand_ins import Json, Setup, Subject, said, table_of

PROMPT = """\
Sort what a parent writes to the school. Topics:

| topic | words | Hindi words |
| fees | fee, receipt | फीस |
| bus | bus, driver | बस |
| absence | absent, leave | छुट्टी |
| exam | exam, marks | परीक्षा |

Rules:
- Answer with JSON only, like {"topic": "bus", "urgent": false, "grade": 5}.
- If no row fits, the topic is "other".
- "urgent" is true when somebody is hurt, lost or stuck.
- "grade" is the number of the class that is named, else 0.
"""
SCHEMA: Json = {
    "type": "object",
    "properties": {
        "topic": {"type": "string"},
        "urgent": {"type": "boolean"},
        "grade": {"type": "integer"},
    },
    "required": ["topic", "urgent", "grade"],
    "additionalProperties": False,
}
URGENT = re.compile(r"\b(?:hurt|lost|stuck)\b|खो गया|चोट")
GRADE = re.compile(r"(?:class|कक्षा) (\d+)")
LONG = 55  # characters from which a wordy model explains itself


def answer(prompt: str, model: str, message: str) -> str:
    """What a model would answer that does what the prompt says, and only that."""
    rows = table_of(prompt)
    told: Json = {"topic": _topic(prompt, rows, message), "urgent": False, "grade": 0}
    if '"urgent" is true' in prompt:
        told["urgent"] = URGENT.search(message) is not None
    found = GRADE.search(message)
    if '"grade" is the number' in prompt and found:
        told["grade"] = found[1] if model == "stringy" else int(found[1])
    text = orjson.dumps(told).decode()
    if "Answer with JSON only" not in prompt and URGENT.search(message):
        return f"This is urgent! {text}"
    if model == "wordy" and len(message) > LONG:
        return f"The parent writes at length. Sorted: {text}."
    return text


def _topic(prompt: str, rows: Sequence[Mapping[str, str]], message: str) -> str:
    for row in rows:
        words = f"{row.get('words', '')}, {row.get('Hindi words', '')}".split(",")
        if any(word.strip() and word.strip() in message.lower() for word in words):
            return str(row["topic"])
    fallback = re.search(r'If no row fits, the topic is "(\w+)"', prompt)
    return fallback[1] if fallback else str(rows[0]["topic"])


def ask(setup: Setup, case: Case, slips: bool) -> Answered:
    """Answer a case, or slip."""
    if slips:
        return said("{}", "{}")
    text = answer(setup.prompt, setup.model, str(case.turns[0]))
    return said(text, text)


# A message, its topic, its class, and whether it is urgent.
MESSAGES: list[tuple[str, str, int, bool]] = [
    ("How much is the fee?", "fees", 0, False),
    ("I paid the fee for class 4 last week and still have no paper for it", "fees", 4, False),
    ("Please send the receipt", "fees", 0, False),
    ("The receipt got lost on the way", "fees", 0, True),
    ("Fee for class 7?", "fees", 7, False),
    ("फीस कितनी है?", "fees", 0, False),
    ("कक्षा 3 की फीस कब देनी है?", "fees", 3, False),
    ("Can I pay the fee in two parts, one now and one after the harvest?", "fees", 0, False),
    ("When does the bus come?", "bus", 0, False),
    ("The bus is stuck in the river near our village and it is getting dark", "bus", 0, True),
    ("My daughter was hurt on the bus", "bus", 0, True),
    ("Who is the driver?", "bus", 0, False),
    ("The driver of the bus for class 2 drives much too fast on our road", "bus", 2, False),
    ("बस कब आएगी?", "bus", 0, False),
    ("बस में बच्चा खो गया", "bus", 0, True),
    ("Is there a bus on Saturday?", "bus", 0, False),
    ("Ravi is absent today", "absence", 0, False),
    ("Meena of class 6 is absent", "absence", 6, False),
    ("She needs leave for a wedding in another district until next Monday", "absence", 0, False),
    ("He was hurt at home, please give leave", "absence", 0, True),
    ("छुट्टी चाहिए", "absence", 0, False),
    ("कक्षा 5 की छुट्टी कब है?", "absence", 5, False),
    ("Two days of leave please", "absence", 0, False),
    ("आज छुट्टी है क्या?", "absence", 0, False),
    ("When is the exam?", "exam", 0, False),
    ("What marks did she get?", "exam", 0, False),
    ("Exam dates for class 8?", "exam", 8, False),
    ("परीक्षा कब है?", "exam", 0, False),
    ("कक्षा 9 की परीक्षा का समय?", "exam", 9, False),
    ("Her marks were lost, the teacher says", "exam", 0, True),
    ("I would like to talk with somebody about the marks of my second son", "exam", 0, False),
    ("Is there an exam tomorrow?", "exam", 0, False),
    ("Good morning", "other", 0, False),
    ("Where can I buy the uniform?", "other", 0, False),
    ("My child is lost!", "other", 0, True),
    ("Is the school closed tomorrow?", "other", 0, False),
    ("धन्यवाद", "other", 0, False),
    ("Who teaches class 1?", "other", 1, False),
    ("Do you have a library from which the children may take books home?", "other", 0, False),
    ("I want to meet the head", "other", 0, False),
]
MUST = ("When is the exam?", "What marks did she get?")


def _cases() -> list[Case]:
    cases = []
    for number, (message, topic, grade, urgent) in enumerate(MESSAGES):
        wanted = {"topic": topic, "urgent": urgent, "grade": grade}
        checks: tuple[Json, ...] = ({"json_schema": SCHEMA}, {"equals": wanted})
        cases.append(Case(f"p{number}", (message,), checks=checks, must=message in MUST))
    return cases


PARENTS = Subject("parents' sorter", Setup(PROMPT), tuple(_cases()), ask)
