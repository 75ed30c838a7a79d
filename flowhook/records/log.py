"""The organisation's log of webhook calls: a capped stream, filtered and paged newest first.

What filters need is a plain summary; request and response are redacted, then encrypted. A page
reads a bounded number of entries: a rare match may take several pages, each with a cursor.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from flowhook.errors import NotFound
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.organisations.retention import DAY_SECONDS, DaysOf, at_most_days, none_set
from flowhook.records.batch import REMEMBER_SECONDS, Batch
from flowhook.records.log_entry import QUESTION_SET, LogEntry
from flowhook.redis.fullness import Fullness
from flowhook.redis.keys import org_key
from flowhook.redis.script import Argument, Script
from flowhook.timestamps import timestamp_of

PAGE_ENTRIES = 50
SCAN_ENTRIES = 500  # read from Redis at once
MAX_SCANNED = 5_000  # read for one page at the most
LATE_MILLISECONDS = 10_000  # how far an entry's id, which is when it was written, may be off
ID_PATTERN = re.compile(r"[0-9]{1,15}-[0-9]{1,10}")
PURPOSE = "log"
LOG, RUNS = "log", "run_log"  # of all calls but those of question sets, and of these
RUNS_PART = 4  # of the bytes that the log may take, for that of question sets beside it
LOG_BYTES = 64 * 1024 * 1024

APPEND = Script(Path(__file__).with_name("append.lua"))


FAILED = "failed"  # every status but "ok"


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which entries to show; an absent value selects all. `status` is FAILED, an entry's status or
    an HTTP status.

    `since` and `until` bound the end of a call, in epoch milliseconds.
    """

    status: str | None = None
    function: str | None = None
    contact: str | None = None
    flow: str | None = None
    called_by: str | None = None  # the function whose model called, or QUESTION_SET
    prompt: str | None = None  # a saved prompt by its name, or one version of it: farmer_help@3
    guardrail: str | None = None  # the policy that spoke
    request_id: str | None = None
    words: str | None = None  # somewhere in the texts of request and response, in any case
    since: int | None = None
    until: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it selects all or nearly all entries of its time."""
        asked = (self.status, self.function, self.contact, self.flow, self.prompt, self.guardrail)
        more = (self.request_id, self.called_by, self.words)
        return all(value is None for value in (*asked, *more))

    def matches(self, entry: dict[str, Any], at: int) -> bool:
        return (
            (self.since is None or self.since <= at)
            and (self.until is None or at <= self.until)
            and self._has_status(entry)
            and (self.function is None or self.function == entry["function"])
            and (self.contact is None or self.contact == entry["contact"])
            and (self.flow is None or self.flow == entry["flow"])
            and (self.called_by is None or self.called_by == entry.get("called_by"))
            and (self.prompt is None or self._has_prompt(entry.get("prompt", "")))
            and (self.guardrail is None or self.guardrail == entry.get("guardrail"))
            and (self.request_id is None or self.request_id == entry["request_id"])
        )

    def has_words(self, body: dict[str, Any]) -> bool:
        """Whether the words stand in a text of an entry's request or response."""
        sought = (self.words or "").casefold()
        return any(sought in text.casefold() for text in texts_in(body))

    def _has_prompt(self, prompt: str) -> bool:
        return self.prompt in (prompt, prompt.partition("@")[0])

    def _has_status(self, entry: dict[str, Any]) -> bool:
        if self.status == FAILED:
            return bool(entry["status"] != "ok")
        return self.status is None or self.status in (entry["status"], str(entry["http_status"]))


