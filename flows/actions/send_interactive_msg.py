"""Send buttons, a list, or a request for the contact's location."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from flowhook.errors import InvalidInput
from flowhook.strict_json import UnreadableJson, read_value
from flows.actions.add_input_labels import label_text
from flows.model.action import Action, ActionOutcome, BrokenAction, Editable, Loop, action, as_text
from flows.model.events import MsgNotSent
from flows.model.media import kind_of_url
from flows.model.sprint import Sprint
from flows.model.text import whole_number

TITLE_LENGTH = 21
DESCRIPTION_LENGTH = 72
_BODY_KINDS = ("text", "image", "video")
Content = dict[str, Any]


def evaluated(action: Action) -> list[tuple[str, str]]:
    return [("Interactive template expression has", as_text(action.source.get("expression")))]


def words(action: Action) -> str:
    content = drawn_content(action) or {}
    options = (f"• {one.get('title', '')}" for one in options_of(content))
    lines = [f"☰ {action.text('name')}", shown_text(content), *options]
    return "\n".join(line for line in lines if line)


def set_text(source: dict[str, Any], text: str) -> None:
    """Write the text that the contact reads into the editor's copy of the template."""
    content = _copy(source) or {}
    if content.get("type") == "list":
        content["body"] = text
    elif content.get("type") == "location_request_message":
        body = content.get("body")
        content["body"] = {**(body if isinstance(body, dict) else {}), "text": text}
    else:
        content["content"] = {**(_inner(content) or {"type": "text"}), "text": text}
    source["text"] = json.dumps(content, ensure_ascii=False)


def set_quick_replies(source: dict[str, Any], titles: list[str]) -> None:
    """Write the titles of the options into the editor's copy of the template.

    Raises InvalidInput for another number of options: a list's, and the cases beside, are drawn.
    """
    content = _copy(source) or {}
    listed = [one for one in listed_options(content) if as_text(one.get("title"))]
    if len(listed) != len(titles):
        raise InvalidInput(
            f"the message has {len(listed)} options, not {len(titles)}",
            fix="Add and remove options in the flow editor, then import the flow again.",
        )
    for option, title in zip(listed, titles, strict=True):
        option["title"] = title
    source["text"] = json.dumps(content, ensure_ascii=False)


def read_text(source: Mapping[str, Any]) -> str | None:
    content = _copy(source)
    return body_of(content) if content else None


def read_quick_replies(source: Mapping[str, Any]) -> list[str] | None:
    content = _copy(source)
    return [one["title"] for one in options_of(content)] if content else None


def _copy(source: Mapping[str, Any]) -> Content | None:
    """The editor's copy of the template, or None."""
    return drawn_content(Action("", "", 0, source))


@action(
    "send_interactive_msg",
    required=("name",),
    edits={
        "text": Editable(read_text, set_text),
        "quick_replies": Editable(read_quick_replies, set_quick_replies),
    },
    is_interactive=True,
    evaluated=evaluated,
    words=words,
    shape="Message",
)
def send_interactive_msg(action: Action, sprint: Sprint) -> ActionOutcome:
    """Send a message with buttons, a list of options or a location request.

    The template comes from the export with which the flow was imported; a flow that was imported
    without one uses the editor's copy in the node. Variables in titles and texts are replaced;
    `params` replace the options if `paramsCount` is more than 0.
    """
    content = find_content(action, sprint)
    if content is None:
        reason = f"Could not find interactive template: {action.text('name')[:100]}"
        sprint.emit(MsgNotSent, reason=reason)
        return BrokenAction(reason)
    compared = body_of(content) or as_text(_inner(content).get("url"))
    if sprint.is_repeating(compared):
        sprint.emit(MsgNotSent, reason=f"Infinite loop detected, body: {compared[:200]}")
        return Loop()
    count = whole_number(sprint.substitute(action.text("paramsCount")).strip())
    content = with_params(content, action, count) if count else content
    filled = substituted(content, sprint)
    _attach(filled, action, sprint)  # after the substitution, as it replaces its own variables
    sprint.send(
        body_of(filled) or as_text(_inner(filled).get("url")),
        action.delay_seconds,
        kind=kind_of(filled),
        text=shown_text(filled),
        url=as_text(_inner(filled).get("url")),
        options=tuple(options_of(filled)),
        labels=label_text(action.objects("labels"), sprint),
        interactive={**filled, "msgid": sprint.node},
    )
    return None


def find_content(action: Action, sprint: Sprint) -> Content | None:
    """A new copy of the template's content in the contact's language, or None.

    Raises InvalidInput if the template's expression does not give a number.
    """
    template_id = as_text(action.source.get("id"))
    expression = action.source.get("expression")
    if isinstance(expression, str) and expression.strip():
        template_id = sprint.render(expression)
        if not template_id.isdigit():
            raise InvalidInput("the interactive message's expression gave no template number")
    template = sprint.services.find_interactive(template_id, action.text("name"))
    if template is not None:
        return _in_language(template, sprint)
    return drawn_content(action)


