"""The guardrails of organisations: opens the masks of a call, puts a guard around clients, and
looks for the consent of contacts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial

from answers.guardrails.consent import BY_FLOW, ConsentStore
from answers.guardrails.guarded_client import GuardedClient
from answers.guardrails.masking.masks import Masks
from flowhook.errors import Blocked, TooLarge
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.guardrail_schemas import REQUIRED
from flowhook.organisations.organisation import Organisation
from flowhook.providers.model_client import ModelClient

SECTION = "guardrails"

logger = logging.getLogger(__name__)


class Guards:
    """Opens masks, and guards around model clients, by an organisation's settings."""

    def __init__(
        self,
        cipher: Cipher,
        consents: ConsentStore,
        find: Callable[[str], Organisation] | None = None,
    ) -> None:
        """`find` returns an organisation by its id, for what is known by that alone."""
        self.cipher = cipher
        self.consents = consents
        self.find = find

    def masks(
        self, organisation: Organisation, contact: str = "", names: Sequence[str] = ()
    ) -> Masks | None:
        """The masks of one call, None where the organisation masks nothing.

        `contact` is the contact's id: each contact's placeholders are their own. `names` are those
        that the contact goes by.
        """
        kinds = organisation.section(SECTION).get("mask")
        if not kinds:
            return None
        digest = partial(self.cipher.digest, organisation.id, f"mask:{contact}")
        return Masks(kinds, digest, names)

    def masks_by_id(self, org: str, contact: str, names: Sequence[str]) -> Masks | None:
        """The masks of what is kept of a call that ran nowhere. Raises what `find` does."""
        return self.masks(self.find(org), contact, names) if self.find else None

    def around(
        self, client: ModelClient, organisation: Organisation, masks: Masks | None = None
    ) -> ModelClient:
        """The client with a guard around it; itself where the organisation masks nothing."""
        masks = masks or self.masks(organisation)
        if masks is None:
            return client
        return GuardedClient(client, masks, organisation.section(SECTION))

    def check_consent(self, organisation: Organisation, contact: str) -> None:
        """Raise Blocked where the organisation requires consent that this contact has not given.

        Without a contact nobody can have given it. Reads the store only where it is required.
        """
        if organisation.section(SECTION).get("consent") != REQUIRED:
            return
        if not contact:
            raise Blocked(
                "consent: the call names no contact who could have consented",
                fix="Send the contact in the body, as contact or contact_id.",
            )
        if not self.consents.is_given(organisation.id, contact):
            raise Blocked(
                "consent: this contact has not consented that their words go to a provider",
                fix="Ask the contact in the flow, and call record_consent with given: true.",
            )

    def note_consent(
        self, organisation: Organisation, contact: str, consent: str, flow: str, purpose: str = ""
    ) -> None:
        """Record what a contact said in a flow of this service, where the organisation has
        guardrails; a store that is full of consents fails no flow."""
        if SECTION not in organisation.sections:
            return
        try:
            self.consents.record(organisation.id, contact, consent, BY_FLOW, flow, purpose)
        except TooLarge:
            what = {"organization_id": organisation.id}
            logger.warning("a consent could not be recorded: too many are kept", extra=what)
