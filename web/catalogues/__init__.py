"""The catalogues of translations, one `.po` file a language, read once when first asked for.

English is the language of the texts themselves and has no file.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ENGLISH = "en"
FOLDER = Path(__file__).parent


@cache
def languages() -> dict[str, str]:
    """The languages of the pages, each with its own name for itself; English first."""
    codes = [ENGLISH, *sorted(path.stem for path in FOLDER.glob("*.po"))]
    return {code: Locale.parse(code).get_display_name(code) or code for code in codes}


@cache
def catalogue(language: str) -> NullTranslations:
    """The translations into a language; for English those that change nothing."""
    if language == ENGLISH:
        return NullTranslations()
    compiled = BytesIO()
    with (FOLDER / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, language))
    compiled.seek(0)
    return GNUTranslations(compiled)
