"""`flowhook play FILE`: as `python -m flows`."""

from __future__ import annotations

from flows.__main__ import command

__all__ = ["command"]
