"""Regular expressions of the linear engine RE2, where no pattern can backtrack without bound.

RE2 has no look-around and no back-references; a pattern that uses them is refused.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]

from .fault import RESOURCES, ExpressionError
from .values import Regex

MAX_PATTERN = 2000
NOTHING = r"[^\s\S]"
_MAX_MEMORY = 2 << 20
_FLAGS = {"i": "i", "s": "s", "m": "m", "U": "U"}
_UNICODE = {"w": r"\p{L}\p{M}\p{N}_", "d": r"\p{Nd}", "s": r"\s\p{Z}"}
_TOKEN = re.compile(r"\\(.)|(\[)|(\])", re.DOTALL)


@lru_cache(maxsize=512)
def compile_pattern(source: str, modifiers: str = "") -> Regex:
    """Compile `source` with Elixir's modifiers i, s, m, U, x and u (letters of any script).

    Raises ExpressionError for an unsupported pattern.
    """
    if len(source) > MAX_PATTERN or set(modifiers) - set("ismUxu"):
        raise ExpressionError(f"unsupported pattern {source[:60]}")
    sees_bytes = "u" not in modifiers
    pattern = source.encode().decode("latin-1") if sees_bytes else _unicode_classes(source)
    if "x" in modifiers:
        pattern = re.sub(r"(?<!\\)(?:\s+|#[^\n]*)", "", pattern)
    flags = "".join(_FLAGS[flag] for flag in dict.fromkeys(modifiers) if flag in _FLAGS)
    options = re2.Options()
    options.max_mem = _MAX_MEMORY
    options.log_errors = False
    try:
        compiled = re2.compile(f"(?{flags}){pattern}" if flags else pattern, options)
    except (re2.error, UnicodeError) as error:
        raise ExpressionError(f"unsupported pattern {source[:60]}") from error
    return Regex(compiled, source, sees_bytes)


@lru_cache(maxsize=512)
def literals(texts: tuple[str, ...]) -> Any:
    """A compiled pattern that matches any of these texts, the longest first.

    An empty tuple gives a pattern that matches nothing. Raises ExpressionError for texts too long
    to compile.
    """
    options = re2.Options()
    options.max_mem = 8 * _MAX_MEMORY
    options.log_errors = False
    longest_first = map(re2.escape, sorted(texts, key=len, reverse=True))
    try:
        return re2.compile("|".join(longest_first) if texts else NOTHING, options)
    except re2.error as error:
        raise ExpressionError(RESOURCES) from error


def escape_pattern(text: str) -> str:
    """A pattern that matches exactly these characters."""
    return str(re2.escape(text))


def _unicode_classes(source: str) -> str:
    r"""Make `\w`, `\d` and `\s` match every script, inside brackets and outside."""
    depth = 0

    def one(match: re.Match[str]) -> str:
        nonlocal depth
        escaped, opening, closing = match.groups()
        depth += bool(opening) and not depth
        depth -= bool(closing) and depth > 0
        if escaped in _UNICODE:
            return _UNICODE[escaped] if depth else f"[{_UNICODE[escaped]}]"
        if escaped and escaped.lower() in _UNICODE and not depth:
            return f"[^{_UNICODE[escaped.lower()]}]"
        return match.group()

    return _TOKEN.sub(one, source)
