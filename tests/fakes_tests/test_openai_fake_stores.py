"""Files, vector stores and conversations of the fake."""

from __future__ import annotations

from typing import Any

import pytest
from openai import BadRequestError, NotFoundError, OpenAI

from tests.fakes.openai import FakeOpenAI


def upload(client: OpenAI, text: str = "Sow millet in June.", name: str = "notes.txt") -> str:
    return client.files.create(file=(name, text.encode()), purpose="assistants").id


def test_files_come_and_go(client: OpenAI) -> None:
    identifier = upload(client)
    other = client.files.create(
        file=("b.txt", b"x"),
        purpose="user_data",
        expires_after={"anchor": "created_at", "seconds": 3600},
    )
    assert client.files.retrieve(identifier).bytes == 19
    assert client.files.content(identifier).read() == b"Sow millet in June."
    assert [file.id for file in client.files.list(purpose="assistants")] == [identifier]
    assert other.expires_at is not None
    assert client.files.delete(identifier).deleted
    with pytest.raises(NotFoundError):
        client.files.retrieve(identifier)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"file": ("a.txt", b"x"), "purpose": "secrets"}, "'assistants'"),
        ({"file": ("a.txt", b""), "purpose": "assistants"}, "File is empty."),
        (
            {
                "file": ("a.txt", b"x"),
                "purpose": "vision",
                "expires_after": {"anchor": "created_at", "seconds": 60},
            },
            ">= 3600",
        ),
    ],
)
def test_bad_uploads(
    client: OpenAI, openai: FakeOpenAI, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadRequestError) as caught:
        client.files.create(**options)
    assert words in caught.value.message
    openai.violations.clear()


def test_vector_stores_come_and_go(client: OpenAI) -> None:
    store = client.vector_stores.create(name="Farming", metadata={"org": "a"})
    assert client.vector_stores.retrieve(store.id).file_counts.total == 0
    assert client.vector_stores.update(store.id, name="Fields").name == "Fields"
    assert [one.id for one in client.vector_stores.list()] == [store.id]
    assert client.vector_stores.delete(store.id).deleted
    with pytest.raises(NotFoundError):
        client.vector_stores.retrieve(store.id)


def test_files_of_a_store(client: OpenAI) -> None:
    store = client.vector_stores.create()
    first, second = upload(client), upload(client, "Rain comes in July.")
    client.vector_stores.files.create(store.id, file_id=first, attributes={"year": 2026})
    batch = client.vector_stores.file_batches.create(store.id, file_ids=[second])
    assert batch.file_counts.completed == 1
    assert client.vector_stores.file_batches.retrieve(batch.id, vector_store_id=store.id)
    assert client.vector_stores.files.retrieve(first, vector_store_id=store.id).attributes == {
        "year": 2026
    }
    counts = client.vector_stores.retrieve(store.id).file_counts
    assert (counts.completed, counts.total) == (2, 2)
    client.vector_stores.files.delete(first, vector_store_id=store.id)
    assert [file.id for file in client.vector_stores.files.list(store.id)] == [second]
    with pytest.raises(NotFoundError):
        client.vector_stores.files.create(store.id, file_id="file-none")


def test_a_file_that_is_no_text_fails_in_the_store(client: OpenAI) -> None:
    file = client.files.create(file=("a.bin", b"\xff\xfe\x00"), purpose="assistants")
    store = client.vector_stores.create(file_ids=[file.id])
    entry = client.vector_stores.files.retrieve(file.id, vector_store_id=store.id)
    assert entry.status == "failed"
    assert entry.last_error is not None
    assert entry.last_error.code == "unsupported_file"


def test_search_ranks_filters_and_limits(client: OpenAI) -> None:
    store = client.vector_stores.create()
    for text, year in (("Millet grows in June.", 2025), ("Millet seeds are sown in June.", 2026)):
        file = upload(client, text)
        client.vector_stores.files.create(store.id, file_id=file, attributes={"year": year})

    def search(**options: Any) -> list[str]:
        found = client.vector_stores.search(store.id, query="millet seeds sown", **options)
        return [hit.content[0].text for hit in found]

    both = ["Millet seeds are sown in June.", "Millet grows in June."]
    assert search() == both
    assert search(max_num_results=1) == both[:1]
    assert search(filters={"type": "lt", "key": "year", "value": 2026}) == both[1:]
    assert search(filters={"type": "in", "key": "year", "value": [2026, 2027]}) == both[:1]
    compound = {
        "type": "or",
        "filters": [
            {"type": "eq", "key": "year", "value": 2025},
            {"type": "gte", "key": "year", "value": 2026},
        ],
    }
    assert search(filters=compound) == both
    assert search(ranking_options={"score_threshold": 0.9}) == both[:1]


def test_search_reads_any_script(client: OpenAI) -> None:
    file = upload(client, "बाजरा जून में बोया जाता है।\n\nवर्षा जुलाई में आती है।")
    store = client.vector_stores.create(file_ids=[file])
    found = list(client.vector_stores.search(store.id, query="वर्षा कब आती है"))
    assert found[0].content[0].text.startswith("वर्षा")


def test_lists_come_in_pages(client: OpenAI) -> None:
    made = [client.vector_stores.create(name=str(number)).id for number in range(5)]
    page = client.vector_stores.list(limit=2)
    assert page.has_next_page()
    assert [one.id for one in page] == made[::-1]
    assert [one.id for one in client.vector_stores.list(order="asc")] == made


def test_bad_search(client: OpenAI, openai: FakeOpenAI) -> None:
    store = client.vector_stores.create()
    for body in ({"query": ""}, {"query": "x", "max_num_results": 0}, {"query": "x", "top_k": 3}):
        with pytest.raises(BadRequestError):
            client.post(f"/vector_stores/{store.id}/search", body=body, cast_to=dict)
    assert len(openai.violations) == 3
    openai.violations.clear()


def test_conversations_come_and_go(client: OpenAI) -> None:
    conversation = client.conversations.create(metadata={"contact": "1"})
    added = client.conversations.items.create(
        conversation.id, items=[{"type": "message", "role": "user", "content": "Hello"}]
    )
    item = client.conversations.items.retrieve(
        str(added.data[0].id), conversation_id=conversation.id
    )
    assert item.type == "message"
    updated = client.conversations.update(conversation.id, metadata={"contact": "2"})
    assert updated.metadata == {"contact": "2"}
    client.conversations.items.delete(str(item.id), conversation_id=conversation.id)
    assert list(client.conversations.items.list(conversation.id)) == []
    assert client.conversations.delete(conversation.id).deleted
    with pytest.raises(NotFoundError):
        client.conversations.retrieve(conversation.id)
