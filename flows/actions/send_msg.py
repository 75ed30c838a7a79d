"""Send a text, one media attachment, or an approved template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowhook.errors import InvalidInput
from flowhook.strict_json import UnreadableJson, read_value
from flows.actions.add_input_labels import label_names, label_text
from flows.model.action import Action, ActionOutcome, BrokenAction, Editable, Loop, action, as_text
from flows.model.events import ActionSkipped, MsgNotSent
from flows.model.media import kind_of_url, read_attachment
from flows.model.sprint import Sprint

EMPTY_BODY = "Could not send message with empty body"


def evaluated(action: Action) -> list[tuple[str, str]]:
    media = [one for one in action.items("attachments") if isinstance(one, str)]
    template = as_text(action.map("templating").get("expression"))
    return [
        *(("Attachment has", one) for one in media if one.startswith("expression:")),
        ("Message template expression has", template),
    ]


def message_words(action: Action) -> str:
    """The text or the template's name and variables, attachments, options and labels."""
    attached = [one.partition(":")[2] for one in map(as_text, action.items("attachments"))]
    labels = ", ".join(label_names(action.objects("labels")))
    lines = [
        _template_words(action.map("templating")) or action.text("text"),
        *(f"📎 {one}" for one in attached if one),
        *(f"• {one}" for one in written_replies(action.items("quick_replies"))),
        f"🏷 {labels}" if labels else "",
    ]
    return "\n".join(line for line in lines if line).strip()


def _template_words(templating: Mapping[str, Any]) -> str:
    named = templating.get("template")
    name = as_text((named if isinstance(named, dict) else templating).get("name"))
    variables = templating.get("variables")
    filled = ", ".join(map(as_text, variables)) if isinstance(variables, list) else ""
    return f"template {name} ({filled})" if name else as_text(templating.get("expression"))


def set_text(source: dict[str, Any], text: str) -> None:
    source["text"] = text


def set_quick_replies(source: dict[str, Any], titles: list[str]) -> None:
    """Write the titles of quick replies, as texts or objects, whichever the editor wrote."""
    written = source.get("quick_replies")
    replies = written if isinstance(written, list) else []
    source["quick_replies"] = [
        {**replies[place], "text": title}
        if place < len(replies) and isinstance(replies[place], dict)
        else title
        for place, title in enumerate(titles)
    ]


def set_attachments(source: dict[str, Any], attachments: list[str]) -> None:
    """Write the attachments. Raises InvalidInput for one that is not `kind:address`."""
    for one in attachments:
        if ":" not in one:
            raise InvalidInput(
                f"{one[:60]!r} is no attachment",
                fix='Write its kind and address, for example "image:https://example.org/a.jpg".',
            )
    source["attachments"] = attachments


def read_text(source: Mapping[str, Any]) -> str | None:
    """The text, in a translation in a list; None of a template, whose wording is WhatsApp's."""
    if source.get("templating"):
        return None
    text = source.get("text")
    return as_text(text[0] if isinstance(text, list) and text else text)


def read_quick_replies(source: Mapping[str, Any]) -> list[str]:
    listed = source.get("quick_replies")
    return written_replies(listed) if isinstance(listed, list) else []


def read_attachments(source: Mapping[str, Any]) -> list[str]:
    listed = source.get("attachments")
    return [as_text(one) for one in listed] if isinstance(listed, list) else []


TEXT = Editable(read_text, set_text, is_translated=True)
ATTACHMENTS = Editable(read_attachments, set_attachments, is_translated=True)
QUICK_REPLIES = Editable(read_quick_replies, set_quick_replies, is_translated=True)


@action(
    "send_msg",
    required=("text",),
    is_message=True,
    text_is_shown=True,
    edits={"text": TEXT, "quick_replies": QUICK_REPLIES, "attachments": ATTACHMENTS},
    evaluated=evaluated,
    words=message_words,
    shape="Message",
)
def send_msg(action: Action, sprint: Sprint) -> ActionOutcome:
    """Send the contact a text, an attachment or an approved template.

    The text is translated and its variables are replaced; `<%= %>` in it stays as it is. Of several
    attachments only one is sent, the first by type. `quick_replies`, as RapidPro's editor writes
    them, become options. A node may send the same text at most four times in six hours.
    """
    template = read_template(action, sprint)
    text = template["text"] if template else sprint.substitute(localized_text(action, sprint))
    kind, url = attachment(action, sprint)
    if not text and not url:
        sprint.emit(MsgNotSent, reason=EMPTY_BODY)
        return BrokenAction(f"Error sending message, resetting context: {EMPTY_BODY}")
    compared = text or url
    if sprint.is_repeating(compared):
        sprint.emit(MsgNotSent, reason=f"Infinite loop detected, body: {compared[:200]}")
        return Loop()
    shown: dict[str, Any] = {
        "kind": kind or "text",
        "text": text,
        "url": url,
    }
    options = () if template else quick_replies(action, sprint)
    if options:
        inner = {"type": shown["kind"], "text": shown["text"], **({"url": url} if url else {})}
        content = {"type": "quick_reply", "content": inner, "options": list(options)}
        shown |= {"kind": "quick_reply", "options": options}
        shown["interactive"] = {**content, "msgid": sprint.node}
    sprint.send(
        compared,
        action.delay_seconds,
        **shown,
        labels=label_text(action.objects("labels"), sprint),
        template=template,
    )
    return None


