"""What a question set runs: webhook functions and flows, which service registers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from answers.question_sets.question_set import Case, QuestionSet
from flowhook.organisations.organisation import Organisation

OK = "ok"


@dataclass(frozen=True, slots=True)
class Variant:
    """What a run puts in the place of what is live: versions of prompts by name, a flow's revision
    (None: the published one, else the newest draft), a model."""

    prompts: Mapping[str, int] = field(default_factory=dict)
    revision: int | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one case.

    `answer` is the main result, of a flow all that it said; `messages` are the texts a contact
    would see. `status` is "ok" or the type of an error, which `error` words. `reached` holds a
    flow's nodes (UUIDs) and categories, `results` its results. `prompt` is what the model was told
    to do, and `knowledge` the passages that it was to answer from, where there are such. `cost` is
    in US dollars, None where no price is known. With `retry_after_seconds` the case was not asked,
    since a limit was reached.
    """

    answer: Any = field(default="", repr=False)
    messages: tuple[str, ...] = field(default=(), repr=False)
    status: str = OK
    error: str = ""
    results: Mapping[str, Any] = field(default_factory=dict, repr=False)
    reached: frozenset[str] = frozenset()
    found: bool | None = None
    guardrail: str = "none"
    prompt: str = field(default="", repr=False)
    knowledge: tuple[str, ...] = field(default=(), repr=False)
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    milliseconds: float = 0.0
    model: str = ""
    request_id: str = ""
    retry_after_seconds: float | None = None

    @property
    def text(self) -> str:
        """All that a contact would read, a message a line."""
        return "\n".join(self.messages)


class Target(Protocol):
    """Asks one case. `ask` never raises for what the case, the model or the provider did.

    Nothing it does reaches a contact or counts in a flow's tallies; tokens count in the usage.
    """

    def check(self, organisation: Organisation, asked: QuestionSet, variant: Variant) -> None:
        """Raises NotFound or InvalidInput, naming the field, where the set cannot be asked."""

    def settled(self, organisation: Organisation, asked: QuestionSet, variant: Variant) -> Variant:
        """The variant with the version, or revision, named that is live now, where there is one
        alone: so that a run asks the same from its beginning to its end."""

    def identity(
        self, organisation: Organisation, asked: QuestionSet, variant: Variant
    ) -> Mapping[str, Any]:
        """All besides the case that decides its answer, as a JSON object: versions, models,
        parameters. Where it is the same within a day, an answer may be taken from before.

        Raises NotFound for what is not there any more.
        """

    def ask(
        self, organisation: Organisation, asked: QuestionSet, case: Case, variant: Variant
    ) -> Answered: ...


class AskModel(Protocol):
    """Asks a model once through the webhook function `chat`: within limits, and logged."""

    def __call__(self, organisation: Organisation, body: Mapping[str, Any]) -> Answered: ...
