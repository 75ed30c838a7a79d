"""Sets of result names as bits of an integer, which makes unions of thousands of names fast."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 300  # a longer use is only compared as a whole


class Names:
    """All result names of a flow; a set of them is an integer with their bits."""

    def __init__(self, names: Iterable[str]) -> None:
        self._bits = {name: 1 << place for place, name in enumerate(dict.fromkeys(names))}
        self._lowered: dict[str, int] = {}
        for name, bit in self._bits.items():
            lowered = name.lower()
            self._lowered[lowered] = self._lowered.get(lowered, 0) | bit
        self.all = (1 << len(self._bits)) - 1

    def set_of(self, names: Iterable[str]) -> int:
        """The set of these names."""
        found = 0
        for name in names:
            found |= self._bits[name]
        return found

    def named(self, known: int) -> list[str]:
        """The names in a set.

        >>> names = Names(["a", "b", "c"])
        >>> names.named(names.set_of(["c", "a"]))
        ['a', 'c']
        """
        return [name for name, bit in self._bits.items() if bit & known]

    def have(self, known: int, use: str) -> bool:
        """Whether `@results.<use>` has a value when these results are set.

        A result can be read by its name, or by its lower-cased name followed by any other
        characters.

        >>> names = Names(["Name", "age"])
        >>> [names.have(names.set_of(["Name"]), use) for use in ("Name", "names", "Names", "age")]
        [True, True, False, False]
        """
        if self._bits.get(use, 0) & known:
            return True
        ends = range(1, min(len(use), LONGEST) + 1)
        return any(self._lowered.get(use[:end], 0) & known for end in ends)
