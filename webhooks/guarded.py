"""Guardrails of a call: what its contact says is looked at before the function, its answer after.

Nothing here is reached by a call of an organisation without rules, nor by a function that takes no
words of contacts. A function tells in `words` which of its fields hold some; what a recording says
is looked at once it was heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from marshmallow import fields

from answers.guardrails.rules import replies
from answers.guardrails.rules.rules import SECTION, Spoken, asks_model, has_rules
from flowhook.errors import Blocked
from flowhook.organisations.guardrail_schemas import (
    BANNED,
    GUARDRAIL,
    MINORS,
    NO_POLICY,
    REPLY,
    SELF_HARM,
    TELL,
)
from flowhook.providers.model_client import ModelClient
from flowhook.records.log_entry import LogEntry
from webhooks.asker import language_of, object_in
from webhooks.context import Context
from webhooks.fields import ResultSchema
from webhooks.knowledge_fields import FOUND, KNOWLEDGE, SOURCES
from webhooks.registry import WebhookFunction
from webhooks.to_inbox import tell_people

THREAD = "thread_id"
PROMPT = "prompt"  # what is asked where a call has nothing else
URGENT = (SELF_HARM, MINORS)
"""The policies that a person is told of, and whose turns a conversation remembers."""

IN_REPLY = "in_reply"
"""In the metadata of a result's field: what it holds where a guardrail replies."""
REPEATED, NOTHING = "repeated", "nothing"

Result = dict[str, Any]


class GuardedResultSchema(ResultSchema):
    """The result of a function that guardrails look at."""

    guardrail = fields.String(
        metadata={
            "description": "The organisation's rule that spoke: banned, moderation, topics,"
            " self_harm or minors; none where none did; absent where the organisation has no rules."
            " Where one spoke, the text is its reply, unless it only tells.",
            "example": BANNED,
            "is_exception": True,
        }
    )


class Replied(Exception):
    """A policy replies in the place of the function."""

    def __init__(self, spoken: Spoken) -> None:
        super().__init__(spoken.policy)
        self.spoken = spoken


