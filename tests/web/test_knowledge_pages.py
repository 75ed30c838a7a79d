"""The pages of bases of documents."""

from __future__ import annotations

import re
from io import BytesIO

import orjson
import pytest

from tests.answers.knowledge.library import FEES, SOWING, Library
from tests.answers.knowledge.reading.pdf_files import Packed, Text, pdf
from tests.fakes.web import answer, serve
from tests.fixtures_app import Service
from tests.fixtures_jobs import JobsService
from tests.web.visitor import Page, Visitor, signed_in

KNOWLEDGE = "/organisations/acme/knowledge"
LEAFLETS = f"{KNOWLEDGE}/leaflets"
SENDING = f"{LEAFLETS}/documents"
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def library(jobs: JobsService) -> Library:
    jobs.service.organisation()
    found = Library(jobs.service)
    assert found.put(title="Leaflets for mothers").status == 201
    return found


@pytest.fixture
def unread(service: Service) -> Library:
    """A base whose documents nobody reads."""
    service.organisation()
    found = Library(service)
    assert found.put().status == 201
    return found


def author_of(library: Library) -> Visitor:
    return signed_in(library.service, library.service.token("acme", "author"))


def file(content: str | bytes, name: str) -> tuple[BytesIO, str]:
    return BytesIO(content.encode() if isinstance(content, str) else content), name


def tag_of(page: Page) -> str:
    found = re.search(r'name="tag" value="([^"]+)"', page.html)
    assert found
    return found[1]


def listed(library: Library) -> list[dict[str, object]]:
    found: list[dict[str, object]] = library.service.admin("GET", f"{library.path}/documents").json[
        "documents"
    ]
    return found


def test_without_bases_the_page_says_how_to_begin(service: Service) -> None:
    service.organisation()
    page = signed_in(service).get(KNOWLEDGE)
    assert "There are no documents yet" in page.text
    assert "What the documents are about" in page.text


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ({"title": "Leaflets for mothers"}, "leaflets_for_mothers"),
        ({"title": "माँओं के पर्चे"}, "documents"),
        ({"title": "Fees", "name": "Fees 2026"}, "fees_2026"),
        ({"title": "", "name": "fees"}, "fees"),
    ],
)
def test_a_base_is_made_and_listed(service: Service, form: dict[str, str], name: str) -> None:
    service.organisation()
    visitor = signed_in(service)
    visitor.get(KNOWLEDGE)
    made = visitor.post(KNOWLEDGE, form)
    assert (made.status, made.headers["Location"]) == (303, f"{KNOWLEDGE}/{name}?done=made")
    page = visitor.get(made.headers["Location"])
    assert "The base is there. Now add its documents." in page.text
    assert (form["title"] or name) in visitor.get(KNOWLEDGE).text
    assert service.admin("GET", f"/knowledge/acme/{name}").json["title"] == form["title"]


def test_the_same_title_gives_another_name(unread: Library) -> None:
    visitor = author_of(unread)
    visitor.get(KNOWLEDGE)
    made = visitor.post(KNOWLEDGE, {"title": "Leaflets"})
    assert made.headers["Location"] == f"{KNOWLEDGE}/leaflets_2?done=made"


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"title": " "}, 400, "Say what the documents are about."),
        ({"title": "x", "name": "पर्चे"}, 400, "A name is 1 to 64"),
        ({"title": "x", "name": "leaflets"}, 409, "There is a base of documents leaflets already."),
        ({"title": "x" * 201}, 400, "Longer than maximum length 200."),
    ],
)
def test_a_base_that_cannot_be_is_refused(
    unread: Library, form: dict[str, str], status: int, said: str
) -> None:
    visitor = author_of(unread)
    visitor.get(KNOWLEDGE)
    refused = visitor.post(KNOWLEDGE, form)
    assert refused.status == status
    assert said in refused.text
    assert f'value="{form["title"]}"' in refused.html


