"""The id of a button or row: which node sent it, and the option's whole title.

WhatsApp gives an id back unchanged when the contact chooses. A flow tests the option's own
title and Glific names the node, so both travel in it: `fh1|<kind>|<node>|<place>|<title>`.
"""

from __future__ import annotations

from dataclasses import dataclass

MARK = "fh1"
KINDS = {"q": "quick_reply", "l": "list"}
LETTERS = {kind: letter for letter, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Option:
    """`kind` and `node` are empty for an id that is not ours, such as a template's payload."""

    id: str
    title: str
    kind: str = ""
    node: str = ""


def option_id(kind: str, node: str, place: int, title: str) -> str:
    """
    >>> option_id("list", "n2", 0, "Yes, please")
    'fh1|l|n2|0|Yes, please'
    """
    return "|".join((MARK, LETTERS[kind], node.replace("|", ""), str(place), title))


def read_option_id(reply_id: str, title: str) -> Option:
    """The option behind an id, with the title shown where the id holds none.

    >>> read_option_id("fh1|l|n2|0|Yes, please", "Yes, ple…")
    Option(id='0', title='Yes, please', kind='list', node='n2')
    >>> read_option_id("PAYLOAD", "Yes")
    Option(id='PAYLOAD', title='Yes', kind='', node='')
    """
    parts = reply_id.split("|", 4)
    if len(parts) != 5 or parts[0] != MARK or parts[1] not in KINDS:
        return Option(reply_id, title)
    _, letter, node, place, whole = parts
    return Option(place, whole or title, KINDS[letter], node)
