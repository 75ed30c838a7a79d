"""A version of a saved prompt, as an address names it."""

from __future__ import annotations

from answers.prompts.prompt import PromptVersion, read_reference
from flowhook.errors import NotFound
from web.page_security import organisation
from web.page_services import PageServices


def find_version(services: PageServices, reference: str) -> PromptVersion | None:
    """The version that `farmer_help@3` names, the newest for `farmer_help`; None without one."""
    name, number = read_reference(reference) or ("", None)
    prompt = services.prompts.prompt(organisation(), name) if name else None
    if prompt is None:
        return None
    try:
        return services.prompts.named(organisation(), name, number or prompt.newest)
    except NotFound:
        return None
