"""What all commands share at the terminal: exit codes, failures in one line, lists and colours.

Exit codes: 0 done, 1 could not be done (one line says why, and the fix), 2 wrong usage. What a
script reads goes to standard output, words about it to standard error. Colours appear only at a
terminal (click removes them elsewhere), and never where NO_COLOR is set.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, TypeVar

import click
import orjson

from flowhook.errors import FlowhookError

FAILED = 1
Command = TypeVar("Command", bound=Callable[..., Any])


class Failed(click.ClickException):
    """What could not be done, and the fix, in one line."""

    exit_code = FAILED

    def show(self, file: IO[Any] | None = None) -> None:
        click.secho(self.message, file=file, err=True, fg="red", color=self.show_color)


def json_option(command: Command) -> Command:
    """The option `--json`, passed as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")(command)


def say(words: str) -> None:
    """Say what was done, on standard error."""
    click.secho(words, err=True, fg="green")


def print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """Print a table of the `columns`, which maps each name in the rows to its heading."""
    table = [list(columns.values())]
    table += [[_cell(row.get(name)) for name in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for number, row in enumerate(table):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.secho(line.rstrip(), bold=number == 0)


def in_one_line(error: FlowhookError) -> str:
    """An error's message, its wrong fields and its fix."""
    wrong = [f"{name}: {_flat(words)}" for name, words in (error.fields or {}).items()]
    parts = (error.message, *wrong, error.fix)
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def counted(number: int, thing: str) -> str:
    """Such as "1 key" or "1,200 keys"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def wants_no_colour() -> bool:
    return bool(os.environ.get("NO_COLOR"))


def _flat(words: Any) -> str:
    if isinstance(words, Mapping):
        return ", ".join(f"{name}: {_flat(inner)}" for name, inner in words.items())
    return " ".join(map(str, words)) if isinstance(words, list) else str(words)


CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f]")
"""What moves a terminal's cursor or changes its colours; a cell may hold what a contact wrote."""


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else CONTROL.sub(" ", str(value))
