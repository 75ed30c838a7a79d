"""The indices of bases that a process holds: built when first asked for, renewed when documents
changed, and the one that was not searched for the longest dropped where they take too much."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from answers.knowledge.base import KnowledgeBase
from answers.knowledge.document_store import DocumentStore
from answers.knowledge.loading import Loaded, load
from flowhook.errors import Overloaded
from flowhook.limits.fair_shares import FairShares
from flowhook.native_thread import in_native_thread

if TYPE_CHECKING:
    from answers.knowledge.finding.index import Index

HELD_BYTES = 256 * 1024 * 1024
IDLE_SECONDS = 3600.0  # an index that nobody searched for so long is dropped
BUILD_SECONDS = 60.0  # that a search waits for the first index of a base, at the most
RENEWAL_SECONDS = 0.5  # that it waits for a newer one, and then searches the older
REST = 4  # after a renewal, as long as it took, times this: it takes a fifth of a processor

BUILDS_AT_ONCE = 2  # of one organisation; there is one more place for the others
LOOK_SECONDS = 0.02

BaseKey = tuple[str, str]

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class HeldIndex:
    """An index, and the number of the base whose documents it has; `rests_until` by `clock`."""

    number: int
    index: Index = field(repr=False)
    rests_until: float = 0.0
    searched_at: float = 0.0


@dataclass(slots=True)
class Build:
    """An index that is being built, for all who wait for it."""

    done: threading.Event = field(default_factory=threading.Event)
    held: HeldIndex | None = None


class Indices:
    """Hands out indices; `clock` tells seconds."""

    def __init__(
        self,
        documents: DocumentStore,
        most_bytes: int = HELD_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.documents = documents
        self.most_bytes = most_bytes
        self.clock = clock
        self._held: OrderedDict[BaseKey, HeldIndex] = OrderedDict()
        self._builds: dict[BaseKey, Build] = {}
        self._lock = threading.Lock()  # around the two above
        self._shares = FairShares(BUILDS_AT_ONCE)

    def find(self, org: str, base: KnowledgeBase, *, newest: bool = False) -> HeldIndex:
        """The index of a base: the newest, or one that lacks what became ready in the last seconds
        and still has what was deleted in them, unless it is to be the `newest`.

        Raises Overloaded where it is not built in time.
        """
        held = self._touched((org, base.id))
        if held is None or (newest and held.number < base.number):
            return self._newest(org, base)
        if held.number < base.number and self.clock() >= held.rests_until:
            build = self._begin((org, base.id), base)
            build.done.wait(RENEWAL_SECONDS)
            held = build.held or held
        return held

    def _newest(self, org: str, base: KnowledgeBase) -> HeldIndex:
        """Wait for an index of the base as it is now; one that is being built may be older."""
        until = self.clock() + BUILD_SECONDS
        while self.clock() < until:
            build = self._begin((org, base.id), base)
            build.done.wait(until - self.clock())
            if build.held is None:
                break
            if build.held.number >= base.number:
                return build.held
        raise Overloaded("the documents could not be searched", fix="Try again in a minute.")

    @property
    def bytes(self) -> int:
        """What all of them take."""
        return sum(held.index.bytes for held in self._held.values())

    def _touched(self, key: BaseKey) -> HeldIndex | None:
        with self._lock:
            held = self._held.get(key)
            if held is not None:
                held.searched_at = self.clock()
                self._held.move_to_end(key)
            return held

    def _begin(self, key: BaseKey, base: KnowledgeBase) -> Build:
        """Have an index built, if it is not already."""
        with self._lock:
            build = self._builds.get(key)
            if build is not None:
                return build
            build = self._builds[key] = Build()
        threading.Thread(
            target=self._run, args=(key, base, build), name="knowledge", daemon=True
        ).start()
        return build

    def _run(self, key: BaseKey, base: KnowledgeBase, build: Build) -> None:
        held = None
        try:
            with self._place(key[0]):
                held = self._built(key[0], base)
        except Exception as failure:
            what = {"organization_id": key[0], "cause": type(failure).__name__}
            logger.warning("the index of a base was not built", extra=what)
        with self._lock:
            if held is not None:
                self._hold(key, held)
            build.held = held
            del self._builds[key]
        build.done.set()

    @contextmanager
    def _place(self, org: str) -> Iterator[None]:
        """Hold one of the places for builds, which are shared among organisations: one of a large
        base takes some seconds."""
        while not self._shares.take(org):
            time.sleep(LOOK_SECONDS)
        try:
            yield
        finally:
            self._shares.give_back(org)

    def _built(self, org: str, base: KnowledgeBase) -> HeldIndex:
        since = self.clock()
        loaded = load(self.documents, org, base)
        index = in_native_thread(lambda: build_index(loaded))
        now = self.clock()
        return HeldIndex(base.number, index, now + REST * (now - since), now)

    def _hold(self, key: BaseKey, held: HeldIndex) -> None:
        self._held[key] = held
        self._held.move_to_end(key)
        idle = self.clock() - IDLE_SECONDS
        while len(self._held) > 1:
            oldest = next(iter(self._held))
            if self.bytes <= self.most_bytes and self._held[oldest].searched_at > idle:
                break
            del self._held[oldest]


def build_index(loaded: Loaded) -> Index:
    """An index of what was loaded; SQLite is imported where somebody uses documents."""
    from answers.knowledge.finding.index import Index

    return Index.build(loaded.documents, loaded.embeddings)
