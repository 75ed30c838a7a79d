"""Encodes the node and the full title of an option in the id of its button or row.

WhatsApp returns the id unchanged when the contact chooses. A flow tests the option's full title and
Glific names the node, so the id contains both: `fh1|<kind>|<node>|<place>|<title>`.
"""

from __future__ import annotations

from dataclasses import dataclass

MARK = "fh1"
KINDS = {"q": "quick_reply", "l": "list"}
LETTERS = {kind: letter for letter, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Option:
    """A decoded option; `kind` and `node` are empty for other ids, such as a template's payload."""

    id: str
    title: str
    kind: str = ""
    node: str = ""


def option_id(kind: str, node: str, place: int, title: str) -> str:
    """Return the id of an option.

    >>> option_id("list", "n2", 0, "Yes, please")
    'fh1|l|n2|0|Yes, please'
    """
    return "|".join((MARK, LETTERS[kind], node.replace("|", ""), str(place), title))


def read_option_id(reply_id: str, title: str) -> Option:
    """Return the option of an id; `title` is used if the id contains none.

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
