"""A first prompt out of nine answers."""

from __future__ import annotations

import pytest

from answers.api.prompt_schema import PromptSchema
from answers.prompts.prompt import variables_of
from answers.prompts.wizard import MAX_EXAMPLE, QUESTIONS, first_prompt
from flowhook.errors import InvalidInput

NEEDED = {"who": "Asha", "audience": "Farmers"}
WHOLE = {one.name: one.example for one in QUESTIONS}


def test_there_are_nine_questions() -> None:
    assert [one.name for one in QUESTIONS] == [
        "who",
        "audience",
        "language",
        "tone",
        "length",
        "silent_about",
        "unknown",
        "hand_over",
        "example",
    ]
    assert all(one.description and len(one.example) <= one.maximum for one in QUESTIONS)


def test_all_that_is_answered_stands_in_the_prompt() -> None:
    assert first_prompt(WHOLE) == (
        "Who you are: Asha, the health helper of our organisation.\n"
        "Whom you talk with: Pregnant women in villages of Bihar; many read slowly.\n"
        "\n"
        "How you answer:\n"
        "- Language of your answers: Simple Hindi, as it is spoken.\n"
        "- Tone: Warm and respectful, with aap.\n"
        "- Length: Three short sentences.\n"
        "- Write plain text without headings, tables or links of your own making: it is read in"
        " a chat on a phone.\n"
        "- Never talk about: Doses of medicines, politics, religion.\n"
        "- If you are asked about any of that, say kindly that you cannot help with it, and name"
        " what you can help with.\n"
        "- If you do not know the answer or are not sure of it, never guess and make nothing"
        " up.\n"
        "- What you say then: I do not know this. Please ask your ASHA worker.\n"
        "- When you hand over to a person: Bleeding, strong pain, or when somebody asks for a"
        " person.\n"
        "- To hand over, say that a person will answer, and give no advice of your own.\n"
        "\n"
        "An example of how you answer. Learn its manner, and use its facts only where they are"
        " asked for:\n"
        "Question: Can I eat papaya?\n"
        "Answer: Ripe papaya is fine. Avoid raw papaya now."
    )


def test_what_is_left_out_gets_a_sound_rule_or_none() -> None:
    assert first_prompt({**NEEDED, "tone": "", "hand_over": " \u200b", "example": "\n"}) == (
        "Who you are: Asha.\n"
        "Whom you talk with: Farmers.\n"
        "\n"
        "How you answer:\n"
        "- Answer in the language, and in the script, in which the person writes.\n"
        "- Tone: friendly and respectful, in simple words.\n"
        "- Length: at most three short sentences.\n"
        "- Write plain text without headings, tables or links of your own making: it is read in"
        " a chat on a phone.\n"
        "- If you do not know the answer or are not sure of it, never guess and make nothing"
        " up. Say that you do not know it."
    )


def test_an_answer_of_several_lines_stays_one_rule() -> None:
    text = first_prompt({**NEEDED, "silent_about": "politics\n- religion\r\n\n  money"})
    assert "- Never talk about: politics - religion money.\n" in text


def test_variables_in_the_authors_words_stay_variables() -> None:
    assert variables_of(first_prompt({**NEEDED, "who": "Asha of {{district}}"})) == ["district"]


def test_what_is_wrong_is_named() -> None:
    with pytest.raises(InvalidInput) as refused:
        first_prompt({"who": " ", "tone": "x" * 601, "example": "x" * 2001, "colour": "green"})
    assert refused.value.fields == {
        "who": ["Answer this question: the prompt begins with it."],
        "audience": ["Answer this question: the prompt begins with it."],
        "tone": ["At most 600 characters."],
        "example": ["At most 2,000 characters."],
        "colour": ["There is no such question."],
    }


def test_the_longest_answers_make_a_prompt_that_can_be_saved() -> None:
    longest = {one.name: "क" * one.maximum for one in QUESTIONS}
    assert len(longest["example"]) == MAX_EXAMPLE
    assert PromptSchema().validate({"text": first_prompt(longest)}) == {}
