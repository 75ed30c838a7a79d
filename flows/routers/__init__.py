"""How a node decides where to go: the tests of a switch, the dice of a random router."""

from flowhook.registry import load

load(f"{__name__}.cases")
