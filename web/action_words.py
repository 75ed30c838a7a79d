"""What an action of a flow does, in words for the picture of the flow."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flows.actions.send_interactive_msg import drawn_content, options_of, shown_text
from flows.model.action import Action

LONGEST = 300

Words = Callable[[Action], str]


def words_of(action: Action) -> str:
    """One line or text; an action without words of its own is called by its type."""
    describe = WORDS.get(action.type)
    said = describe(action) if describe else ""
    said = said or action.type.replace("_", " ")
    return said if len(said) <= LONGEST else said[:LONGEST] + "…"


def _message(action: Action) -> str:
    attached = [str(one).partition(":")[2] for one in action.items("attachments")]
    return "\n".join([action.text("text"), *(f"📎 {one}" for one in attached)]).strip()


def _interactive(action: Action) -> str:
    content = drawn_content(action)
    lines = [f"☰ {action.text('name')}"]
    if content:
        lines += [
            shown_text(content),
            *(f"• {one.get('title', '')}" for one in options_of(content)),
        ]
    return "\n".join(line for line in lines if line)


def _webhook(action: Action) -> str:
    result = action.text("result_name")
    called = f"{action.text('method')} {action.text('url')}"
    return f"{called} → @results.{result}" if result else called


def _result(action: Action) -> str:
    return f"@results.{action.text('name')} = {action.text('value')}"


def _field(action: Action) -> str:
    return f"@contact.fields.{action.map('field').get('key', '')} = {action.text('value')}"


def _flow(action: Action) -> str:
    return f"→ {action.map('flow').get('name', '')}"


def _groups(action: Action) -> str:
    names = ", ".join(str(group.get("name", "")) for group in action.objects("groups"))
    return f"{action.type.replace('_', ' ')}: {names}"


def _wait(action: Action) -> str:
    return f"waits {action.text('delay')} s"


WORDS: Mapping[str, Words] = {
    "send_msg": _message,
    "send_interactive_msg": _interactive,
    "call_webhook": _webhook,
    "set_run_result": _result,
    "set_contact_field": _field,
    "set_contact_name": lambda action: f"@contact.name = {action.text('name')}",
    "set_contact_language": lambda action: f"@contact.language = {action.text('language')}",
    "enter_flow": _flow,
    "start_session": _flow,
    "add_contact_groups": _groups,
    "remove_contact_groups": _groups,
    "wait_for_time": _wait,
}
