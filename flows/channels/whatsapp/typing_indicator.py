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
MOST_SHOWN = 64
PLACES = threading.BoundedSemaphore(MOST_SHOWN)  # of this process; each is a thread

logger = logging.getLogger(__name__)


@contextmanager
def typing_while(
    client: WhatsAppClient, message_id: str, repeat_seconds: float = REPEAT_SECONDS
) -> Iterator[None]:
    """Show the indicator in a thread while the block runs; a failure is only logged.

    Where many are shown, none is: an answer matters more.
    """
    places = PLACES
    if not places.acquire(blocking=False):
        yield
        return
    done = threading.Event()

    def show() -> None:
        try:
            while not done.is_set():
                client.mark_read(message_id, typing=True)
                done.wait(repeat_seconds)
        except ProviderFailure as error:
            logger.debug("no typing indicator", extra={"cause": error.type})
        finally:
            places.release()

    thread = threading.Thread(target=show, name="typing", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # the system gives no thread
        places.release()
    try:
        yield
    finally:
        done.set()
