"""Documents over HTTP, with the jobs that read them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from answers.knowledge import bounds
from answers.knowledge.stored_document import FAILED
from tests.answers.knowledge.library import FEES, SOWING, Library
from tests.answers.knowledge.reading.pdf_files import Packed, Text, pdf
from tests.fakes.web import answer, serve
from tests.fixtures_app import OpenService, Service
from tests.fixtures_jobs import JobsService


@pytest.fixture
def library(jobs: JobsService) -> Library:
    jobs.service.organisation()
    found = Library(jobs.service)
    assert found.put(title="Leaflets").status == 201
    return found


@pytest.fixture
def unread(service: Service) -> Library:
    """A base whose documents nobody reads."""
    service.organisation()
    found = Library(service)
    assert found.put().status == 201
    return found


def test_a_document_is_queued_read_and_found(library: Library) -> None:
    sent = library.send(FEES)
    assert sent.status == 202
    assert sent.json == {"document_id": sent.json["document_id"], "status": "queued"}
    document = library.wait(sent)
    assert document.pop("at").endswith("Z")
    assert document.pop("by").startswith("token ")
    assert document == {
        "id": sent.json["document_id"],
        "title": "fees.md",
        "name": "fees.md",
        "kind": "md",
        "status": "ready",
        "bytes": len(FEES),
        "pages": 0,
        "passages": 1,
        "embedding_model": None,
        "error": None,
    }
    library.wait(library.send(SOWING, "sowing.md"))
    [first, *_] = library.search("How much is the fee?")
    assert first["document"] == document["id"]
    assert "500 rupees" in first["text"]
    base = library.service.admin("GET", library.path).json
    assert base["documents"] == 2
    assert 0 < base["bytes"] < 2000
    assert not library.service.redis.zcard("fh:knowledge")


def test_a_text_and_a_title_are_taken_as_json(library: Library) -> None:
    sent = library.post_json(title="Fees 2026", text="The fee is 500 rupees.")
    document = library.wait(sent)
    assert (document["title"], document["kind"], document["status"]) == (
        "Fees 2026",
        "txt",
        "ready",
    )
    titled = library.wait(library.send(SOWING, title="Wheat"))
    assert (titled["title"], titled["name"]) == ("Wheat", "fees.md")


def test_the_same_content_is_the_document_that_is_there(library: Library) -> None:
    ready = library.wait(library.send(FEES))
    again = library.send(FEES, "other.md")
    assert (again.status, again.json) == (200, {"document_id": ready["id"], "status": "ready"})
    other = Library(library.service, "crops")
    other.put()
    assert other.send(FEES).status == 202


def test_what_cannot_be_read_says_why_and_what_to_do(library: Library) -> None:
    for content, name in ((b"", "empty.txt"), (b"%PDF-1.7 broken", "a.pdf"), (b"PK\x03\x04", "b")):
        document = library.wait(library.send(content, name))
        assert document["status"] == FAILED, name
        assert document["error"]["message"].endswith(".")
        assert document["error"]["fix"].endswith(".")
    sent = library.send(FEES)
    assert library.wait(sent)["status"] == "ready"
    assert library.service.admin("GET", library.path).json["documents"] == 4


def test_pages_that_cannot_be_read_are_named_though_the_others_answer(library: Library) -> None:
    fees, lost = [Text("The fee for the course is 500 rupees.")], Packed(b"\x78\x9c")
    document = library.wait(library.send(pdf(fees, lost, fees, lost, lost), "fees.pdf"))
    assert (document["status"], document["pages"]) == ("ready", 5)
    assert document["error"]["message"].endswith(": 2, 4-5.")
    assert document["error"]["fix"].endswith(".")
    assert library.search("How much is the fee?")[0]["page"] == 1


def test_a_failed_document_is_read_again_when_it_is_sent_again(library: Library) -> None:
    failed = library.wait(library.send(b"%PDF-1.7 broken", "a.pdf"))
    again = library.send(b"%PDF-1.7 broken", "a.pdf")
    assert (again.status, again.json["document_id"]) == (202, failed["id"])
    assert library.wait(again)["status"] == FAILED
    assert library.service.admin("GET", library.path).json == (
        library.service.admin("GET", library.path).json | {"documents": 1, "bytes": 0}
    )


def test_a_deleted_document_answers_no_more(library: Library) -> None:
    service = library.service
    fees = library.wait(library.send(FEES))
    library.wait(library.send(SOWING))
    assert library.search("How much is the fee?")[0]["document"] == fees["id"]
    path = f"{library.path}/documents/{fees['id']}"
    assert service.admin("DELETE", path).status == 204
    assert service.admin("GET", path).status == 404
    assert service.admin("DELETE", path).status == 404
    assert fees["id"] not in {one["document"] for one in library.search("How much is the fee?")}
    left = [key for key in service.redis.scan_iter("*") if fees["id"].encode() in key]
    assert not left
    assert service.admin("GET", library.path).json["documents"] == 1


def test_documents_are_listed_in_pages(unread: Library) -> None:
    for number in range(101):
        assert unread.post_json(title=f"T{number}", text=f"Text {number}").status == 202
    service, path = unread.service, f"{unread.path}/documents"
    first = service.admin("GET", path).json
    assert (len(first["documents"]), first["next_cursor"]) == (100, "100")
    assert {one["status"] for one in first["documents"]} == {"queued"}
    rest = service.admin("GET", f"{path}?cursor=100").json
    assert (len(rest["documents"]), rest["next_cursor"]) == (1, None)
    assert service.admin("GET", f"{path}?cursor=x").status == 400


# --- bodies -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": "a"},
        {"text": "b"},
        {"title": "a", "text": ""},
        {"title": "a", "text": "b", "url": "https://example.org/"},
        {"url": "file:///etc/passwd"},
        {"url": "http://169.254.169.254/latest"},
        {"title": "a", "text": "b", "more": 1},
        {"title": "x" * 201, "text": "b"},
    ],
)
def test_wrong_json_is_named(unread: Library, body: dict[str, object]) -> None:
    answer = unread.post_json(**body)
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")


BOUNDARY = "multipart/form-data; boundary=b"


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (b"", BOUNDARY),
        (b"--b--\r\n", BOUNDARY),
        (b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc', BOUNDARY),
        (b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc\r\n--b--\r\n', BOUNDARY),
        (b"--b\r\n\r\nabc\r\n--b--\r\n", BOUNDARY),
        (b"abc", "multipart/form-data"),
        (b"\xff" * 1000, BOUNDARY),
        (
            b"".join(
                b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' % number
                for number in range(50)
            )
            + b"--b--\r\n",
            BOUNDARY,
        ),
        (
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n' * 2
            + b"--b--\r\n",
            BOUNDARY,
        ),
    ],
)
def test_a_form_that_holds_no_file_is_refused(
    unread: Library, raw: bytes, content_type: str
) -> None:
    answer = unread.post(raw, content_type)
    assert (answer.status, answer.error["type"]) == (400, "invalid_input")


def test_a_broken_form_is_told_from_one_that_lacks_a_file(unread: Library) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\n'
    for raw, content_type, message in (
        (part + b"abc", BOUNDARY, "the form is malformed"),
        (b"abc", "multipart/form-data", "the form is malformed"),
        (part + b"abc\r\n--b--\r\n", BOUNDARY, "file: Send one file, in this field."),
        (part + b"a" * 1_100_000 + b"\r\n--b--\r\n", BOUNDARY, "or a text longer than 1 MiB"),
    ):
        assert message in unread.post(raw, content_type).error["message"]


def test_a_files_name_is_harmless(unread: Library) -> None:
    sent = unread.send(FEES, "C:\\secret\\..\\../\u202efees\x01.md")
    assert unread.document(sent.json["document_id"])["name"] == "fees.md"
    long = unread.send(SOWING, "x" * 300 + ".md")
    name = unread.document(long.json["document_id"])["name"]
    assert (len(name), name[-3:]) == (200, ".md")


def test_other_media_types_are_refused(unread: Library) -> None:
    answer = unread.post(b"%PDF-", "application/pdf")
    assert answer.error["type"] == "unsupported_media_type"


def test_a_file_of_twenty_mebibytes_is_taken_and_one_byte_more_refused(unread: Library) -> None:
    most = bounds.MAX_FILE_BYTES
    assert unread.send(b"x" * most).status == 202
    refused = unread.send(b"y" * (most + 1))
    assert (refused.status, refused.error["type"]) == (413, "too_large")
    assert unread.send(b"y" * (most + 100_000)).status == 413
    assert unread.service.admin("GET", unread.path).json["documents"] == 1


# --- bounds -------------------------------------------------------------------------------


def test_all_documents_of_an_organisation_are_bounded(
    open_service: OpenService, fake_redis: object
) -> None:
    service = open_service(fake_redis, knowledge_megabytes=1)
    service.organisation()
    library = Library(service)
    library.put()
    assert library.send(b"x" * 900_000).status == 202
    refused = library.send(b"y" * 900_000)
    assert (refused.status, refused.error["type"]) == (413, "too_large")
    assert "KNOWLEDGE_MEGABYTES" in refused.error["fix"]
    assert library.send(b"y" * 10_000).status == 202


def test_a_base_has_so_many_documents_and_passages(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MAX_DOCUMENTS", 2)
    monkeypatch.setattr(bounds, "MAX_PASSAGES", 1)
    library.wait(library.send(FEES))
    document = library.wait(library.send(SOWING))
    assert document["status"] == FAILED
    assert "passages" in document["error"]["message"]
    refused = library.send("One more.")
    assert (refused.status, refused.error["type"]) == (413, "too_large")


# --- addresses ----------------------------------------------------------------------------


@pytest.fixture
def open_library(jobs: JobsService) -> Iterator[Library]:
    """A base of a service that may fetch from this machine."""
    jobs.service.organisation()
    found = Library(jobs.service)
    found.put()
    yield found


def test_a_document_is_fetched_from_an_address(open_library: Library) -> None:
    page = b"<html><head><title>Fees 2026</title></head><body><p>The fee is 500 rupees.</p></body>"
    headers = {"Content-Type": "text/html; charset=utf-8"}
    with serve(answer(page, headers=headers)) as server:
        sent = open_library.post_json(url=f"http://127.0.0.1:{server.port}/fees.php?x=1")
    document = open_library.wait(sent)
    assert (document["status"], document["kind"]) == ("ready", "html")
    assert (document["title"], document["name"]) == ("Fees 2026", "fees.php")


def test_an_address_that_gives_nothing_is_named(open_library: Library) -> None:
    with serve(answer(status="404 Not Found")) as server:
        refused = open_library.post_json(url=f"http://127.0.0.1:{server.port}/fees.pdf")
    assert (refused.status, list(refused.error["fields"])) == (400, ["url"])


def test_the_api_document_names_both_ways_to_send_one(unread: Library) -> None:
    document = unread.service.operator("GET", "/openapi.json").json
    sent = document["paths"]["/knowledge/{org}/{base}/documents"]["post"]
    content = sent["requestBody"]["content"]
    assert set(content) == {"application/json", "multipart/form-data"}
    form = content["multipart/form-data"]["schema"]
    assert form["properties"]["file"]["format"] == "binary"
