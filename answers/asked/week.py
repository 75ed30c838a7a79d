"""What people asked in the last seven days, in groups, and what of it is new.

It is read from the log of calls, so nothing is kept beside it: a week of which the log holds only
the end is told as such. The outcome is kept for some minutes, sealed.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from answers.asked.groups import Group, grouped
from answers.asked.question import (
    ANSWERED_BY,
    ASK_A_PERSON,
    NOBODY,
    Asks,
    Question,
    question_of,
)
from answers.question_sets.languages import told
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.records.log import LogFilter, LogStore
from flowhook.redis.keys import org_key
from flowhook.timestamps import timestamp_of
from flowhook.turns import in_turns

WEEK_SECONDS = 7 * 86_400
MAX_CALLS = 20_000  # of the log that are looked at
MAX_QUESTIONS = 5_000
PAGE_CALLS = 200
MAX_GROUPS = 200
MAX_WORDINGS = 5
KEPT_SECONDS = 300
PURPOSE = "asked_2"  # the release before this one knows no answers of guardrails


@dataclass(frozen=True, slots=True)
class AskedGroup:
    """Questions that ask for the same: `title` is the wording used most, `wordings` the others.

    `by` counts by who answered, `languages` by language. `is_new`: nobody asked it in the week
    before, of which something is known. `log_id` is the newest call.
    """

    title: str
    count: int
    contacts: int
    by: dict[str, int]
    languages: dict[str, int]
    wordings: list[str]
    is_new: bool
    log_id: str
    function: str


@dataclass(frozen=True, slots=True)
class AskedWeek:
    """The groups of a week, most questions first, and who answered in all.

    `since` is where the questions begin: later than a week ago where the log holds no more, or
    there were too many. `more` counts the questions of groups that are left out.
    """

    groups: list[AskedGroup]
    count: int
    by: dict[str, int]
    since: str
    until: str
    more: int = 0


class WhatPeopleAsk:
    """Reads the week of an organisation; `find` tells which functions are asked questions."""

    def __init__(
        self,
        redis: Any,
        cipher: Cipher,
        log: LogStore,
        find: Callable[[str], Asks | None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.redis = redis
        self.cipher = cipher
        self.log = log
        self.find = find
        self.clock = clock

    def week(self, org: str) -> AskedWeek:
        """The last seven days, as of some minutes ago at most."""
        key = org_key(org, "asked")
        kept = self._opened(org, self.redis.get(key))
        if kept is not None:
            return kept
        week = week_of(self._questions(org), self.clock())
        sealed = self.cipher.seal(org, PURPOSE, orjson.dumps(asdict(week)))
        self.redis.set(key, sealed, ex=KEPT_SECONDS)
        return week

    def _opened(self, org: str, sealed: bytes | None) -> AskedWeek | None:
        if sealed is None:
            return None
        try:
            told = orjson.loads(self.cipher.open(org, PURPOSE, sealed))
        except CannotDecrypt:
            return None
        return AskedWeek(**{**told, "groups": [AskedGroup(**one) for one in told["groups"]]})

    def _questions(self, org: str) -> list[Question]:
        """The questions of two weeks, newest first, as many as there may be.

        A question to a person is in the log when it was asked, and again with how it ended: the
        end, which is the newer, counts. What the bot could not answer before the flow asked a
        person the same counts with that one.
        """
        found: list[Question] = []
        to_people: set[tuple[str, str, str]] = set()
        passed_on: Counter[tuple[str, str]] = Counter()
        for entry in in_turns(self._entries(org)):
            question = question_of(entry, _seconds(entry), self.find)
            if question is None:
                continue
            if question.function == ASK_A_PERSON:
                asked = (entry["request_id"], question.contact, question.text)
                if asked in to_people:
                    continue
                to_people.add(asked)
                passed_on[question.contact, question.text] += bool(question.contact)
            elif question.by == NOBODY and passed_on[question.contact, question.text]:
                passed_on[question.contact, question.text] -= 1
                continue
            found.append(question)
            if len(found) == MAX_QUESTIONS:
                break
        return found

    def _entries(self, org: str) -> Iterator[dict[str, Any]]:
        since = int((self.clock() - 2 * WEEK_SECONDS) * 1000)
        cursor: str | None = ""
        read = 0
        while cursor is not None and read < MAX_CALLS:
            page = self.log.page(org, LogFilter(since=since), cursor, PAGE_CALLS, whole=True)
            read += PAGE_CALLS
            yield from page["logs"]
            cursor = page["next_cursor"]


def week_of(questions: Sequence[Question], now: float) -> AskedWeek:
    """The groups of the questions of two weeks, newest first, as of the week that ends now."""
    start = now - WEEK_SECONDS
    first = min((one.at for one in questions), default=start)
    in_order = grouped(sorted(questions, key=lambda one: one.at))
    groups = [_told(group, start, knows_before=first < start) for group in in_order]
    told_groups = sorted(
        (one for one in groups if one is not None), key=lambda one: (-one.count, one.title)
    )
    this_week = [one for one in questions if one.at >= start]
    shown = told_groups[:MAX_GROUPS]
    return AskedWeek(
        groups=shown,
        count=len(this_week),
        by=_by(this_week),
        since=timestamp_of(int(max(start, first) * 1000)),
        until=timestamp_of(int(now * 1000)),
        more=len(this_week) - sum(one.count for one in shown),
    )


def _told(group: Group, start: float, *, knows_before: bool) -> AskedGroup | None:
    """A group as it is shown; None where nobody asked it this week. Where nothing is known of the
    week before, as of a log that holds seven days, nothing is told to be new."""
    recent = [one for one in group.questions if one.at >= start]
    if not recent:
        return None
    title = Group(recent).title
    counts = Counter(one.text for one in recent)
    others = [text for text, _ in counts.most_common(MAX_WORDINGS + 1) if text != title]
    languages = Counter(told(one.text) or "" for one in recent)
    return AskedGroup(
        title=title,
        count=len(recent),
        contacts=len({one.contact for one in recent if one.contact}),
        by=_by(recent),
        languages={
            name: languages[name] for name in sorted(languages, key=lambda one: -languages[one])
        },
        wordings=others[:MAX_WORDINGS],
        is_new=knows_before and len(recent) == len(group.questions),
        log_id=recent[-1].log_id,
        function=recent[-1].function,
    )


def _by(questions: Sequence[Question]) -> dict[str, int]:
    """How many each of ANSWERED_BY answered, those left out that answered none."""
    counts = Counter(one.by for one in questions)
    return {by: counts[by] for by in ANSWERED_BY if counts[by]}


def _seconds(entry: dict[str, Any]) -> float:
    return int(str(entry["id"]).partition("-")[0]) / 1000
