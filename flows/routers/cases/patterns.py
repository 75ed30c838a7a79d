"""Tests by regular expression, phone number and e-mail address."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import phonenumbers
import re2  # type: ignore[import-untyped]
import regex  # type: ignore[import-untyped]

from flows.model.text import normal
from flows.routers.cases import Arguments, first, text_test

HOME_REGION = "IN"
_MAX_PATTERN = 2_000
_MAX_MEMORY = 2 << 20


def not_a_pattern(arguments: Arguments) -> str:
    if compile_pattern(normal(first(arguments))) is not None:
        return ""
    return "its pattern is not a valid regular expression without look-around"


@text_test(
    mistake=not_a_pattern,
    mistake_reason="Flow execution failed due to invalid regular expression",
)
def has_pattern(text: str, arguments: Arguments) -> bool:
    r"""The message contains a match of the pattern; both are lower-cased first, even `\\D`.

    A letter beyond ASCII counts as several characters. A pattern that is invalid, or uses
    look-around, matches nothing.

    >>> has_pattern("PIN 600028", [r"^pin \d{6}$"]), has_pattern("PIN 6", [r"\d{6}"])
    (True, False)
    >>> has_pattern("é", ["^.$"]), has_pattern("हाँ जी", ["हाँ|haan"])
    (False, True)
    >>> has_pattern("foobar", ["foo(?=bar)"]), has_pattern("a", ["("])
    (False, False)
    """
    compiled = compile_pattern(normal(first(arguments)))
    if compiled is None:
        return False
    return compiled.search(normal(text).encode(errors="replace")) is not None


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Any:
    """Compile a pattern over bytes; None if it is invalid or needs look-around or back-references.

    The engine is linear in the text, so that no author's pattern can block a conversation.
    """
    if len(pattern) > _MAX_PATTERN:
        return None
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    try:
        return re2.compile(pattern.encode(errors="replace"), options)
    except re2.error:
        return None


@text_test()
def has_phone(text: str, _arguments: Arguments) -> bool:
    """The message contains a valid phone number; without a country code, an Indian one.

    >>> has_phone("call me 9876543210", []), has_phone("+1 650 253 0000", [])
    (True, True)
    >>> has_phone("98765", [])
    False
    """
    try:
        found = phonenumbers.parse(text[:250], HOME_REGION)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(found)


_LOCAL = regex.compile(r"[\p{L}\p{M}\d!#$%&'*+,\-/=?^_`{|}~.]+")
_LABEL = regex.compile(r"[\p{L}\p{M}\d](?:[\p{L}\p{M}\d-]*[\p{L}\p{M}\d])?")
_QUOTED = re.compile(r'"[^"]*"')
_EDGE_COMMENT = re.compile(r"^\([^()]*\)|\([^()]*\)$")


@text_test()
def has_email(text: str, _arguments: Arguments) -> bool:
    """The message is an e-mail address and nothing else.

    >>> [has_email(text, []) for text in ("a@b", " Asha@X.org ", ".a@c.com", '"a b"@c.com')]
    [True, True, True, True]
    >>> [has_email(text, []) for text in ("mail a@b.com", "a..b@c.com", "a@b.com.", "a@1.2", "@b")]
    [False, False, False, False, False]
    """
    local, at, domain = normal(text).rpartition("@")
    if not at or not 1 <= len(local) <= 64 or len(domain) > 255:
        return False
    return _is_local(local) and _is_domain(domain)


def _is_local(local: str) -> bool:
    if _QUOTED.fullmatch(local):
        return True
    plain = _QUOTED.sub("", _EDGE_COMMENT.sub("", local))
    return ".." not in plain and _LOCAL.fullmatch(plain) is not None


def _is_domain(domain: str) -> bool:
    labels = domain.split(".")
    if labels[-1].isdigit():
        return False
    return all(len(label) <= 63 and _LABEL.fullmatch(label) for label in labels)
