"""Cuts long texts where a listener would pause: after a sentence, else after a word."""

from __future__ import annotations

from flowhook.whole_words import cut

SENTENCE_ENDS = ".!?।۔。！？\n"


def beginning(text: str, most_characters: int) -> str:
    """Return the part of a text that fits, cut after a sentence or a word.

    >>> beginning("One. Two and three.", 12)
    'One. Two'
    >>> beginning("One is here. Two", 15)
    'One is here.'
    """
    if len(text) <= most_characters:
        return text
    head = text[:most_characters]
    end = max(head.rfind(mark) for mark in SENTENCE_ENDS)
    if end < most_characters // 2:
        last_word = head.rfind(" ") + 1
        return cut(text, last_word or most_characters).rstrip() or head
    return head[: end + 1].rstrip()


def parts(text: str, most_characters: int) -> list[str]:
    """Return a text in parts that each fit, in order and without the blanks between them.

    >>> parts("One is here. Two is there.", 15)
    ['One is here.', 'Two is there.']
    """
    found, text = [], text.strip()
    while len(text) > most_characters:
        found.append(beginning(text, most_characters))
        text = text[len(found[-1]) :].lstrip()
    return [*found, text]
