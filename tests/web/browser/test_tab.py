"""What is examined of a page: each faulty colour is found, and looked at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.web.browser.tab import Tab

STYLE = "<style>body {background: #fff; color: #000} .pale {color: #ddd}</style>"


@pytest.fixture
def bare(chromium: Browser, tmp_path: Path) -> Iterator[Tab]:
    context = chromium.new_context()
    yield Tab(context.new_page(), "", tmp_path)
    context.close()


def show(tab: Tab, body: str) -> None:
    tab.page.set_content(f'<html lang="en"><title>A page</title>{STYLE}<main>{body}</main></html>')


@pytest.mark.parametrize(
    "body",
    [
        "<p>Fine</p><p class=pale>Pale</p>",
        "<p class=pale hidden>Not seen</p><p class=pale>Pale</p>",
        "<p class=pale></p><p class=pale>Pale</p>",
        "<ul><li>Fine<li>Fine<li><b class=pale>Pale</b></ul>",
    ],
    ids=["plain", "after a hidden one", "after an empty one", "in one that repeats"],
)
def test_what_is_pale_is_found(bare: Tab, body: str) -> None:
    show(bare, body)
    [fault] = bare.pale()
    assert "Pale" in fault


def test_what_pages_have_in_common_is_looked_at_once(bare: Tab) -> None:
    looked_at: set[int] = set()
    show(bare, "<p class=pale>Pale</p>")
    assert len(bare.pale(looked_at)) == 1
    assert bare.pale(looked_at) == []
    show(bare, "<p class=pale>Pale</p><div class=pale>Pale, too</div>")
    [fault] = bare.pale(looked_at)
    assert "Pale, too" in fault
    bare.page.emulate_media(color_scheme="dark")
    assert len(bare.pale(looked_at)) == 1
