"""What waits for a person, in words: its kind, who has it, how long it waits."""

from __future__ import annotations

from answers.inbox.item import (
    ANSWERED,
    ASK_A_PERSON,
    CLOSED,
    GUARDRAIL,
    NOT_FOUND,
    OPEN,
    OPEN_TICKET,
    UNDELIVERED,
    InboxItem,
)
from flowhook.organisations.guardrail_schemas import MINORS, SELF_HARM
from web.contact_facts import SPOKEN
from web.duration_words import duration
from web.language import N_, _, translated
from webhooks.to_inbox import SPOKE

KINDS = {
    NOT_FOUND: N_("The bot found no answer"),
    ASK_A_PERSON: N_("A flow asks a person"),
    OPEN_TICKET: N_("A flow handed over"),
    UNDELIVERED: N_("A message did not arrive"),
    GUARDRAIL: N_("A rule asks for a person"),
}
RULES = {
    SELF_HARM: N_("May hurt themself"),
    MINORS: N_("May be a child"),
}
"""Of what a rule of the guardrails told people, in the place of its kind."""
ABOUT_RULES = {
    SELF_HARM: N_("This contact may be about to hurt themself. Please look after them."),
    MINORS: N_("This contact seems to be younger than 18. Please look after them."),
}
STATUSES = {OPEN: N_("waits"), ANSWERED: N_("answered"), CLOSED: N_("closed")}
DONE = {
    "sent": N_("Your answer is on its way."),
    "sent_approved": N_("Your answer is on its way, and who asks this next gets it at once."),
    "noted": N_("Your note is kept."),
    "kept": N_("Your answer is kept. Nobody waits for it."),
    "kept_approved": N_("Who asks this next gets your answer at once."),
    "take": N_("You have it now: others see that you answer it."),
    "give_back": N_("Given back: anybody may take it."),
    "give": N_("Given away."),
    "close": N_("Closed without an answer."),
    "put_away": N_("Put away."),
}
APPROVED = "_approved"  # ends what was done where the answer was approved, too
NOWHERE, JOB = "none", "job"  # ways of an answer that lead to no conversation


def waited(milliseconds: int) -> str:
    """How long something waits, to the minute: pages that renew themselves stay as they are."""
    minutes = milliseconds // 60_000
    return duration(minutes * 60) if minutes > 0 else _("less than a minute")


def language_of(name: str) -> str:
    """A contact's language, which calls give as a name and flows as a code."""
    return translated(SPOKEN.get(name, name))


def rule_of(item: InboxItem) -> str:
    """The policy of the guardrails that told people of an item; empty for any other."""
    if item.kind != GUARDRAIL:
        return ""
    told = (policy for policy in RULES if item.asked.context == SPOKE.format(policy=policy))
    return next(told, "")


def kind_of(item: InboxItem) -> str:
    """Why it waits."""
    return RULES.get(rule_of(item)) or KINDS.get(item.kind, item.kind)


def about(item: InboxItem) -> str:
    """What a person should know of it, beside the question."""
    rule, context = rule_of(item), item.asked.context
    if rule:
        return translated(ABOUT_RULES[rule])
    return translated(context) if item.kind == UNDELIVERED else context


def is_to_note(item: InboxItem) -> bool:
    """Whether nothing can be sent, and what a person did for the contact is noted instead."""
    return item.kind == GUARDRAIL and item.way == NOWHERE


def where_to(item: InboxItem) -> str:
    """Whom the answer to an open item reaches."""
    if item.kind == UNDELIVERED:
        return _("What you write is sent to the contact instead.")
    if is_to_note(item):
        return _(
            "Nothing can be sent to them from here. Reach them where they write to you, and note"
            " here for your colleagues what you did."
        )
    if item.way == NOWHERE:
        return _("Nobody waits for this answer: who asked cannot be reached from here.")
    if item.way == JOB:
        return _("The flow that asked goes on with your answer.")
    return _("The contact gets your answer in the chat.")
