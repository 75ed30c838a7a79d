"""Keeps a model's thoughts out of its answer.

Some servers leave what a reasoning model thought in the text, between marks of the model's maker:
before the answer, unclosed where the tokens ran out, or with the opening mark swallowed by the
prompt's template.

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
)
_SIGNS = tuple(closing for _, closing in _MARKS) + tuple(opening for opening, _ in _MARKS)
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
    if not any(sign in text for sign in _SIGNS):
        return text
    rest = text
    for _ in range(MAX_BLOCKS):
        shorter = _after_thoughts(rest)
        if shorter is None:
            break
        rest = shorter
    return _FINAL.sub("", rest).strip() if rest != text else text


def _after_thoughts(text: str) -> str | None:
    """The text after its first thoughts; None if it does not begin with any."""
    said = text.lstrip()
    for opening, closing in _MARKS:
        if said.startswith(opening):
            return said.partition(closing)[2]
        before, mark, after = said.partition(closing)
        if mark and opening not in before and not closing.startswith("<|end"):
            return after
    return None
