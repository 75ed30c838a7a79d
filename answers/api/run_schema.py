"""The bodies of `POST .../runs` and of a run's `labels`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from answers.question_sets.runs.labels import MARKS
from answers.question_sets.runs.run import MAX_COST, MAX_REPEATS, MAX_TOKENS_SPENT
from flowhook.errors import InvalidInput
from flowhook.organisations.kinds import model

MOST_TOKENS = 1_000_000_000
MOST_COST = 100_000.0
MOST_LABELS = 10_000


class RunSchema(Schema):
    """What a run asks, and how much it may spend."""

    class Meta:
        unknown = RAISE

    prompt_version = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, 999_999_999),
        metadata={
            "description": "Ask with this version of the saved prompt that the question set names;"
            " the live one otherwise.",
            "example": 4,
        },
    )
    revision = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, 10**15),
        metadata={
            "description": "Ask this revision of the flow; the published one otherwise.",
            "example": 1_767_355_200_000,
        },
    )
    model = model("Ask this model in the place of the question set's or prompt's.", "gpt-6-luna")
    repeats = fields.Integer(
        strict=True,
        load_default=1,
        validate=validate.Range(1, MAX_REPEATS),
        metadata={
            "description": f"Ask each case 1 to {MAX_REPEATS} times; where they disagree the case"
            " is unsure.",
            "example": 1,
        },
    )
    max_tokens_spent = fields.Integer(
        strict=True,
        load_default=MAX_TOKENS_SPENT,
        validate=validate.Range(1, MOST_TOKENS),
        metadata={
            "description": "Stop before more tokens than these are spent.",
            "example": MAX_TOKENS_SPENT,
        },
    )
    max_cost = fields.Float(
        load_default=MAX_COST,
        validate=validate.Range(0, MOST_COST),
        metadata={
            "description": "Stop before more US dollars than these are spent, as far as prices are"
            " known.",
            "example": MAX_COST,
        },
    )


def read_labels(body: Mapping[str, Any]) -> dict[str, str]:
    """A person's labels by case. Raises InvalidInput."""
    if not body or len(body) > MOST_LABELS:
        raise InvalidInput(
            f"the body has {len(body)} labels", fix='Send {"<case id>": "passed" or "failed"}.'
        )
    wrong = [case for case, word in body.items() if not isinstance(word, str) or word not in MARKS]
    if wrong:
        raise InvalidInput(
            'a label is "passed" or "failed"',
            fields={case: ['Neither "passed" nor "failed".'] for case in wrong[:20]},
        )
    return dict(body)
