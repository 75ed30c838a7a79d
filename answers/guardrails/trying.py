"""What a text would become by an organisation's guardrails: what is masked in it, what rule speaks.

Nothing that is typed is kept; what asks a provider is a call in the log, without a word of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from answers.guardrails.guards import SECTION, Guards
from answers.guardrails.masking.finding import Found, find
from answers.guardrails.rules.banned import has_banned
from answers.guardrails.rules.replies import language_of, reply_to
from answers.guardrails.rules.rules import Rules, Spoken
from flowhook.limits.limiter import Estimate, Limiter
from flowhook.organisations.guardrail_schemas import BANNED, REPLY
from flowhook.organisations.open_client import OpenClient
from flowhook.organisations.organisation import Organisation
from flowhook.providers.account import Accounts
from flowhook.providers.token_estimate import BYTES_PER_TOKEN
from flowhook.records.log_entry import LogEntry
from flowhook.records.own_requests import logged

MAX_TRIED = 4_000  # characters
FUNCTION = "guardrails"  # what the log and the usage call it
ASKED_TOKENS = 600  # of what the model is told beside the text


@dataclass(frozen=True, slots=True)
class TriedText:
    """A text that was tried, what of it is masked, and what a provider would get.

    `placeholders` are those in `sent`; `masks` says whether the organisation masks anything at all.
    `spoken` is the rule that speaks, None for none; where no provider was `asked` only that of
    banned words was looked at. `reply` is what the contact would be told.
    """

    text: str
    found: tuple[Found, ...]
    sent: str
    placeholders: tuple[str, ...]
    masks: bool
    spoken: Spoken | None
    asked: bool
    reply: str


class GuardrailTrial:
    """Tries texts by the guardrails of an organisation, for a contact that is nobody."""

    def __init__(
        self,
        guards: Guards,
        rules: Rules,
        accounts: Accounts,
        open_client: OpenClient,
        limiter: Limiter,
        record: Callable[[LogEntry], None],
    ) -> None:
        self.guards = guards
        self.rules = rules
        self.accounts = accounts
        self.open_client = open_client
        self.limiter = limiter
        self.record = record

    def try_text(
        self, organisation: Organisation, text: str, *, language: str = "", asks: bool = False
    ) -> TriedText:
        """What a text would become. With `asks` the provider judges it, too, within the
        organisation's limits; raises what the provider raises then, and RateLimited,
        BudgetExceeded and Overloaded."""
        settings = organisation.section(SECTION)
        spoken = self._asked(organisation, text) if asks else _banned(organisation, text)
        reply = ""
        if spoken is not None and spoken.action == REPLY:
            language = language or language_of(text)
            reply = reply_to(spoken.policy, language, settings.get("replies"))
        masks = self.guards.masks(organisation)
        if masks is None:
            return TriedText(text, (), text, (), False, spoken, asks, reply)
        found, sent = tuple(find(text, masks.kinds)), masks.mask(text)
        placeholders = tuple(masks.placeholders.values())
        return TriedText(text, found, sent, placeholders, True, spoken, asks, reply)

    def _asked(self, organisation: Organisation, text: str) -> Spoken | None:
        """The rule that speaks by all that is set, as one call in the log."""
        account = self.accounts.open(organisation.sections)
        client = self.open_client(account, organisation)
        tokens = ASKED_TOKENS + len(text.encode()) // BYTES_PER_TOKEN
        asked = {"characters": len(text)}

        def used() -> int:
            return client.usage.input_tokens + client.usage.output_tokens

        with (
            logged(self.record, organisation.id, FUNCTION, client, asked),
            self.limiter.place(organisation, lambda: Estimate(tokens), used),
        ):
            settings = organisation.section(SECTION)
            return self.rules.on_words(organisation.id, text, settings, lambda: client)


def _banned(organisation: Organisation, text: str) -> Spoken | None:
    """The rule of banned words, if it speaks; no provider is asked."""
    own = organisation.section(SECTION).get(BANNED)
    if own is None or not has_banned(text, own):
        return None
    return Spoken(BANNED, own.get("action") or REPLY)
