"""The catalogues of translations, one `.po` file a language, read once when first asked for.

English is the language of the texts themselves and has no file.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from web.catalogues.patterns import PLACEHOLDER, Patterns

ENGLISH = "en"
LANGUAGE = "language"  # what texts call the value that is a language's name
THEIRS = frozenset({"detail"})  # what texts call the value that a provider wrote
MOST_WITHIN = 3  # sentences of ours within each other; who writes more of them wants to cost time
FOLDER = Path(__file__).parent


@cache
def languages() -> dict[str, str]:
    """The languages of the pages, each with its own name for itself; English first."""
    codes = [ENGLISH, *sorted(path.stem for path in FOLDER.glob("*.po"))]
    return {code: Locale.parse(code).get_display_name(code) or code for code in codes}


class Catalogue:
    """The translations into one language."""

    def __init__(self, entries: Catalog) -> None:
        compiled = BytesIO()
        write_mo(compiled, entries)
        compiled.seek(0)
        self.marked: NullTranslations = GNUTranslations(compiled)
        self.patterns = Patterns(
            {
                entry.id: str(entry.string)
                for entry in entries
                if isinstance(entry.id, str) and entry.string and PLACEHOLDER.search(entry.id)
            }
        )

    def said(self, text: str, within: int = 0) -> str:
        """The translation of an English sentence, whatever its first letter and values; or itself.

        Values that are sentences of ours, too, are translated with it, and names of languages;
        `within` is the number of sentences around this one.
        """
        if not text:
            return text  # a catalogue's own head stands under the empty text
        for spelt in dict.fromkeys((text, text[:1].lower() + text[1:])):
            known = self.marked.gettext(spelt)
            if known != spelt:
                return known
            found = self.patterns.find(spelt)
            if found is not None:
                translation, values = found
                return translation % {
                    name: self._said_of(name, value, within) for name, value in values.items()
                }
        return text

    def _said_of(self, name: str, value: str, within: int) -> str:
        """A value within a sentence; a word alone is a name, unless it is a language's."""
        is_name = " " not in value and name != LANGUAGE
        if is_name or name in THEIRS or within == MOST_WITHIN:
            return value
        return self.said(value, within + 1)


class English(Catalogue):
    """The texts as they are written."""

    def __init__(self) -> None:
        self.marked = NullTranslations()

    def said(self, text: str, within: int = 0) -> str:
        return text


@cache
def catalogue(language: str) -> Catalogue:
    if language == ENGLISH:
        return English()
    with (FOLDER / f"{language}.po").open("rb") as file:
        return Catalogue(read_po(file, language))