class Guard:
    """The rules of one call; `told` is the policy that speaks without a reply."""

    def __init__(self, function: WebhookFunction, context: Context, entry: LogEntry) -> None:
        self.function = function
        self.context = context
        self.entry = entry
        self.settings = context.organisation.section(SECTION)
        self.rules = context.service.rules
        self.looked_at = ""
        self.told = ""
        self.client: ModelClient | None = None

    @property
    def asks_model(self) -> bool:
        return asks_model(self.settings)

    def answer(self, data: Mapping[str, Any], ask: Callable[[], Result]) -> Result:
        """The function's result by `ask`, or the policy's reply; raises Blocked."""
        self.context.on_heard = self.check_words
        result: Result = {}
        try:
            self.check_words(words_in(self.function, data))
            with self.context.holding_turns():
                result = ask()
                self._check_answer(result)
        except Replied as reply:
            return self._reply(reply.spoken.policy, data, result)
        return result | {GUARDRAIL: self.told or NO_POLICY}

    def check_words(self, words: str) -> None:
        """Look at what the contact said. Raises Replied and Blocked."""
        if not words.strip():
            return
        self.looked_at = words
        org = self.context.organisation.id
        spoken = self.rules.on_words(org, words, self.settings, self._client)
        if spoken is None:
            return
        if spoken.policy in URGENT and self.context.call is not None:
            call, service = self.context.call, self.context.service
            tell_people(service.intake, call, self.context, spoken.policy, words)
        self._act(spoken)

    def _check_answer(self, result: Result) -> None:
        """Look at what the model said; a link says nothing."""
        function = self.function
        names = [name for name in function.result.fields if _in_reply(function, name) == REPEATED]
        said = dict.fromkeys(
            text for name in (function.main, *names) for text in texts_in(result.get(name))
        )
        text = "\n".join(one for one in said if not _is_link(one))
        if not text.strip():
            return
        spoken = self.rules.on_answer(text, self.settings, self._client)
        if spoken is not None:
            self._act(spoken)

    def _act(self, spoken: Spoken) -> None:
        policy = spoken.policy
        if spoken.action == TELL:
            self.told = self.entry.guardrail = self.told or policy
            return
        self.entry.guardrail, self.told = policy, ""
        if spoken.action == REPLY:
            self.entry.replied = True
            raise Replied(spoken)
        raise Blocked(f"the organisation's guardrail {policy} refuses this call")

    def _reply(self, policy: str, data: Mapping[str, Any], replaced: Result) -> Result:
        """The policy's reply in the place of a result, which is empty if the function did not run.

        A conversation goes on; it remembers the turn only if a person is told of it, so that no
        model later takes up what the bot did not.
        """
        function, context = self.function, self.context
        own = self.settings.get("replies")
        reply = replies.reply_to(policy, self._language(), own)
        result: Result = {function.main: reply, GUARDRAIL: policy}
        for name, field in function.result.fields.items():
            if _in_reply(function, name) == REPEATED:
                result[name] = [reply] if isinstance(field, fields.List) else reply
            elif _in_reply(function, name) == NOTHING:
                result[name] = [] if isinstance(field, fields.List) else None
        if data.get(KNOWLEDGE) or (FOUND in function.result.fields and function.begins_thread):
            result |= {FOUND: True, SOURCES: []}
        if THREAD in replaced:
            result[THREAD] = replaced[THREAD]
        elif THREAD in data or function.begins_thread:
            thread = context.open_thread(data.get(THREAD))
            if policy in URGENT:
                context.remember(thread, self.looked_at, reply)
            result[THREAD] = thread.id
        return result

    def _client(self) -> ModelClient:
        """A client of its own, so that the call's model and time-out stay those of the function."""
        if self.client is None:
            self.client = self.context.another_model_client()
            clients = self.context.clients
            clients.remove(self.client)
            clients.insert(0, self.client)  # the model of the last one is the call's
        return self.client

    def _language(self) -> str:
        """The contact's language as the call's body says, else as their conversation here does,
        else that of their words."""
        context, known = self.context, self.context.language
        if context.contact and not known:
            known = context.service.intake.language_of(context.organisation.id, context.contact)
        return known or replies.language_of(self.looked_at)


def open_guard(
    function: WebhookFunction, body: Mapping[str, Any], context: Context, entry: LogEntry
) -> Guard | None:
    """The guard of a call; None where the organisation has no rules, or the function no words."""
    if SECTION not in context.organisation.sections or function.words is None:
        return None
    if not has_rules(context.organisation.section(SECTION)):
        return None
    if context.call is not None:
        context.language = language_of(object_in(body.get("contact")))
    return Guard(function, context, entry)


def words_in(function: WebhookFunction, data: Mapping[str, Any]) -> str:
    """What a contact said in a call's valid data, as the function tells where it stands.

    Of messages it is the last of a user. Where there is nothing, the prompt is what is asked.
    """
    found = (_last_said(name, data.get(name)) for name in function.words or ())
    words = "\n".join(text for texts in found for text in texts)
    prompt = data.get(PROMPT)
    return words or (prompt if isinstance(prompt, str) and function.words else "")


def texts_in(value: Any) -> Iterator[str]:
    """Every text of a JSON value, without the names of its fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts_in(inner)


def _last_said(name: str, value: Any) -> Iterator[str]:
    if name == "messages":
        said = [one for one in value or () if one.get("role") == "user"]
        value = said[-1].get("content") if said else None
    if isinstance(value, list):  # texts and pictures
        value = [part.get("text", "") if isinstance(part, dict) else part for part in value]
    return texts_in(value)


def _in_reply(function: WebhookFunction, name: str) -> Any:
    return function.result.fields[name].metadata.get(IN_REPLY)


def _is_link(text: str) -> bool:
    return text.startswith(("https://", "http://")) and len(text.split()) == 1
