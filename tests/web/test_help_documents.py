from __future__ import annotations

import re
from pathlib import Path

import pytest

from web.help_documents import documents, matching, render

DOCS = Path(__file__).parents[2] / "docs"
TITLES = {"admin": "For admins", "flows": "Flows"}


def test_every_document_of_the_repository_is_there() -> None:
    assert set(documents()) == {path.stem for path in DOCS.glob("*.md")}
    assert next(iter(documents())) == "pages"
    assert documents()["author"].title == "For flow authors"


def test_headings_have_the_ids_of_github() -> None:
    source = "# T\n## What `@a` does, and why: not\n## Same\n### Same\n## हिन्दी में"
    assert [(one.level, one.id) for one in render("x", source, TITLES).headings] == [
        (2, "what-a-does-and-why-not"),
        (2, "same"),
        (3, "same-1"),
        (2, "हिन्दी-में"),
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[a](admin.md)", '<a href="/help/admin">a</a>'),
        ("[a](flows.md#x-y)", '<a href="/help/flows#x-y">a</a>'),
        ("[flows.md](flows.md#x)", '<a href="/help/flows#x">Flows</a>'),
        ("[flows](flows.md)", '<a href="/help/flows">flows</a>'),
        ("[a](#x)", '<a href="#x">a</a>'),
        ("[a](https://example.org/)", '<a href="https://example.org/">a</a>'),
        ("[`Caddyfile`](deploy/Caddyfile), [b](flows.md)", "<code>Caddyfile</code>, <a"),
        ("[read](../README.md)", "<p>read</p>"),
        ("[n](none.md)", "<p>n</p>"),
        ("[j](javascript:alert(1))", "[j](javascript:alert(1))"),
        ("<script>x</script>", "&lt;script&gt;"),
        ("a <b onclick=x>", "&lt;b onclick=x&gt;"),
        ("```sh\necho <b>\n```", "echo &lt;b&gt;"),
        ("![A <b>](screenshots/flow.png)", 'src="/help/screenshots/flow.png" alt="A &lt;b&gt;"'),
        ("| a |\n|--:|\n| 1 |", '<td class="text-end">1</td>'),
    ],
)
def test_what_is_written_becomes(source: str, expected: str) -> None:
    html = render("x", f"# T\n\n{source}\n", TITLES).html
    assert expected in html
    assert "style=" not in html


def test_links_lead_to_a_heading_that_is_there() -> None:
    """Also from the repository, where GitHub shows them."""
    ids = {
        (name, found)
        for name, document in documents().items()
        for found in re.findall(r' id="([^"]+)"', document.html)
    }
    for name, document in documents().items():
        for other, anchor in re.findall(r'href="(?:/help/([\w-]+))?(?:#([^"]+))?"', document.html):
            assert other in documents() or not other
            assert not anchor or (other or name, anchor) in ids, (name, other, anchor)


def test_pictures_are_there() -> None:
    shown = {
        picture
        for document in documents().values()
        for picture in re.findall(r'<img src="/help/([^"]+)"', document.html)
    }
    assert len(shown) > 3
    assert documents()["pages"].html.count(' width="1100" height="760"') > 3, "kept free"
    assert all((DOCS / picture).is_file() for picture in shown)


def test_headings_are_found_by_all_their_words() -> None:
    source = "# For admins\n## Google Sheets\n## Google Maps\n"
    found = [render("a", source, TITLES), render("b", "# Flows\n## What runs", TITLES)]

    def search(query: str) -> list[tuple[str, list[str]]]:
        return [
            (document.name, [one.text for one in headings])
            for document, headings in matching(found, query)
        ]

    assert search("GOOGLE sheets") == [("a", ["Google Sheets"])]
    assert search("admin maps") == [("a", ["Google Maps"])]
    assert search("flows") == [("b", ["What runs"])]
    assert search("nowhere") == []
    assert len(search("")) == 2
