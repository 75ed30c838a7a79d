"""What the checks of a question set ask for, in a sentence each."""

from __future__ import annotations

from web.language import N_, translated

WORDS = {
    "contains": N_("The answer has this text in it, or every text of several, one a line."),
    "not_contains": N_("The answer does not have this text in it, nor any of several."),
    "matches": N_("A regular expression (RE2) finds something in the answer."),
    "equals": N_("The answer is exactly this text or JSON."),
    "one_of": N_('The answer is one of these texts: ["Yes", "No"].'),
    "json_schema": N_("The answer is JSON of the shape that this JSON schema describes."),
    "language": N_("The answer is in this language: English, Hindi, Hinglish, Marathi and others."),
    "max_characters": N_("The answer has at most so many characters."),
    "max_messages": N_("The answer fits into so many WhatsApp messages."),
    "found": N_("true: the documents held the answer; false: they did not."),
    "guardrail": N_("This guardrail answered, such as self_harm; none: the model did."),
    "result": N_('The flow\'s results have these values: {"crop": "wheat"}.'),
    "reaches": N_("The flow takes this category, or comes to this node."),
    "status": N_("The call ends with this error, such as invalid_input."),
    "judge": N_(
        "A model scores the answer, and each score is at least so high: 0 to 5; true takes the"
        " set's own."
    ),
}


def check_words(name: str) -> str:
    """The sentence of a check, in the page's language."""
    return translated(WORDS.get(name, name))
