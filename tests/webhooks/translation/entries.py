"""An entry of a CMS, and the texts that are found in one."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

from webhooks.translation.extraction import extract

steady = settings(deadline=None, derandomize=True, database=None)


def texts(entry: Any, schema: Any = None) -> dict[str, str]:
    return {segment.name: segment.original for segment in extract(entry, schema)}


ENTRY: dict[str, Any] = {
    "uid": "blt1234567890abcdef",
    "title": "Summer sale",
    "url": "/summer-sale",
    "locale": "en-us",
    "description": "<p>Hello <b>{{name}}</b>, see <a href='https://x.org'>this page</a>.</p>",
    "tags": ["cheap shoes", "blt1234567890abcdef", "#ff0000"],
    "created_at": "2026-01-01T10:00:00.000Z",
    "contact": "help@example.org",
    "count": 3,
    "ratio": 1.0,
    "on": True,
    "nothing": None,
    "empty": "",
    "hero": {"headline": "Big news", "cta": {"title": "Read more", "href": "https://x.org"}},
    "theme_color": "dark red",
    "rich": {
        "type": "doc",
        "uid": "0123456789abcdef",
        "attrs": {"class": "plain words here"},
        "children": [
            {"type": "p", "attrs": {}, "children": [{"text": "Rich words", "bold": True}]},
            {"type": "code", "children": [{"text": "let words = 1"}]},
            {"type": "a", "attrs": {"url": "https://x.org"}, "children": [{"text": "link words"}]},
        ],
    },
}
