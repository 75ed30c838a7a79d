"""Each command and option that the documents name is one of the command line."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from service.cli import flowhook

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
WORDS = re.compile(r"(?:(?<=[`/ (])|^)flowhook((?: +[a-z-]+)+)", re.MULTILINE)
IMAGE = re.compile(r"docker (?!compose exec)")  # its name is flowhook, too


def said(document: Path) -> list[list[str]]:
    """The words after `flowhook` in what is code, up to the first that stands for a value."""
    text = document.read_text("utf-8")
    pieces = re.findall(r"`([^`\n]+)`|^(?: {4}|(?=[a-z./(]))(.*flowhook .*)$", text, re.MULTILINE)
    code = [one or other for one, other in pieces if not IMAGE.match(one or other)]
    return [found.split() for piece in code for found in WORDS.findall(piece)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_exists(document: Path) -> None:
    context = click.Context(flowhook)
    for words in said(document):
        command: click.Command | None = flowhook
        for word in words:
            if word.startswith("--"):
                assert command is not None
                options = {name for each in command.get_params(context) for name in each.opts}
                assert word in options, words
            elif isinstance(command, click.Group):
                command = command.get_command(context, word)
                assert command is not None, words


def test_the_walk_sees_commands() -> None:
    found = [words[0] for words in said(ROOT / "docs" / "commands.md")]
    assert {"run", "org", "backup"} <= set(found)
