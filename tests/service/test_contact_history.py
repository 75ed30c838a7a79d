"""What was said before a question, as the inbox has it."""

from __future__ import annotations

from answers.inbox.item import SaidBefore
from service.contact_history import ConversationHistory, said
from tests.fixtures_app import Service
from tests.flows.talking import GREETING, publish, say


def test_a_contact_is_known_by_name_language_and_words(service: Service) -> None:
    service.organisation()
    publish(service, GREETING)
    say(service, {"text": "hello", "contact": {"name": "Asha"}})
    history = ConversationHistory(service.background.waker.conversations.store)
    known = history.of("acme", "7")
    assert known is not None
    assert (known.name, known.language) == ("Asha", "en")
    assert [(one.who, one.text) for one in known.said] == [
        ("contact", "hello"),
        ("bot", "What is your name?"),
    ]
    assert all(one.at for one in known.said)
    for stranger in ("8", "", "no id at all"):
        assert history.of("acme", stranger) is None


def test_who_said_it_and_what_has_no_words() -> None:
    entry = {"direction": "out", "type": "image", "url": "https://x/y.png", "by": "Meera"}
    assert said(entry) == SaidBefore("Meera", "https://x/y.png")
    assert said({"direction": "in", "type": "location"}) == SaidBefore("contact", "location")
