"""What PUT takes of a question set and of a case, checked to the last key."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import orjson
from marshmallow import (
    RAISE,
    Schema,
    ValidationError,
    fields,
    post_load,
    validate,
    validates_schema,
)
from marshmallow.exceptions import SCHEMA

from answers.question_sets.checking import MAX_CHECKS, only_of_flows, read_checks
from answers.question_sets.question_set import Case, Json, Judge, QuestionSet
from answers.question_sets.scores import MOST
from answers.question_sets.stored_set import body_of
from flowhook.errors import InvalidInput, TooLarge
from flowhook.frames import drop_frames
from flowhook.turns import in_turns
from flowhook.unknown_fields import few_unknown

MAX_CHARACTERS = 32_000  # of a question, an answer, a turn
MAX_TURNS = 50
MAX_BODY_BYTES = 256 * 1024  # of the target's body, of a case's, and of a turn
MAX_TOLD = 20  # faults that a refusal names, on each level
MAX_NAME = 64
MAX_SECONDS = 30.0  # to read the cases of one request; 10,000 usual ones take one

Piece = TypeVar("Piece")

ID_PATTERN = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}"


def bounded(value: Any) -> None:
    if len(orjson.dumps(value)) > MAX_BODY_BYTES:
        raise ValidationError(f"Larger than {MAX_BODY_BYTES // 1024} KiB.")


def within_time(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Cases to be read, in turns with the other requests of the process.

    Raises TooLarge when that takes too long: large patterns and schemas take some ms each.
    """
    began = time.monotonic()
    for piece in in_turns(pieces):
        if time.monotonic() - began > MAX_SECONDS:
            raise TooLarge(
                f"the checks of these cases take longer than {MAX_SECONDS:.0f} seconds to read",
                fix="Send fewer cases at once, or make their patterns and schemas smaller.",
            )
        yield piece


a_text = validate.Length(1, MAX_CHARACTERS, error=f"A text of 1 to {MAX_CHARACTERS:,} characters.")


class Turn(fields.Field[Any]):
    """A text, or a message as POST /conversations/<org>/<contact>/messages takes it."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, str):
            return a_text(value)
        if not isinstance(value, dict) or not value:
            raise ValidationError("Neither a text nor a message object.")
        bounded(value)
        return value


class Checks(fields.Field[list[Json]]):
    """Checks as they came; refused where one cannot be read."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Json]:
        read_checks(value)
        found: list[Json] = value
        return found


class CaseSchema(Schema):
    """A question, or the turns of a conversation, and what its answer must be."""

    class Meta:
        unknown = RAISE

    id = fields.String(
        validate=validate.Regexp(f"^{ID_PATTERN}\\Z", error="1 to 64 of A-Z a-z 0-9 . _ -"),
        metadata={"description": "Its id, once in the set (default: made up).", "example": "q1"},
    )
    question = fields.String(
        validate=a_text,
        metadata={
            "description": f"What the contact asks, up to {MAX_CHARACTERS:,} characters; or turns.",
            "example": "Which seed is best after rice?",
        },
    )
    turns = fields.List(
        Turn(),
        validate=validate.Length(1, MAX_TURNS, error=f"1 to {MAX_TURNS} turns."),
        metadata={
            "description": f"Up to {MAX_TURNS} messages of the contact, one after the other: texts,"
            " or objects as POST /conversations/<org>/<contact>/messages takes them."
        },
    )
    body = fields.Dict(
        validate=bounded,
        load_default=dict,
        metadata={"description": "Added to the body of the set's target."},
    )
    answer = fields.String(
        validate=validate.Length(max=MAX_CHARACTERS),
        load_default="",
        metadata={
            "description": "A right answer, for the judge and for people.",
            "example": "Wheat or mustard, sown in November.",
        },
    )
    checks = Checks(
        load_default=list,
        metadata={
            "description": f"Up to {MAX_CHECKS} objects, each with one check and its value.",
            "example": [{"contains": "wheat"}, {"language": "English"}],
        },
    )
    must = fields.Boolean(
        load_default=False,
        metadata={"description": "Whether it may never fail, whatever the others do."},
    )

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check(self, _data: Any, sent: Any, **_: Any) -> None:
        if not isinstance(sent, Mapping):  # which is told already
            return
        if ("question" in sent) == ("turns" in sent):
            raise ValidationError("Give either a question or turns.", "question")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Case:
        turns = data["turns"] if "turns" in data else [data["question"]]
        answer = data["answer"].replace("\r\n", "\n").replace("\r", "\n")
        return Case(
            data.get("id", ""),
            tuple(turns),
            data["body"],
            answer if answer.strip() else "",
            tuple(data["checks"]),
            data["must"],
        )


