"""Renders a flow's message as contents for WhatsApp, within its limits.

Options become up to three buttons, else a list of up to ten rows, else a numbered text. A text too
long for one message is split into several, and one too long for a caption or for a message with
options is sent separately.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from flowhook.providers import whatsapp_content as content
from flowhook.providers.whatsapp_content import Content, length
from flows.channels.whatsapp.markdown import to_whatsapp
from flows.channels.whatsapp.options import option_id
from flows.channels.whatsapp.split import split

POINTER = "👇"  # used if WhatsApp requires a text and there is none
LIST_BUTTON = "☰"
MAX_VARIABLE_LENGTH = 1024
MEDIA = frozenset({"image", "audio", "video", "document", "sticker"})
HEADERS = frozenset({"image", "video", "document"})

Options = Sequence[tuple[str, str]]
"""(title, description) of each choice."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """Contents in the order of sending; `numbered` holds the titles of a numbered text."""

    contents: tuple[Content, ...]
    numbered: tuple[str, ...] = ()


def render(message: Mapping[str, Any], language: str = "en") -> Rendered:
    """Render a message in the conversation API's format: `type`, `text`, `url`, `options`.

    In addition `interactive` may hold the full content of a Glific template (`msgid` is the node,
    `globalButtons` the list's button), and `template` an approved template; `language` applies if
    it names none.
    """
    template = message.get("template")
    if isinstance(template, Mapping) and template.get("name"):
        return Rendered((read_template(template, language),))
    kind = _text(message.get("type"))
    body = to_whatsapp(_text(message.get("text")).strip())
    if kind in ("quick_reply", "list"):
        return _render_options(kind, body, message)
    if kind == "location_request":
        *before, last = _last_fits(body)
        return Rendered((*before, content.location_request(last)))
    if kind in MEDIA:
        return Rendered(_render_media(kind, _text(message.get("url")), body))
    return Rendered(_texts(body))


def read_template(template: Mapping[str, Any], language: str) -> Content:
    """Return a template's content, given its name, language and the variables of its body."""
    variables = template.get("variables")
    values = variables if isinstance(variables, list | tuple) else []
    # Meta refuses empty variables, and line breaks, tabs and repeated spaces in a variable.
    cleaned = [" ".join(str(value).split())[:MAX_VARIABLE_LENGTH] or "-" for value in values]
    code = _text(template.get("language")) or language
    return content.template(_text(template.get("name")), code, cleaned)


def _texts(body: str) -> tuple[Content, ...]:
    return tuple(content.text(piece) for piece in split(body))


def _render_media(kind: str, url: str, body: str) -> tuple[Content, ...]:
    if not is_link(url):
        return _texts(body)
    has_caption = kind in content.CAPTIONED and length(body) <= content.CAPTION_LENGTH
    caption = body if has_caption else ""
    shown = content.media(kind, link=url, caption=caption, filename=_filename(url))
    return (shown,) if caption or not body else (shown, *_texts(body))


def _render_options(kind: str, body: str, message: Mapping[str, Any]) -> Rendered:
    options = _options(message.get("options"))
    url = _text(message.get("url"))
    if not options:
        has_media = is_link(url)
        return Rendered(
            _render_media(_header_kind(message), url, body) if has_media else _texts(body)
        )
    interactive = message.get("interactive")
    whole = interactive if isinstance(interactive, Mapping) else {}
    node = _text(whole.get("msgid"))
    header = _header(message, url) if _fit_buttons(kind, options, node) else None
    media = _render_media(_header_kind(message), url, "") if is_link(url) and not header else ()
    if _fit_buttons(kind, options, node):
        return Rendered((*media, *_buttons(kind, node, body, options, header)))
    if _fit_list(kind, options, node):
        return Rendered((*media, *_list(kind, node, body, options, _list_button(whole))))
    titles = tuple(title for title, _ in options)
    return Rendered((*media, *_texts(_numbered(body, options))), titles)


def _buttons(
    kind: str, node: str, body: str, options: Options, header: Content | None
) -> tuple[Content, ...]:
    *before, last = _last_fits(body)
    buttons = [
        (option_id(kind, node, place, title), title) for place, (title, _) in enumerate(options)
    ]
    return (*before, content.buttons(last, buttons, header))


def _list(kind: str, node: str, body: str, options: Options, button: str) -> tuple[Content, ...]:
    *before, last = _last_fits(body)
    rows = [
        (option_id(kind, node, place, title), title, description)
        for place, (title, description) in enumerate(options)
    ]
    return (*before, content.listing(last, button, rows))


def _numbered(body: str, options: Options) -> str:
    lines = [
        f"{place}. {title}" + (f" - {description}" if description else "")
        for place, (title, description) in enumerate(options, start=1)
    ]
    return "\n".join([body, "", *lines] if body else lines)


def _last_fits(body: str) -> tuple[Any, ...]:
    """Return the text contents to send before, and last the text that fits beside options."""
    if not body:
        return (POINTER,)
    if length(body) <= content.BODY_LENGTH:
        return (body,)
    return (*_texts(body), POINTER)


def _fit_buttons(kind: str, options: Options, node: str) -> bool:
    return (
        kind == "quick_reply"
        and len(options) <= content.MAX_BUTTONS
        and all(
            length(title) <= content.BUTTON_TITLE_LENGTH and not description
            for title, description in options
        )
        and _have_ids(kind, options, node, content.BUTTON_ID_LENGTH)
    )


def _fit_list(kind: str, options: Options, node: str) -> bool:
    return (
        len(options) <= content.MAX_ROWS
        and all(
            length(title) <= content.ROW_TITLE_LENGTH
            and length(description) <= content.ROW_DESCRIPTION_LENGTH
            for title, description in options
        )
        and _have_ids(kind, options, node, content.ROW_ID_LENGTH)
    )


def _have_ids(kind: str, options: Options, node: str, limit: int) -> bool:
    """Return whether the titles are distinct and short enough for the ids of options."""
    titles = [title for title, _ in options]
    longest = max(titles, key=length)
    fits = length(option_id(kind, node, len(titles), longest)) <= limit
    return fits and len(set(titles)) == len(titles)


def _options(listed: Any) -> list[tuple[str, str]]:
    """Return (title, description) of each option that has a title, each as one line."""
    found = []
    for option in listed if isinstance(listed, list | tuple) else []:
        title = option.get("title") if isinstance(option, Mapping) else option
        description = option.get("description") if isinstance(option, Mapping) else ""
        line = " ".join(_text(title).split())
        if line:
            found.append((line, " ".join(_text(description).split())))
    return found


def _header(message: Mapping[str, Any], url: str) -> Content | None:
    """Return the media above buttons; None if there is none of a suitable kind."""
    kind = _header_kind(message) if is_link(url) else ""
    if kind not in HEADERS:
        return None
    return content.media(kind, link=url, filename=_filename(url))


def _header_kind(message: Mapping[str, Any]) -> str:
    interactive = message.get("interactive")
    inner = interactive.get("content") if isinstance(interactive, Mapping) else None
    named = inner.get("type") if isinstance(inner, Mapping) else None
    named = "document" if named == "file" else named
    if named in MEDIA:
        return _text(named)
    extension = posixpath.splitext(urlsplit(_text(message.get("url"))).path)[1].lower()
    return {".png": "image", ".jpg": "image", ".jpeg": "image", ".mp4": "video"}.get(
        extension, "document"
    )


def _list_button(interactive: Mapping[str, Any]) -> str:
    named = interactive.get("globalButtons")
    first = named[0] if isinstance(named, list) and named else None
    title = " ".join(_text(first.get("title")).split()) if isinstance(first, Mapping) else ""
    fits = title and length(title) <= content.LIST_BUTTON_LENGTH
    return title if fits else LIST_BUTTON


def is_link(url: str) -> bool:
    """Return whether a text is an HTTP address that Meta could fetch."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _filename(url: str) -> str:
    return unquote(posixpath.basename(urlsplit(url).path))[:240]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
