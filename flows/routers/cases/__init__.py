"""The tests with which a switch examines a message, each one function under its wire name.

A text test gets the message's text and is false for media, a location or a form; a message test
gets the whole message. Arguments are the localized ones of the case as written: variables in them
are not replaced. The examples in the docstrings are executed by a test.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flowhook.registry import Registry
from flows.model.session import Message

Arguments = Sequence[str]
TextTest = Callable[[str, Arguments], bool]
MessageTest = Callable[[Message, Arguments], bool]
TEXT_TYPES = frozenset(("text", "quick_reply", "list"))


@dataclass(frozen=True, slots=True)
class CaseTest:
    name: str
    holds: MessageTest


cases: Registry[CaseTest] = Registry("case test")


def text_test(test: TextTest) -> TextTest:
    """Register a test of a message's text under the function's name."""

    def holds(message: Message, arguments: Arguments) -> bool:
        return message.type in TEXT_TYPES and test(message.text, arguments)

    cases.add(test.__name__, CaseTest(test.__name__, holds), test)
    return test


def message_test(test: MessageTest) -> MessageTest:
    """Register a test of the whole message under the function's name."""
    cases.add(test.__name__, CaseTest(test.__name__, test), test)
    return test


def first(arguments: Arguments) -> str:
    return arguments[0] if arguments else ""
