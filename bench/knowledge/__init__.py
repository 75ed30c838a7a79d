"""Is the passage found that answers a question, and is silence kept where none does?

`python -m bench.knowledge` asks about leaflets written for it, in English, Hindi and Hinglish.
Every second question is held out: the word lists and the threshold were tuned on the others.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from bench.knowledge import approved, finding, size

SEED = 15


def run() -> Iterator[str]:
    """The lines to print."""
    yield from finding.run()
    yield from approved.run(random.Random(SEED))
    yield from size.run()
