"""The documents of docs/, rendered from Markdown for the help.

`web/manual` is a link to docs/ in the repository, and a copy of it in the wheel.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import regex  # type: ignore[import-untyped]
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from flowhook.turns import in_turns

MANUAL = Path(__file__).parent / "manual"
# Documents that are not named here follow by name.
ORDER = (
    "pages",
    "author",
    "flows",
    "admin",
    "privacy",
    "commands",
    "install",
    "upgrade",
    "operations",
    "decisions",
    "performance",
)
DROPPED = regex.compile(r"[^\p{L}\p{M}\p{N}\p{Pc}\- ]")  # from a heading, for its id
NEIGHBOUR = re.compile(r"([\w-]+)\.md(#[\w-]+)?")
PICTURE = re.compile(r"screenshots/[\w-]+\.png")
SIZES = {"h1": "h3", "h2": "h5 mt-4", "h3": "h6 mt-3"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading below a document's title; `level` is 2 for a section, 3 for a part of one."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document as HTML; `name` is its file's, without `.md`."""

    name: str
    title: str
    html: Markup
    headings: tuple[Heading, ...]


@cache
def documents() -> dict[str, Document]:
    """All documents by name, in the order in which the help lists them.

    They are files of this version, so they are read once a process; in turns with other requests.
    """
    texts = {path.stem: path.read_text("utf-8") for path in MANUAL.glob("*.md")}
    titles = {name: text.partition("\n")[0].removeprefix("# ") for name, text in texts.items()}
    ordered = [name for name in ORDER if name in texts]
    ordered += sorted(texts.keys() - set(ordered))
    return {name: render(name, texts[name], titles) for name in in_turns(ordered)}


def matching(found: Iterable[Document], query: str) -> list[tuple[Document, list[Heading]]]:
    """Each document with its headings that hold all words of `query`, in any case.

    A word may also stand in the document's title. Documents without such a heading are left out,
    unless their title holds all words.
    """
    words = query.casefold().split()
    listed = []
    for document in found:
        title = document.title.casefold()
        rest = [word for word in words if word not in title]
        headings = [
            heading
            for heading in document.headings
            if all(word in heading.text.casefold() for word in rest)
        ]
        if headings or not rest:
            listed.append((document, headings))
    return listed


def render(name: str, source: str, titles: Mapping[str, str]) -> Document:
    """Render a document; `titles` are those of the documents that it can link to, by name."""
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=Renderer).enable("table")
    tokens = parser.parse(source)
    title, *headings = identified(tokens)
    for token in tokens:
        if token.children:
            token.children = linked(token.children, titles)
    html = parser.renderer.render(tokens, parser.options, {})
    return Document(name, title.text, Markup(html), tuple(headings))  # noqa: S704


class Renderer(RendererHTML):
    """Writes HTML with the kit's classes, and no inline styles, which the pages' policy bars."""

    def table_open(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return (
            '<div class="table-responsive" role="group" aria-label="Table" tabindex="0">'
            '<table class="table">\n'
        )

    def table_close(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return f'<th scope="col"{aligned(tokens[idx])}>'

    def td_open(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return f"<td{aligned(tokens[idx])}>"

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        tokens[idx].attrSet("class", "img-fluid border rounded")
        tokens[idx].attrSet("loading", "lazy")
        return super().image(tokens, idx, options, env)


def aligned(cell: Token) -> str:
    return ' class="text-end"' if cell.attrs.get("style") == "text-align:right" else ""


def identified(tokens: Sequence[Token]) -> list[Heading]:
    """Give each heading the id that GitHub gives it; returns all, the title first."""
    found: list[Heading] = []
    seen: dict[str, int] = {}
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        text = "".join(child.content for child in inline.children or ())
        slug = DROPPED.sub("", text.lower()).replace(" ", "-")
        again = seen[slug] = seen.get(slug, -1) + 1
        heading = Heading(int(opening.tag[1]), f"{slug}-{again}" if again else slug, text)
        opening.attrSet("id", heading.id)
        opening.attrSet("class", SIZES.get(opening.tag, "h6"))
        found.append(heading)
    return found


def linked(children: Sequence[Token], titles: Mapping[str, str]) -> list[Token]:
    """Lead links and pictures into the help; a link that leads nowhere there is left as text.

    A link that is worded as the other document's file is worded as its title.
    """
    kept: list[Token] = []
    is_plain = False
    for child in children:
        if child.type == "link_open":
            place = target(str(child.attrs["href"]), titles.keys())
            is_plain = place is None
            if place:
                child.attrSet("href", place)
        if child.type == "image" and PICTURE.fullmatch(str(child.attrs["src"])):
            place_picture(child)
        if child.content.endswith(".md") and kept and kept[-1].type == "link_open":
            child.content = titles.get(child.content.removesuffix(".md"), child.content)
        if not (is_plain and child.type in ("link_open", "link_close")):
            kept.append(child)
    return kept


def place_picture(image: Token) -> None:
    """Give a picture its address, and its size, so that the text does not move when it comes."""
    file = MANUAL / str(image.attrs["src"])
    if file.is_file():
        with file.open("rb") as opened:
            width, height = struct.unpack(">II", opened.read(24)[16:])  # of a PNG's first chunk
        image.attrs |= {"width": width, "height": height}
    image.attrSet("src", f"/help/{image.attrs['src']}")


def target(href: str, names: Collection[str]) -> str | None:
    """Where a document's link leads within the help; None for other files of the repository.

    >>> target("flows.md#google-sheets", {"flows"})
    '/help/flows#google-sheets'
    >>> target("../README.md", {"flows"}), target("#limits", {})
    (None, '#limits')
    """
    if href.startswith(("#", "https://", "http://")):
        return href
    neighbour = NEIGHBOUR.fullmatch(href)
    if neighbour is None or neighbour[1] not in names:
        return None
    return f"/help/{neighbour[1]}{neighbour[2] or ''}"
