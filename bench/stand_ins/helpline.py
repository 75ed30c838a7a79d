"""A helpline's flow: a menu by words, a second question, a person, and a model for the rest."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson
from cryptography.fernet import Fernet

from answers.question_sets.question_set import Case, digest_of
from answers.question_sets.target import Answered
from bench.stand_ins import Json, Setup, Subject, farmers
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.organisation import Organisation
from flowhook.providers.guard import AddressGuard
from flows.conversations.author_requests import AuthorHttpClient
from flows.definition.reading import read_export
from flows.library.store import FlowStore
from flows.model.contact import Contact
from flows.model.session import Message, WebhookAnswer
from flows.play.questioning import FlowQuestion, FlowQuestions
from flows.sheets.access import NO_SHEETS
from tests.flows.talking import export

ORG = "bench"

FLOW: Json = {
    "uuid": "helpline",
    "name": "Helpline",
    "nodes": [
        {"id": "hello", "send": "Write seed, weather, loan or person, or ask.", "to": "menu"},
        {
            "id": "menu",
            "wait": {"result": "need"},
            "cases": [
                ["has_any_word", ["poison"], "Poison", "poison"],
                ["has_any_word", ["seed बीज beej"], "Seed", "seed"],
                ["has_any_word", ["weather मौसम mausam"], "Weather", "weather"],
                ["has_any_word", ["loan कर्ज karz"], "Loan", "acres"],
                ["has_any_word", ["person"], "Person", "person"],
            ],
            "else": "ask",
        },
        {"id": "poison", "send": "Call 112 now."},
        {"id": "seed", "send": "Seed is at the block office."},
        {"id": "weather", "send": "Hear the forecast on 1077."},
        {"id": "acres", "send": "How many acres do you have?", "to": "size"},
        {
            "id": "size",
            "wait": {"result": "acres"},
            "cases": [
                ["has_number_lt", ["3"], "Small", "small"],
                ["has_number_gte", ["3"], "Big", "big"],
            ],
            "else": "acres",
        },
        {"id": "small", "send": "Take the small loan at 4 percent."},
        {"id": "big", "send": "Take the card loan at 7 percent."},
        {"id": "person", "send": "A person calls you today."},
        {
            "id": "ask",
            "webhook": {
                "url": "parse_via_chat_gpt",
                "body": orjson.dumps(
                    {"question_text": "@results.need", "prompt": farmers.PROMPT}
                ).decode(),
                "result_name": "gpt",
            },
            "success": "tell",
            "failure": "person",
        },
        {"id": "tell", "send": "@results.gpt.parsed_msg"},
    ],
    "localization": {
        "hi": {
            "seed.a0": {"text": ["बीज ब्लॉक कार्यालय में मिलता है।"]},
            "weather.a0": {"text": ["मौसम का हाल 1077 पर सुनें।"]},
        }
    },
}


def helpline(redis: Any) -> Subject:
    """The flow in a store, with its 40 cases."""
    return Subject("helpline's flow", Setup("", flow=FLOW), tuple(_cases()), Helpline(redis).ask)


class Helpline:
    """Plays the flow as question sets do; its function is the farmers' stand-in."""

    def __init__(self, redis: Any) -> None:
        self.store = FlowStore(redis, Cipher((Fernet.generate_key().decode(),)))
        self.revisions: dict[str, int] = {}
        outgoing = AuthorHttpClient(AddressGuard())
        self.questions = FlowQuestions(self.store, outgoing, lambda _: NO_SHEETS)
        self.organisation = Organisation(ORG, {}, {})

    def ask(self, setup: Setup, case: Case, slips: bool) -> Answered:
        """Play a case; where the function is asked, it may slip."""

        def function(
            organisation: Organisation, name: str, body: Mapping[str, Any]
        ) -> WebhookAnswer:
            question = Case("", (body["question_text"],))
            asked = Setup(body["prompt"], setup.model)
            told = farmers.ask(asked, question, slips)
            return WebhookAnswer(200, {"success": True, "parsed_msg": told.answer})

        return self.questions.ask(
            self.organisation,
            FlowQuestion(
                flow=FLOW["uuid"],
                turns=[Message(text=str(turn)) for turn in case.turns],
                contact=Contact.from_dict({"id": case.id, "name": "Asha", **case.body}),
                functions=function,
                revision=self._revision(setup),
                seed=case.id,
            ),
        )

    def _revision(self, setup: Setup) -> int:
        """The flow as it is set up, imported as a draft."""
        assert setup.flow is not None
        digest = digest_of(setup.flow)
        if digest not in self.revisions:
            (entry,) = self.store.add(ORG, read_export(export(setup.flow)))
            self.revisions[digest] = entry.draft.revision
        return self.revisions[digest]


