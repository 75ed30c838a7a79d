"""The placeholders of one call: what is masked in its texts, and how it is put back.

A placeholder is made of what it stands for, by a digest that only the organisation's key gives, and
so is the same in every call of a contact: nothing is stored, and nothing is left behind.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Collection, Sequence
from typing import Any

from answers.guardrails.masking.finding import find_with
from answers.guardrails.masking.found import Found
from answers.guardrails.masking.json_texts import each_text
from answers.guardrails.masking.known_names import KnownNames
from answers.guardrails.masking.placeholders import (
    LOOKS_ALIKE,
    PLACEHOLDER,
    number_in,
    numbers_in,
    numbers_of,
    placeholder,
    put_back,
)

MOST_CHARACTERS = 2_000_000  # of one text
MOST_PLACEHOLDERS = 50_000  # of one call

Digest = Callable[[bytes], bytes]


class CannotMask(ValueError):
    """A text is longer, or holds more that identifies people, than can be masked."""


class Masks:
    """Masks texts and puts back what was masked, for one call, whose threads share it."""

    def __init__(self, kinds: Collection[str], digest: Digest, names: Sequence[str] = ()) -> None:
        """`kinds` are what to mask; `digest` stands for a text without telling it; `names` are
        those of the contact."""
        self.kinds = frozenset(kinds)
        self.digest = digest
        self.known = KnownNames(names if "name" in self.kinds else ())
        self.placeholders: dict[tuple[str, str], str] = {}
        self.originals: dict[int, str] = {}
        self.in_texts: set[int] = set()  # numbers that stand in texts: no placeholder gets one
        self.before_s: set[int] = set()  # whose original had an s behind it
        self.lock = threading.Lock()

    def mask(self, text: str) -> str:
        """The text with a placeholder for each of what identifies people. Raises CannotMask."""
        if len(text) > MOST_CHARACTERS:
            raise CannotMask(f"a text is longer than {MOST_CHARACTERS} characters")
        with self.lock:
            return self._masked(text)

    @property
    def names(self) -> int:
        """How many names are known: those of the contact, and those that texts told so far."""
        return len(self.known)

    def all_names(self) -> tuple[str, ...]:
        with self.lock:
            return self.known.all()

    def _masked(self, text: str) -> str:
        found = find_with(text, self.kinds, self.known)
        found = self._with_look_alikes(text, found)
        parts: list[str] = []
        end = 0
        for one in found:
            parts += (text[end : one.start], self._placeholder(one, text))
            end = one.end
        return "".join((*parts, text[end:])) if parts else text

    def restore(self, text: str, *, in_json: bool = False) -> str:
        """The text with the originals in the place of the placeholders that this call gave.

        `in_json`: the text is JSON, so what stands in its strings is written as there.
        """
        if not self.originals or self.originals.keys().isdisjoint(numbers_in(text)):
            return text

        def restored(found: re.Match[str]) -> str:
            number, _ = number_in(found)
            original = self.originals.get(number)
            if original is None:
                return found[0]
            written = json.dumps(original, ensure_ascii=False)[1:-1] if in_json else original
            return put_back(found, written, number in self.before_s)

        return PLACEHOLDER.sub(restored, text)

    def restore_all(self, value: Any) -> Any:
        """A JSON value with each of its texts restored."""
        return each_text(value, self.restore)

    def _with_look_alikes(self, text: str, found: list[Found]) -> list[Found]:
        """What was found, and numbers that would be read as a placeholder that was given before."""
        numbers = numbers_in(text)
        self.in_texts |= numbers
        if self.originals.keys().isdisjoint(numbers):
            return found
        alike = [
            Found(*match.span(group), "text")
            for match in LOOKS_ALIKE.finditer(text)
            for number, group in [number_in(match)]
            if number in self.originals
        ]
        free = [one for one in found if not any(_overlap(one, other) for other in alike)]
        return sorted((*free, *alike))

    def _placeholder(self, found: Found, text: str) -> str:
        original = text[found.start : found.end]
        known = self.placeholders.get((found.kind, original))
        if known is None:
            number = self._free_number(found.kind, original)
            known = self.placeholders[found.kind, original] = placeholder(found.kind, number)
            self.originals[number] = original
        if text[found.end : found.end + 1] in ("s", "S"):
            self.before_s.add(int(known[known.rindex("_") + 1 : -1]))
        return known

    def _free_number(self, kind: str, original: str) -> int:
        if len(self.originals) < MOST_PLACEHOLDERS:
            digest = self.digest(f"{kind}\0{original}".encode(errors="surrogatepass"))
            for number in numbers_of(digest):
                if number not in self.originals and number not in self.in_texts:
                    return number
        raise CannotMask("a call holds more than can be masked")


def _overlap(one: Found, other: Found) -> bool:
    return one.start < other.end and other.start < one.end