def quick_replies(action: Action, sprint: Sprint) -> tuple[dict[str, str], ...]:
    """The options of a message, with variables replaced; empty ones are omitted."""
    translated = sprint.localized(action.uuid, "quick_replies")
    is_translated = isinstance(translated, list) and any(translated)
    listed = translated if is_translated else action.items("quick_replies")
    titles = (sprint.substitute(title).strip() for title in written_replies(listed))
    return tuple({"title": title} for title in titles if title)


def written_replies(listed: list[Any]) -> list[str]:
    """The titles of quick replies: the editor writes texts, or objects with a text."""
    return [as_text(one.get("text") if isinstance(one, dict) else one) for one in listed]


def localized_text(action: Action, sprint: Sprint) -> str:
    translated = sprint.localized(action.uuid, "text")
    if isinstance(translated, list) and translated and isinstance(translated[0], str):
        return translated[0]
    return action.text("text")


def attachment(action: Action, sprint: Sprint) -> tuple[str, str]:
    """Kind and address of the attachment to send, or two empty texts."""
    translated = sprint.localized(action.uuid, "attachments")
    listed = action.items("attachments")
    if isinstance(translated, list) and translated and isinstance(translated[0], str):
        listed = translated[:1]
    by_kind = dict(read_attachment(one) for one in listed if isinstance(one, str) and ":" in one)
    if not by_kind:
        return "", ""
    kind = min(by_kind)
    url = by_kind[kind]
    if kind != "expression":
        return kind, url
    url = sprint.render(url)
    kind = kind_of_url(url)
    if not kind:
        sprint.emit(MsgNotSent, reason="Could not send message to contact: Empty media URL")
        return "", ""
    return kind, url


def read_template(action: Action, sprint: Sprint) -> dict[str, Any] | None:
    """The approved template to send: its uuid, name, variables with values, and a readable text.

    WhatsApp keeps the wording of the template, so the text consists of its name and the variables.
    """
    templating = action.map("templating")
    expression = templating.get("expression")
    is_evaluated = isinstance(expression, str) and bool(expression.strip())
    if is_evaluated:
        templating = _evaluated(as_text(expression), sprint)
    if not templating:
        return None
    named = templating.get("template")
    named = named if isinstance(named, dict) else templating
    variables = sprint.localized(as_text(templating.get("uuid")), "variables")
    if isinstance(variables, list):
        is_evaluated = False
    else:
        variables = templating.get("variables")
    # An expression's value may contain a contact's words, so its variables are not replaced.
    fill = as_text if is_evaluated else lambda value: sprint.substitute(as_text(value))
    values = [
        " ".join(fill(value).split())
        for value in (variables if isinstance(variables, list) else [])
    ]
    name = as_text(named.get("name")) or as_text(named.get("uuid"))
    if not name:
        return None
    text = f"{name} ({', '.join(values)})" if values else name
    return {"uuid": as_text(named.get("uuid")), "name": name, "variables": values, "text": text}


def _evaluated(expression: str, sprint: Sprint) -> dict[str, Any]:
    """The template given by an expression as a JSON object, or an empty one.

    Where the author wrote the object itself, each of its texts is evaluated alone, so that a
    quotation mark in a contact's words stays within the text.
    """
    try:
        chosen = _evaluated_texts(read_value(expression), sprint)
    except UnreadableJson:
        chosen = _read_json(sprint.render(expression))
    if isinstance(chosen, dict):
        return chosen
    sprint.emit(ActionSkipped, action="send_msg", reason="the template expression gave no JSON")
    return {}


def _evaluated_texts(value: Any, sprint: Sprint) -> Any:
    if isinstance(value, str):
        return sprint.render(value)
    if isinstance(value, list):
        return [_evaluated_texts(item, sprint) for item in value]
    if isinstance(value, dict):
        return {key: _evaluated_texts(item, sprint) for key, item in value.items()}
    return value


def _read_json(text: str) -> Any:
    try:
        return read_value(text)
    except UnreadableJson:
        return None
