"""A first prompt made from nine questions about the bot.

What is answered is the author's own words and stands in the prompt as it is, each answer as one
line with a label before it, so that any way of putting it reads right; `{{name}}` in it is a
variable, as in every prompt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flowhook.blanks import is_visible
from flowhook.errors import InvalidInput

MAX_ANSWER = 600
MAX_EXAMPLE = 2_000
ENDS = ".!?…।॥۔。"  # of a sentence, in the scripts that have signs of their own


@dataclass(frozen=True, slots=True)
class Question:
    """One of the nine: its name, an answer that somebody gave, and what the author is asked."""

    name: str
    example: str
    description: str
    is_needed: bool = False
    maximum: int = MAX_ANSWER


QUESTIONS = (
    Question(
        "who",
        "Asha, the health helper of our organisation",
        description="Who is the bot?",
        is_needed=True,
    ),
    Question(
        "audience",
        "Pregnant women in villages of Bihar; many read slowly",
        description="Whom does it talk with?",
        is_needed=True,
    ),
    Question(
        "language",
        "Simple Hindi, as it is spoken",
        description="In which language does it answer?",
    ),
    Question("tone", "Warm and respectful, with aap", description="How does it sound?"),
    Question("length", "Three short sentences", description="How long may an answer be?"),
    Question(
        "silent_about",
        "Doses of medicines, politics, religion",
        description="What must it not talk about?",
    ),
    Question(
        "unknown",
        "I do not know this. Please ask your ASHA worker.",
        description="What does it say when it does not know the answer?",
    ),
    Question(
        "hand_over",
        "Bleeding, strong pain, or when somebody asks for a person",
        description="When does it hand over to a person?",
    ),
    Question(
        "example",
        "Question: Can I eat papaya?\nAnswer: Ripe papaya is fine. Avoid raw papaya now.",
        description="An example: a question, and the answer you would like.",
        maximum=MAX_EXAMPLE,
    ),
)


def first_prompt(answers: Mapping[str, str]) -> str:
    """A prompt's text from the answers by question; one that is absent or blank gets a sound rule
    in its place, or none.

    Raises InvalidInput that names each answer that is missing, too long or of no question.
    """
    given = _checked(answers)
    rules = [
        _language(given.get("language", "")),
        f"Tone: {_sentence(given.get('tone') or 'friendly and respectful, in simple words')}",
        f"Length: {_sentence(given.get('length') or 'at most three short sentences')}",
        "Write plain text without headings, tables or links of your own making: it is read in a"
        " chat on a phone.",
        *_silence(given.get("silent_about", "")),
        *_ignorance(given.get("unknown", "")),
        *_hand_over(given.get("hand_over", "")),
    ]
    parts = [
        f"Who you are: {_sentence(given['who'])}\n"
        f"Whom you talk with: {_sentence(given['audience'])}",
        "\n".join(("How you answer:", *(f"- {rule}" for rule in rules))),
    ]
    if "example" in given:
        parts.append(
            "An example of how you answer. Learn its manner, and use its facts only where they"
            f" are asked for:\n{given['example']}"
        )
    return "\n\n".join(parts)


def _checked(answers: Mapping[str, str]) -> dict[str, str]:
    """What was answered by question, in their order."""
    wrong = {
        str(name)[:64]: ["There is no such question."]
        for name in list(answers)[: 2 * len(QUESTIONS)]
        if name not in {one.name for one in QUESTIONS}
    }
    given: dict[str, str] = {}
    for one in QUESTIONS:
        text = answers.get(one.name) or ""
        if not is_visible(text):
            if one.is_needed:
                wrong[one.name] = ["Answer this question: the prompt begins with it."]
        elif len(text) > one.maximum:
            wrong[one.name] = [f"At most {one.maximum:,} characters."]
        else:
            given[one.name] = _tidy(text) if one.name == "example" else " ".join(text.split())
    if wrong:
        raise InvalidInput(f"these answers are wrong: {', '.join(wrong)}", fields=wrong)
    return given


def _tidy(text: str) -> str:
    """A text of several lines, without blank ones and blanks around."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _sentence(text: str) -> str:
    """A text with a sign at its end.

    >>> _sentence("three sentences"), _sentence("तीन वाक्य।"), _sentence('Say "yes."')
    ('three sentences.', 'तीन वाक्य।', 'Say "yes."')
    """
    return text if text.rstrip("\"'”’)»")[-1:] in ENDS else f"{text}."


def _language(told: str) -> str:
    if told:
        return f"Language of your answers: {_sentence(told)}"
    return "Answer in the language, and in the script, in which the person writes."


def _silence(told: str) -> list[str]:
    if not told:
        return []
    return [
        f"Never talk about: {_sentence(told)}",
        "If you are asked about any of that, say kindly that you cannot help with it, and name"
        " what you can help with.",
    ]


def _ignorance(told: str) -> list[str]:
    rule = "If you do not know the answer or are not sure of it, never guess and make nothing up."
    if not told:
        return [f"{rule} Say that you do not know it."]
    return [rule, f"What you say then: {_sentence(told)}"]


def _hand_over(told: str) -> list[str]:
    if not told:
        return []
    return [
        f"When you hand over to a person: {_sentence(told)}",
        "To hand over, say that a person will answer, and give no advice of your own.",
    ]
