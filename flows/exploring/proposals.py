"""Conversations that are proposed as cases of a question set."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from answers.question_sets.schema import MAX_TURNS
from flowhook.turns import in_turns
from flows.exploring.coverage import Coverage
from flows.exploring.explorer import MAX_SECONDS, MAX_STEPS, Explored
from flows.exploring.personas import PERSONAS
from flows.exploring.walker import Path, Turn, Walker
from flows.model.session import Message
from flows.play.case_turns import turn_of

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A conversation and what it reaches: categories by name and nodes by UUID, as a check
    `reaches` takes them. `persona` is who speaks, empty for the shortest way. The `keyword` is the
    turn of a conversation that has no other."""

    path: Path
    reaches: tuple[str, ...]
    persona: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    keyword: str = ""

    def as_dict(self) -> Json:
        turns = [turn_of(turn.message) for turn in self.path.turns] or [self.keyword]
        shown: Json = {"turns": turns, "reaches": list(self.reaches), "persona": self.persona}
        return shown | ({"body": dict(self.body)} if self.body else {})


def proposals_of(
    explored: Explored, walker: Walker, personas: Sequence[str], most: int
) -> list[Proposal]:
    """The shortest conversations, one for each turn that reached something first; then those of
    each persona that reach the same with other words."""
    keyword = next(iter(walker.flow.keywords), "")
    found = [
        Proposal(path, told, body=body_of(path), keyword=keyword)
        for path, marks in explored.firsts
        if (path.turns or keyword)
        and len(path.turns) <= MAX_TURNS
        and path.is_usual
        and "groups" not in path.beginning  # which the contact of a case has none of
        and (told := _told(explored.coverage, marks))
    ]
    return list(islice(chain(found, _all_spoken(found, personas, walker)), most))


def _all_spoken(
    found: Sequence[Proposal], personas: Sequence[str], walker: Walker
) -> Iterator[Proposal]:
    most_steps, began = walker.steps + MAX_STEPS, time.monotonic()
    for name in personas:
        for proposal in in_turns(found):
            if walker.steps >= most_steps or time.monotonic() - began > MAX_SECONDS:
                return
            spoken = _spoken(proposal, name, walker)
            if spoken is not None:
                yield spoken


def body_of(path: Path) -> Json:
    """The body of a case that begins as the path does."""
    begins = path.beginning
    about = {key: begins[key] for key in ("name", "phone", "language", "fields") if key in begins}
    results = {"results": begins["results"]} if "results" in begins else {}
    return results | ({"contact": about} if about else {})


def _told(coverage: Coverage, marks: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    exits_first = sorted(marks, key=lambda mark: not mark[1])
    return tuple(dict.fromkeys(map(coverage.told, exits_first)))


def _spoken(proposal: Proposal, persona: str, walker: Walker) -> Proposal | None:
    """The proposal in a persona's words; None where they change nothing, or lead elsewhere."""
    turns = tuple(_as_persona(turn, persona) for turn in proposal.path.turns)
    if turns == proposal.path.turns:
        return None
    path = Path(proposal.path.beginning, proposal.path.preset, turns)
    coverage = Coverage(walker.flow)
    played = walker.play_all(path)
    told = _told(coverage, coverage.add(event for one in played for event in one.events))
    if not set(proposal.reaches) <= set(told):
        return None
    return Proposal(path, proposal.reaches, persona, proposal.body)


def _as_persona(turn: Turn, persona: str) -> Turn:
    message = turn.message
    if message is None or not turn.is_free:
        return turn
    said: Message = PERSONAS[persona](message.text)
    return turn if said == message else Turn(said, turn.preset, turn.category, turn.is_free)
