"""Searching stored files by shared words: what file_search and /search answer with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tests.fakes.openai import rules, tokens
from tests.fakes.openai.complaints import malformed

_SCALARS = rules.either(rules.flag, rules.number(-1e18, 1e18), rules.text())
_COMPARISON = rules.shape(
    {
        "key": rules.text(),
        "type": rules.one_of("eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"),
        "value": rules.either(rules.items(_SCALARS), _SCALARS),
    },
    ("key", "type", "value"),
)


def check_filter(value: Any, param: str) -> None:
    """The rule for `filters`: a comparison, or `and`/`or` of filters."""
    if isinstance(value, dict) and value.get("type") in ("and", "or"):
        rules.shape(
            {"type": rules.anything, "filters": rules.items(check_filter, 1)}, ("filters",)
        )(value, param)
    else:
        _COMPARISON(value, param)


RANKING = rules.shape(
    {
        "ranker": rules.one_of("auto", "none", "default-2024-11-15"),
        "score_threshold": rules.number(0, 1),
        "hybrid_search": rules.an_object,
    }
)


@dataclass(frozen=True)
class Passage:
    """A piece of a file; a stored file of a vector store is cut into these."""

    file_id: str
    filename: str
    text: str
    attributes: dict[str, Any]


@dataclass(frozen=True)
class Hit:
    passage: Passage
    score: float


def passages_of(text: str) -> list[str]:
    """Paragraphs, as blank lines part them."""
    return [piece.strip() for piece in re.split(r"\n\s*\n", text) if piece.strip()]


def search(
    passages: list[Passage],
    query: str,
    limit: int,
    filters: dict[str, Any] | None = None,
    threshold: float = 0.0,
) -> list[Hit]:
    """Passages that share words with the query, best first; the score is the shared part."""
    asked = _words(query)
    hits = []
    for passage in passages:
        if filters is not None and not _passes(filters, passage.attributes):
            continue
        shared = asked & _words(f"{passage.filename} {passage.text}")
        score = len(shared) / len(asked) if asked else 0.0
        if shared and score >= threshold:
            hits.append(Hit(passage, round(score, 4)))
    return sorted(hits, key=lambda hit: -hit.score)[:limit]


def _words(text: str) -> set[str]:
    """Words of three letters and more, in any script."""
    return {word for word in tokens.words(text) if len(word) > 2}


def _passes(filters: dict[str, Any], attributes: dict[str, Any]) -> bool:
    kind = filters["type"]
    if kind in ("and", "or"):
        results = [_passes(one, attributes) for one in filters["filters"]]
        return all(results) if kind == "and" else any(results)
    if filters["key"] not in attributes:
        return kind in ("ne", "nin")
    return _compare(kind, attributes[filters["key"]], filters["value"])


def _compare(kind: str, own: Any, wanted: Any) -> bool:
    if kind in ("in", "nin"):
        return (own in wanted) == (kind == "in")
    if kind in ("eq", "ne"):
        return bool((own == wanted) == (kind == "eq"))
    if isinstance(own, str) != isinstance(wanted, str):
        raise malformed(f"Cannot compare with '{kind}'.", "filters")
    results = {"gt": own > wanted, "gte": own >= wanted, "lt": own < wanted, "lte": own <= wanted}
    return bool(results[kind])
