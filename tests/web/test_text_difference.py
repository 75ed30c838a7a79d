"""The difference of two texts, by lines and words."""

from __future__ import annotations

import random
import time

import pytest

from web.text_difference import IN, OUT, Gap, Line, difference


def told(before: str, after: str) -> list[str]:
    """A line of a difference as `+Be [short]`."""
    return [
        f"({line.count})"
        if isinstance(line, Gap)
        else {"same": " ", "out": "-", "in": "+"}[line.kind]
        + "".join(f"[{part.text}]" if part.is_changed else part.text for part in line.parts)
        for line in difference(before, after)
    ]


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("", "", []),
        ("Be kind.", "Be kind.", []),
        ("Be kind.", "", ["-Be kind.", "+"]),
        ("Be kind to all.", "Be good to all.", ["-Be [kind] to all.", "+Be [good] to all."]),
        ("a\nb", "a\nx\nb", [" a", "+x", " b"]),
        ("a\nx\nb", "a\nb", [" a", "-x", " b"]),
        ("alles neu", "nothing alike here", ["-alles neu", "+nothing alike here"]),
        ("आप विनम्र रहें।", "आप छोटे रहें।", ["-आप [विनम्र] रहें।", "+आप [छोटे] रहें।"]),
        ("1\n2\n3\n4\n5\n6\na", "1\n2\n3\n4\n5\n6\nb", ["(4)", " 5", " 6", "-a", "+b"]),
        ("a\n1\n2\n3\n4\n5\n6", "b\n1\n2\n3\n4\n5\n6", ["-a", "+b", " 1", " 2", "(4)"]),
        ("a\n1\n2\n3\nb", "x\n1\n2\n3\ny", ["-a", "+x", " 1", " 2", " 3", "-b", "+y"]),
        ("one two\nthree", "one two three", ["-one two[]", "-three", "+one two[ ]three"]),
    ],
)
def test_what_changed_is_shown(before: str, after: str, shown: list[str]) -> None:
    assert [line.replace("[]", "") for line in told(before, after)] == [
        line.replace("[]", "") for line in shown
    ]


def whole(lines: list[Line | Gap], kind: str) -> str:
    """The text of one side, where no line is left out."""
    return "\n".join(
        "".join(part.text for part in line.parts)
        for line in lines
        if isinstance(line, Line) and line.kind in ("same", kind)
    )


def test_both_texts_can_be_read_from_their_difference() -> None:
    chance = random.Random(7)
    for _ in range(500):
        before, after = (
            "\n".join(" ".join(chance.choices("abc", k=2)) for _ in range(chance.randint(1, 5)))
            for _ in range(2)
        )
        found = difference(before, after)
        if found and not any(isinstance(line, Gap) for line in found):
            assert (whole(found, OUT), whole(found, IN)) == (before, after)


@pytest.mark.parametrize("line", ["a\n", "a b\n", "a b a c "])
def test_long_texts_of_one_word_take_bounded_time(line: str) -> None:
    before, after = "x" + line * 7_000, line * 7_000 + "y"
    started = time.process_time()
    assert difference(before, after)
    mixed = (line + "b\n") * 300, ("c\n" + line) * 300
    assert difference(*mixed)
    assert time.process_time() - started < 5
