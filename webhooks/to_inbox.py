"""Passes questions whose answer was not found on to people, where the organisation wants it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from redis.exceptions import RedisError

from answers.inbox.intake import InboxIntake
from answers.inbox.item import GUARDRAIL, NOT_FOUND, NOWHERE, NewItem
from answers.knowledge.finding.question import content_words
from flowhook.errors import FlowhookError
from flowhook.jobs.call import Call
from flowhook.jobs.flow_resume import has_login
from flowhook.organisations.inbox_schema import takes_not_found
from flowhook.organisations.organisation import Organisation
from flowhook.records.log_entry import LogEntry
from webhooks.asker import asker_of
from webhooks.context import Context

CONVERSATION = {"kind": "conversation"}
"""The way of an answer to a contact whose conversation takes place here."""

GLIFIC = {"kind": "glific"}
"""The way of an answer to a contact of Glific, as a message."""

SPOKE = "The guardrail {policy} spoke: please look after this contact."

QUESTIONS = ("question", "question_text", "input")
"""The fields of functions that are asked in words."""

logger = logging.getLogger(__name__)


def pass_on(
    intake: InboxIntake, call: Call, organisation: Organisation, entry: LogEntry, heard: str
) -> None:
    """Put the question of a call whose outcome says `found: false` into the inbox; never raises.

    `heard` is the question where it was spoken. The same question of a contact within a day is one
    item, which counts how often it was asked. A question without a word to look for, such as a
    greeting, is none for people.
    """
    if call.called_by or not takes_not_found(organisation.section("inbox")):
        return
    question = heard or question_of(call.body)
    if not content_words(question):
        return
    asker = asker_of(call.body)
    new = NewItem(
        NOT_FOUND,
        question,
        contact=entry.contact,
        name=asker.name,
        flow=entry.flow,
        flow_name=asker.flow_name,
        language=asker.language,
        way=way_of(call, organisation, entry.contact),
    )
    same = f"{entry.contact}\0{' '.join(question.casefold().split())}" if entry.contact else ""
    _add(intake, organisation.id, new, same)


def tell_people(intake: InboxIntake, call: Call, context: Context, policy: str, words: str) -> None:
    """Put what a contact said into the inbox, where a policy of guardrails spoke that people should
    know of; never raises. Within a day it is one item for a contact and policy, until somebody ends
    it: then the next one is new."""
    if call.called_by:
        return
    asker = asker_of(call.body)
    new = NewItem(
        GUARDRAIL,
        words,
        SPOKE.format(policy=policy),
        contact=context.contact,
        name=asker.name,
        flow=context.flow,
        flow_name=asker.flow_name,
        language=asker.language,
        way=way_of(call, context.organisation, context.contact),
    )
    said = context.contact or " ".join(words.casefold().split())
    _add(intake, context.organisation.id, new, f"{GUARDRAIL}\0{policy}\0{said}")


def _add(intake: InboxIntake, org: str, new: NewItem, same: str) -> None:
    try:
        intake.add(org, new, same=same)
    except (FlowhookError, RedisError, OSError) as error:
        logger.warning(
            "a question did not reach the inbox",
            extra={"organization_id": org, "cause": type(error).__name__},
        )


def way_of(call: Call, organisation: Organisation, contact: str) -> Mapping[str, Any]:
    """How an answer reaches the contact, whose flow has gone on."""
    if call.contact:
        return CONVERSATION
    is_glifics = contact.isascii() and contact.isdigit() and has_login(organisation)
    return GLIFIC if is_glifics else NOWHERE


def question_of(body: Mapping[str, Any]) -> str:
    """What was asked in words; empty where nobody can tell.

    >>> question_of({"question": " Is it open? "})
    'Is it open?'
    >>> question_of({"messages": [{"role": "user", "content": "Is it open?"}]})
    'Is it open?'
    """
    for name in QUESTIONS:
        if isinstance(body.get(name), str) and body[name].strip():
            return str(body[name]).strip()
    messages = body.get("messages")
    for message in reversed(messages if isinstance(messages, list) else []):
        if isinstance(message, Mapping) and message.get("role") == "user":
            content = message.get("content")
            return content.strip() if isinstance(content, str) else ""
    return ""
