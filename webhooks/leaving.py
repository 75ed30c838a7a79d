"""What of a call leaves the house: each webhook function declares it, and to whom it goes."""

from __future__ import annotations

from typing import Literal

Leaving = Literal["text", "spoken", "sound", "pictures", "place"]
"""What a function sends to somebody outside: text, text to be spoken, a recording, pictures, the
coordinates of a place."""

TEXT: Leaving = "text"
SPOKEN: Leaving = "spoken"
SOUND: Leaving = "sound"
PICTURES: Leaving = "pictures"
PLACE: Leaving = "place"

NOTHING: tuple[Leaving, ...] = ()

CAN_BE_MASKED = frozenset({TEXT})
"""What placeholders can stand in; of the rest `unmaskable` says whether it is sent."""
TO_MODELS = frozenset({TEXT, SPOKEN, SOUND, PICTURES})
TO_MAPS = frozenset({PLACE})
