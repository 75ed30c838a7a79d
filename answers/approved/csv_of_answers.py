"""Approved answers as a CSV file, which `answers_in_csv` reads as the same answers."""

from __future__ import annotations

from collections.abc import Iterable

from answers.approved.answer import ApprovedAnswer
from answers.approved.answers_in_csv import COLUMNS
from flowhook.usage.csv_text import csv_text


def answers_csv(answers: Iterable[ApprovedAnswer]) -> bytes:
    """A file in UTF-8, with the mark by which Excel knows that."""
    text = csv_text(COLUMNS, (_cells(one) for one in answers))
    return text.encode("utf-8-sig")


def _cells(one: ApprovedAnswer) -> list[str]:
    also = "\n".join(" ".join(question.split("\n")) for question in one.also)
    return [one.id, one.question, also, one.answer, one.language, one.until]
