"""Which category a message goes to, and what a split tests."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from flowhook.errors import InvalidInput
from flows.definition.definition import Case, Category, Router
from flows.model.contact import Contact
from flows.model.session import Message, Run, Session
from flows.model.sprint import Sprint
from flows.play.standalone import StandaloneServices
from flows.routers.switch import choose, operand_message

NAMES = ("Yes", "Other", "Success")
CATEGORIES = tuple(Category(name.lower(), name, f"to {name}") for name in NAMES)


@pytest.fixture
def sprint() -> Sprint:
    contact = Contact("7", "Asha", groups={"3": "Three", "5": "Five"})
    contact.set_field("age", "Age", "9", "now")
    begun = Sprint(Session(contact), StandaloneServices(random=Random(7)))
    begun.run = Run(1, "f", 1, "n", results={"a": " haan "})
    return begun


def switch(*cases: Case, **more: Any) -> Router:
    return Router("switch", CATEGORIES, cases, **{"default_category": "other", **more})


def phrase(text: str, category: str = "yes") -> Case:
    return Case(f"case of {text}", "has_phrase", (text,), category)


def chosen(router: Router, message: Message, sprint: Sprint) -> str | None:
    choice = choose(router, message, sprint)
    return choice.category.name if choice else None


def test_the_first_case_that_holds_decides(sprint: Sprint) -> None:
    router = switch(phrase("haan", "other"), phrase("ha"), phrase("h", "success"))
    assert chosen(router, Message("haan"), sprint) == "Other"
    assert chosen(router, Message("ha"), sprint) == "Yes"
    assert chosen(router, Message("no"), sprint) == "Other"


def test_without_its_category_nothing_is_chosen(sprint: Sprint) -> None:
    assert chosen(switch(phrase("haan", "gone")), Message("haan"), sprint) is None
    assert chosen(switch(default_category="gone"), Message("haan"), sprint) is None


@pytest.mark.parametrize("case", [phrase("suc"), phrase("fail")])
def test_a_reserved_word_goes_to_the_category_of_its_name(sprint: Sprint, case: Case) -> None:
    assert chosen(switch(case), Message("Success"), sprint) == "Success"
    assert chosen(switch(case), Message("Failure"), sprint) is None


def test_a_classified_message_is_no_reserved_word(sprint: Sprint) -> None:
    message = Message("Success", intent="praise", confidence=1.0)
    assert chosen(switch(phrase("succ")), message, sprint) == "Yes"


def test_a_random_router_takes_any_of_its_categories(sprint: Sprint) -> None:
    router = Router("random", CATEGORIES[:2])
    found = {chosen(router, operand_message(router, sprint), sprint) for _ in range(50)}
    assert found == {"Yes", "Other"}


def test_an_unknown_test_is_refused(sprint: Sprint) -> None:
    with pytest.raises(InvalidInput, match=f"the test '{'x' * 40}' is not supported"):
        choose(switch(Case("c", "x" * 50, (), "yes")), Message("a"), sprint)


@pytest.mark.parametrize(
    ("translated", "heard"),
    [(["नहीं"], "नहीं"), ([5], "5"), ([], "haan"), ([""], "haan"), ("नहीं", "haan"), (None, "haan")],
)
def test_arguments_are_taken_in_the_contacts_language(
    sprint: Sprint, translated: Any, heard: str
) -> None:
    sprint.localization = {"en": {"case of haan": {"arguments": translated}}}
    assert chosen(switch(phrase("haan")), Message(heard), sprint) == "Yes"


def test_a_pattern_that_is_none_is_told_to_the_author(sprint: Sprint) -> None:
    for pattern in ("(", "a", ""):
        choose(switch(Case("c", "has_pattern", (pattern,), "yes")), Message("b"), sprint)
    choose(switch(Case("c", "has_pattern", (), "yes")), Message("b"), sprint)
    assert [event.note()["action"] for event in sprint.events] == ["has_pattern"]


@pytest.mark.parametrize(
    ("operand", "text", "groups"),
    [
        ("@results.a", "haan", None),
        ("@fields.age", "9", None),
        ("@contact.fields.age", "9", None),
        (" @contact.groups ", "[3, 5]", ("3", "5")),
        ("@contact.in_groups", "[3, 5]", ("3", "5")),
        ("<%= 1 + 1 %>", "2", None),
    ],
)
def test_a_split_tests_the_value_of_its_operand(
    sprint: Sprint, operand: str, text: str, groups: tuple[str, ...] | None
) -> None:
    assert operand_message(switch(operand=operand), sprint) == Message(text, groups=groups)
