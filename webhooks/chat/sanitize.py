"""`sanitize_text`: letters, digits, spaces and sentence punctuation of every script.

These stay: letters with their marks (Indian vowel signs, Arabic and Hebrew
points), digits of every script, spaces and line breaks, what ends, joins, brackets or quotes
a sentence, and the invisible joiners that words of Indian scripts, Persian or Khmer need.
These are removed: symbols, emoji, the signs of markup, control characters. A space replaces what
stood between two words; between spaces, one space stays.

Source: https://www.unicode.org/reports/tr44/#General_Category_Values,
https://www.unicode.org/reports/tr31/#Layout_and_Format_Control_Characters
"""

from __future__ import annotations

import unicodedata

from flowhook.turns import in_turns

# Punctuation of the category "other" is a sentence's, save for these signs.
_NOT_A_SENTENCE = frozenset("#%&*@\\/§¶†‡•‣※‰‱′″‴‵‶‷⁂⁎⁑⁕⁗٪؉؊٭﹟﹠﹡﹨﹪﹫＃％＆＊＠＼／")
_BRACKETS = frozenset("()（）﹙﹚「」『』〈〉《》【】〔〕〝〞〟﹁﹂﹃﹄｢｣„‚‹›")
_JOINERS = frozenset("\u200b\u200c\u200d")
_SCRIPTS_WITHOUT_JOINERS = frozenset(
    {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL"}
)
_VIRAMA = 9  # canonical combining class
_PICTURE_SELECTORS = frozenset("\ufe0f\ufe0e")  # choose between a picture and a character


def sanitize_text(text: str) -> str:
    """Remove everything but letters, digits, spaces, line breaks and sentence punctuation."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = text.replace("\u2029", "\n")
    kept: list[str] = []
    removed = False
    for place, character in in_turns(enumerate(text)):
        before = "" if removed or not kept else kept[-1]
        after = text[place + 1] if place + 1 < len(text) else ""
        if _stays(before, character, after):
            if removed:
                kept.extend(_mended(kept[-1] if kept else "", character))
            else:
                kept.append(character)
            removed = False
        elif not _is_invisible(character):
            removed = True
    return "".join(kept).strip()


def _stays(before: str, character: str, after: str) -> bool:
    """Whether `character` stays, between what was just kept (if it touches) and what follows."""
    category = unicodedata.category(character)
    if category[0] == "M":
        return _is_mark(before, character, category)
    if category[0] in "LN" or character in "\n\t":
        return True
    if character in _JOINERS:
        return _joins(before, after)
    if category == "Po":
        return character not in _NOT_A_SENTENCE
    return category in {"Zs", "Pd", "Pi", "Pf"} or character in _BRACKETS


def _is_mark(before: str, character: str, category: str) -> bool:
    """Whether this is a mark of the letter, mark or joiner before it; keycaps and emoji are not."""
    if category == "Me" or character in _PICTURE_SELECTORS:
        return False
    return bool(before) and (_is_word(before) or before in _JOINERS or before == "\u25cc")


def _joins(before: str, after: str) -> bool:
    """Whether a joiner here shapes a word: within one, or at its end after a virama."""
    if not before or not _is_word(before) or not _needs_joiners(before):
        return False
    return bool(after and _is_word(after)) or unicodedata.combining(before) == _VIRAMA


def _needs_joiners(character: str) -> bool:
    script = unicodedata.name(character, "UNKNOWN").partition(" ")[0]
    return script not in _SCRIPTS_WITHOUT_JOINERS and not character.isascii()


def _is_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def _is_invisible(character: str) -> bool:
    """Whether a character is a mark or format character, which is not visible between two words."""
    return unicodedata.category(character) in {"Cf", "Mn", "Me", "Mc"}


def _mended(before: str, character: str) -> str:
    """The text after `before`, with the spaces that the removal between them requires."""
    if before == " " and character == " ":
        return ""
    if before and _is_word(before) and _is_word(character):
        return f" {character}"
    return character
