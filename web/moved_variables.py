"""A prompt's text of a flow as a saved one: its variables become variables of the prompt."""

from __future__ import annotations

import re

from answers.prompts.prompt import VARIABLE_NAME
from webhooks.fields import VARIABLE

NO_NAME = re.compile(r"\W", re.ASCII)


def moved_variables(text: str) -> tuple[str, dict[str, str]]:
    """The text, and the flow's variable for each of the prompt's.

    >>> moved_variables("Help @contact.name in @results.place, @contact.name!")
    ('Help {{name}} in {{place}}, {{name}}!', {'name': '@contact.name', 'place': '@results.place'})
    >>> moved_variables("@results.name @contact.name")
    ('{{name}} {{contact_name}}', {'name': '@results.name', 'contact_name': '@contact.name'})
    """
    found: dict[str, str] = {}

    def named(match: re.Match[str]) -> str:
        variable = match[0]
        name = next((one for one in _names(variable) if found.get(one, variable) == variable), "")
        if not name:
            return variable
        found[name] = variable
        return "{{" + name + "}}"

    return VARIABLE.sub(named, text), found


def _names(variable: str) -> list[str]:
    """What a prompt may call a variable of a flow."""
    parts = [NO_NAME.sub("_", part) for part in variable.strip("@").split(".")]
    return [one for one in (parts[-1], "_".join(parts)) if VARIABLE_NAME.fullmatch(one)]