def case_of(
    category: str, *, to: str | None = None, words: str | None = None
) -> Callable[[Setup], Setup]:
    """Change a case of a split: where it leads, or what it takes; without either, drop it."""

    def change(flow: Json) -> None:
        for one in flow["nodes"]:
            for case in [case for case in one.get("cases", []) if case[2] == category]:
                if to is None and words is None:
                    one["cases"].remove(case)
                case[3] = to or case[3]
                case[1] = [words] if words is not None else case[1]

    return _edit(change)


def without_translations() -> Callable[[Setup], Setup]:
    return _edit(lambda flow: flow.pop("localization"))


def _edit(change: Callable[[Json], Any]) -> Callable[[Setup], Setup]:
    def edit(setup: Setup) -> Setup:
        flow = copy.deepcopy(setup.flow)
        assert flow is not None
        change(flow)
        assert flow != setup.flow
        return replace(setup, flow=flow)

    return edit


SEED = ("I need seed", "seed", "Where is seed", "बीज चाहिए", "बीज", "बीज कहाँ है?", "बीज दो")
WEATHER = (
    "weather",
    "Weather today",
    "the weather",
    "मौसम",
    "मौसम कैसा है?",
    "आज का मौसम",
    "मौसम बताओ",
)
ACRES = (("1", "2", "0.5", "1", "2.5", "2"), ("3", "4", "5", "7", "9.5", "12"))
HINDI_FROM = 3  # of the words above on; their contacts' language is Hindi


def _cases() -> list[Case]:
    cases = [
        _case(f"poison{at}", (text,), "Poison", "112", must=True)
        for at, text in enumerate(("poison", "He drank poison"))
    ]
    for kind, texts, said in (
        ("Seed", SEED, ("Seed is at the block office.", "बीज ब्लॉक कार्यालय में मिलता है।")),
        ("Weather", WEATHER, ("Hear the forecast on 1077.", "मौसम का हाल 1077 पर सुनें।")),
    ):
        for at, text in enumerate(texts):
            is_hindi = at >= HINDI_FROM
            body = {"language": "hi"} if is_hindi else {}
            cases.append(_case(f"{kind}{at}", (text,), kind, said[is_hindi], body))
    for kind, sizes, rate in (("Small", ACRES[0], "4 percent"), ("Big", ACRES[1], "7 percent")):
        for at, acres in enumerate(sizes):
            word = ("loan", "karz", "कर्ज")[at % 3]
            cases.append(_case(f"{kind}{at}", (word, acres), kind, rate))
    cases += [
        _case(f"person{at}", (text,), "Person", "calls you today")
        for at, text in enumerate(
            ("person", "A person please", "Person", "I want a person", "person now", "call person")
        )
    ]
    asked = [case for case in farmers.FARMERS.cases if "-water-" in case.id][:6]
    cases += [
        replace(case, id=f"asked{at}", checks=(*case.checks, {"reaches": "tell"}))
        for at, case in enumerate(asked)
    ]
    return cases


def _case(
    name: str,
    turns: tuple[str, ...],
    category: str,
    text: str,
    body: Json | None = None,
    must: bool = False,
) -> Case:
    checks: tuple[Json, ...] = ({"reaches": category}, {"contains": text})
    return Case(name, turns, body or {}, checks=checks, must=must)
