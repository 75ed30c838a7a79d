"""Recognises English texts that hold values, and says them in another language.

RE2 matches in linear time, whatever a text holds; only patterns that begin, or else end, with the
text's own word are tried.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import re2  # type: ignore[import-untyped]

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
# Beside the values; with fewer, what others wrote is taken for ours.
MIN_LETTERS = 4
MIN_LETTERS_AFTER_VALUE = 7  # where a pattern begins with a value, as what others wrote may
MAX_CHARACTERS = 2000  # no sentence of ours is longer, whatever values it holds
Key = tuple[str, str]  # the first and the last word; empty where a value stands


class Patterns:
    """The translations of texts with placeholders, by text."""

    def __init__(self, translations: Mapping[str, str]) -> None:
        self.translations = {text: said for text, said in translations.items() if _is_certain(text)}
        self.certainty = {text: _certainty(text) for text in self.translations}
        self.by_key: dict[Key, list[str]] = defaultdict(list)
        for text in self.translations:
            self.by_key[_key(text)].append(text)

    def find(self, text: str) -> tuple[str, dict[str, str]] | None:
        """The translation of what a text was made from, and the values in it.

        >>> Patterns({"the field %(name)s is empty": "खाली: %(name)s"}).find("the field x is empty")
        ('खाली: %(name)s', {'name': 'x'})
        """
        if len(text) > MAX_CHARACTERS:
            return None
        for pattern in sorted(self._likely(text), key=self.certainty.__getitem__, reverse=True):
            found = _compiled(pattern).fullmatch(text)
            if found is not None:
                names = PLACEHOLDER.findall(pattern)
                return self.translations[pattern], dict(zip(names, found.groups(), strict=True))
        return None

    def _likely(self, text: str) -> Iterator[str]:
        words = text.split() or [""]
        for key in ((words[0], words[-1]), (words[0], ""), ("", words[-1]), ("", "")):
            yield from self.by_key.get(key, ())


def _key(pattern: str) -> Key:
    words = pattern.split()
    first, last = words[0], words[-1]
    return ("" if PLACEHOLDER.search(first) else first), ("" if PLACEHOLDER.search(last) else last)


def _certainty(pattern: str) -> int:
    """How many letters and brackets are not of values: the longest of those that match is meant."""
    return sum(one.isalpha() or one in "()" for one in PLACEHOLDER.sub("", pattern))


def _is_certain(pattern: str) -> bool:
    begins_with_value = PLACEHOLDER.match(pattern) is not None
    least = MIN_LETTERS_AFTER_VALUE if begins_with_value else MIN_LETTERS
    return _certainty(pattern) >= least


@cache
def _compiled(pattern: str) -> Any:
    literals = PLACEHOLDER.split(pattern)[::2]
    return re2.compile(
        "(?s)" + "(.*?)".join(re2.escape(one.replace("%%", "%")) for one in literals)
    )
