"""Choose a category: by reserved word, by the first case that is true, or at random."""

from __future__ import annotations

from dataclasses import dataclass

from flowhook.errors import InvalidInput
from flows.definition.definition import Case, Category, Router
from flows.model.action import as_text
from flows.model.events import ActionSkipped
from flows.model.session import Message
from flows.model.sprint import Sprint
from flows.routers.cases import Arguments, CaseTest, cases

RESERVED = frozenset(("No Response", "Exit Loop", "Success", "Failure"))
GROUP_OPERANDS = ("@contact.groups", "@contact.in_groups")


@dataclass(frozen=True, slots=True)
class RouterChoice:
    """A chosen category; with `keeps_words` the result contains the words of the message."""

    category: Category
    keeps_words: bool = False


def operand_message(router: Router, sprint: Sprint) -> Message:
    """The value of the operand of a split, as an internal message."""
    operand = router.operand
    if router.is_random:
        return Message(text=router.type)
    if operand.strip() in GROUP_OPERANDS:
        groups = tuple(sprint.contact.groups)
        return Message(text=f"[{', '.join(groups)}]", groups=groups)
    if operand.startswith("@fields."):
        operand = "@contact." + operand[1:]
    return Message(text=sprint.render(operand))


def choose(router: Router, message: Message, sprint: Sprint) -> RouterChoice | None:
    """Choose the category of a message; None if a reserved word has no category of its name.

    Raises InvalidInput for an unsupported test.
    """
    if message.text in RESERVED and message.intent is None:
        named = router.category_named(message.text)
        return RouterChoice(named) if named else None
    if router.is_random:
        return RouterChoice(sprint.services.random.choice(router.categories))
    for case in router.cases:
        test = _find_test(case)
        if _holds(test, arguments_of(case, sprint), message, sprint):
            category = router.category(case.category)
            return RouterChoice(category, test.keeps_words) if category else None
    default = router.category(router.default_category)
    return RouterChoice(default) if default else None


def _find_test(case: Case) -> CaseTest:
    test = cases.find(case.type)
    if test is None:
        raise InvalidInput(f"the test {case.type[:40]!r} is not supported")
    return test


def _holds(test: CaseTest, arguments: Arguments, message: Message, sprint: Sprint) -> bool:
    if test.mistake_reason and test.mistake(arguments):
        sprint.emit(ActionSkipped, action=test.name, reason=test.mistake_reason)
    return test.holds(message, arguments)


def arguments_of(case: Case, sprint: Sprint) -> tuple[str, ...]:
    """The case's arguments in the contact's language."""
    translated = sprint.localized(case.uuid, "arguments")
    if isinstance(translated, list) and translated not in ([], [""]):
        return tuple(as_text(one) for one in translated)
    return case.arguments
