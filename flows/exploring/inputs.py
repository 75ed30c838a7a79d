"""What a contact may send so that a wait goes on to each of its categories."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from re import _constants as kinds
from re import _parser as patterns
from typing import Any

from flowhook.errors import InvalidInput
from flowhook.turns import in_turns
from flows.definition.definition import Case, Node, Router
from flows.model.session import Message
from flows.model.text import normal
from flows.routers.cases import cases
from flows.routers.cases.numbers import number
from flows.routers.switch import RESERVED

PHOTO = "https://example.org/photo.jpg"
KINDS = (
    Message(type="image", url=PHOTO),
    Message(type="audio", url="https://example.org/voice.ogg"),
    Message(type="video", url="https://example.org/film.mp4"),
    Message(type="document", url="https://example.org/paper.pdf"),
    Message(type="location", latitude=26.45, longitude=80.33),
)
USUAL = ("Asha", "7", "9876543210", "asha@example.org", "600028", "12/05/2000", "yes", "no", "1")
NAMED = (
    (re.compile("name|naam"), "Asha"),
    (re.compile("language|bhasha"), "Hindi"),
    (re.compile("village|place|town|city|district|state|gaon|address|location"), "Rampur"),
    (re.compile(r"(?:^|_)(?:age|umar)(?:_|$)"), "34"),
    (re.compile("phone|mobile|number"), "9876543210"),
    (re.compile("mail"), "asha@example.org"),
    (re.compile(r"(?:^|_)pin"), "600028"),
    (re.compile("date|birth|dob"), "12/05/2000"),
)
MAX_SAMPLE = 1_000  # characters
MAX_NUMBER = 1e15
QUESTION = "When should I sow the seeds?"


@dataclass(frozen=True, slots=True)
class Input:
    """What a contact does at a wait: a message, or None for silence.

    `category` is where it leads, `is_free` whether any words would do.
    """

    category: str
    message: Message | None
    is_free: bool = False

    @property
    def label(self) -> str:
        sent = self.message
        return f"{self.category}/{sent.type}/{sent.text}" if sent else f"{self.category}/silent"


def inputs_for(node: Node, titles: Sequence[str], more: Iterable[str] = ()) -> list[Input]:
    """One input for each category that an answer can lead to, one that leads to none if there is
    any, and one for each of `more` texts.

    `titles` are the options that the contact sees: one that leads on is tapped.
    """
    router = node.router
    if router is None:
        return [Input("", Message(QUESTION), is_free=True)]
    free = free_text(router.result_name)
    pool = [*map(tapped, titles), *_typed(router), Message(free), *map(Message, USUAL), *KINDS]
    found: dict[str, Input] = {}
    for message in in_turns(pool):  # as many as the router has cases, each against all cases
        category = category_of(router, message) or ""  # where none is known, the flow fails
        if category not in found:
            is_free = message.type == "text" and is_open(router, category)
            found[category] = Input(category, Message(free) if is_free else message, is_free)
    wanted = [Input(category_of(router, Message(text)) or "", Message(text)) for text in more]
    silent = [Input("No Response", None)] if router.wait and timed(router) else []
    known = {one.label for one in found.values()}
    return [*found.values(), *silent, *(one for one in wanted if one.label not in known)]


def timed(router: Router) -> bool:
    wait = router.wait
    return bool(wait and (wait.timeout_seconds or wait.timeout_expression))


def tapped(title: str) -> Message:
    return Message(title, "quick_reply", interactive={"title": title})


def free_text(result: str) -> str:
    """Words for a question whose answer is saved under this name.

    >>> free_text("village_name"), free_text("child_age"), free_text("q1")
    ('Asha', '34', 'When should I sow the seeds?')
    """
    name = result.lower()
    return next((text for pattern, text in NAMED if pattern.search(name)), QUESTION)


def is_open(router: Router, category: str) -> bool:
    """Whether any words lead into this category: it is the one for all else, or for any text."""
    texts = [free_text(router.result_name)]
    default = router.category(router.default_category)
    if default is None or default.name != category:
        texts.append(QUESTION)
    return all(category_of(router, Message(text)) == category for text in texts)


def category_of(router: Router, message: Message) -> str | None:
    """The name of the category that a message leads to; None where the flow would fail."""
    if router.is_random:
        return None
    if message.text in RESERVED:
        named = router.category_named(message.text)
        return named.name if named else None
    for case in router.cases:
        test = cases.find(case.type)
        try:
            if test is not None and test.holds(message, case.arguments):
                return _name(router, case)
        except InvalidInput:
            return None
    default = router.category(router.default_category)
    return default.name if default else None


def _name(router: Router, case: Case) -> str | None:
    category = router.category(case.category)
    return category.name if category else None


def _typed(router: Router) -> Iterator[Message]:
    for case in router.cases:
        yield from map(Message, texts_for(case))


def texts_for(case: Case) -> Iterator[str]:
    """Texts that pass a case, the simplest first; none for a case of other messages.

    >>> next(texts_for(Case("c", "has_any_word", ("yes, haan",), "y")))
    'yes'
    >>> next(texts_for(Case("c", "has_number_between", ("5", "9"), "y")))
    '5'
    >>> next(texts_for(Case("c", "has_pattern", (r"^\\d{3}-[a-c]+$",), "y")))
    '000-a'
    """
    test = cases.find(case.type)
    for text in _likely(case):
        try:
            if text.strip() and test is not None and test.holds(Message(text), case.arguments):
                yield text
        except InvalidInput:
            return


def _likely(case: Case) -> Iterator[str]:
    written = [one.strip() for one in case.arguments if one.strip()]
    words = re.split(r"[,;\s]+", written[0]) if written else []
    yield from words
    yield from written[:1]
    yield " ".join(words)
    yield from _numbers(written)
    if written:
        yield sample_of(normal(written[0]))
    yield from USUAL


def _numbers(written: Sequence[str]) -> Iterator[str]:
    """Numbers at, between and beside those of a case."""
    found = [one for one in map(number, written) if one is not None and abs(one) < MAX_NUMBER]
    near = [sum(found) / len(found)] if found else []
    near += [value + step for value in found for step in (0, 1, -1)]
    for value in near:
        yield str(int(value)) if value == int(value) else str(value)


# --- texts of patterns ------------------------------------------------------------------


def sample_of(pattern: str) -> str:
    """A short text in which the pattern has a match, as far as it is simple; else an empty one.

    >>> sample_of(r"(yes|haan)\\s?ji"), sample_of("("), sample_of("[^a]b{2,}")
    ('yesji', '', 'bbb')
    >>> sample_of("(((a{50}){50}){50}){50}")  # of no length that anybody would type
    ''
    """
    try:
        return _sample(patterns.parse(pattern))
    except (re.error, NoSample, RecursionError, OverflowError):
        return ""


class NoSample(Exception):
    """A pattern has a part for which no text is made up, such as a look-ahead."""


def _sample(parsed: Any) -> str:
    text = "".join(_piece(kind, value) for kind, value in parsed)
    if len(text) > MAX_SAMPLE:
        raise OverflowError
    return text


def _piece(kind: Any, value: Any) -> str:
    if kind is kinds.LITERAL:
        return chr(value)
    if kind is kinds.AT:
        return ""
    if kind is kinds.ANY:
        return "a"
    if kind is kinds.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if kind is kinds.IN:
        return _member(value)
    if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT):
        least, _most, inner = value
        return _sample(inner) * min(least, 50)
    if kind is kinds.SUBPATTERN:
        return _sample(value[-1])
    if kind is kinds.BRANCH:
        return _sample(value[1][0])
    raise NoSample


CATEGORIES = {
    kinds.CATEGORY_DIGIT: "0",
    kinds.CATEGORY_SPACE: " ",
    kinds.CATEGORY_WORD: "a",
    kinds.CATEGORY_NOT_DIGIT: "a",
    kinds.CATEGORY_NOT_SPACE: "a",
    kinds.CATEGORY_NOT_WORD: " ",
}


def _member(members: Any) -> str:
    kind, value = members[0]
    if kind is kinds.NEGATE:
        taken = {chr(one) for which, one in members if which is kinds.LITERAL}
        return next((letter for letter in "abc123 " if letter not in taken), "")
    if kind is kinds.RANGE:
        return chr(value[0])
    return CATEGORIES[value] if kind is kinds.CATEGORY else chr(value)
