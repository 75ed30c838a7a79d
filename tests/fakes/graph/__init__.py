"""Meta's Graph API for WhatsApp, as documented, on loopback: see FakeGraph."""

from tests.fakes.graph.deliveries import Person
from tests.fakes.graph.line import Line, Sent
from tests.fakes.graph.server import FakeGraph

__all__ = ["FakeGraph", "Line", "Person", "Sent"]
