"""The catalogues are complete: what is marked is translated, and nothing else is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from web.catalogues import FOLDER
from web.catalogues.__main__ import all_texts, missing, read, translations, updated

PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")
TAG = re.compile(r"</?(?:a|bdi|code|em|small|strong|time)\b[^>]*>")
CODE = re.compile(r"`[^`]+`")

catalogues = pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*.po")), ids=lambda path: path.stem
)


@catalogues
def test_every_text_is_translated(path: Path) -> None:
    assert missing(path) == []


@catalogues
def test_it_holds_what_is_marked_in_the_order_of_the_command(path: Path) -> None:
    hint = "run: python -m web.catalogues"
    assert path.read_bytes() == updated(path, all_texts()), hint


@catalogues
def test_nothing_is_only_guessed(path: Path) -> None:
    assert [entry.id for entry in read(path) if entry.id and entry.fuzzy] == []


@catalogues
@pytest.mark.parametrize("kept", [PLACEHOLDER, TAG, CODE], ids=["values", "elements", "code"])
def test_translations_keep_what_is_no_language(path: Path, kept: re.Pattern[str]) -> None:
    found = translations(path).items()
    assert [text for text, said in found if all(said) and not keeps(text, said, kept)] == []


def keeps(text: tuple[str, ...], said: tuple[str, ...], kept: re.Pattern[str]) -> bool:
    """Whether the translation holds the same pieces; a form may say the number in a word."""
    if len(text) == 1:
        return sorted(kept.findall(text[0])) == sorted(kept.findall(said[0]))
    pieces = {piece for form in text for piece in kept.findall(form)} - {"%(num)s"}
    return all(set(kept.findall(form)) - {"%(num)s"} == pieces for form in said)
