"""Templates are compiled once for each release, not at each start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader, Environment

from tests.fixtures_app import Service
from tests.waiting import wait_for
from tests.web.visitor import Visitor
from web.compiled_templates import CompiledTemplates, load_kept, load_rest, set_up
from web.site import warm

PAGES = {"page.html": "{{ 3|number }} of {{ count|number }}", "other.html": "Other"}
OpenPages = Callable[..., Environment]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "__pycache__" / "templates.jinja"


@pytest.fixture
def open_pages(path: Path) -> OpenPages:
    """The templates as a process that starts has them."""

    def open_these(pages: dict[str, str] = PAGES) -> Environment:
        env = Environment(loader=DictLoader(pages), autoescape=True)
        set_up(env)
        env.bytecode_cache = CompiledTemplates(path)
        return env

    return open_these


def render(env: Environment, **values: Any) -> str:
    return env.get_template("page.html").render(**values)


def test_the_next_process_compiles_none(
    open_pages: OpenPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_pages()
    assert sorted(load_kept(first)) == sorted(PAGES)
    load_rest(first, PAGES)
    monkeypatch.setattr(Environment, "compile", None)
    second = open_pages()
    assert load_kept(second) == []
    assert render(second, count=4000) == "3 of 4,000"


def test_a_changed_template_is_compiled_anew(open_pages: OpenPages) -> None:
    load_rest(open_pages(), PAGES)
    changed = open_pages({**PAGES, "page.html": "Changed"})
    assert load_kept(changed) == ["page.html"]
    assert render(changed) == "Changed"
    load_rest(changed, ["page.html"])
    assert load_kept(open_pages({**PAGES, "page.html": "Changed"})) == []


@pytest.mark.parametrize("change", [b"", b"garbage", b"another Jinja", b"cut off"])
def test_a_file_that_is_of_no_use_is_written_anew(
    open_pages: OpenPages, path: Path, change: bytes
) -> None:
    load_rest(open_pages(), PAGES)
    whole = path.read_bytes()
    others = {b"another Jinja": whole.replace(b"jinja2 ", b"jinja1 ", 1), b"cut off": whole[:-9]}
    path.write_bytes(others.get(change, change))
    again = open_pages()
    assert render(again, count=4) == "3 of 4"
    load_rest(again, PAGES)
    assert load_kept(open_pages()) == []


def test_where_nothing_may_be_written_each_process_compiles_its_own(
    open_pages: OpenPages, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.write_text("a file, where the folder should be")
    load_rest(open_pages(), PAGES)
    path.parent.unlink()
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    load_rest(open_pages(), PAGES)
    assert not path.exists()
    assert sorted(load_kept(open_pages())) == sorted(PAGES)


def test_a_filter_of_a_constant_is_called_for_each_page(open_pages: OpenPages) -> None:
    env = open_pages()
    page = env.get_template("page.html")
    env.filters["number"] = lambda _context, _value: "many"
    assert page.render(count=1) == "many of many"


def test_a_worker_without_any_answers_while_it_compiles_them(service: Service, path: Path) -> None:
    service.app.jinja_env.bytecode_cache = CompiledTemplates(path)
    warm(service.app)
    assert Visitor(service.app).get("/sign-in").status == 200
    wait_for(path.exists, "them to be compiled")
    assert load_kept(service.app.jinja_env) == []
