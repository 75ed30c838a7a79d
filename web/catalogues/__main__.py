"""Brings the catalogues up to date: `python -m web.catalogues`, after texts were changed.

New texts are added without a translation, those that nothing shows any more go, and the number
that is still to be translated is printed.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from web.catalogues import FOLDER
from web.catalogues.field_texts import field_texts
from web.catalogues.lower_texts import all_lower_texts
from web.catalogues.marked_texts import Text, marked_texts

WIDTH = 100
HEAD = '# Translations of the pages; CONTRIBUTING.md tells how under "Texts of the pages".\n\n'


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, path.stem)


def all_texts() -> set[Text]:
    """What the pages mark, and what lower rooms and the checks of fields say."""
    return {*marked_texts(), *all_lower_texts(), *field_texts()}


def updated(path: Path, texts: set[Text]) -> bytes:
    """The file with exactly these texts, in their order, each translation kept."""
    before, after = read(path), Catalog(locale=path.stem)
    for text in texts:
        known = before.get(text)
        after.add(text, string=known.string if known and known.id == text else None)
    written = BytesIO()
    write_po(written, after, WIDTH, sort_output=True, no_location=True, omit_header=True)
    return HEAD.encode() + written.getvalue()


def translations(path: Path) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The forms of each text, and those of its translation; empty ones where it has none."""
    return {_forms(entry.id): _forms(entry.string) for entry in read(path) if entry.id}


def missing(path: Path) -> list[tuple[str, ...]]:
    """The texts without a translation."""
    return [text for text, translation in translations(path).items() if not all(translation)]


def _forms(text: Any) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def main() -> int:
    texts = all_texts()
    for path in sorted(FOLDER.glob("*.po")):
        path.write_bytes(updated(path, texts))
        print(f"{path.name}: {len(texts)} texts, {len(missing(path))} to be translated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
