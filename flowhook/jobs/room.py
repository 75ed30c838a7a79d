"""How many jobs an organisation may have, by count and bytes; account.lua counts them."""

from __future__ import annotations

from dataclasses import dataclass

KEEP_SECONDS = 8 * 86_400  # an unfinished job; a person may take 7 days to answer
RESULT_SECONDS = 86_400  # a job after its last step
DEAD_SECONDS = 30 * 86_400
MAX_OPEN = 10_000
MEGABYTE = 1024 * 1024
JOBS_MEGABYTES = 64


@dataclass(frozen=True, slots=True)
class JobRoom:
    """The bounds of one organisation's jobs.

    New jobs are refused while `jobs` or `open_bytes` of unfinished ones are kept; of the ended ones
    and of the dead ones the oldest are dropped beyond their bytes.
    """

    jobs: int = MAX_OPEN
    open_bytes: int = JOBS_MEGABYTES * MEGABYTE
    ended_bytes: int = JOBS_MEGABYTES * MEGABYTE
    dead_bytes: int = JOBS_MEGABYTES * MEGABYTE // 4

    @classmethod
    def of(cls, megabytes: int) -> JobRoom:
        """The room that JOBS_MEGABYTES gives."""
        whole = megabytes * MEGABYTE
        return cls(open_bytes=whole, ended_bytes=whole, dead_bytes=whole // 4)

    def arguments(self) -> list[int]:
        """Return seconds and bytes of each class, as account.lua takes them."""
        return [
            KEEP_SECONDS,
            RESULT_SECONDS,
            DEAD_SECONDS,
            self.open_bytes,
            self.ended_bytes,
            self.dead_bytes,
        ]
