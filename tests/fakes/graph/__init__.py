"""Meta's Graph API for WhatsApp, as documented, on loopback: see FakeGraph."""

from tests.fakes.graph.server import FakeGraph, Line, Sent

__all__ = ["FakeGraph", "Line", "Sent"]
