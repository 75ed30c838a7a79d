"""What pages of prompts and flows show of a gate: its form, and the check before going live."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import request, url_for

from answers.gates.check import CHECKING as RUNNING
from answers.gates.check import GateCheck
from answers.gates.check_store import Place
from answers.gates.gate import Gate
from answers.gates.gates import Gates
from flowhook.errors import InvalidInput
from web.language import N_, _
from web.page_services import PageServices

SHOWN_CASES, SHOWN_CHARACTERS = 20, 200
CHECKING = N_("It is being checked with its question set, and goes live by itself if it passes.")


@dataclass(frozen=True, slots=True)
class CheckedRun:
    """A run of a check: of which version (of a flow: revision), and how far it is; `total` is 0
    where it is over or not known."""

    number: int
    is_new: bool
    url: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class ShownGate:
    """`sets` may be chosen; `check` is the one that runs, or the last one, and `questions` has what
    some of its cases ask, by id."""

    gate: Gate | None
    sets: list[str]
    check: GateCheck | None
    runs: list[CheckedRun]
    questions: dict[str, str]

    @property
    def is_checking(self) -> bool:
        return self.check is not None and not self.check.is_over

    @property
    def may_insist(self) -> bool:
        """Whether what was refused may go live all the same."""
        return self.check is not None and self.check.status in ("refused", "failed")


def shown_gate(services: PageServices, org: str, kind: str, name: str) -> ShownGate:
    gates, place = services.gates, (kind, name)
    gate = gates.gate(org, place)
    check = next(iter(gates.last_checks(org, place)), None) if gate else None
    sets = gates.evidence.fitting(org, place)
    if check is None:
        return ShownGate(gate, sets, None, [], {})
    runs = checked_runs(gates, org, check)
    return ShownGate(gate, sets, check, runs, asked_questions(gates, org, check))


def checked_runs(gates: Gates, org: str, check: GateCheck) -> list[CheckedRun]:
    """The runs of a check; how far they are is only read while it goes on."""
    runs = f"{url_for('web.home.show', org=org)}/question-sets/{check.question_set}/runs"
    found = []
    for number, run_id in check.runs.items():
        run = gates.evidence.store.find(org, run_id) if check.status == RUNNING else None
        found.append(
            CheckedRun(
                number,
                number in check.new,
                f"{runs}/{run_id}",
                run.done if run else 0,
                run.total if run else 0,
            )
        )
    return found


def asked_questions(gates: Gates, org: str, check: GateCheck) -> dict[str, str]:
    """What the first of a check's cases ask, as the set has them now."""
    ids = list(check.cases)[:SHOWN_CASES]
    found = gates.evidence.sets.some(org, check.question_set, ids)
    said = {case.id: [turn for turn in case.turns if isinstance(turn, str)] for case in found}
    return {case: turns[0][:SHOWN_CHARACTERS] for case, turns in said.items() if turns}


def change_gate(services: PageServices, org: str, place: Place, by: str) -> None:
    """Give a prompt or flow the gate that the form asks for, or take it away.

    Raises NotFound and InvalidInput.
    """
    if "remove" in request.form:
        services.gates.drop_gate(org, place, by)
        return
    name = request.form.get("question_set", "")
    if not name:
        raise InvalidInput(_("no question set is chosen"), fix=_("Choose one from the list."))
    before = services.gates.gate(org, place) or Gate(name)  # whose bounds stay
    is_nightly = request.form.get("nightly") == "on"
    gate = replace(before, question_set=name, nightly=is_nightly)
    services.gates.put_gate(org, place, gate, by)
