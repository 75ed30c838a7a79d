"""Routers: the tests of a switch, and random choice."""

from flowhook.registry import load

load(f"{__name__}.cases")
