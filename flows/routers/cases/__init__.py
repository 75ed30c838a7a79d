"""The tests with which a switch examines a message, each one function under its wire name.

A text test gets the message's text and is false for media, a location or a form; a message test
gets the whole message. Arguments are the localized ones of the case as written: variables in them
are not replaced. The examples in the docstrings are executed by a test.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flowhook.registry import Registry
from flows.model.session import Message
from flows.model.text import normal

Arguments = Sequence[str]
TextTest = Callable[[str, Arguments], bool]
MessageTest = Callable[[Message, Arguments], bool]
TEXT_TYPES = frozenset(("text", "quick_reply", "list"))


def no_mistake(_arguments: Arguments) -> str:
    """No mistake: the default of CaseTest."""
    return ""


def same(known: Arguments, arguments: Arguments) -> bool:
    """Whether two cases ask for the same: the default of CaseTest.

    >>> same(["Yes "], ["yes"]), same(["yes"], ["yes please"])
    (True, False)
    """
    return [normal(one) for one in known] == [normal(one) for one in arguments]


@dataclass(frozen=True, slots=True)
class CaseTest:
    """A test, described to the linter and the router.

    holds: returns whether a message passes. words: what passes, for authors: the first paragraph of
    its docstring. argument_count: the number of arguments, None for any.
    needs_words: its first argument must contain a word. keeps_words: the message's words become
    `selected` in the router's result. mistake: returns the mistake in a case's arguments, or an
    empty text; mistake_reason: the reason in the conversation's trace when such a case is tried.
    covers: whether every message that passes with the second arguments passes with the first too.
    """

    name: str
    holds: MessageTest
    words: str
    argument_count: int | None = None
    needs_words: bool = False
    keeps_words: bool = False
    mistake: Callable[[Arguments], str] = no_mistake
    mistake_reason: str = ""
    covers: Callable[[Arguments, Arguments], bool] = same


cases: Registry[CaseTest] = Registry("case test")


def text_test(**about: Any) -> Callable[[TextTest], TextTest]:
    """Register a test of a message's text under the function's name.

    `about` are the fields of CaseTest.
    """

    def register(test: TextTest) -> TextTest:
        def holds(message: Message, arguments: Arguments) -> bool:
            return message.type in TEXT_TYPES and test(message.text, arguments)

        cases.add(test.__name__, CaseTest(test.__name__, holds, _summary(test), **about), test)
        return test

    return register


def message_test(**about: Any) -> Callable[[MessageTest], MessageTest]:
    """Register a test of the whole message under the function's name.

    `about` are the fields of CaseTest.
    """

    def register(test: MessageTest) -> MessageTest:
        cases.add(test.__name__, CaseTest(test.__name__, test, _summary(test), **about), test)
        return test

    return register


def _summary(test: Callable[..., bool]) -> str:
    """The first paragraph of a docstring, in one line."""
    return " ".join((inspect.getdoc(test) or "").partition("\n\n")[0].split())


def first(arguments: Arguments) -> str:
    return arguments[0] if arguments else ""
