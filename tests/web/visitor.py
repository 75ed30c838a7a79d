"""A browser without a screen: keeps cookies, sends forms with the page's CSRF token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Any

from flask import Flask

from tests.fixtures_app import ADMIN_TOKEN, Service

HTML = "text/html,application/xhtml+xml"
TOKEN = re.compile(r'name="csrf" (?:content|value)="([^"]+)"')


@dataclass(frozen=True)
class Page:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    html: str
    cookies: list[str]

    @property
    def text(self) -> str:
        """The words alone, with single spaces."""
        words = unescape(re.sub(r"<[^>]*>", " ", self.html))
        return " ".join(words.split())

    @property
    def elements(self) -> list[tuple[str, dict[str, str | None]]]:
        found = Elements()
        found.feed(self.html)
        return found.seen

    def values(self) -> dict[str, str]:
        """What stands in the inputs, by name."""
        return {
            str(known["name"]): known.get("value") or ""
            for tag, known in self.elements
            if tag == "input" and known.get("name")
        }


class Elements(HTMLParser):
    """Every element with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


class Visitor:
    """One browser; `csrf` is the token of the page seen last."""

    def __init__(self, app: Flask, base_url: str = "http://localhost") -> None:
        self.client = app.test_client()
        self.base_url = base_url
        self.csrf = ""

    def get(self, path: str, **headers: str) -> Page:
        return self._open("GET", path, None, headers)

    def post(self, path: str, form: Mapping[str, Any] | None = None, **headers: str) -> Page:
        return self._open("POST", path, {"csrf": self.csrf, **(form or {})}, headers)

    def sign_in(self, token: str = ADMIN_TOKEN) -> Page:
        self.get("/sign-in")
        entered = self.post("/sign-in", {"token": token})
        if entered.status == 303:
            self.get("/organisations/nobody/home")  # a page of the session, for its CSRF token
        return entered

    def _open(
        self, method: str, path: str, form: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> Page:
        sent = {"Accept": HTML, **{name.replace("_", "-"): text for name, text in headers.items()}}
        answer = self.client.open(
            path, method=method, data=form, headers=sent, base_url=self.base_url
        )
        html = answer.get_data(as_text=True)
        page = Page(
            answer.status_code, dict(answer.headers), html, answer.headers.getlist("Set-Cookie")
        )
        answer.close()
        found = TOKEN.search(html)
        if found:
            self.csrf = found[1]
        return page


def signed_in(service: Service, token: str = ADMIN_TOKEN) -> Visitor:
    visitor = Visitor(service.app)
    entered = visitor.sign_in(token)
    assert entered.status == 303, entered.text
    return visitor
