"""Runs the sets of nightly gates once a night on what is live, and tells when it got worse.

What is live did not change, nor did the set: so it is the provider who changed the model. Answers
of before are not taken from the store, and a run is compared with that of the last good night.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from answers.gates.check_store import Place
from answers.gates.evidence import Evidence
from answers.gates.gate import PROMPT, Gate, Subject
from answers.gates.night import WORSE, Night, NightStore
from answers.question_sets.runs.run import Run
from flowhook.alerts.conditions import Alert, Condition
from flowhook.errors import Conflict, FlowhookError, NotFound
from flowhook.organisations.organisation import Organisation

FIRST_HOUR, LAST_HOUR = 3, 6  # a service that was away until 6 leaves the night out
BY = "every night"
MOST_CASES = 100  # that are kept of those that got worse
TOLD = 5  # cases that an alert names

logger = logging.getLogger(__name__)


class Nightly:
    """`subjects` are what may have gates, by their kind; `find` reads an organisation."""

    def __init__(
        self,
        nights: NightStore,
        evidence: Evidence,
        subjects: Mapping[str, Subject],
        find: Callable[[str], Organisation],
        clock: Callable[[], float],
    ) -> None:
        self.nights = nights
        self.evidence = evidence
        self.subjects = subjects
        self.find = find
        self.clock = clock

    def look_at(self, org: str) -> None:
        """Begin the runs that are due, and compare those that ended."""
        today = self._tonight(self.find(org))
        for place, night in self.nights.nights(org).items():
            known = self._compared(org, place, night) if night.open else night
            if today and known.date != today and not known.open:
                self._begin(org, place, replace(known, date=today))

    def run_ended(self, org: str, run: Run) -> None:
        """Compare the run of a night."""
        for place, night in self.nights.nights(org).items():
            if night.open and night.run == run.id:
                self._compared(org, place, night)

    def condition(self) -> Condition:
        """What is live answers its question set worse than it did."""

        def found(organisation: Organisation) -> Iterator[Alert]:
            for place, night in self.nights.nights(organisation.id).items():
                gate = self._nightly(organisation.id, place)
                if night.verdict == WORSE and gate and self._is_live(organisation.id, place, night):
                    yield _alert(place, gate, night)

        return found

    def _tonight(self, organisation: Organisation) -> str:
        """The date of the night that it is now for an organisation; empty by day."""
        now = datetime.fromtimestamp(self.clock(), organisation.timezone)
        return now.date().isoformat() if FIRST_HOUR <= now.hour < LAST_HOUR else ""

    def _begin(self, org: str, place: Place, night: Night) -> None:
        """Run a gate's set on what is live.

        The night is noted first: a process that is killed between leaves it out, so that none is
        paid twice.
        """
        gate = self._nightly(org, place)
        live = self._live(org, place)
        if gate is None or live is None:
            return
        self.nights.keep(org, place, night)
        try:
            variant = self.subjects[place[0]].variant(place[1], live)
            digest = self.evidence.digest(org, gate.question_set)
            if (live, digest) != (night.version, night.digest):
                night = Night(night.date, version=live, digest=digest)
            run = self.evidence.start(org, gate, variant, BY, is_fresh=True)
        except Conflict:  # too many runs are not over: it is its turn later this night
            self.nights.keep(org, place, replace(night, date=""))
            return
        except FlowhookError as error:
            what = {"organization_id": org, "cause": error.type}
            logger.warning("a question set could not be run tonight", extra=what)
            return
        self.nights.keep(org, place, replace(night, run=run, open=True))

    def _compared(self, org: str, place: Place, night: Night) -> Night:
        """A night as it is once its run was compared, if it ended; one that failed leaves what was
        told as it was."""
        try:
            if not self.evidence.is_there(org, night.digest, [night.run]):
                return night
            known = self._told(org, night)
        except FlowhookError as error:
            what = {"organization_id": org, "cause": error.message}
            logger.warning("a night's run says nothing", extra=what)
            known = night
        closed = replace(known, open=False)
        self.nights.keep(org, place, closed)
        return closed

    def _told(self, org: str, night: Night) -> Night:
        """What a night's run says, beside the one of before. Raises Conflict for nothing."""
        before = self.evidence.earlier(org, night.run, night.before)
        if before:
            worse = self.evidence.worse(org, before, night.run)
        else:
            worse = []
            self.evidence.refuse_unanswered(org, night.run)
        if worse:
            return replace(night, before=before, verdict=WORSE, cases=tuple(worse[:MOST_CASES]))
        return replace(night, before=night.run, verdict="", cases=())

    def _nightly(self, org: str, place: Place) -> Gate | None:
        """A gate that is still nightly."""
        gate = self.subjects[place[0]].gate(org, place[1])
        return gate if gate is not None and gate.nightly else None

    def _is_live(self, org: str, place: Place, night: Night) -> bool:
        return self._live(org, place) == night.version

    def _live(self, org: str, place: Place) -> int | None:
        try:
            return self.subjects[place[0]].standing(org, place[1]).baseline
        except NotFound:
            return None


def _alert(place: Place, gate: Gate, night: Night) -> Alert:
    kind, name = place
    cases = ", ".join(night.cases[:TOLD])
    more = f" and {len(night.cases) - TOLD} more" if len(night.cases) > TOLD else ""
    outside = "the model" if kind == PROMPT else "the model, or a server that the flow asks changed"
    return Alert(
        f"answers_worse:{kind}:{name}",
        f"the same version of the {kind} {name} answers the question set {gate.question_set} worse"
        f" than before, so the provider changed {outside} (cases {cases}{more})",
        "Look at the failing cases of its last run; choose a dated model, or mend the prompt.",
    )
