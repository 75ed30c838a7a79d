"""Routes that remember where a path led answer as those that do not."""

from __future__ import annotations

import gc
from types import CodeType
from typing import Any

import pytest
from flask import Response, request, url_for
from werkzeug.routing import Rule
from werkzeug.test import create_environ, run_wsgi_app

from flowhook.http import application
from flowhook.http.application import FlowhookFlask
from tests.versions import check_versions


@pytest.fixture
def app() -> FlowhookFlask:
    app = FlowhookFlask("test")

    @app.get("/things/<name>")
    def show(name: str) -> str:
        assert request.view_args is not None
        request.view_args["name"] = "changed by a view"
        return f"{request.url_rule}: {name}"

    @app.post("/things/<name>")
    def change(name: str) -> Response:
        return Response(f"changed {name}")

    return app


def ask(app: FlowhookFlask, path: str, method: str = "GET") -> str:
    body, status, _ = run_wsgi_app(app, create_environ(path, method=method), buffered=True)
    return f"{status[:3]} {b''.join(body).decode()[:40]}"


def test_a_path_leads_where_it_led_before(app: FlowhookFlask) -> None:
    for _ in range(3):
        assert ask(app, "/things/a") == "200 /things/<name>: a"
        assert ask(app, "/things/b") == "200 /things/<name>: b"
        assert ask(app, "/things/a", "POST") == "200 changed a"
        assert ask(app, "/things/a", "HEAD") == "200 "
        assert ask(app, "/things/a", "DELETE").startswith("405 ")
        assert ask(app, "/others").startswith("404 ")


def test_a_route_that_is_added_later_is_found() -> None:
    def found() -> str:
        adapter = routes.bind("localhost", path_info="/new")
        return adapter.match(return_rule=True)[0].endpoint

    routes = application.KnownPaths([Rule("/<name>", endpoint="any")])
    assert found() == found() == "any"
    routes.add(Rule("/new", endpoint="new"))
    assert found() == found() == "new"


def test_a_function_that_tears_down_is_called(app: FlowhookFlask) -> None:
    ended: list[str] = []
    app.teardown_request(lambda _: ended.append("request"))
    app.teardown_appcontext(lambda _: ended.append("application"))
    assert ask(app, "/things/a").startswith("200 ")
    assert ended == ["request", "application"]


def test_the_address_of_a_request_is_what_its_host_says(app: FlowhookFlask) -> None:
    app.add_url_rule("/address", view_func=lambda: url_for("show", name="a", _external=True))
    asked = create_environ("/address?x=1", "https://Bot.example:8443/below/")
    body, _, _ = run_wsgi_app(app, asked, buffered=True)
    assert b"".join(body) == b"https://bot.example:8443/below/things/a"


def test_a_websocket_finds_no_route(app: FlowhookFlask) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
    _, status, _ = run_wsgi_app(app, create_environ("/things/a", headers=upgrade), buffered=True)
    assert status.startswith("405 ")


def test_what_is_remembered_is_bounded(app: FlowhookFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "MAX_KNOWN", 3)
    for number in range(10):
        assert ask(app, f"/things/{number}") == f"200 /things/<name>: {number}"
        assert len(app.url_map.known) <= 3  # type: ignore[attr-defined]


def test_a_request_leaves_nothing_for_the_garbage_collector(app: FlowhookFlask) -> None:
    environ = create_environ("/things/a", method="POST")
    app(environ, lambda *_: lambda _: None)
    left = set()
    gc.disable()
    try:
        for _ in range(5):  # a thread of another test's application may leave something too
            gc.collect()
            app(dict(environ), lambda *_: lambda _: None)
            left.add(gc.collect())
        assert 0 in left
    finally:
        gc.enable()


def test_a_rule_compiles_how_its_url_is_built_once_and_no_sooner(app: FlowhookFlask) -> None:
    compiled: list[str] = []

    def note(code: CodeType, name: str) -> Any:
        compiled.append(name)
        return get_func_code(code, name)

    get_func_code = Rule._get_func_code
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_get_func_code", staticmethod(note))
        app.add_url_rule("/pages/", "pages", defaults={"page": 1})
        app.add_url_rule("/pages/<int:page>/", "pages")
        assert not compiled
        with app.test_request_context():
            for _ in range(2):
                assert url_for("pages", page=1) == "/pages/"
                assert url_for("pages", page=2, q="a b") == "/pages/2/?q=a+b"
    assert len(compiled) == len(set(compiled)) == 2


def test_the_werkzeug_whose_rule_map_and_adapter_are_extended() -> None:
    check_versions("werkzeug", ">=3.1.9,<3.2")
