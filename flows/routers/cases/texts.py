"""Tests of words and phrases. Words keep their punctuation: `yes!` is not `yes`."""

from __future__ import annotations

from functools import lru_cache

from flows.model.text import normal, words
from flows.routers.cases import Arguments, first, text_test

_listed = lru_cache(maxsize=4096)(words)
"""The words of a case's argument, cached. Contacts' words are never cached."""


def lists_all(known: Arguments, arguments: Arguments) -> bool:
    """Whether the words of the second case, one or more, are all among those of the first.

    >>> lists_all(["yes, haan"], ["Haan"]), lists_all(["yes"], ["yes, haan"])
    (True, False)
    >>> lists_all(["a"], [""])
    False
    """
    wanted = _listed(first(arguments))
    return bool(wanted) and wanted <= _listed(first(known))


def is_part(known: Arguments, arguments: Arguments) -> bool:
    """Whether the second case's text contains the first's.

    >>> is_part(["yes"], ["Yes please"]), is_part(["yes please"], ["yes"])
    (True, False)
    """
    return normal(first(known)) in normal(first(arguments))


@text_test(needs_words=True, covers=lists_all)
def has_any_word(text: str, arguments: Arguments) -> bool:
    """The message contains one of the words, in any case; space, `,` and `;` separate words.

    >>> has_any_word("Haan ji", ["yes, haan"]), has_any_word("yes!", ["yes"])
    (True, False)
    >>> has_any_word("anything", [""])
    False
    """
    return not words(text).isdisjoint(_listed(first(arguments)))


@text_test(needs_words=True)
def has_all_words(text: str, arguments: Arguments) -> bool:
    """The message contains every one of the words.

    >>> has_all_words("red and blue", ["Blue red"]), has_all_words("red", ["blue red"])
    (True, False)
    >>> has_all_words("anything", [""])
    True
    """
    return _listed(first(arguments)) <= words(text)


@text_test(needs_words=True, keeps_words=True, covers=lists_all)
def has_multiple(text: str, arguments: Arguments) -> bool:
    """Every word of the message is one of the listed ones; the words become `selected`.

    >>> has_multiple("hindi, tamil", ["hindi tamil urdu"]), has_multiple("french", ["hindi"])
    (True, False)
    >>> has_multiple("", ["hindi"])
    True
    """
    return words(text) <= _listed(first(arguments))


@text_test(covers=is_part)
def has_phrase(text: str, arguments: Arguments) -> bool:
    """The message contains the text, also inside a word.

    >>> has_phrase("please concatenate", ["Cat"]), has_phrase("dog", ["cat"])
    (True, False)
    >>> has_phrase("anything", [""])
    True
    """
    return normal(first(arguments)) in normal(text)


@text_test()
def has_only_phrase(text: str, arguments: Arguments) -> bool:
    """The message is the text, in any case.

    >>> has_only_phrase(" Good Morning ", ["good morning"]), has_only_phrase("good", ["god"])
    (True, False)
    """
    return normal(text) == normal(first(arguments))


@text_test()
def has_only_text(text: str, arguments: Arguments) -> bool:
    """The message is the text, in any case.

    >>> has_only_text("COMPLETED", ["completed"]), has_only_text("completed!", ["completed"])
    (True, False)
    """
    return normal(text) == normal(first(arguments))


@text_test()
def has_text(text: str, _arguments: Arguments) -> bool:
    """The message has any text.

    >>> has_text(" hello ", []), has_text("  ", [])
    (True, False)
    """
    return text.strip() != ""


@text_test()
def has_beginning(text: str, arguments: Arguments) -> bool:
    """The message begins with the text.

    >>> has_beginning("  Hello world", ["hello"]), has_beginning("oh hello", ["hello"])
    (True, False)
    >>> has_beginning("anything", [""])
    True
    """
    return normal(text).startswith(normal(first(arguments)))
