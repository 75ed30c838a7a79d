"""Who did something, as people call them."""

from __future__ import annotations

import re

TOKEN = re.compile(r"token \S+ (?P<label>.+)", re.DOTALL)


def person(name: str) -> str:
    """The label of a token, where it has one.

    >>> person("token 1a2b Asha"), person("token 1a2b"), person("operator")
    ('Asha', 'token 1a2b', 'operator')
    """
    found = TOKEN.fullmatch(name)
    return found["label"] if found else name
