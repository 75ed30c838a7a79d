"""What a run puts in the place of what is live: whether it is there, and what decides answers."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace
from typing import Any

from answers.knowledge.base_fields import names as names_of_bases
from answers.knowledge.knowledge import Knowledge
from answers.prompts.store import PromptStore
from answers.question_sets.question_set import digest_of
from answers.question_sets.target import Variant
from flowhook.errors import Forbidden, InvalidInput
from flowhook.organisations.organisation import Organisation
from flowhook.providers.account import Accounts

DECISIVE = ("openai", "assistants", "answers", "guardrails")  # sections, and further accounts

Json = dict[str, Any]


class Variants:
    """Checks variants, for targets of question sets."""

    def __init__(self, prompts: PromptStore, accounts: Accounts, knowledge: Knowledge) -> None:
        self.prompts = prompts
        self.knowledge = knowledge
        self.accounts = accounts

    def check(self, organisation: Organisation, variant: Variant, account: str = "") -> None:
        """Raises NotFound for a version of a prompt that there is not, InvalidInput for a model
        that the organisation may not use, by the account of this title."""
        for name, number in variant.prompts.items():
            self.prompts.version(organisation.id, name, number)
        if not variant.model:
            return
        try:
            self.accounts.open(organisation.sections, account or None).resolve(variant.model)
        except Forbidden as error:
            if "model" in (error.fields or {}):
                raise unfit("model", error.message, error.fix) from None
            raise

    def settled(self, organisation: Organisation, variant: Variant, name: str) -> Variant:
        """The variant with the version of this prompt that answers all contacts, if one does."""
        prompt = self.prompts.prompt(organisation, name)
        if name in variant.prompts or prompt is None or len(prompt.live) != 1:
            return variant
        [(version, _)] = prompt.live
        return replace(variant, prompts={**variant.prompts, name: version.number})

    def identity(
        self,
        organisation: Organisation,
        variant: Variant,
        names: Iterable[str] | None = None,
        bases: Iterable[str] | None = None,
    ) -> Json:
        """The versions of the prompts of these names (None: of all), the model, the settings that
        decide an answer, and the state of the documents in these `bases` (None: in all)."""
        if names is None:
            names = [prompt.name for prompt in self.prompts.prompts(organisation)]
        named = {*names, *variant.prompts}
        documents = self._documents(organisation, bases)
        return {
            "prompts": {name: self._standing(organisation, name, variant) for name in named},
            "model": variant.model,
            "settings": settings_digest(organisation),
            **({"knowledge": documents} if documents else {}),
        }

    def _documents(self, organisation: Organisation, bases: Iterable[str] | None) -> Json:
        """The id and the number of each base that there is."""
        there = names_of_bases(organisation.stored)
        wanted = set(there) if bases is None else {*bases} & {*there}
        found = [self.knowledge.base(organisation, name) for name in sorted(wanted)]
        return {base.name: [base.id, base.number] for base in found}

    def text_of(self, organisation: Organisation, name: str, number: int) -> str:
        """The text of a prompt's version. Raises NotFound."""
        return self.prompts.named(organisation, name, number).text

    def _standing(self, organisation: Organisation, name: str, variant: Variant) -> Json:
        """Which versions of a prompt would answer."""
        prompt = self.prompts.prompt(organisation, name)
        if prompt is None:
            return {}
        live = [[version.number, percent] for version, percent in prompt.live]
        return {"id": prompt.id, "live": variant.prompts.get(name, live)}


def settings_digest(organisation: Organisation, sections: Container[str] = DECISIVE) -> str:
    """A short name for the settings that decide answers: of these sections."""
    return digest_of(
        {
            name: {key: value for key, value in fields.items() if key != "api_key"}
            for name, fields in organisation.sections.items()
            if name.partition("/")[0] in sections
        }
    )


def unfit(field: str, words: str, fix: str | None = None) -> InvalidInput:
    return InvalidInput(f"{field}: {words}", fix=fix, fields={field: [words]})
