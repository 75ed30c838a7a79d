"""Thirty changes of a prompt, a model or a flow, each of which breaks some answers."""

from __future__ import annotations

from bench.stand_ins import Regression, Subject, instead, model, without
from bench.stand_ins.farmers import FARMERS
from bench.stand_ins.helpline import case_of, without_translations
from bench.stand_ins.parents import PARENTS

FALLBACK = "I do not know. Call 1551."


def regressions(helpline: Subject) -> list[Regression]:
    """All of them; `helpline` is the flow's subject."""
    return [*_of_farmers(), *_of_parents(), *_of_helpline(helpline)]


def _of_farmers() -> list[Regression]:
    edits = {
        "row gone: wheat": without("| wheat"),
        "row gone: rice": without("| rice"),
        "row of another crop: maize": instead(
            "July | 10 kg | 6 times | garlic water", "October | 2 kg | 3 times | ash water"
        ),
        "column renamed: water": instead("| water | pests |", "| irrigation | pests |"),
        "language lost: Hindi": without("- Answer a question in Hindi"),
        "language lost: Hinglish": without("- Answer a question in Hinglish"),
        "language changed: Hinglish into Hindi": instead(
            "in Hinglish in Hinglish", "in Hinglish in Hindi"
        ),
        "fallback gone": without("- If the table does not say it"),
        "rule dropped: gloves": without("- Whenever you say what to spray"),
        "rule dropped: sealed seed": without("- Whenever you speak of seed"),
        "rule dropped: no brands": without("- Never name a brand"),
        "rule dropped: digits": without("- Write amounts in digits"),
        "rule loosened: length": instead("at most 160 characters", "at most 1600 characters"),
        "model changed: it knows no Hinglish": model("monolingual"),
        "model changed: it talks at length": model("chatty"),
        "model changed: it skips a rule": model("hasty"),
    }
    return [Regression(name, FARMERS, edit) for name, edit in edits.items()]


def _of_parents() -> list[Regression]:
    edits = {
        "row gone: fees": without("| fees"),
        "row gone: bus": without("| bus"),
        "topic renamed: absence": instead("| absence |", "| leave |"),
        "language lost: Hindi words": instead("| Hindi words |", "| in Hindi |"),
        "fallback gone": without("- If no row fits"),
        "rule dropped: JSON only": without("- Answer with JSON only"),
        "rule dropped: urgent": without('- "urgent"'),
        "rule dropped: grade": without('- "grade"'),
        "model changed: numbers as texts": model("stringy"),
        "model changed: words around the JSON": model("wordy"),
    }
    return [Regression(name, PARENTS, edit) for name, edit in edits.items()]


def _of_helpline(helpline: Subject) -> list[Regression]:
    edits = {
        "split broken: weather leads to seed": case_of("Weather", to="seed"),
        "split broken: acres": case_of("Small", words="30"),
        "case dropped: loan": case_of("Loan"),
        "translations lost": without_translations(),
    }
    return [Regression(name, helpline, edit) for name, edit in edits.items()]
