"""How a realtime model reads one text aloud."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """One response: by default the text, word for word, as sound with its transcript.

    `failure` is (type, code) of a response that failed, `cut_by` the reason of one that is
    incomplete; `drops` ends the connection amid the sound, `hangs` leaves it open and says no
    more. `sound_bytes` is how much sound comes at least, `lies` a message in place of all events.
    """

    says: str | None = None
    has_sound: bool = True
    failure: tuple[str, str] | None = None
    cut_by: str | None = None
    drops: bool = False
    hangs: bool = False
    sound_bytes: int = 0
    lies: str | None = None
