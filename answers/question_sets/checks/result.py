"""The check result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from answers.question_sets.checks import Checked, Verdict, check, shown
from answers.question_sets.texts import folded, same_json

MAX_RESULTS = 50
MAX_NAME_CHARACTERS = 256
_NOTHING = object()


class Results(fields.Field[dict[str, Any]]):
    """Values of a flow's results by name."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not 1 <= len(value) <= MAX_RESULTS:
            raise ValidationError(
                f'must be an object of 1 to {MAX_RESULTS} results, like {{"crop": "wheat"}}'
            )
        if not all(
            isinstance(name, str) and 1 <= len(name) <= MAX_NAME_CHARACTERS for name in value
        ):
            raise ValidationError(f"has a name that is not 1 to {MAX_NAME_CHARACTERS} characters")
        return value


@check(Results(), of_flows=True)
def result(wanted: dict[str, Any], checked: Checked) -> Verdict:
    """The flow's results have these values: {"crop": "wheat"}, {"crop.category": "Grain"}.

    A part of a result is named after a dot. Texts are compared like those of `contains`; a result
    that holds more is compared by its `input`.
    """
    for name, value in wanted.items():
        found = _find(name, checked.answered.results)
        if found is _NOTHING:
            return Verdict(False, f"the result {name} is missing; {shown(value)} is wanted")
        if not _same(value, found):
            return Verdict(False, f"the result {name} is {shown(found)}, not {shown(value)}")
    return Verdict(True, f"the results are as wanted: {', '.join(wanted)}")


def _find(name: str, results: Any) -> Any:
    if isinstance(results, Mapping) and name in results:
        return results[name]
    found = results
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return _NOTHING
        found = found[part]
    return found


def _same(wanted: Any, found: Any) -> bool:
    if isinstance(found, Mapping) and not isinstance(wanted, dict) and "input" in found:
        found = found["input"]
    if isinstance(found, Mapping | list) or isinstance(wanted, dict | list):
        return same_json(wanted, found)
    return folded(_text(wanted)) == folded(_text(found))


def _text(value: Any) -> str:
    """A value as a flow writes it: 5.0 is 5, true is true.

    >>> _text(5.0), _text(True), _text("wheat")
    ('5', 'true', 'wheat')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
