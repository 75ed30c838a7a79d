from __future__ import annotations

import time

from web.catalogues.patterns import MAX_CHARACTERS, Patterns

FOUND = Patterns(
    {
        "the field %(name)s is empty": "%(name)s खाली है",
        "the field %(name)s is not %(kind)s": "%(name)s %(kind)s नहीं है",
        "%(org)s has no such token": "%(org)s में ऐसा कोई टोकन नहीं है",
        "%(model)s does not work: %(reason)s": "%(model)s: %(reason)s",
        "%(low)s to %(high)s": "%(low)s से %(high)s",
        "it is (no) pattern: %(text)s.*": "%(text)s",
    }
)


def test_values_are_found_again() -> None:
    found = FOUND.find("the field a b is not text")
    assert found == ("%(name)s %(kind)s नहीं है", {"name": "a b", "kind": "text"})
    assert FOUND.find("acme has no such token") is not None
    assert FOUND.find("x does not work: because\nof y") == (
        "%(model)s: %(reason)s",
        {"model": "x", "reason": "because\nof y"},
    )


def test_literals_are_no_patterns() -> None:
    assert FOUND.find("it is (no) pattern: x.*") is not None
    assert FOUND.find("it is no pattern: x") is None


def test_what_nobody_said_is_not_found() -> None:
    for text in (
        "",
        " ",
        "the field is empty",
        "the field x is empty, or not",
        "शब्द",
        "from a to b",
    ):
        assert FOUND.find(text) is None
    assert FOUND.find("the field " + "x" * MAX_CHARACTERS + " is empty") is None


def test_a_pattern_of_few_letters_after_a_value_is_none() -> None:
    few = Patterns({"%(help)s, at most %(count)s.": "%(help)s, ज़्यादा से ज़्यादा %(count)s।"})
    assert few.find("What a provider wrote, at most once.") is None


def test_hostile_texts_take_linear_time() -> None:
    began = time.process_time()
    for _ in range(100):
        FOUND.find("the field " + "is not is " * 150)
    assert time.process_time() - began < 5
