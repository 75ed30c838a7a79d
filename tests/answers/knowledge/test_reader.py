"""What workers do with documents, and what becomes of those whose workers are killed."""

from __future__ import annotations

import math
from typing import Any

import pytest
import redis

from answers.knowledge.due import DUE, job_of
from answers.knowledge.embedding import Vectors
from answers.knowledge.reader import MAX_EMBEDDINGS, MAX_TRIES, READ_AT_ONCE, STEP, Reader
from answers.knowledge.sealing import DocumentPlace
from answers.knowledge.stored_document import FAILED, QUEUED, READING, READY
from flowhook.errors import RateLimited
from flowhook.organisations.organisation import Organisation
from tests.answers.knowledge.library import FEES, SOWING, Library
from tests.fakes.openai import FakeOpenAI
from tests.fixtures_app import OpenService, Service
from tests.fixtures_jobs import JobsService


class NotedQueue:
    """A queue that nobody works on."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send(self, job_id: str, step: str, delay_seconds: float = 0.0, suspect: str = "") -> None:
        self.sent.append((job_id, step))


@pytest.fixture
def library(service: Service) -> Library:
    service.organisation()
    found = Library(service)
    found.put()
    return found


@pytest.fixture
def reader(library: Library) -> Reader:
    found: Reader = library.service.app.extensions[Reader.NAME]
    found.queue = NotedQueue()
    return found


def place_of_sent(library: Library, reader: Reader, text: str = FEES) -> DocumentPlace:
    doc = str(library.send(text).json["document_id"])
    base = reader.documents.bases.existing_now("acme", "leaflets")
    return DocumentPlace("acme", base.id, doc)


def status(library: Library, place: DocumentPlace) -> str:
    return str(library.document(place.doc)["status"])


def test_a_document_whose_readers_die_is_given_up_after_some(
    library: Library, reader: Reader
) -> None:
    place = place_of_sent(library, reader)
    for _ in range(MAX_TRIES):  # each of these is killed
        assert reader.progress.begin(place, "dead")
        assert status(library, place) == READING
    reader.perform(job_of(place))
    document = library.document(place.doc)
    assert (document["status"], document["error"]["message"]) == (
        FAILED,
        "Reading this file broke off 3 times.",
    )
    assert reader.due.waiting() == []


def test_a_document_whose_reader_died_is_read_by_the_next(library: Library, reader: Reader) -> None:
    place = place_of_sent(library, reader)
    reader.progress.begin(place, "dead")
    reader.perform(job_of(place))
    assert status(library, place) == READY
    assert not library.service.redis.zcard(DUE)
    assert len(library.search("the fee")) == 1


def test_one_that_is_being_read_is_looked_at_later(library: Library, reader: Reader) -> None:
    place = place_of_sent(library, reader)
    assert reader.leases.take(place.lease)
    reader.perform(job_of(place))
    assert status(library, place) == QUEUED
    assert library.service.redis.zcard(DUE) == 1
    assert reader.due.waiting() == []


def test_the_sweep_sends_what_waits(library: Library, reader: Reader) -> None:
    queue: Any = reader.queue
    place = place_of_sent(library, reader)
    assert queue.sent == [(job_of(place), STEP)]
    reader.sweep()
    assert queue.sent == [(job_of(place), STEP)] * 2
    reader.perform(job_of(place))
    reader.sweep()
    assert len(queue.sent) == 2


def test_a_process_reads_few_at_once_and_takes_the_others_after_them(
    library: Library, reader: Reader
) -> None:
    first, second = (place_of_sent(library, reader, text) for text in (FEES, SOWING))
    for _ in range(READ_AT_ONCE):
        assert reader.places.acquire(blocking=False)
    reader.perform(job_of(first))
    assert status(library, first) == QUEUED
    reader.places.release()
    reader.perform(job_of(second))
    assert (status(library, first), status(library, second)) == (READY, READY)


def test_a_store_that_is_away_or_a_deleted_organisation_end_nothing_badly(
    library: Library, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = place_of_sent(library, reader)

    def away(*_: Any) -> None:
        raise redis.ConnectionError("away")

    with monkeypatch.context() as broken:
        broken.setattr(reader.progress, "begin", away)
        reader.perform(job_of(place))
    assert status(library, place) == QUEUED
    library.service.operator("DELETE", "/settings/acme")
    reader.perform(job_of(place))
    assert not library.service.redis.zcard(DUE)


def test_a_reader_that_looks_before_a_document_is_stored_loses_none(
    library: Library, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    gather = reader.documents._gather

    def looked_at_meanwhile(place: DocumentPlace, content: bytes) -> str:
        reader.perform(job_of(place))
        return gather(place, content)

    monkeypatch.setattr(reader.documents, "_gather", looked_at_meanwhile)
    place = place_of_sent(library, reader)
    assert status(library, place) == QUEUED
    assert reader.due.waiting() == [place]


def test_no_process_could_be_started_is_no_try(
    library: Library, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = place_of_sent(library, reader)

    def none_left(*_: Any) -> None:
        raise BlockingIOError("no process")

    with monkeypatch.context() as broken:
        broken.setattr("answers.knowledge.reader.read_document", none_left)
        for _ in range(MAX_TRIES + 2):
            reader.perform(job_of(place))
    assert status(library, place) == READING
    reader.perform(job_of(place))
    assert status(library, place) == READY


def test_embeddings_that_there_is_no_room_for_are_not_all_paid(
    library: Library, reader: Reader, openai: FakeOpenAI
) -> None:
    library.service.organisation(openai)
    words = " ".join(f"word{number}" for number in range(150))
    place = place_of_sent(
        library, reader, "".join(f"# Part {n}\n\n{n} {words}\n\n" for n in range(150))
    )
    reader.perform(job_of(place))
    reader.documents.most_bytes = reader.documents.taken_bytes("acme") + 500_000
    library.put(embedding_model="text-embedding-3-small")  # each takes some 6 KB
    reader.perform(job_of(place))
    document = library.document(place.doc)
    assert (document["status"], document["embedding_model"]) == (READY, None)
    assert "words alone" in document["error"]["message"]
    assert len(openai.requests) == 1
    assert len(library.search("Part 7")) > 0


def test_embeddings_go_on_where_a_limit_ended_them_and_none_is_paid_twice(
    library: Library, reader: Reader, openai: FakeOpenAI
) -> None:
    """By an account that takes one request of 64 passages, and then refuses one."""
    library.service.organisation(openai)
    words = " ".join(f"word{number}" for number in range(150))
    parts = (MAX_EMBEDDINGS + 2) * 64
    place = place_of_sent(
        library, reader, "".join(f"# Part {n}\n\n{n} {words}\n\n" for n in range(parts))
    )
    reader.perform(job_of(place))
    passages = library.document(place.doc)["passages"]
    requests = math.ceil(passages / 64)
    assert requests > MAX_EMBEDDINGS
    asked: list[list[str]] = []
    embed = reader.embed

    def limited(organisation: Organisation, model: str, texts: list[str]) -> Vectors:
        asked.append(texts)
        if len(asked) % 2 == 0:
            raise RateLimited("slowly")
        return embed(organisation, model, texts)

    reader.embed = limited
    library.put(embedding_model="text-embedding-3-small")
    for _ in range(requests):
        assert library.document(place.doc)["embedding_model"] is None
        reader.perform(job_of(place))
        document = reader.documents.find(place)
        assert document is not None
        assert document.tries == 0, "what comes forward is no try, or each pause would be longer"
    assert library.document(place.doc)["embedding_model"] == "text-embedding-3-small"
    assert sum(map(len, asked[::2])) == passages
    assert len(library.search("Part 7")) > 0


def test_embeddings_that_are_paid_outlast_the_pause_before_the_others(
    library: Library, reader: Reader, openai: FakeOpenAI
) -> None:
    """By an account whose limit is that of a day."""
    library.service.organisation(openai)
    text = "".join(f"# Part {n}\n\n{' '.join(['word'] * 50)}\n\n" for n in range(100))
    place = place_of_sent(library, reader, text)
    reader.perform(job_of(place))
    embed, asked = reader.embed, []

    def limited(organisation: Organisation, model: str, texts: list[str]) -> Vectors:
        asked.append(texts)
        if len(asked) == 2:
            raise RateLimited("tomorrow", retry_after_seconds=86_400)
        return embed(organisation, model, texts)

    reader.embed = limited
    library.put(embedding_model="text-embedding-3-small")
    reader.perform(job_of(place))
    document = reader.documents.find(place)
    assert document is not None
    aside = reader.progress.aside(place, "text-embedding-3-small", document)
    assert reader.progress.count_aside(aside) == 64
    assert library.service.redis.ttl(aside.key) > 86_400


def test_an_embedding_that_breaks_off_unexpectedly_is_given_up_after_some(
    library: Library, reader: Reader, openai: FakeOpenAI
) -> None:
    library.service.organisation(openai)
    place = place_of_sent(library, reader)
    reader.perform(job_of(place))
    asked: list[str] = []

    def broken(organisation: Organisation, model: str, texts: list[str]) -> Vectors:
        asked.append(model)
        raise OverflowError("an embedding of no use")

    reader.embed = broken
    library.put(embedding_model="text-embedding-3-small")
    for _ in range(MAX_EMBEDDINGS + 1):
        reader.perform(job_of(place))
    document = library.document(place.doc)
    assert len(asked) == MAX_EMBEDDINGS
    assert (document["status"], document["embedding_model"]) == (READY, None)
    assert "broke off" in document["error"]["message"]
    assert not library.service.redis.zcard(DUE)


def test_uploads_over_a_real_queue_are_all_read_once(
    open_service: OpenService, real_redis: redis.Redis
) -> None:
    service = open_service(real_redis)
    service.organisation()
    library = Library(service)
    library.put()
    jobs = JobsService(service)
    jobs.start_worker()
    sent = [library.send(f"Leaflet {number}: the fee.", f"{number}.txt") for number in range(12)]
    documents = [library.wait(one, 60.0) for one in sent]
    jobs.stop_worker()
    assert {document["status"] for document in documents} == {"ready"}
    base = service.admin("GET", library.path).json
    assert base["documents"] == 12
    number = service.app.extensions[Reader.NAME].documents.bases.existing_now("acme", "leaflets")
    assert number.number == 12