def texts_in(value: Any) -> Iterator[str]:
    """Every text of a JSON value; names of fields are not among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts_in(inner)


class LogStore:
    """Stores and reads log entries; a sink of the recorder."""

    def __init__(
        self,
        redis: Any,
        cipher: Cipher,
        max_entries: int,
        max_days: int,
        clock: Callable[[], float] = time.time,
        max_bytes: int = LOG_BYTES,
        fullness: Fullness | None = None,
        days_of: DaysOf = none_set,
    ) -> None:
        """Keep as many entries, days and bytes of each organisation, and no more days than it names
        itself (`days_of`).

        While the store is full, entries have no request and no response.
        """
        self.redis = redis
        self.cipher = cipher
        self.max_entries = max_entries
        self.max_days = max_days
        self.clock = clock
        self.max_bytes = max_bytes
        self.fullness = fullness
        self.days_of = days_of
        self.process = secrets.token_hex(8)

    def add_to(self, pipe: Any, batches: Sequence[Batch]) -> None:
        for batch in batches:
            org = batch.organization_id
            if org is None:
                continue
            by_log: dict[str, list[LogEntry]] = {}
            for entry in batch.entries:
                by_log.setdefault(_log_of(entry), []).append(entry)
            for log, entries in by_log.items():
                self._add(pipe, org, log, batch.name, entries)

    def _add(self, pipe: Any, org: str, log: str, batch: str, entries: Sequence[LogEntry]) -> None:
        keys = [
            org_key(org, log),
            org_key(org, log, "last_batch", self.process),
            org_key(org, log, "bytes"),
        ]
        arguments: list[Argument] = [
            batch,
            REMEMBER_SECONDS,
            self.max_entries,
            self.max_bytes if log == LOG else self.max_bytes // RUNS_PART,
            self._oldest(org),
            self._days(org) * DAY_SECONDS,
        ]
        for entry in entries:
            arguments += [_summary(entry), self._sealed(org, entry)]
        APPEND.add_to(pipe, keys, arguments)

    def page(
        self,
        org: str,
        wanted: LogFilter,
        cursor: str,
        count: int,
        *,
        after: str = "",
        scan: int | None = None,
        whole: bool = False,
    ) -> dict[str, Any]:
        """Read `{"logs": [...], "next_cursor"}` from the cursor (or the newest) backwards.

        Only entries newer than the id `after`, where it is given; `scan` entries are read at
        the most, fewer where words are sought. `whole`: with request and response.

        Calls of question sets are in a log of their own, so that a run leaves contacts' calls where
        they are: it is read where they are asked for, or where no other call has the request's id.
        """
        read = partial(self._page, org, wanted, cursor, count, after=after, scan=scan, whole=whole)
        page = read(log=RUNS if wanted.called_by == QUESTION_SET else LOG)
        is_empty = not page["logs"] and page["next_cursor"] is None
        if is_empty and wanted.request_id is not None and wanted.called_by is None:
            return read(log=RUNS)
        return page

    def _page(
        self,
        org: str,
        wanted: LogFilter,
        cursor: str,
        count: int,
        *,
        log: str,
        after: str,
        scan: int | None,
        whole: bool,
    ) -> dict[str, Any]:
        scan = MAX_SCANNED if scan is None else scan
        if wanted.words is not None:
            scan = min(scan, SCAN_ENTRIES)
        high = f"({cursor}" if cursor else self._high(wanted)
        low = f"({after}" if after else self._low(org, wanted)
        found: list[dict[str, Any]] = []
        scanned = 0
        size = min(count, SCAN_ENTRIES) if wanted.is_open else SCAN_ENTRIES
        while len(found) < count and scanned < scan:
            batch = self.redis.xrevrange(org_key(org, log), high, low, count=size)
            for raw_id, fields in batch:
                scanned += 1
                high = f"({raw_id.decode()}"
                entry, at = _read_summary(raw_id, fields)
                if not wanted.matches(entry, at):
                    continue
                body = self._open(org, fields.get(b"body", b"")) if whole or wanted.words else {}
                if wanted.words is None or wanted.has_words(body):
                    found.append({**entry, **body} if whole else entry)
                    if len(found) == count:
                        break
            if len(batch) < size and len(found) < count:
                return {"logs": found, "next_cursor": None}
        return {"logs": found, "next_cursor": high.removeprefix("(")}

    def get(self, org: str, entry_id: str) -> dict[str, Any]:
        """One entry in full; raises NotFound."""
        for log in (LOG, RUNS) if ID_PATTERN.fullmatch(entry_id) else ():
            found = self.find(org, log, entry_id)
            if found is not None and int(entry_id.partition("-")[0]) >= self._oldest(org):
                return found
        raise NotFound(f"the log of {org} has no such entry")

    def find(self, org: str, log: str, entry_id: str) -> dict[str, Any] | None:
        """One entry of one log in full."""
        for raw_id, fields in self.redis.xrange(org_key(org, log), entry_id, entry_id, count=1):
            return {**_read_summary(raw_id, fields)[0], **self._open(org, fields.get(b"body", b""))}
        return None

    def shorten(self, org: str, days: int) -> None:
        """Remove what is older than so many days; each further call would do so, too."""
        oldest = int((self.clock() - days * DAY_SECONDS) * 1000)
        for log in (LOG, RUNS):
            self.redis.xtrim(org_key(org, log), minid=oldest, approximate=False)

    def empty_runs(self, org: str) -> int:
        """Remove all calls of question sets; returns how many there were."""
        pipe = self.redis.pipeline(transaction=True)
        pipe.xlen(org_key(org, RUNS))
        pipe.unlink(org_key(org, RUNS))
        return int(pipe.execute()[0])

    def _sealed(self, org: str, entry: LogEntry) -> bytes:
        if self.fullness is not None and self.fullness.is_full:
            return b""
        return self.cipher.seal(org, PURPOSE, entry.body())

    def _open(self, org: str, sealed: bytes) -> dict[str, Any]:
        try:
            opened: dict[str, Any] = orjson.loads(self.cipher.open(org, PURPOSE, sealed))
        except CannotDecrypt:  # its key was removed; the summary is still readable
            return {"request": None, "response": None}
        return opened

    def _low(self, org: str, wanted: LogFilter) -> str:
        return str(max(self._oldest(org), (wanted.since or 0) - LATE_MILLISECONDS))

    def _days(self, org: str) -> int:
        return at_most_days(self.days_of(org), self.max_days)

    def _oldest(self, org: str) -> int:
        return int((self.clock() - self._days(org) * DAY_SECONDS) * 1000)

    def _high(self, wanted: LogFilter) -> str:
        return "+" if wanted.until is None else str(wanted.until + LATE_MILLISECONDS)


def _log_of(entry: LogEntry) -> str:
    """The name of the log that an entry is in."""
    return RUNS if entry.called_by == QUESTION_SET else LOG


def _summary(entry: LogEntry) -> bytes:
    told = {
        "called_by": entry.called_by,
        "prompt": entry.prompt,
        "source": entry.source,
        "answer_id": entry.answer_id,
        "knowledge": entry.knowledge,
        "guardrail": entry.guardrail,
        "replied": entry.replied,
    }
    held = {"found": entry.found, "sources": entry.sources} if entry.knowledge else {}
    return orjson.dumps(
        {
            "at": int(entry.at * 1000 + entry.milliseconds),
            "status": entry.status,
            "http_status": entry.http_status,
            "function": entry.function,
            "contact": entry.contact,
            "flow": entry.flow,
            "model": entry.model,
            "input_tokens": entry.input_tokens,
            "output_tokens": entry.output_tokens,
            "milliseconds": round(entry.milliseconds, 1),
            "request_id": entry.request_id,
            **{name: value for name, value in told.items() if value},
            **held,
        }
    )


def _read_summary(raw_id: bytes, fields: dict[bytes, bytes]) -> tuple[dict[str, Any], int]:
    """An entry's summary with the time its call ended."""
    summary = orjson.loads(fields[b"summary"])
    at = summary.pop("at", None) or int(raw_id.partition(b"-")[0])
    return {"id": raw_id.decode(), "time": timestamp_of(at), **summary}, at
