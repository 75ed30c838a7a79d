"""Media under an address that anyone can fetch: a provider, WhatsApp, a browser."""

from __future__ import annotations

from flowhook.http.origin import origin
from flowhook.media.store import MediaStore


class PublicMedia:
    """Keeps media for a day and tells their URL, under PUBLIC_URL where that is set."""

    def __init__(self, store: MediaStore, public_url: str | None) -> None:
        self.store = store
        self.public_url = public_url

    def keep(self, org: str, content: bytes, extension: str, contact: str = "") -> str:
        """Store content for an organisation, and a contact of it if any, and return its URL.

        Raises Internal where no address is known, InvalidResponse if the content is too large.
        """
        address = origin(self.public_url)
        return f"{address}/media/{self.store.keep(org, content, extension, contact)}"
