"""The check max_messages."""

from __future__ import annotations

from answers.question_sets.checks import Checked, Verdict, check
from answers.question_sets.checks.values import Most
from flowhook.providers.whatsapp_content import TEXT_LENGTH, length


@check(Most(1_000))
def max_messages(most: int, checked: Checked) -> Verdict:
    """The answer is at most so many messages, as WhatsApp shows it.

    A text of more than 4,096 characters is more than one.
    """
    count = sum(max(1, -(-length(text) // TEXT_LENGTH)) for text in checked.answered.messages)
    if count > most:
        return Verdict(False, f"the answer is {count} messages, more than {most}")
    return Verdict(True, f"the answer is {count} of at most {most} messages")
