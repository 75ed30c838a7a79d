"""A Redis that does what it is told and cannot say so."""

from __future__ import annotations

from typing import Any

import redis


class LosesAnswers:
    """A Redis whose pipelines are carried out, and whose first answers are lost."""

    def __init__(self, store: Any, times: int) -> None:
        self.store = store
        self.times = times

    def pipeline(self, **options: Any) -> Any:
        pipe = self.store.pipeline(**options)
        carry_out = pipe.execute

        def execute() -> Any:
            answers = carry_out()
            if self.times:
                self.times -= 1
                raise redis.ConnectionError("the answer was lost")
            return answers

        vars(pipe)["execute"] = execute
        return pipe
