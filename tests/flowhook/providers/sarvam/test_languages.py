"""The languages of Sarvam's models."""

from __future__ import annotations

import doctest

import pytest

from flowhook.providers.sarvam import languages
from flowhook.providers.sarvam.languages import SPOKEN, is_heard, iso_code, sarvam_code, spoken_code
from tests.fakes import sarvam
from webhooks.media.languages import NAMES, language_code


def test_its_examples_hold() -> None:
    assert doctest.testmod(languages).failed == 0


def test_they_are_those_of_the_api() -> None:
    assert {sarvam_code(code) for code in SPOKEN} == sarvam.SPOKEN
    heard = {sarvam_code(code) for code in NAMES if is_heard(code, "saaras:v3")}
    assert heard == sarvam.HEARD


@pytest.mark.parametrize("code", sorted(sarvam.HEARD))
def test_each_can_be_named_by_an_author(code: str) -> None:
    bare = iso_code(code)
    assert language_code(NAMES[bare]) == language_code(code) == bare


def test_marks_and_digits_tell_no_script() -> None:
    assert spoken_code(None, "१ 2 ! ॥") == "hi"
    assert spoken_code(None, "ଓଡ଼ିଆ।।।।।।।।।।") == "or"
    assert spoken_code(None, "12 !") is None
