"""The check json_schema."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from marshmallow import ValidationError, fields

from answers.question_sets.checks import Checked, Verdict, check, shown
from answers.question_sets.texts import json_of
from flowhook.errors import InvalidInput
from flowhook.json_schema import check_lenient_schema, validate_answer
from flowhook.strict_json import UnreadableJson, read_value

MAX_BYTES = 32 * 1024


class Schema(fields.Field[dict[str, Any]]):
    """A JSON Schema (2020-12) without references to elsewhere, with patterns that RE2 runs."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError("must be a JSON Schema: an object")
        written = orjson.dumps(value)
        if len(written) > MAX_BYTES:
            raise ValidationError(f"is larger than {MAX_BYTES // 1024} KiB")
        wrong = _wrong_with(written)
        if wrong:
            raise ValidationError(wrong)
        return value


@check(Schema())
def json_schema(schema: dict[str, Any], checked: Checked) -> Verdict:
    """The answer is JSON, and as this JSON Schema says.

    JSON Schema 2020-12 of at most 32 KiB, without references to elsewhere; patterns run on RE2. An
    answer in text is read as JSON first.
    """
    try:
        answer = json_of(checked.answered.answer)
    except UnreadableJson:
        return Verdict(False, f"the answer is not JSON: {shown(checked.answered.text)}")
    wrong = validate_answer(answer, schema)
    if wrong:
        return Verdict(False, f"the answer does not fit the schema: {shown(wrong[0])}")
    return Verdict(True, "the answer fits the schema")


@lru_cache(maxsize=256)
def _wrong_with(written: bytes) -> str:
    """Why a schema is refused, else ""; many cases have the same one, and each run reads them."""
    try:
        check_lenient_schema(read_value(written), "the schema")
    except InvalidInput as error:
        return error.message
    return ""
