"""Hands a conversation to people and back, and brings their answers to the contact.

Each is a turn of the contact like any other, noted in the transcript with who did it. All may be
done again after a crash: an answer is said once for each item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from flowhook.errors import Conflict, NotFound
from flowhook.timestamps import timestamp
from flows.conversations.conversations import Conversations
from flows.conversations.turn import PAUSE, UNPAUSE, Turn, go_on, note_act, words_to
from flows.model.events import Event, MsgCreated
from flows.model.session import WebhookAnswer

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer to an item: it is said once, whoever asks for it again."""

    item: str
    text: str
    by: str

    @property
    def said_once(self) -> str:
        """The id of the turn that says it."""
        return f"answer:{self.item}:{self.text}"


class Handover:
    """`by` names the person who acts. Each raises NotFound for a contact who never wrote."""

    def __init__(self, conversations: Conversations) -> None:
        self.conversations = conversations

    def take(self, org: str, contact: str, item: str, by: str) -> None:
        """Let no flow run, and pass what the contact writes to the item, until `give_back`, for a
        day at the most."""

        def step(turn: Turn) -> list[Event]:
            held = turn.with_people
            if not turn.is_paused:
                note_act(turn, PAUSE, by)
            held.take(item, self.conversations.now(), is_paused=turn.is_paused)
            turn.is_paused = True
            self.conversations.wakeups.add(
                org, contact, datetime.fromtimestamp(held.items[item], UTC)
            )
            return []

        self._act(org, contact, step)

    def give_back(self, org: str, contact: str, item: str, by: str) -> None:
        """Let flows run again, unless another item holds the conversation, or it was paused."""
        self._act(org, contact, lambda turn: _release(turn, item, by))

    def answer(self, org: str, contact: str, answer: Answer) -> bool:
        """Say a person's answer to the contact; returns whether it goes out now.

        Where WhatsApp takes no words any more, since the contact wrote more than 24 hours ago, the
        organisation's template asks them to write, and the answer goes out when they do. For a
        contact of the API it is in the transcript at once, and in the next message's answer. Raises
        Conflict where too many wait so.
        """

        def step(turn: Turn) -> list[Event]:
            return self._say(turn, answer)

        self._act(org, contact, step, answer.said_once)
        return self._is_out(org, contact, answer)

    def finish(
        self, org: str, contact: str, call_id: int, outcome: WebhookAnswer, answer: Answer
    ) -> None:
        """Give the webhook node that asked a person its answer; where its flow has gone on since,
        say the answer to the contact. What the flow then says to a contact of the API is also in
        the next message's answer."""

        def step(turn: Turn) -> list[Event]:
            runs = turn.session.runs
            if not any(run.call == call_id and run.waiting == "webhook" for run in runs):
                return self._say(turn, answer)
            events = _release(turn, answer.item, answer.by)
            if turn.is_paused:
                turn.held.append({"call_id": call_id, "answer": asdict(outcome)})
                return events
            events += turn.engine.finish_webhook(turn.session, call_id, outcome)
            if turn.channel not in self.conversations.channels:
                _keep_said(turn, events, answer)
            return events

        self._act(org, contact, step, answer.said_once)
        self._is_out(org, contact, answer)

    def _say(self, turn: Turn, answer: Answer) -> list[Event]:
        channel = self.conversations.channels.get(turn.channel)
        is_open = channel is not None and channel.is_open(turn.org, turn.contact)
        if is_open:
            turn.carried = [words_to(turn, answer.text)]
        else:
            turn.with_people.keep(asdict(answer))
        turn.notes.append(_entry(answer, self.conversations.now(), is_kept=not is_open))
        return _release(turn, answer.item, answer.by)

    def _is_out(self, org: str, contact: str, answer: Answer) -> bool:
        """Whether the contact has the answer; else they are asked to write, by their channel."""
        state = self.conversations.store.state(org, contact) or {}
        kept = state.get("with_people", {}).get("kept", ())
        is_kept = any(one["item"] == answer.item for one in kept)
        channel = self.conversations.channels.get(state.get("channel", ""))
        if is_kept and channel is not None:
            channel.ask_to_write(org, contact, answer.item)
        return not is_kept

    def _act(
        self,
        org: str,
        contact: str,
        step: Callable[[Turn], list[Event]],
        message_id: str = "",
    ) -> Json:
        def known(turn: Turn) -> list[Event]:
            if turn.lock.state is None:
                raise NotFound("there is no conversation with this contact")
            return step(turn)

        return self.conversations.take_turn(org, contact, known, message_id=message_id)


def _keep_said(turn: Turn, events: Iterable[Event], answer: Answer) -> None:
    """Keep what a flow says to the contact with a person's answer, until they write. What there is
    no room for is in the transcript alone."""
    for one in events:
        if isinstance(one, MsgCreated) and one.contact == turn.contact:
            words = {"item": answer.item, "text": one.text or one.url, "by": answer.by}
            with suppress(Conflict):
                turn.with_people.keep({**words, "message": asdict(one)})


def _release(turn: Turn, item: str, by: str) -> list[Event]:
    """Let flows run again if nothing else keeps them from it."""
    held = turn.with_people
    if held.items.pop(item, None) is None or held.items or held.was_paused:
        return []
    note_act(turn, UNPAUSE, by)
    return go_on(turn)


def _entry(answer: Answer, now: datetime, *, is_kept: bool) -> Json:
    """The answer in the transcript; `kept` if it goes out when the contact writes."""
    said = {"direction": "out", "type": "text", "text": answer.text, "by": answer.by}
    return {"at": timestamp(now, "milliseconds"), **said, **({"kept": True} if is_kept else {})}
