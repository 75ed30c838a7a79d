"""Lets prompts and flows go live: at once without a gate, else once the evidence allows it.

The evidence are runs of the gate's question set on the new version and on the live one. What is
there already, of the last day and on the set as it is now, is not asked again. A check that has to
wait for runs is stored; whoever finishes the last of them decides it, and so does a sweep, since a
worker may be killed between. Deciding twice does no harm: the prompt or flow changes in a
transaction that watches everything on which the decision rests.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping

from answers.gates.check import FAILED, PASSED, REFUSED, REPLACED, GateCheck
from answers.gates.check_store import GateCheckStore, Place, checks_key
from answers.gates.decision import Decision
from answers.gates.evidence import Evidence
from answers.gates.gate import PROMPT, Gate, Live, Standing, Subject
from answers.gates.night import NightStore
from answers.question_sets.runs.run import Run
from flowhook.errors import Conflict, FlowhookError, GateFailed, NotFound
from flowhook.organisations.audit import Audit

TRIES = 3  # to begin a check, where somebody stops a run that it found
MOST_CASES = 100  # of those that refuse a version, that are told
CHANGED_SET = "the question set was changed meanwhile: ask for it to go live again"

logger = logging.getLogger(__name__)


class Gates:
    """Puts versions live; `add_subject` what may have a gate."""

    def __init__(
        self,
        checks: GateCheckStore,
        nights: NightStore,
        evidence: Evidence,
        audit: Audit,
        now: Callable[[], str],
    ) -> None:
        """`now` gives the time in ISO form."""
        self.checks = checks
        self.nights = nights
        self.evidence = evidence
        self.audit = audit
        self.now = now
        self.subjects: dict[str, Subject] = {}

    def add_subject(self, subject: Subject) -> None:
        self.subjects[subject.kind] = subject

    def gate(self, org: str, place: Place) -> Gate | None:
        """The gate of a prompt or flow, also of a flow that was deleted."""
        return self.subjects[place[0]].gate(org, place[1])

    def existing(self, org: str, place: Place) -> Gate:
        """The gate of a prompt or flow. Raises NotFound where one of them is not there."""
        self.subjects[place[0]].standing(org, place[1])
        found = self.gate(org, place)
        if found is None:
            raise no_gate()
        return found

    def last_checks(self, org: str, place: Place) -> list[GateCheck]:
        """The last checks of a prompt or flow, newest first; not those of one that was deleted and
        had its name. Raises NotFound."""
        subject = self.subjects[place[0]].standing(org, place[1]).id
        return [check for check in self.checks.checks(org, place) if check.subject == subject]

    def put_gate(self, org: str, place: Place, gate: Gate, by: str) -> bool:
        """Give a prompt or flow a gate; whether it had none. Raises NotFound, and InvalidInput
        where the question set does not ask it."""
        subject = self.subjects[place[0]]
        subject.standing(org, place[1])
        any_one = subject.variant(place[1], None)
        self.evidence.check_set(org, gate.question_set, place, any_one)
        before = subject.gate(org, place[1])
        if gate != before:
            subject.set_gate(org, place[1], gate, by)
        if gate.nightly:
            self.nights.add(org, place)
        else:
            self.nights.drop(org, place)
        return before is None

    def drop_gate(self, org: str, place: Place, by: str) -> None:
        """Take a gate away. Raises NotFound where there is none."""
        self.existing(org, place)
        self.subjects[place[0]].set_gate(org, place[1], None, by)
        self.nights.drop(org, place)
        self.look_at(org)

    def users(self, org: str, question_set: str) -> list[str]:
        """Who has this set as a gate, in words."""
        return [
            f"the {kind} {name}"
            for kind, subject in self.subjects.items()
            for name, gate in subject.gates(org).items()
            if gate.question_set == question_set
        ]

    # --- going live ---------------------------------------------------------------------

    def go_live(
        self, org: str, place: Place, wanted: Live, by: str, *, insists: bool
    ) -> GateCheck | None:
        """Put versions live, or begin to check them; gives the check that runs, None if they are
        live.

        Raises GateFailed where the evidence is there and refuses them, NotFound, Conflict, and
        what the set cannot be asked for.
        """
        subject = self.subjects[place[0]]
        gate, standing = subject.gate(org, place[1]), subject.standing(org, place[1])
        if gate is None or insists or not _new(standing, wanted):
            self._overtake(org, place)
            subject.publish(org, place[1], wanted, by)
            if gate is not None and insists:
                self.audit.write(org, by, "force", f"{place[0]}s/{place[1]}", _texts(wanted))
            return None
        for _ in range(TRIES):
            check = self._gathered(org, place, gate, standing, wanted, by)
            ended = self._begun(org, place, check)
            if ended.status != FAILED or not self.evidence.lacks(org, check.found):
                break
        if ended.status == REPLACED:
            ended = self._instead(org, place, ended)
        if ended.status == REFUSED:
            raise refusal(place, ended)
        if ended.status == FAILED:
            raise Conflict(f"it could not be checked: {ended.why}")
        return None if ended.status == PASSED else ended

    def _gathered(
        self, org: str, place: Place, gate: Gate, standing: Standing, wanted: Live, by: str
    ) -> GateCheck:
        """A check with a run for each version that is compared, those begun that are not there."""
        subject, against = self.subjects[place[0]], standing.baseline
        digest = self._digest(org, gate)
        compared = [*_new(standing, wanted), *([] if against is None else [against])]
        variants = {number: subject.variant(place[1], number) for number in compared}
        self.evidence.check(org, gate.question_set, place, variants.values())
        runs: dict[int, str] = {}
        started: list[str] = []
        try:
            for number, variant in variants.items():
                found = self.evidence.find(org, gate.question_set, variant)
                if found is None:
                    found = self.evidence.start(org, gate, variant, by)
                    started.append(found)
                runs[number] = found
        except FlowhookError:
            self._stop(org, started, "nothing needs it any more")
            raise
        return GateCheck(
            id=secrets.token_hex(8),
            subject=standing.id,
            question_set=gate.question_set,
            digest=digest,
            wanted=wanted,
            against=against,
            runs=runs,
            by=by,
            at=self.now(),
            started=tuple(started),
        )

    def _begun(self, org: str, place: Place, check: GateCheck) -> GateCheck:
        """Store a check, and decide it if it can be decided; gives it as it is then."""
        try:
            self._drop(org, place, self.checks.begin(org, place, check))
        except NotFound:
            self._stop(org, check.started, "nothing needs it any more")
            raise
        return self.look(org, place, self._now(org, place, check))

    def _instead(self, org: str, place: Place, replaced: GateCheck) -> GateCheck:
        """The check of those who asked for the same at the same time. Raises Conflict where
        something else was asked for."""
        newest = next(iter(self.checks.checks(org, place)), replaced)
        if newest.status == REPLACED or dict(newest.wanted) != dict(replaced.wanted):
            raise Conflict("something else was asked to go live at the same time")
        return newest

    def _digest(self, org: str, gate: Gate) -> str:
        """The digest of a gate's set. Raises Conflict where there is none, as where a flow, whose
        set was deleted after it, was brought back."""
        try:
            return self.evidence.digest(org, gate.question_set)
        except NotFound:
            raise Conflict(
                f"its gate, the question set {gate.question_set}, was deleted",
                fix="Bring the question set back, or give it another gate, or none.",
            ) from None

    # --- deciding -----------------------------------------------------------------------

    def run_ended(self, org: str, run: Run) -> None:
        """Decide the checks that waited for a run."""
        for place, check in self.checks.running(org):
            if run.id in check.runs.values():
                self.look(org, place, check)

    def look_at(self, org: str) -> None:
        """Decide each check that can be decided."""
        for place, check in self.checks.running(org):
            self.look(org, place, check)

    def look(self, org: str, place: Place, check: GateCheck) -> GateCheck:
        """Decide a check if it can be decided; gives it as it is then."""
        try:
            if self._is_live(org, place, check):  # whoever put it live did not come to say so
                return self._end(org, place, check.ended(PASSED, self.now()))
            self._refuse_stale(org, place, check)
            if not self.evidence.is_there(org, check.digest, check.runs.values()):
                return check
            refused = [one for one in self._decisions(org, check) if one.is_refused]
            if refused:
                return self._end(org, place, self._refused(check, refused))
            self._publish(org, place, check)
        except Overtaken:
            return self._now(org, place, check)
        except FlowhookError as error:
            if not self._was_put_live(org, place, check):
                return self._end(org, place, check.ended(FAILED, self.now(), error.message))
        return self._end(org, place, check.ended(PASSED, self.now()))

    def _was_put_live(self, org: str, place: Place, check: GateCheck) -> bool:
        """Whether another process decided the check at the same time, and put it live."""
        try:
            return self._is_live(org, place, check)
        except FlowhookError:
            return False

    def _is_live(self, org: str, place: Place, check: GateCheck) -> bool:
        standing = self.subjects[place[0]].standing(org, place[1])
        return standing.id == check.subject and dict(standing.live) == dict(check.wanted)

    def _decisions(self, org: str, check: GateCheck) -> Iterable[Decision]:
        against = None if check.against is None else check.runs[check.against]
        for number in check.new:
            yield self.evidence.decide(org, check.runs[number], against)

    def _refused(self, check: GateCheck, refused: list[Decision]) -> GateCheck:
        cases: dict[str, str] = {}
        for decision in refused:
            cases |= {case: words for case, words in decision.cases.items() if case not in cases}
        why = "; ".join(decision.why for decision in refused)
        return check.ended(REFUSED, self.now(), why, dict(list(cases.items())[:MOST_CASES]))

    def _publish(self, org: str, place: Place, check: GateCheck) -> None:
        """Put a check's versions live, if all it rests on is still as it was."""

        def provided(pipe: object) -> None:
            pipe.watch(checks_key(org), *self.evidence.keys(org))  # type: ignore[attr-defined]
            if not self.checks.is_running(org, place, check):
                raise Overtaken("another wish to go live came")
            self._refuse_stale(org, place, check)

        self.subjects[place[0]].publish(org, place[1], check.wanted, check.by, provided)

    def _refuse_stale(self, org: str, place: Place, check: GateCheck) -> None:
        """Raise Conflict or NotFound where something on which a check rests is another now."""
        subject = self.subjects[place[0]]
        standing, gate = subject.standing(org, place[1]), subject.gate(org, place[1])
        if standing.id != check.subject:
            raise Conflict("it was deleted meanwhile, and made anew")
        if gate is None:
            raise Conflict("its gate was taken away meanwhile: ask for it to go live again")
        if gate.question_set != check.question_set:
            raise Conflict("its gate names another question set now: ask for it to go live again")
        if standing.baseline != check.against:
            raise Conflict("another version went live meanwhile: ask for it to go live again")
        if self.evidence.digest(org, check.question_set) != check.digest:
            raise Conflict(CHANGED_SET)
        self.evidence.refuse_changed(org, check.runs.values())

    # --- inside -------------------------------------------------------------------------

    def _end(self, org: str, place: Place, ended: GateCheck) -> GateCheck:
        """Store how a check ended, and stop what it began and needs no more."""
        if not self.checks.end(org, place, ended):
            return self._now(org, place, ended)
        if ended.status == FAILED:
            self._stop(org, ended.started, ended.why)
        what = {"organization_id": org, "kind": place[0], "status": ended.status}
        logger.info("a gate was decided", extra=what)
        return ended

    def _now(self, org: str, place: Place, check: GateCheck) -> GateCheck:
        """The check as it is stored; as replaced where so many came since that it is not."""
        held = (one for one in self.checks.checks(org, place) if one.id == check.id)
        return next(held, None) or check.ended(REPLACED, self.now())

    def _overtake(self, org: str, place: Place) -> None:
        why = "something else went live meanwhile"
        self._drop(org, place, self.checks.replace(org, place, why))

    def _drop(self, org: str, place: Place, dropped: GateCheck | None) -> None:
        """Stop the runs that a replaced check began, but those that the newest one waits for."""
        if dropped is not None:
            newest = self.checks.checks(org, place)[:1]
            needed = {run for one in newest if not one.is_over for run in one.runs.values()}
            unneeded = [run for run in dropped.started if run not in needed]
            self._stop(org, unneeded, "another wish to go live came")

    def _stop(self, org: str, runs: Iterable[str], why: str) -> None:
        for run in runs:
            self.evidence.stop(org, run, why)


class Overtaken(Conflict):
    """Another wish to go live came while one was decided."""


def no_gate() -> NotFound:
    return NotFound("it has no gate", fix="PUT the same address to give it one.")


def refusal(place: Place, check: GateCheck) -> GateFailed:
    """What is told of a check that refused."""
    new, named, why = ", ".join(map(str, check.new)), check.question_set, check.why
    return GateFailed(
        f"version {new} was not put live by the question set {named}: {why}"
        if place[0] == PROMPT
        else f"revision {new} was not published by the question set {named}: {why}",
        fields={case: [words] for case, words in check.cases.items()},
    )


def _new(standing: Standing, wanted: Live) -> list[int]:
    """The versions to be checked: all but the one that is live for most contacts."""
    if dict(wanted) == dict(standing.live):
        return []
    return [number for number in sorted(wanted) if number != standing.baseline]


def _texts(wanted: Mapping[int, int]) -> list[str]:
    return [f"{number}: {percent} %" for number, percent in wanted.items()]
