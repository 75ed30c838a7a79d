"""The check status."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from answers.question_sets.checks import Checked, Verdict, check
from answers.question_sets.checks.values import PlainText
from answers.question_sets.target import OK
from flowhook.errors import error_classes


class Status(PlainText):
    """The type of an error, or ok."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        status = str(super()._deserialize(value, attr, data, **kwargs)).strip().lower()
        known = {OK} | {one.type for one in error_classes()}
        if status not in known:
            raise ValidationError(f"must be one of {', '.join(sorted(known))}")
        return status


@check(Status())
def status(wanted: str, checked: Checked) -> Verdict:
    """The call ends with this error, such as `invalid_input`; `ok`: with none.

    A case without this check fails when its call ends with an error.
    """
    ended = checked.answered.status
    if ended != wanted:
        return Verdict(False, f"the call ended with {ended}, not with {wanted}")
    return Verdict(True, f"the call ended with {ended}")
