"""Shows a contact a typing indicator while an answer is prepared.

WhatsApp shows it until the answer arrives, at most for 25 seconds, and marks the message as read.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flowhook.errors import ProviderFailure
from flowhook.providers.whatsapp import WhatsAppClient

REPEAT_SECONDS = 20.0

logger = logging.getLogger(__name__)


@contextmanager
def typing_while(
    client: WhatsAppClient, message_id: str, repeat_seconds: float = REPEAT_SECONDS
) -> Iterator[None]:
    """Show the indicator in a thread while the block runs; a failure is only logged."""
    done = threading.Event()

    def show() -> None:
        while not done.is_set():
            try:
                client.mark_read(message_id, typing=True)
            except ProviderFailure as error:
                logger.debug("no typing indicator", extra={"cause": error.type})
                return
            done.wait(repeat_seconds)

    thread = threading.Thread(target=show, name="typing", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
