"""The form of a question set's target and judge, checked by the API's schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from answers.question_sets.stored_set import PRETEND, SetHead
from flowhook.errors import InvalidInput
from flowhook.records.log import LogStore
from web.form_values import JSON, NUMBER, pretty, read_text
from web.forms import messages
from web.language import _

FUNCTION, FLOW = "function", "flow"
USUAL = "parse_via_chat_gpt"  # the function that a new set asks
SAVED_PROMPT = "saved_prompt"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SetForm:
    """What stands in the form; `body` is JSON without the saved prompt, which has its own field.

    `log_id` names a call whose case the new set begins with.
    """

    name: str = ""
    kind: str = FUNCTION
    function: str = USUAL
    saved_prompt: str = ""
    body: str = ""
    flow: str = ""
    pretend: bool = True
    model: str = ""
    minimum: str = "4"
    log_id: str = ""
    errors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def form_of(head: SetHead) -> SetForm:
    target = head.target
    body = dict(target.get("body", {}))
    saved = body.pop(SAVED_PROMPT, "") if isinstance(body.get(SAVED_PROMPT), str) else ""
    return SetForm(
        name=head.name,
        kind=FLOW if "flow" in target else FUNCTION,
        function=target.get("function", USUAL),
        saved_prompt=saved,
        body=pretty(body) if body else "",
        flow=target.get("flow", ""),
        pretend=bool(target.get(PRETEND)),
        model=head.judge.get("model", ""),
        minimum=str(head.judge.get("minimum", 4)),
    )


def typed_form(form: Mapping[str, str], errors: Mapping[str, Any] | None = None) -> SetForm:
    """The form as it was sent, with what is wrong beside its fields."""
    return SetForm(
        name=form.get("name", ""),
        kind=form.get("kind", FUNCTION),
        function=form.get("function", USUAL),
        saved_prompt=form.get(SAVED_PROMPT, "").strip(),
        body=form.get("body", ""),
        flow=form.get("flow", ""),
        pretend=form.get("pretend") == "on",
        model=form.get("model", ""),
        minimum=form.get("minimum", ""),
        log_id=form.get("log_id", ""),
        errors=_beside(errors or {}),
    )


def first_form(asked: MultiDict[str, str], log: LogStore, org: str) -> SetForm:
    """The empty form, as an address begins it: for a prompt and its variables, a flow, a function,
    or a call of the log. Raises NotFound for a call that is not there."""
    if asked.get("flow"):
        return SetForm(kind=FLOW, flow=asked["flow"])
    variables = dict.fromkeys(asked.getlist("variable"), "")
    form = SetForm(
        function=asked.get("function", USUAL),
        saved_prompt=asked.get("prompt", ""),
        name=asked.get("prompt", "")[:64],
        body=pretty({"prompt_variables": variables}) if variables else "",
        log_id=asked.get("log_id", ""),
    )
    if not form.log_id:
        return form
    entry = log.get(org, form.log_id)
    sent = entry.get("request") if isinstance(entry.get("request"), dict) else {}
    saved = str((sent or {}).get(SAVED_PROMPT, "")).partition("@")[0]
    return SetForm(
        function=entry["function"], saved_prompt=saved, name=saved[:64], log_id=form.log_id
    )


def read_target(typed: SetForm) -> Json:
    """Target and judge of a set as PUT takes them. Raises InvalidInput where no flow is chosen."""
    if typed.kind == FLOW and not typed.flow:
        raise InvalidInput(_("no flow is chosen"), fields={FLOW: [_("Choose a flow.")]})
    body = read_text(JSON, typed.body)
    judge = {"minimum": read_text(NUMBER, typed.minimum), "model": typed.model.strip()}
    judge = {name: value for name, value in judge.items() if value not in (None, "")}
    if typed.kind == FLOW:
        target: Json = {"flow": typed.flow}
        if body is not None:
            target["body"] = body
        return {"target": {**target, PRETEND: typed.pretend}, "judge": judge}
    if typed.saved_prompt and (body is None or isinstance(body, dict)):
        body = {**(body or {}), SAVED_PROMPT: typed.saved_prompt}
    target = {"function": typed.function, **({} if body is None else {"body": body})}
    return {"target": target, "judge": judge}


def _beside(errors: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What is wrong, by the names of the form's fields."""
    target, judge = errors.get("target"), errors.get("judge")
    nested = {
        **(target if isinstance(target, Mapping) else {}),
        **(judge if isinstance(judge, Mapping) else {}),
    }
    return {name: messages(inner) for name, inner in {**errors, **nested}.items()}
