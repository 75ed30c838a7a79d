"""A stateful fake of the OpenAI API, served over real HTTP on loopback.

    with FakeOpenAI() as openai:
        openai.say("Namaste!")
        client = OpenAI(api_key=openai.key, base_url=openai.base_url)

It checks request bodies by OpenAI's published rules, remembers what was asked and stored, and
fails on command (`openai.fail(faults.reset())`).
"""

from tests.fakes.openai import faults
from tests.fakes.openai.server import FakeOpenAI

__all__ = ["FakeOpenAI", "faults"]