def test_files_are_sent_read_and_found(library: Library) -> None:
    visitor = author_of(library)
    assert "There is none yet. Drop the first one above." in visitor.get(LEAFLETS).text
    both = {"file": [file(FEES, "fees.md"), file(SOWING, "sowing.md")]}
    sent = visitor.post(SENDING, both)
    assert (sent.status, sent.headers["Location"]) == (303, f"{LEAFLETS}?done=sent")
    assert "It is read now" in visitor.get(sent.headers["Location"]).text
    for one in listed(library):
        library.wait(library.send(FEES if one["name"] == "fees.md" else SOWING))
    page = visitor.get(LEAFLETS)
    assert "2 ready" in page.text
    assert '"knowledge": "leaflets"' in page.text
    found = visitor.get(f"{LEAFLETS}/search?q=How+much+is+the+fee")
    assert "These passages can hold the answer" in found.text
    assert "500 rupees" in found.text
    assert "Fees" in found.text
    assert "data-renew" not in found.html  # which would search again and again
    nothing = visitor.get(f"{LEAFLETS}/search?q=Who+invented+the+telephone")
    assert "the documents do not hold the answer" in nothing.text


def test_a_script_sends_files_one_by_one(unread: Library) -> None:
    visitor = author_of(unread)
    visitor.get(LEAFLETS)
    sent = visitor.post(SENDING, {"file": file(FEES, "fees.md")}, **SCRIPT)
    assert (sent.status, orjson.loads(sent.html)) == (
        200,
        {"words": "Sent."},
    )
    again = visitor.post(SENDING, {"file": file(FEES, "other.md")}, **SCRIPT)
    assert orjson.loads(again.html)["words"] == "It is there already."
    none = visitor.post(SENDING, {"file": file("", "")}, **SCRIPT)
    assert none.status == 400
    visitor.csrf = "old"
    old = visitor.post(SENDING, {"file": file(SOWING, "sowing.md")}, **SCRIPT)
    assert (old.status, orjson.loads(old.html)["error"]["type"]) == (403, "forbidden")
    assert len(listed(unread)) == 1


def test_what_cannot_be_read_says_why_and_what_to_do(library: Library) -> None:
    visitor = author_of(library)
    library.wait(library.send(b"%PDF-1.7 broken", "scan.pdf"))
    page = visitor.get(LEAFLETS)
    assert "1 cannot be read" in page.text
    shown = listed(library)[0]
    assert isinstance(shown["error"], dict)
    assert shown["error"]["message"] in page.text
    assert shown["error"]["fix"] in page.text


def test_pages_that_cannot_be_read_are_named_beside_a_document_that_is_ready(
    library: Library,
) -> None:
    visitor = author_of(library)
    fees = [Text("The fee for the course is 500 rupees.")]
    library.wait(library.send(pdf(fees, Packed(b"\x78\x9c")), "fees.pdf"))
    page = visitor.get(LEAFLETS)
    assert "1 ready" in page.text
    assert "Pages that could not be read, or only in part: 2." in page.text
    visitor.post("/language", {"language": "hi"})
    assert "पढ़े नहीं जा सके" in visitor.get(LEAFLETS).text


def test_whether_people_hear_of_what_is_not_found_is_told(library: Library) -> None:
    visitor = author_of(library)
    assert "waits in the inbox for a person" in visitor.get(LEAFLETS).text
    assert library.service.admin("PUT", "/settings/acme/inbox", {"not_found": False}).status == 201
    assert "waits for no person by itself" in visitor.get(LEAFLETS).text