def drawn_content(action: Action) -> Content | None:
    """The editor's copy of the template in the node, or None."""
    try:
        drawn = read_value(action.text("text"))
    except UnreadableJson:
        return None
    return drawn if isinstance(drawn, dict) and drawn.get("type") else None


def _in_language(template: Mapping[str, Any], sprint: Sprint) -> Content | None:
    translations = template.get("translations")
    language = sprint.language
    content = None
    if isinstance(translations, Mapping) and language is not None:
        content = translations.get(str(language.id))
    if not (isinstance(content, dict) and content):
        content = template.get("interactive_content")
    if not isinstance(content, dict):
        return None
    content = copy.deepcopy(content)
    if template.get("send_with_title") is False:
        if content.get("type") == "list":
            content.pop("title", None)
        elif _inner(content).get("type") == "text":
            _inner(content).pop("header", None)
    return content


def _inner(content: Content) -> Content:
    inner = content.get("content")
    return inner if isinstance(inner, dict) else {}


def with_params(content: Content, action: Action, count: int) -> Content:
    """The content with the first `count` of the action's `params` in the place of its options."""
    options = [_option(param) for param in action.items("params")[:count]]
    if content.get("type") != "list":
        return {**content, "options": [{"type": "text", "title": one["title"]} for one in options]}
    groups = content.get("items")
    first = groups[0] if isinstance(groups, list) and groups else {}
    first = first if isinstance(first, dict) else {}
    listed = [{"type": "text", **option} for option in options]
    return {**content, "items": [{**first, "options": listed}]}


def _option(param: Any) -> dict[str, str]:
    if isinstance(param, dict):
        label, description = as_text(param.get("label")), as_text(param.get("description"))
        return {"title": label, "description": description} if description else {"title": label}
    return {"title": as_text(param)}


def _attach(content: Content, action: Action, sprint: Sprint) -> None:
    url = sprint.substitute(action.text("attachment_url")).strip()
    if not url:
        return
    inner = content.setdefault("content", {})
    if isinstance(inner, dict):
        inner["url"] = url
        kind = kind_of_url(url) or action.text("attachment_type")
        inner["type"] = "image" if kind == "sticker" else kind


def substituted(value: Any, sprint: Sprint, key: str = "") -> Any:
    """Replace the variables in every text of the content; option titles are cut to what fits."""
    if isinstance(value, str):
        text = sprint.substitute(value)
        if key == "option title":
            return text[:TITLE_LENGTH]
        return text[:DESCRIPTION_LENGTH] if key == "option description" else text
    if isinstance(value, list):
        return [substituted(item, sprint, key) for item in value]
    if isinstance(value, dict):
        prefix = "option " if key == "options" else ""
        return {name: substituted(item, sprint, prefix + name) for name, item in value.items()}
    return value


def body_of(content: Content) -> str:
    """The text that the contact reads, by which repetition is detected."""
    if content.get("type") == "list":
        return as_text(content.get("body"))
    if content.get("type") == "location_request_message":
        body = content.get("body")
        return as_text(body.get("text")) if isinstance(body, dict) else ""
    inner = _inner(content)
    return as_text(inner.get("text")) if inner.get("type", "text") in _BODY_KINDS else ""


def shown_text(content: Content) -> str:
    """Header or title, body and caption, as the contact reads them."""
    inner = _inner(content)
    head = content.get("title") if content.get("type") == "list" else inner.get("header")
    parts = (as_text(head), body_of(content), as_text(inner.get("caption")))
    return "\n".join(part.strip() for part in parts if part.strip())


def kind_of(content: Content) -> str:
    kind = as_text(content.get("type"))
    if kind in ("quick_reply", "list"):
        return kind
    if kind == "location_request_message":
        return "location_request"
    return "quick_reply" if options_of(content) else "text"


def options_of(content: Content) -> list[dict[str, str]]:
    """The options as the conversation API lists them; options without a title are omitted."""
    shown = []
    for option in listed_options(content):
        if as_text(option.get("title")):
            pair = {key: as_text(option.get(key)) for key in ("title", "description")}
            shown.append({key: value for key, value in pair.items() if value})
    return shown


def listed_options(content: Content) -> list[dict[str, Any]]:
    """The options of the content itself, those of a list's sections one after another."""
    parts = content.get("items") if content.get("type") == "list" else [content]
    groups = [one for one in parts if isinstance(one, dict)] if isinstance(parts, list) else []
    options = [group.get("options") for group in groups]
    return [
        option
        for listed in options
        if isinstance(listed, list)
        for option in listed
        if isinstance(option, dict)
    ]
