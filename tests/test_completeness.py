"""Every unit has its page, its descriptions, its test and its place in the docs."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from marshmallow import Schema, fields

from flowhook import errors
from flowhook.config import Config
from flowhook.errors import FlowhookError
from flowhook.organisations.schemas import SECTIONS
from webhooks.dispatcher import validate
from webhooks.registry import WebhookFunction, load_functions

ROOT = Path(__file__).parents[1]
FUNCTIONS = list(load_functions())
EVERY_FUNCTION = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)


def types() -> set[str]:
    found = [value for value in vars(errors).values() if isinstance(value, type)]
    return {value.type for value in found if issubclass(value, FlowhookError)}


# --- webhook functions ---


@EVERY_FUNCTION
def test_a_page_says_what_it_does_how_it_fails_and_who_says_so(function: WebhookFunction) -> None:
    page = inspect.cleandoc(function.page)
    first, second, *_ = [*page.split("\n"), ""]
    assert first.endswith("."), "the first line is one sentence"
    assert len(first) <= 90
    assert not second, "a blank line follows the first"
    named = re.search(r"^Errors: ((?:.|\n)+?)\.$", page, re.MULTILINE)
    assert named, "an Errors line"
    unknown = {name.split()[0] for name in named[1].split(",")} - types()
    assert not unknown, "errors that do not exist"
    assert re.search(r"^Source: \S", page, re.MULTILINE), "a Source line"


@EVERY_FUNCTION
def test_it_lies_in_a_module_of_its_name_with_a_test_of_that_name(
    function: WebhookFunction,
) -> None:
    name = function.name.replace("-", "_")
    assert function.call.__module__ == f"webhooks.functions.{name}"
    assert function.call.__name__ == name
    test = ROOT / "tests" / "webhooks" / "functions" / f"test_{name}.py"
    assert test.is_file()
    assert function.name in test.read_text("utf-8")


@EVERY_FUNCTION
def test_every_field_and_result_is_described(function: WebhookFunction) -> None:
    for schema in (function.fields, function.result):
        assert list(undescribed(schema)) == []
    assert function.main in function.result.fields
    assert "success" in function.result.fields


@EVERY_FUNCTION
def test_the_example_is_valid_and_names_what_is_required(function: WebhookFunction) -> None:
    validate(function, function.example)
    required = {name for name, field in function.fields.fields.items() if field.required}
    assert required <= set(function.example)


# --- settings ---


@pytest.mark.parametrize("section", SECTIONS)
def test_every_settings_field_is_described(section: str) -> None:
    assert list(undescribed(SECTIONS[section]())) == []
    assert inspect.getdoc(SECTIONS[section])


def undescribed(schema: Schema) -> Iterator[str]:
    for name, field in schema.fields.items():
        description = field.metadata.get("description", "")
        if len(description) < 4:
            yield name
        if isinstance(field, fields.Nested):
            yield from (f"{name}.{inner}" for inner in undescribed(field.schema))


# --- configuration ---


def variables() -> list[str]:
    """The environment variables that config.py reads."""
    source = inspect.getsource(Config.from_env)
    return sorted(set(re.findall(r'read(?:\.secret)?\(\s*"([A-Z_]+)"', source)))


def test_the_walk_finds_the_variables() -> None:
    assert {"PORT", "REDIS_URL", "ADMIN_TOKEN", "ENCRYPTION_KEYS"} <= set(variables())


@pytest.mark.parametrize("name", variables())
def test_every_variable_is_documented_and_tested(name: str) -> None:
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    rows = [
        line
        for document in documents
        for line in document.read_text("utf-8").splitlines()
        if line.startswith("|") and f"`{name}`" in line.split("|")[1]
    ]
    assert rows, f"{name} stands in no table of README.md or docs/"
    tests = [path for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__)]
    assert any(f'"{name}"' in path.read_text("utf-8") for path in tests), f"{name} has no test"


# --- files ---


def test_no_file_is_left_in_the_middle_of_a_merge() -> None:
    marks = re.compile(rb"^(<{7} |>{7} |={7}$)", re.MULTILINE)
    kept = {".py", ".md", ".json", ".txt", ".toml", ".html", ".js", ".css"}
    left = [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*")
        if path.suffix in kept
        and path.is_file()
        and not path.relative_to(ROOT).parts[0].startswith((".", "data", "node_modules"))
        and marks.search(path.read_bytes())
    ]
    assert left == []
