from __future__ import annotations

import pytest

from tests.fixtures_app import Service
from tests.waiting import wait_for
from tests.web.visitor import Visitor
from web import catalogues
from web.compiled_templates import load_kept
from web.page_filters import duration, prose
from web.site import warm


def test_the_first_page_reads_no_template(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm(service.app)
    wait_for(lambda: not load_kept(service.app.jinja_env), "all to be compiled")
    monkeypatch.setattr(service.app.jinja_env, "compile", None)
    assert Visitor(service.app).get("/sign-in").status == 200


def test_the_first_page_in_hindi_reads_no_catalogue(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogues.catalogue.cache_clear()
    warm(service.app)
    monkeypatch.setattr(catalogues, "read_po", None)
    page = Visitor(service.app).get("/sign-in", **{"Accept-Language": "hi"})
    assert (page.status, 'lang="hi"' in page.html) == (200, True)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.2, "1 min"), (3599, "59 min 59 s"), (82_800, "23 h")],
)
def test_a_duration_has_its_two_largest_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words
    assert duration(90_000) == "1 d 1 h"


def test_a_duration_is_in_the_language_of_the_page(service: Service) -> None:
    with service.app.test_request_context(headers={"Accept-Language": "hi"}):
        assert duration(320) == "5 मिनट 20 सेकंड"


def test_code_in_our_texts_is_marked_and_nothing_else_is_markup() -> None:
    assert prose("use `a<b>` & <i>") == "use <code>a&lt;b&gt;</code> &amp; &lt;i&gt;"
