"""Which of an organisation's approved answers people get who ask like people do: rather none than a
wrong one."""

from __future__ import annotations

import pytest

from answers.approved.answer import ApprovedAnswer
from answers.approved.index import AnswerIndex
from answers.knowledge.finding.likeness import SURE

APPROVED = {
    "fees": ("When are the school fees due?", "school fees kab tak bharni hai"),
    "camp": ("When is the next vaccination camp in Rampur?",),
    "papaya": ("Can I eat papaya during pregnancy?", "क्या मैं गर्भावस्था में पपीता खा सकती हूँ?"),
    "urea": ("How much urea per acre for wheat?", "गेहूं में एक एकड़ में कितना यूरिया डालें?"),
    "sow": ("When should I sow mustard?", "sarson kab bona chahiye"),
    "ors": ("How do I make ORS at home?", "ORS ghar par kaise banaye"),
    "dose": ("What is the dose of paracetamol for a 2 year old child?",),
    "card": ("How do I apply for a ration card?", "राशन कार्ड के लिए आवेदन कैसे करें"),
    "pension": ("What documents are needed for the widow pension?",),
    "iron": ("Should I take iron tablets with milk?",),
    "bus": ("How do I get from Rampur to Sitapur by bus?",),
    "hours": ("Is the clinic open on Sunday?",),
    "tt": ("How many TT injections are needed in pregnancy?",),
    "loan": ("What is the interest rate of the Kisan loan?",),
}

ALIKE = [
    ("school fees due when?", "fees"),
    ("WHEN R SCHOOL FEES DUE", "fees"),
    ("Please tell me when the school fee is due", "fees"),
    ("school fees kab tak bharni hai?", "fees"),
    ("School  fees, kab tak bharni hai ji", "fees"),
    ("next vaccination camp in rampur when", "camp"),
    ("when is the next vacination camp in Rampur", "camp"),
    ("गर्भावस्था में पपीता खा सकती हूं क्या", "papaya"),
    ("wheat per acre urea how much?", "urea"),
    ("गेहूँ में १ एकड़ में कितना यूरिया डालें", "urea"),
    ("when to sow mustard", "sow"),
    ("sarson kab bona chahie", "sow"),
    ("सरसों कब बोना चाहिए", "sow"),
    ("how to make ors at home", "ors"),
    ("ghar par ORS kaise banaye?", "ors"),
    ("How to apply for ration card", "card"),
    ("राशन कार्ड के लिये आवेदन कैसे करे", "card"),
    ("clinic open on sunday?", "hours"),
    ("how many TT injection needed in pregnancy", "tt"),
    ("dose of paracetamol for 2 year old child", "dose"),
    ("dose of paracetamol for two year old child", "dose"),
]

OTHERS = [
    "When are the school fees not due?",
    "Where do I pay the school fees?",
    "How much are the school fees?",
    "When are the college fees due?",
    "When are the school books due?",
    "Why are the school fees due?",
    "When is the next vaccination camp in Sitapur?",
    "Where is the next vaccination camp in Rampur?",
    "When was the last vaccination camp in Rampur?",
    "When is the next eye camp in Rampur?",
    "Can I eat papaya seeds during pregnancy?",
    "Can I eat mango during pregnancy?",
    "Can I eat papaya after pregnancy?",
    "Can I not eat papaya during pregnancy?",
    "क्या मैं गर्भावस्था में आम खा सकती हूँ?",
    "How much urea per acre for rice?",
    "How much DAP per acre for wheat?",
    "How much urea per hectare for wheat?",
    "When to put urea per acre for wheat?",
    "गेहूं में दो एकड़ में कितना यूरिया डालें?",
    "धान में एक एकड़ में कितना यूरिया डालें?",
    "When should I harvest mustard?",
    "When should I sow wheat?",
    "Where should I sow mustard?",
    "Should I sow mustard?",
    "sarson kab kaatna chahiye",
    "gehun kab bona chahiye",
    "How do I store ORS at home?",
    "How do I make ORS at school?",
    "How much ORS do I make at home?",
    "What is the dose of paracetamol for a 5 year old child?",
    "What is the dose of paracetamol for a 12 year old child?",
    "What is the dose of paracetamol for a 2 month old child?",
    "What is the dose of ibuprofen for a 2 year old child?",
    "What is the dose of paracetamol for an adult?",
    "How do I apply for a voter card?",
    "How do I cancel a ration card?",
    "Where do I apply for a ration card?",
    "राशन कार्ड कैसे रद्द करें",
    "What documents are needed for the old age pension?",
    "What documents are not needed for the widow pension?",
    "How much is the widow pension?",
    "Should I take iron tablets without milk?",
    "Should I take calcium tablets with milk?",
    "Should I take iron tablets with tea?",
    "Should I not take iron tablets with milk?",
    "How do I get from Sitapur to Rampur by bus?",
    "How do I get from Rampur to Sitapur by train?",
    "How do I get from Rampur to Lucknow by bus?",
    "Is the clinic open on Saturday?",
    "Is the clinic closed on Sunday?",
    "Is the school open on Sunday?",
    "How many TT injections are needed after pregnancy?",
    "How many iron injections are needed in pregnancy?",
    "When are TT injections needed in pregnancy?",
    "What is the interest rate of the gold loan?",
    "What is the interest rate of the Kisan account?",
    "fees",
    "papaya",
    "hello",
    "👍",
    "yes",
    "no",
    "2",
]


@pytest.fixture(scope="module")
def index() -> AnswerIndex:
    made = AnswerIndex()
    made.put(ApprovedAnswer(name, asked[0], name, asked[1:]) for name, asked in APPROVED.items())
    return made


def given(index: AnswerIndex, question: str) -> str:
    found = index.find(question, SURE, "2026-11-29", lambda _language: True)
    return found.answer if found else ""


@pytest.mark.parametrize("question", OTHERS)
def test_what_asks_for_something_else_gets_none(index: AnswerIndex, question: str) -> None:
    assert given(index, question) == ""


@pytest.mark.parametrize(("question", "answer"), ALIKE)
def test_what_asks_the_same_gets_its_answer(index: AnswerIndex, question: str, answer: str) -> None:
    assert given(index, question) == answer


def test_the_words_of_each_approved_question_get_its_answer(index: AnswerIndex) -> None:
    for answer, questions in APPROVED.items():
        for question in questions:
            assert given(index, f"  {question.upper()} ") == answer