class TargetSchema(Schema):
    """A webhook function with its body, or a flow."""

    class Meta:
        unknown = RAISE

    function = fields.String(
        validate=validate.Length(1, MAX_NAME),
        metadata={"description": "A webhook function; or flow.", "example": "parse_via_chat_gpt"},
    )
    body = fields.Dict(
        validate=bounded,
        metadata={
            "description": "The function's fields besides the question; of a flow the contact and"
            " the results that it begins with.",
            "example": {"saved_prompt": "farmer_help"},
        },
    )
    flow = fields.String(
        validate=validate.Length(1, MAX_NAME), metadata={"description": "A flow's UUID."}
    )
    pretend = fields.Boolean(
        metadata={"description": "Whether the flow's webhooks are only pretended (false)."}
    )

    @validates_schema
    def check(self, data: Mapping[str, Any], **_: Any) -> None:
        if ("function" in data) == ("flow" in data):
            raise ValidationError("Give either a function or a flow.", "function")
        if "function" in data and "pretend" in data:
            raise ValidationError("Only a flow's webhooks can be pretended.", "pretend")


class JudgeSchema(Schema):
    """How a model scores answers."""

    class Meta:
        unknown = RAISE

    model = fields.String(
        validate=validate.Length(1, 128),
        metadata={"description": "The model that judges (default: the organisation's)."},
    )
    minimum = fields.Integer(
        strict=True,
        validate=validate.Range(0, MOST),
        metadata={"description": "The least score that passes, 0 to 5 (4).", "example": 4},
    )


class ManyInTurns(fields.List):
    """A list that is read in turns with the other requests of the process, for a bounded time."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        pieces = within_time(value) if isinstance(value, list) else value
        return super()._deserialize(pieces, attr, data, **kwargs)


class QuestionSetSchema(Schema):
    class Meta:
        unknown = RAISE

    target = fields.Nested(
        TargetSchema, required=True, metadata={"description": "What the set asks."}
    )
    cases = ManyInTurns(
        fields.Nested(CaseSchema),
        load_default=list,
        metadata={"description": "Its cases, up to 10,000."},
    )
    judge = fields.Nested(
        JudgeSchema, load_default=dict, metadata={"description": "How a model scores answers."}
    )

    @validates_schema
    def check(self, data: Mapping[str, Any], **_: Any) -> None:
        is_flow = "flow" in data["target"]
        wrong: dict[int, Any] = {}
        ids: set[str] = set()
        for place, case in enumerate(in_turns(data["cases"])):
            found = {}
            if case.id and case.id in ids:
                found["id"] = ["A case before it has this id."]
            ids.add(case.id)
            found |= wrong_checks(case, is_flow)
            if found:
                wrong[place] = found
        if wrong:
            raise ValidationError({"cases": wrong})


GIVEN = ("name", "count", "updated_at", "by")
"""What GET of a set gives besides what PUT takes, which PUT takes back and passes over."""


def read_set(name: str, body: Mapping[str, Any]) -> QuestionSet:
    """A question set as PUT sends it. Raises InvalidInput that names every wrong field."""
    sent = {key: value for key, value in body.items() if key not in GIVEN}
    loaded = load(QuestionSetSchema(), sent)
    target = loaded["target"]
    return QuestionSet(
        name,
        function=target.get("function", ""),
        body=body_of(target),
        flow=target.get("flow", ""),
        judge=Judge(**loaded["judge"]),
        cases=tuple(loaded["cases"]),
    )


def read_case(body: Mapping[str, Any], *, is_flow: bool) -> Case:
    """A case as it is sent alone. Raises InvalidInput that names every wrong field."""
    case: Case = load(CaseSchema(), body)
    wrong = wrong_checks(case, is_flow)
    if wrong:
        raise refused(wrong)
    return case


def wrong_checks(case: Case, is_flow: bool) -> dict[str, Any]:
    """What is wrong with a case's checks in a set that asks a flow, or a function."""
    wrong = {} if is_flow else only_of_flows(case.checks)
    return {"checks": wrong} if wrong else {}


def load(schema: Schema, body: Mapping[str, Any]) -> Any:
    try:
        return schema.load(few_unknown(schema.fields, body))
    except ValidationError as error:
        drop_frames(error)
        raise refused(error.normalized_messages()) from None


def refused(messages: Mapping[Any, Any]) -> InvalidInput:
    """The refusal of what has these faults, of which it names some."""
    few = _few(messages)
    return InvalidInput(f"these fields are wrong: {', '.join(_paths(few))}", fields=few)


def _few(messages: Any) -> Any:
    if not isinstance(messages, Mapping):
        return messages
    named = sorted(messages.items(), key=lambda item: (str(type(item[0])), item[0]))
    return {str(name)[:MAX_NAME]: _few(_whole(inner)) for name, inner in named[:MAX_TOLD]}


def _whole(messages: Any) -> Any:
    """What is wrong with a part; where that is no object at all, as it is without a field."""
    is_no_object = isinstance(messages, Mapping) and set(messages) == {SCHEMA}
    return messages[SCHEMA] if is_no_object else messages


def _paths(messages: Any, before: str = "") -> list[str]:
    """Where faults are: "cases.3.checks.0.contains"; at most MAX_TOLD of them."""
    if not isinstance(messages, Mapping):
        return [before]
    found: list[str] = []
    for name, inner in messages.items():
        if len(found) < MAX_TOLD:
            found += _paths(inner, f"{before}.{name}" if before else name)
    return found[:MAX_TOLD]
