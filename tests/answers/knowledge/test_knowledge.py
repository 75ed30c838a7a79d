"""Searches in the indices that a process holds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis

from answers.knowledge.document import Findings, Passage
from answers.knowledge.document_store import DocumentStore
from answers.knowledge.due import DueDocuments, job_of
from answers.knowledge.indices import IDLE_SECONDS, Indices
from answers.knowledge.knowledge import Knowledge
from answers.knowledge.progress import Aside, Progress, ReadDocument
from answers.knowledge.reader import Reader
from answers.knowledge.sealing import EMBEDDINGS, DocumentPlace
from answers.knowledge.store import BaseStore
from answers.knowledge.stored_document import NewDocument, StoredDocument
from flowhook.errors import NotFound, Overloaded, ProviderTimeout
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.store import SettingsStore
from service.answer_loop import AnswerLoop
from tests.answers.knowledge.library import FEES, Library
from tests.fakes.faulty_redis import FaultyRedis
from tests.fixtures_app import FIRST_KEY, OpenService
from tests.waiting import wait_for

ORG = "acme"
FEE, SOWING = "The fee is 500 rupees.", "Sow wheat in November."


class Clock:
    """A clock that a test sets; each look takes `step` seconds."""

    def __init__(self) -> None:
        self.at, self.step = 1000.0, 0.0

    def __call__(self) -> float:
        self.at += self.step
        return self.at


class CountingStore(DocumentStore):
    """Counts how often a base's documents are read."""

    reads = 0

    def heads(self, *args: Any, **more: Any) -> dict[str, StoredDocument]:
        self.reads += 1
        return super().heads(*args, **more)


class Desk:
    """Documents of one organisation, and what searches them."""

    def __init__(self, store: Any, most_bytes: int = 10**9) -> None:
        self.redis = FaultyRedis(store)
        self.settings = SettingsStore(self.redis, Cipher([FIRST_KEY]))
        self.settings.sections.put(ORG, "openai", {"is_active": True}, "me")
        bases = BaseStore(self.redis, self.settings.cipher, self.settings.changes)
        self.documents = CountingStore(bases, DueDocuments(self.redis))
        self.clock = Clock()
        self.indices = Indices(self.documents, most_bytes, self.clock)
        self.knowledge = Knowledge(self.documents, self.indices)

    def base(self, name: str = "leaflets", **values: str) -> None:
        self.documents.bases.put(ORG, name, values, "me")

    def add(self, text: str, name: str = "leaflets") -> str:
        """A document that is ready; returns its id."""
        place = self.documents.add(ORG, name, NewDocument("a", text.encode()), "me")[1]
        assert place is not None
        progress = Progress(self.documents)
        progress.begin(place, "t")
        progress.finish(place, "t", ReadDocument("txt", [Passage(text)], {}))
        return place.doc

    def search(self, question: str, name: str = "leaflets", **more: Any) -> Findings:
        return self.knowledge.search(self.settings.load(ORG), name, question, **more)

    def found(self, question: str, **more: Any) -> list[str]:
        return [one.document for one in self.search(question, **more).passages]


@pytest.fixture
def desk(fake_redis: redis.Redis) -> Desk:
    found = Desk(fake_redis)
    found.base()
    return found


def test_a_search_asks_redis_nothing_once_the_index_is_there(desk: Desk) -> None:
    fee = desk.add(FEE)
    organisation = desk.settings.load(ORG)
    found = desk.knowledge.search(organisation, "leaflets", "How much is the fee?")
    assert found.passages[0].document == fee
    desk.redis.away = True
    assert desk.knowledge.search(organisation, "leaflets", "How much is the fee?") == found
    with pytest.raises(NotFound):
        desk.knowledge.search(organisation, "other", "How much is the fee?")


def test_many_that_ask_at_once_wait_for_one_index(desk: Desk) -> None:
    fee = desk.add(FEE)
    organisation = desk.settings.load(ORG)
    before = desk.documents.reads
    with ThreadPoolExecutor(16) as threads:
        futures = [
            threads.submit(desk.knowledge.search, organisation, "leaflets", "the fee")
            for _ in range(64)
        ]
        found = [future.result().passages[0].document for future in futures]
    assert found == [fee] * 64
    assert desk.documents.reads == before + 1


