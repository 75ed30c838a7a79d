"""Nobody adds a text to the pages that cannot be translated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import nodes

from tests.web.catalogues.unmarked_texts import in_module, in_template
from web.catalogues.marked_texts import WEB, environment, module_paths, template_paths

# What is the same in every language.
NAMES = re.compile(
    r"Flowhook( API)?|· (Flowhook)|Redis|Glific|WhatsApp|Google (Maps|Sheets)|OpenAI( \(ChatGPT\))?"
)
HTTP = re.compile(
    r"[A-Z][a-z]+(-[A-Z][a-z]+)+|Accept|Cookie|Vary|Lax|Strict|Bearer \{\}|img-src .*|img-fluid .*"
    r"|Set is_active to true in|Switch is_active on in"
)
# The API's documents are read by those who write programs; the catalogues' command by developers.
IN_ENGLISH = {"operations", "catalogues"}


def checked(paths: list[Path]) -> list[Path]:
    return [path for path in paths if path.relative_to(WEB).parts[0] not in IN_ENGLISH]


def of_ours(texts: list[str]) -> list[str]:
    return [text for text in texts if not NAMES.fullmatch(text) and not HTTP.fullmatch(text)]


@pytest.mark.parametrize("path", checked(template_paths()), ids=lambda path: path.name)
def test_a_template_has_no_unmarked_words(path: Path) -> None:
    assert of_ours(in_template(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", checked(module_paths()), ids=lambda path: path.name)
def test_a_module_has_no_unmarked_words(path: Path) -> None:
    assert of_ours(in_module(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", template_paths(), ids=lambda path: path.name)
def test_only_our_own_words_are_taken_for_markup(path: Path) -> None:
    """`_()` in a template gives markup, so what comes from elsewhere goes through `translated`."""
    calls = environment().parse(path.read_text("utf-8")).find_all(nodes.Call)
    texts = [call.args[0] for call in calls if getattr(call.node, "name", "") == "_"]
    assert all(isinstance(text, nodes.Const) for text in texts)
