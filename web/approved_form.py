"""The form of an approved answer, checked by the API's schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from answers.approved.answer import ApprovedAnswer
from answers.approved.schema import ApprovedAnswerSchema, values_of
from flowhook.mended_text import mended_text
from flowhook.organisations.section_service import load_fields
from web.forms import messages

NAMES = ("question", "also", "answer", "language", "until")

Errors = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ApprovedForm:
    """What stands in the form; `also` has a question a line. `tag` is the answer's ETag as it was
    read; a new answer has none."""

    question: str = ""
    also: str = ""
    answer: str = ""
    language: str = ""
    until: str = ""
    tag: str = ""
    errors: Errors = field(default_factory=dict)


def form_of(answer: ApprovedAnswer) -> ApprovedForm:
    return ApprovedForm(
        answer.question,
        "\n".join(answer.also),
        answer.answer,
        answer.language,
        answer.until,
        answer.tag,
    )


def typed_form(
    form: Mapping[str, str], errors: Mapping[str, Any] | None = None, tag: str = ""
) -> ApprovedForm:
    """The form as it was sent, with what is wrong beside its fields."""
    typed = {name: _text(form, name) for name in NAMES}
    beside = {name: messages(told) for name, told in (errors or {}).items() if name in NAMES}
    return ApprovedForm(**typed, tag=tag or form.get("tag", ""), errors=beside)


def read_values(form: Mapping[str, str]) -> dict[str, Any]:
    """The values of the answer that a form holds. Raises InvalidInput."""
    typed: dict[str, Any] = {name: _text(form, name) for name in NAMES}
    typed["also"] = [line.strip() for line in typed["also"].split("\n") if line.strip()]
    return values_of(load_fields(ApprovedAnswerSchema(), typed))


def _text(form: Mapping[str, str], name: str) -> str:
    return mended_text(form.get(name, "").replace("\r\n", "\n"))