def test_what_becomes_ready_is_found_and_what_is_deleted_is_not(desk: Desk) -> None:
    fee = desk.add(FEE)
    assert desk.found("When to sow wheat, and the fee?") == [fee]
    sowing = desk.add(SOWING)
    assert desk.found("When to sow wheat?") == [sowing]
    desk.documents.delete(ORG, "leaflets", sowing, "me")
    assert sowing not in desk.found("When to sow wheat?")


def test_an_index_that_took_long_rests_but_forgets_what_was_deleted(desk: Desk) -> None:
    fee = desk.add(FEE)
    desk.clock.step = 1.0
    assert desk.found("the fee") == [fee]
    desk.clock.step = 0.0
    sowing = desk.add(SOWING)
    reads = desk.documents.reads
    assert desk.found("sow wheat") == []
    assert desk.documents.reads == reads  # the older one is searched on
    assert desk.found("sow wheat", newest=True) == [sowing]
    desk.clock.step = 1.0
    desk.documents.delete(ORG, "leaflets", fee, "me")
    assert desk.found("the fee") == []
    desk.clock.step, desk.clock.at = 0.0, desk.clock.at + 60.0
    more = desk.add("The bus leaves at nine.")
    assert desk.found("When does the bus leave?") == [more]


def test_indices_are_bounded_in_bytes_and_in_idleness(fake_redis: redis.Redis) -> None:
    desk = Desk(fake_redis, most_bytes=1)
    for name in ("a", "b"):
        desk.base(name)
        desk.add(FEE, name)
        assert desk.search("the fee", name).passages
    assert len(desk.indices._held) == 1
    desk.indices.most_bytes = 10**9
    desk.search("the fee", "a")
    assert len(desk.indices._held) == 2
    assert desk.indices.bytes > 1
    desk.clock.at += IDLE_SECONDS + 1
    desk.base("c")
    desk.search("the fee", "c")
    assert len(desk.indices._held) == 1


def test_a_base_that_cannot_be_read_is_overloaded_and_read_again(desk: Desk) -> None:
    fee = desk.add(FEE)
    organisation = desk.settings.load(ORG)
    desk.redis.away = True
    with pytest.raises(Overloaded):
        desk.knowledge.search(organisation, "leaflets", "the fee")
    desk.redis.away = False
    found = desk.knowledge.search(organisation, "leaflets", "the fee")
    assert found.passages[0].document == fee


def test_embeddings_find_what_shares_no_word(desk: Desk) -> None:
    desk.base(embedding_model="m")
    fee, sowing = desk.add(FEE), desk.add(SOWING)
    progress = Progress(desk.documents)
    base = desk.documents.bases.existing_now(ORG, "leaflets")
    for doc, vector in ((fee, [1.0, 0.0]), (sowing, [0.0, 1.0])):
        place = DocumentPlace(ORG, base.id, doc)
        progress.begin(place, "e")
        aside = Aside("m", place.made(EMBEDDINGS, "e"))
        progress.gather_embeddings(place, aside, 0, [vector])
        progress.embedded(place, "e", aside)
    asked: list[list[str]] = []

    def embed(texts: list[str]) -> list[list[float]]:
        asked.append(texts)
        return [[0.9, 0.1]]

    assert desk.found("Kitna paisa lagega?", embed=embed)[0] == fee
    assert asked == [["Kitna paisa lagega?"]]

    def fail(texts: list[str]) -> list[list[float]]:
        raise ProviderTimeout("too slow")

    assert desk.found("How much is the fee?", embed=fail)[0] == fee


def test_every_process_forgets_a_deleted_document_within_two_seconds(
    open_service: OpenService, real_redis: redis.Redis
) -> None:
    acme, other = open_service(real_redis), open_service(real_redis)
    acme.organisation()
    library = Library(acme)
    library.put()
    sent = library.send(FEES)
    reader: Reader = acme.app.extensions[Reader.NAME]
    [place] = reader.due.waiting()
    reader.perform(job_of(place))
    doc = sent.json["document_id"]
    loop: AnswerLoop = other.app.extensions[AnswerLoop.NAME]

    def found() -> list[str]:
        organisation = other.background.settings.get(ORG)
        passages = loop.knowledge.search(organisation, "leaflets", "How much is the fee?").passages
        return [one.document for one in passages]

    wait_for(lambda: found() == [doc], "the other process to find it")
    acme.admin("DELETE", f"{library.path}/documents/{doc}")
    wait_for(lambda: found() == [], "the other process to forget it", seconds=2.0)
