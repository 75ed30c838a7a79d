"""Keeps a model's thoughts out of its answer.

Some servers leave what a reasoning model thought in the text, between marks of the model's maker:
before the answer, unclosed where the tokens ran out, with the opening mark swallowed by the
prompt's template, or in lines of their own between two parts of it.

Source: the chat templates of DeepSeek-R1, Qwen3, Magistral, Kimi, Granite and gpt-oss; vLLM's
reasoning parsers; github.com/vllm-project/vllm/issues/31045.
"""

from __future__ import annotations

import re

_MARKS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
    ("analysis", "assistantfinal"),  # the same where a server drops the special tokens
)
_ANY_CASE = re.compile(r"</?(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_SIGNS = tuple(sign for marks in _MARKS for sign in marks if sign != "analysis")
MAX_BLOCKS = 50
_FINAL = re.compile(
    r"^\s*(?:<\|start\|>assistant)?(?:<\|channel\|>final<\|message\|>)|<\|(?:return|end)\|>\s*$"
    r"|^\s*<\|START_RESPONSE\|>|<\|END_RESPONSE\|>\s*$"
)


def without_thoughts(text: str) -> str:
    """Return what the model says to the reader; empty if it never came to that.

    >>> without_thoughts("<think>Sky? Rayleigh.</think>\\n\\nScattering.")
    'Scattering.'
    >>> without_thoughts("Sky? Rayleigh.</think>Scattering.")
    'Scattering.'
    >>> without_thoughts("<think>I have not")
    ''
    >>> without_thoughts("Write <think> to think.")
    'Write <think> to think.'
    """
    told = _ANY_CASE.sub(lambda mark: mark[0].lower(), text)
    if not any(sign in told for sign in _SIGNS):
        return text
    rest = told
    for _ in range(MAX_BLOCKS):
        shorter = _after_thoughts(rest)
        if shorter is None:
            break
        rest = shorter
    for opening, closing in _MARKS[:2]:
        rest = _without_lines(rest, opening, closing)
    return _FINAL.sub("", rest).strip() if rest != told else text


def _after_thoughts(text: str) -> str | None:
    """The text after its first thoughts; None if it does not begin with any."""
    said = text.lstrip()
    for opening, closing in _MARKS:
        before, mark, after = said.partition(closing)
        if said.startswith(opening) and (mark or opening != "analysis"):
            return after
        if mark and opening not in before and not closing.startswith(("<|end", "assistant")):
            return after
    return None


def _without_lines(text: str, opening: str, closing: str) -> str:
    """Leave out what begins with the opening mark at the start of a line, and is closed."""
    pieces, done = [], 0
    while (start := text.find(f"\n{opening}", done)) >= 0:
        end = text.find(closing, start)
        if end < 0:
            break
        pieces.append(text[done:start])
        done = end + len(closing)
    return "".join([*pieces, text[done:]])
