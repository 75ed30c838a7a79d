"""What a person does in a conversation: pause it, say something, restart the flow, move on.

Each is a turn of the contact like any other, noted in the transcript with who did it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowhook.errors import Conflict, InvalidInput, NotFound
from flows.conversations.conversations import Conversations
from flows.conversations.turn import (
    MOVE,
    PAUSE,
    RESTART,
    UNPAUSE,
    Turn,
    flow_to_start,
    go_on,
    note_act,
    refuse_paused,
    words_to,
)
from flows.model.events import Event

MAX_SAID = 4096  # characters, what WhatsApp takes in one message

Json = dict[str, Any]


class Interventions:
    """`by` names the person who acts. Each answers as the conversation API does, and raises
    NotFound for a contact who never wrote."""

    def __init__(self, conversations: Conversations) -> None:
        self.conversations = conversations

    def pause(self, org: str, contact: str, by: str) -> Json:
        """Let no flow run until `unpause`; messages are kept and shown. Again changes nothing."""

        def step(turn: Turn) -> list[Event]:
            if not turn.is_paused:
                note_act(turn, PAUSE, by)
            turn.is_paused = True
            return []

        return self._act(org, contact, step)

    def unpause(self, org: str, contact: str, by: str) -> Json:
        """Let flows run again: with the contact's next message, and at once with what fell due.

        Messages of the meantime were for the person, and no flow gets them.
        """

        def step(turn: Turn) -> list[Event]:
            if turn.is_paused:
                note_act(turn, UNPAUSE, by)
            turn.with_people.items.clear()
            return go_on(turn)

        return self._act(org, contact, step)

    def say(self, org: str, contact: str, text: str, by: str) -> Json:
        """Send a person's message through the contact's channel.

        Raises InvalidInput for an empty or long text, Conflict for a contact who is reached by the
        API's answers alone.
        """
        words = text.strip()
        if not 1 <= len(words) <= MAX_SAID:
            raise InvalidInput(
                f"text: 1 to {MAX_SAID} characters",
                fields={"text": [f"Length must be between 1 and {MAX_SAID}."]},
            )

        def step(turn: Turn) -> list[Event]:
            if turn.channel not in self.conversations.channels:
                raise Conflict(
                    "this contact has no channel by which a message could be sent",
                    fix="Only who writes by WhatsApp can be written to; others get what flows say"
                    " in the API's answers.",
                )
            turn.said_by = by
            return [words_to(turn, words)]

        return self._act(org, contact, step)

    def reaches(self, org: str, contact: str) -> bool:
        """Whether the contact has a channel by which `say` could send."""
        record = self.conversations.store.state(org, contact) or {}
        return record.get("channel") in self.conversations.channels

    def restart(self, org: str, contact: str, by: str) -> Json:
        """Start anew the flow that the contact is in, or was in last.

        Raises Conflict if there is none, or while the conversation is paused.
        """

        def step(turn: Turn) -> list[Event]:
            refuse_paused(turn)
            session = turn.session
            run = session.active_run() or next(iter(session.runs), None)
            at = run or session.ending
            if at is None:
                raise Conflict("the contact was in no flow yet", fix="Start one for them.")
            note_act(turn, RESTART, by)
            uuid, is_draft = flow_to_start(turn.library, at.flow)
            is_draft = is_draft or (run is not None and run.is_draft)
            return turn.engine.start(session, uuid, draft=is_draft)

        return self._act(org, contact, step)

    def move(self, org: str, contact: str, node: str, by: str) -> Json:
        """Go on at another node of the flow that the contact is in.

        Raises NotFound for a node that it does not have, Conflict if the contact is in none, or
        while the conversation is paused.
        """

        def step(turn: Turn) -> list[Event]:
            refuse_paused(turn)
            note_act(turn, MOVE, by)
            return turn.engine.move(turn.session, node)

        return self._act(org, contact, step)

    def _act(self, org: str, contact: str, step: Callable[[Turn], list[Event]]) -> Json:
        def known(turn: Turn) -> list[Event]:
            if turn.lock.state is None:
                raise NotFound("there is no conversation with this contact")
            return step(turn)

        return self.conversations.take_turn(org, contact, known)
