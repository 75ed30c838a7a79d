"""The form of one node: what it says and sends, with translations beside, and its cases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flowhook.common_keys import COMMON_KEYS
from flowhook.registry import Registry
from flowhook.strict_json import UnreadableJson, read_value
from flows.definition.definition import Flow, Node
from flows.library.editing import shown_node
from web.forms import FormField, form_fields, pretty
from webhooks.registry import WebhookFunction

Json = dict[str, Any]
TEXT, LINES = "text", ("quick_replies", "attachments")
PLAIN = ("action", "method", "url", "note")
NUMBER = re.compile("[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Translation:
    """An action's texts in one language; a list is one entry a line."""

    language: str
    values: Mapping[str, str]

    @property
    def is_missing(self) -> bool:
        return not self.values.get(TEXT)


@dataclass(frozen=True, slots=True)
class ActionForm:
    """What can be changed of one action.

    `texts`: its own text and lists, as they stand in the form; `body`: a webhook's body, a field a
    key; `others`: keys of the body that the function does not know, as JSON; `function`: the
    webhook function that is called, None for an address.
    """

    uuid: str
    kind: str
    texts: Mapping[str, str]
    translations: tuple[Translation, ...] = ()
    method: str = ""
    url: str = ""
    body: tuple[FormField, ...] = ()
    others: str = ""
    function: str | None = None


def action_forms(
    flow: Flow, node: Node, functions: Registry[WebhookFunction], typed: Mapping[str, str]
) -> list[ActionForm]:
    """The node's actions that can be changed; `typed` is what was sent of one and was refused."""
    kinds = {action.uuid: action.kind.shape for action in node.actions}
    forms = [
        _action_form(one, kinds.get(one["action"], ""), languages_of(flow), functions)
        for one in shown_node(flow, node)["actions"]
    ]
    return [_as_typed(one, typed) if typed.get("action") == one.uuid else one for one in forms]


def _as_typed(form: ActionForm, typed: Mapping[str, str]) -> ActionForm:
    """A form with what was typed into it."""

    def values(held: Mapping[str, str], prefix: str = "") -> dict[str, str]:
        return {name: typed.get(prefix + name, text) for name, text in held.items()}

    return replace(
        form,
        texts=values(form.texts),
        translations=tuple(
            replace(one, values=values(one.values, f"translation:{one.language}:"))
            for one in form.translations
        ),
        method=typed.get("method", form.method),
        url=typed.get("url", form.url),
        body=tuple(
            replace(one, value=typed.get(f"body:{one.name}", one.value)) for one in form.body
        ),
        others=typed.get("others", form.others),
    )


def languages_of(flow: Flow) -> list[str]:
    """The languages into which anything of the flow is translated."""
    return sorted(language for language, texts in flow.localization.items() if texts)


def read_change(form: Mapping[str, str], shown: Json) -> Json:
    """What a submitted form changes, in the shape of `PATCH .../nodes/<node>`.

    `shown` is the node as it is: a field that stands in the form as in the node, or that the form
    does not have, is not changed, and a value of a body keeps its type where it can.
    """
    held: Json = next((one for one in shown["actions"] if one["action"] == form.get("action")), {})
    change: Json = {"action": held["action"]} if held else {}
    for name, typed in form.items():
        text = _plain(typed)
        if text == _plain(_shown(name, shown, held)):
            continue
        kind, _, rest = name.partition(":")
        if kind == "translation":
            language, _, field = rest.partition(":")
            into = change.setdefault("translations", {}).setdefault(language, {})
            into[field] = _listed(field, text)
        elif kind == "case":
            change.setdefault("cases", {})[rest] = _lines(text)
        elif name in (TEXT, *LINES):
            change[name] = _listed(name, text)
        elif name in PLAIN and text.strip():
            change[name] = text.strip()
        elif name == "timeout_seconds":
            change[name] = int(text) if NUMBER.fullmatch(text.strip()) else text
    if "others" in form:
        change["body"] = _body(form, held.get("body", {}))
    return change


def _shown(name: str, shown: Json, held: Json) -> str:
    """What a field has of the node before it is typed into; `held` is its action."""
    kind, _, rest = name.partition(":")
    if kind == "translation":
        language, _, field = rest.partition(":")
        return _as_text(held.get("translations", {}).get(language, {}).get(field))
    if kind == "case":
        return _as_text(shown.get("cases", {}).get(rest))
    if name == "method":
        return str(held.get(name, "")).upper()
    if name == "timeout_seconds":
        return _as_text(shown.get(name))
    return _as_text(held.get(name))


def _action_form(
    shown: Json, kind: str, languages: Iterable[str], functions: Registry[WebhookFunction]
) -> ActionForm:
    fields = [name for name in (TEXT, *LINES) if name in shown]
    translated = shown.get("translations")
    function = functions.find(shown.get("url", "")) if "body" in shown else None
    body = shown.get("body", {})
    known = _body_names(function)
    return ActionForm(
        uuid=shown["action"],
        kind=kind,
        texts={name: _as_text(shown[name]) for name in fields},
        translations=tuple(
            Translation(
                language,
                {name: _as_text(translated.get(language, {}).get(name)) for name in fields},
            )
            for language in languages
        )
        if translated is not None
        else (),
        method=shown.get("method", ""),
        url=shown.get("url", ""),
        body=_body_fields(function, body),
        others=_pretty({key: value for key, value in body.items() if key not in known}),
        function=function.name if function else None,
    )


def _body_names(function: WebhookFunction | None) -> list[str]:
    return [name for name in function.fields.fields if name not in COMMON_KEYS] if function else []


def _body_fields(function: WebhookFunction | None, body: Json) -> tuple[FormField, ...]:
    """A field for each of the function's fields, each a text since any may hold a variable."""
    if function is None:
        return ()
    typed = {name: wire_text(body[name]) for name in _body_names(function) if name in body}
    fields = form_fields(function.fields, {}, typed)
    return tuple(one for one in fields if one.name in _body_names(function))


def _body(form: Mapping[str, str], held: Json) -> Any:
    """The body of a submitted form; what is made blank is left out."""
    try:
        others = read_value(form["others"]) if form["others"].strip() else {}
    except UnreadableJson:
        return form["others"]  # which the schema refuses
    if not isinstance(others, dict):
        return form["others"]
    values = {}
    for name in form:
        if name.startswith("body:"):
            key, text = name.removeprefix("body:"), _plain(form[name])
            if key in held and text == _plain(wire_text(held[key])):
                values[key] = held[key]
            elif text.strip():
                values[key] = _value(text, held.get(key, ""))
    return {**others, **values}


def _value(text: str, held: Any) -> Any:
    """A typed value: JSON where it was no text before, and can be read as such."""
    try:
        return text if isinstance(held, str) else read_value(text)
    except UnreadableJson:
        return text


def wire_text(value: Any) -> str:
    return value if isinstance(value, str) else pretty(value)


def _plain(text: str) -> str:
    """A text as it is compared: browsers send their own ends of lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _listed(field: str, text: str) -> Any:
    return _lines(text) if field in LINES else text


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _as_text(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value or "")


def _pretty(value: Any) -> str:
    return pretty(value) if value else ""
