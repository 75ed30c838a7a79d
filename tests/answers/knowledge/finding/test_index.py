"""What a question finds among passages, in every script and spelling."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from answers.knowledge.document import Passage
from answers.knowledge.finding.index import Index

DOCUMENTS = [
    (
        "wheat",
        "Growing wheat",
        [
            Passage(
                "Sow wheat from 1 to 25 November. Use 100 kg of seed per hectare.", 1, "Sowing"
            ),
            Passage("Give the first irrigation 21 days after sowing.", 2, "Water"),
        ],
    ),
    ("fees", "School fees", [Passage("The fee of 1,200 rupees is due by 5 June.", 1, "Fees")]),
    ("hindi", "टीकाकरण", [Passage("खसरे का टीका नौ महीने पर लगता है। बुखार हो तो पानी दें।", 3)]),
    ("tamil", "தடுப்பூசி", [Passage("குழந்தைக்கு ஒன்பது மாதத்தில் தடுப்பூசி போடவும்.")]),
    ("chinese", "小麦", [Passage("十一月播种小麦。")]),
]


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.build(DOCUMENTS)


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("When should I sow wheat?", "wheat"),
        ("first irigation after how many days", "wheat"),
        ("school fee 1200 due date", "fees"),
        ("खसरे का टीका कब लगता है", "hindi"),
        ("khasre ka tika kab lagta hai", "hindi"),
        ("bukhaar me kya de", "hindi"),
        ("குழந்தைக்கு தடுப்பூசி எப்போது", "tamil"),
        ("小麦播种", "chinese"),
    ],
)
def test_the_best_passage_comes_first(index: Index, question: str, document: str) -> None:
    assert index.search(question).passages[0].document == document


@pytest.mark.parametrize("question", ["When should I sow wheat?", "khasre ka tika kab lagta hai"])
def test_what_is_in_the_documents_is_held(index: Index, question: str) -> None:
    assert index.search(question).holds


@pytest.mark.parametrize(
    ("text", "questions", "others"),
    [
        (
            "The school opens at nine. Fees are 500 rupees per month.",
            ("What are the fees?", "fees?", "fee kitni hai", "When does the school open?"),
            ("Where is the library?", "When does the clinic open?", "Hello", "train to Mumbai"),
        ),
        (
            "Paracetamol 500 mg may be given every six hours. Not more than four doses a day.",
            ("How often can paracetamol be given?", "How many doses a day?", "paracetmol dose"),
            ("How many tablets of iron?", "what to do in fever", "Who is the president?"),
        ),
        (
            "किसान हेल्पलाइन नंबर 1551 है। यह सुबह छह बजे से रात दस बजे तक चलती है।",
            ("हेल्पलाइन कब तक चलती है", "kisan helpline number", "helpline ka number"),
            ("मौसम कैसा है", "khad kab milegi", "टीका कब लगता है"),
        ),
    ],
)
def test_in_a_base_of_few_words_a_short_question_is_held(
    text: str, questions: Sequence[str], others: Sequence[str]
) -> None:
    index = Index.build([("a", "leaflet.txt", [Passage(text)])])
    assert [one for one in questions if not index.search(one).holds] == []
    assert [one for one in others if index.search(one).holds] == []


def test_a_passage_comes_with_its_document_page_and_score(index: Index) -> None:
    (found,) = index.search("first irrigation", top=1).passages
    assert (found.document, found.title) == ("wheat", "Growing wheat")
    assert found.passage == DOCUMENTS[0][2][1]
    assert 0 < found.score <= 1


@pytest.mark.parametrize("question", ["who won the cricket match", "train to Mumbai", "", "?", "है"])
def test_what_is_not_in_the_documents_is_not_held(index: Index, question: str) -> None:
    assert not index.search(question).holds


@pytest.mark.parametrize(
    "question",
    [
        '"',
        "'); DROP TABLE passage; --",
        "wheat AND (NEAR(sow wheat) OR seed*) NOT fee",
        'terms : "wheat" ^sow + -',
        "\u200b\u200d" * 50_000,
        "क" + "\u093c\u0301" * 50_000,
        "wheat " * 20_000,
        "".join(map(chr, range(1, 3000))),
        "*" * 100_000,
        "\x00wheat\x00",
    ],
)
def test_hostile_questions_are_searched_as_words(index: Index, question: str) -> None:
    assert len(index.search(question, top=3).passages) <= 3


def test_an_empty_base_holds_nothing() -> None:
    findings = Index.build([]).search("When should I sow wheat?")
    assert findings.passages == ()
    assert not findings.holds


def test_embeddings_bring_what_shares_no_word() -> None:
    vectors = {"wheat": [[1.0, 0.1], [0.2, 1.0]], "fees": [[-1.0, 0.3]]}
    index = Index.build(DOCUMENTS[:2], vectors)
    assert index.search("xylophone zebra").passages == ()
    found = index.search("xylophone zebra", question_embedding=[-0.9, 0.2]).passages
    assert found[0].document == "fees"


def test_embeddings_count_among_the_bytes_of_an_index() -> None:
    (document, *_), size = DOCUMENTS, 1536
    plain = Index.build([document])
    embedded = Index.build([document], {document[0]: [[0.5] * size] * len(document[2])})
    assert embedded.bytes - plain.bytes >= size * len(document[2])


def test_threads_search_at_once(index: Index) -> None:
    found: list[str] = []

    def ask() -> None:
        for _ in range(50):
            found.append(index.search("khasre ka tika").passages[0].document)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["hindi"] * 200


def test_it_says_how_much_it_takes(index: Index) -> None:
    assert 10_000 < index.bytes < 2_000_000
