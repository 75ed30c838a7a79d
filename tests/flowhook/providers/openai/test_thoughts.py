"""Thoughts are no part of an answer, whoever's model it is."""

from __future__ import annotations

import doctest

import pytest

from flowhook.providers.openai import thoughts
from flowhook.providers.openai.thoughts import MAX_BLOCKS, without_thoughts

THOUGHT = "The sky <b>is</b> blue because"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"<think>\n{THOUGHT}\n</think>\n\nScattering.", "Scattering."),
        (f"  <thinking>{THOUGHT}</thinking>Scattering.", "Scattering."),
        (f"<think></think>\n<think>{THOUGHT}</think> Scattering.", "Scattering."),
        (f"{THOUGHT}\n</think>\n\nScattering.", "Scattering."),
        (f"[THINK]{THOUGHT}[/THINK]Scattering.", "Scattering."),
        (f"◁think▷{THOUGHT}◁/think▷Scattering.", "Scattering."),
        (
            f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant"
            "<|channel|>final<|message|>Scattering.",
            "Scattering.",
        ),
        (
            f"<|START_THINKING|>{THOUGHT}<|END_THINKING|><|START_RESPONSE|>Scattering."
            "<|END_RESPONSE|>",
            "Scattering.",
        ),
        (f"<think>{THOUGHT}", ""),
        (f"<Think>{THOUGHT}</THINK>Scattering.", "Scattering."),
        (f"Let me see.\n<think>{THOUGHT}</think>\nScattering.", "Let me see.\nScattering."),
        ("One line:\n<think> is a mark.", "One line:\n<think> is a mark."),
        (f"analysis{THOUGHT}assistantfinalScattering.", "Scattering."),
        ("analysis of the sky", "analysis of the sky"),
        ("The assistantfinal mark", "The assistantfinal mark"),
        ("Write <Think>.", "Write <Think>."),
        ("Scattering.", "Scattering."),
        ("Write <think> first and </think> last.", "Write <think> first and </think> last."),
        (" Scattering. ", " Scattering. "),
        ("", ""),
    ],
)
def test_only_what_is_said_is_left(text: str, said: str) -> None:
    assert without_thoughts(text) == said


def test_many_thoughts_are_left_out() -> None:
    assert without_thoughts("<think></think>" * MAX_BLOCKS + "Scattering.") == "Scattering."


def test_examples() -> None:
    assert doctest.testmod(thoughts).failed == 0