def test_some_files_are_refused_and_the_others_taken(
    unread: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("answers.knowledge.bounds.MAX_FILE_BYTES", 100)
    visitor = author_of(unread)
    visitor.get(LEAFLETS)
    files = [file("x" * 101, "large.txt"), file(SOWING[:80], "small.md")]
    page = visitor.post(SENDING, {"file": files})
    assert page.status == 413
    assert "large.txt A document may have" in page.text
    assert [one["name"] for one in listed(unread)] == ["small.md"]


def test_a_text_is_added_with_its_title(unread: Library) -> None:
    visitor = author_of(unread)
    visitor.get(LEAFLETS)
    refused = visitor.post(SENDING, {"title": "", "text": "शुल्क 500 रुपये है।"})
    assert refused.status == 400
    assert "शुल्क 500 रुपये है।</textarea>" in refused.html
    sent = visitor.post(SENDING, {"title": "शुल्क", "text": "शुल्क 500 रुपये है।"})
    assert sent.headers["Location"] == f"{LEAFLETS}?done=sent"
    assert [one["title"] for one in listed(unread)] == ["शुल्क"]
    again = visitor.post(SENDING, {"title": "Other", "text": "शुल्क 500 रुपये है।"})
    assert again.headers["Location"] == f"{LEAFLETS}?done=there"


def test_an_address_is_fetched_or_the_reason_said(library: Library) -> None:
    visitor = author_of(library)
    visitor.get(LEAFLETS)
    with serve(answer(FEES.encode(), headers={"Content-Type": "text/markdown"})) as server:
        address = f"http://127.0.0.1:{server.port}/fees.md"
        assert visitor.post(SENDING, {"url": address}).status == 303
    assert [one["name"] for one in listed(library)] == ["fees.md"]
    refused = visitor.post(SENDING, {"url": "nonsense"})
    assert refused.status == 400
    assert 'value="nonsense"' in refused.html


def test_a_document_is_deleted_for_good(unread: Library) -> None:
    unread.send(FEES)
    visitor = author_of(unread)
    page = visitor.get(LEAFLETS)
    place = re.search(r'action="([^"]+/documents/[^"]+/delete)"', page.html)
    assert place
    gone = visitor.post(place[1])
    assert gone.headers["Location"] == f"{LEAFLETS}?done=removed"
    assert listed(unread) == []
    assert visitor.post(place[1]).status == 404


def test_title_and_model_are_changed_once(unread: Library) -> None:
    visitor = author_of(unread)
    form = {
        "tag": tag_of(visitor.get(LEAFLETS)),
        "title": "Fees",
        "embedding_model": "text-embedding-3-small",
    }
    changed = visitor.post(f"{LEAFLETS}/settings", form)
    assert changed.headers["Location"] == f"{LEAFLETS}?done=settings"
    base = unread.service.admin("GET", unread.path).json
    assert (base["title"], base["embedding_model"]) == ("Fees", "text-embedding-3-small")
    assert visitor.post(f"{LEAFLETS}/settings", form).status == 412
    form["tag"] = tag_of(visitor.get(LEAFLETS))
    refused = visitor.post(f"{LEAFLETS}/settings", {**form, "title": "x" * 201})
    assert refused.status == 400
    assert "Longer than maximum length 200." in refused.text
    other = f"{KNOWLEDGE}/nothing/settings"
    assert visitor.post(other, form).status == 404
    assert unread.service.admin("GET", "/knowledge/acme/nothing").status == 404


def test_a_base_is_deleted_and_can_be_brought_back(unread: Library) -> None:
    unread.send(FEES)
    visitor = author_of(unread)
    tag = tag_of(visitor.get(LEAFLETS))
    gone = visitor.post(f"{LEAFLETS}/delete", {"tag": tag})
    assert gone.headers["Location"] == f"{KNOWLEDGE}?done=deleted"
    assert "Deleted. It can be brought back" in visitor.get(gone.headers["Location"]).text
    assert visitor.get(LEAFLETS).status == 404
    assert "leaflets" in visitor.get("/organisations/acme/trash").text


def test_an_expert_looks_and_searches_and_changes_nothing(unread: Library) -> None:
    unread.send(FEES)
    expert = signed_in(unread.service, unread.service.token("acme", "expert"))
    page = expert.get(LEAFLETS)
    assert "Add documents" not in page.text
    assert "Delete this" not in page.text
    assert "Use it in a flow" not in page.text, "where an expert may not go"
    assert "New base of documents" not in expert.get(KNOWLEDGE).text
    assert expert.get(f"{LEAFLETS}/search?q=fee").status == 200
    assert expert.post(SENDING, {"title": "a", "text": "b"}).status == 403


def test_a_search_that_cannot_be_says_so(unread: Library) -> None:
    visitor = author_of(unread)
    assert visitor.get(f"{LEAFLETS}/search").status == 200
    assert visitor.get(f"{LEAFLETS}/search?q={'x' * 4001}").status == 400
    assert visitor.get(f"{KNOWLEDGE}/nothing/search?q=fee").status == 404


def test_many_documents_come_in_pages(unread: Library) -> None:
    for number in range(52):
        unread.send(f"Leaflet {number}", f"{number}.txt")
    visitor = author_of(unread)
    first = visitor.get(LEAFLETS)
    assert first.html.count('id="document-') == 50
    assert "52 waiting to be read" in first.text
    second = visitor.get(f"{LEAFLETS}?start=50")
    assert second.html.count('id="document-') == 2


def test_pages_of_documents_speak_hindi(unread: Library) -> None:
    visitor = author_of(unread)
    unread.send(FEES)
    page = visitor.get(LEAFLETS, Accept_Language="hi")
    assert "दस्तावेज़" in page.text
    assert "Its documents" not in page.text
