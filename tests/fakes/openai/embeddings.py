"""POST /v1/embeddings: vectors of unit length that are near when texts share words."""

from __future__ import annotations

import base64
import hashlib
import math
import struct
from typing import Any

from tests.fakes.openai import rules, tokens
from tests.fakes.openai.complaints import malformed, unsupported_parameter
from tests.fakes.openai.routes import Call, route

_DIMENSIONS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
_MAXIMUM_TOKENS = 8_192
_MAXIMUM_TOKENS_IN_ALL = 300_000
_TOKEN_IDS = rules.items(rules.integer(0), 1, 2048)


def _input(value: Any, param: str) -> None:
    if not isinstance(value, list):
        rules.text(minimum=1)(value, param)
    elif value and isinstance(value[0], str):
        rules.items(rules.text(minimum=1), 1, 2048)(value, param)
    elif value and isinstance(value[0], list):
        rules.items(_TOKEN_IDS, 1, 2048)(value, param)
    else:
        _TOKEN_IDS(value, param)


BODY = rules.shape(
    {
        "input": _input,
        "model": rules.text(minimum=1),
        "dimensions": rules.integer(1),
        "encoding_format": rules.one_of("float", "base64"),
        "user": rules.text(),
    },
    ("input", "model"),
)


@route("POST", "/v1/embeddings")
def embed(call: Call) -> dict[str, Any]:
    body = call.body(BODY)
    model = call.model(body["model"], "embedding")
    if "dimensions" in body and model.id == "text-embedding-ada-002":
        raise unsupported_parameter("dimensions")
    full = _DIMENSIONS[model.id]
    rules.integer(1, full)(body.get("dimensions", full), "dimensions")
    inputs = _inputs(body["input"])
    used = _counted(inputs)
    as_base64 = body.get("encoding_format") == "base64"
    vectors = [vector(text, body.get("dimensions", full)) for text in inputs]
    return {
        "object": "list",
        "model": model.id,
        "data": [
            {
                "object": "embedding",
                "index": index,
                "embedding": _packed(one) if as_base64 else one,
            }
            for index, one in enumerate(vectors)
        ],
        "usage": {"prompt_tokens": used, "total_tokens": used},
    }


def _inputs(given: Any) -> list[str]:
    """Texts; token numbers become words of their own."""
    if isinstance(given, str):
        return [given]
    if isinstance(given[0], str):
        return list(given)
    lists = given if isinstance(given[0], list) else [given]
    return [" ".join(str(token) for token in one) for one in lists]


def _counted(inputs: list[str]) -> int:
    counts = [tokens.count(text) for text in inputs]
    for index, count in enumerate(counts):
        if count > _MAXIMUM_TOKENS:
            raise malformed(
                f"Invalid 'input[{index}]': maximum input length is {_MAXIMUM_TOKENS} tokens.",
                "input",
            )
    if sum(counts) > _MAXIMUM_TOKENS_IN_ALL:
        raise malformed(
            f"Requested {sum(counts)} tokens, max {_MAXIMUM_TOKENS_IN_ALL} tokens per request",
            "input",
            "max_tokens_per_request",
        )
    return sum(counts)


def vector(text: str, dimensions: int) -> list[float]:
    """A bag of words, each word a direction chosen by its hash."""
    values = [0.0] * dimensions
    for word in tokens.words(text) or [text]:
        digest = hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()
        values[int.from_bytes(digest[:4], "big") % dimensions] += 1.0
    length = math.sqrt(sum(value * value for value in values))
    return [value / length for value in values]


def _packed(values: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
