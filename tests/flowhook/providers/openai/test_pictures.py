"""Pictures in OpenAI's words."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from flowhook.errors import InvalidResponse
from flowhook.providers.model_client import Picture, PictureRequest, Usage
from flowhook.providers.openai.pictures import picture_call, read_pictures
from tests.flowhook.providers.openai.replies import reply


def sent(model: str, **given: Any) -> dict[str, Any]:
    """What is sent beside model and prompt."""
    call = picture_call(PictureRequest("A kite", **given), model)
    assert call.path == "/images/generations"
    assert (call.body.pop("model"), call.body.pop("prompt")) == (model, "A kite")
    return call.body


@pytest.mark.parametrize(
    ("size", "fitted"),
    [
        ("1024x1024", "1024x1024"),
        ("512x512", "1024x1024"),
        ("1792x1024", "1536x1024"),
        ("1024x1792", "1024x1536"),
        ("auto", "auto"),
        ("2048x1152", "2048x1152"),
        ("1040x1008", "1536x1024"),  # 1024 * 1024 - 256 pixels
        ("1024x1040", "1024x1040"),
        ("3840x2160", "3840x2160"),
        ("2160x3840", "2160x3840"),
        ("3840x2176", "1536x1024"),
        ("3856x2144", "1536x1024"),
        ("1776x592", "1776x592"),
        ("1792x592", "1536x1024"),
        ("1025x1040", "1024x1536"),
        ("1040x1025", "1536x1024"),
    ],
)
def test_gpt_image_2_draws_any_size_within_its_bounds(size: str, fitted: str) -> None:
    assert sent("gpt-image-2", size=size)["size"] == fitted


def test_gpt_image_draws_three_sizes_as_jpeg() -> None:
    assert sent("gpt-image-1", count=2) == {"n": 2, "output_format": "jpeg"}
    assert sent("gpt-image-1.5", size="2048x1152")["size"] == "1536x1024"
    assert sent("chatgpt-image-latest", size="64x64")["size"] == "1024x1024"


@pytest.mark.parametrize(
    ("quality", "gpt", "dall_e"),
    [
        ("standard", "medium", "standard"),
        ("hd", "high", "hd"),
        ("low", "low", "standard"),
        ("high", "high", "hd"),
        ("auto", "auto", "standard"),
    ],
)
def test_qualities_have_other_names(quality: str, gpt: str, dall_e: str) -> None:
    assert sent("gpt-image-1", quality=quality)["quality"] == gpt
    assert sent("dall-e-3", quality=quality)["quality"] == dall_e
    assert "quality" not in sent("dall-e-2", quality=quality)


def test_dall_e_3_draws_one_in_its_own_sizes() -> None:
    assert sent("dall-e-3", count=3, style="vivid") == {"n": 1, "style": "vivid"}
    assert "size" not in sent("dall-e-3", size="auto")
    assert sent("dall-e-3", size="1536x1024")["size"] == "1792x1024"
    assert sent("dall-e-3", size="1024x1536")["size"] == "1024x1792"


def test_dall_e_2_draws_squares() -> None:
    assert sent("dall-e-2", count=3) == {"n": 3}
    assert sent("dall-e-2", size="256x256")["size"] == "256x256"
    assert sent("dall-e-2", size="1792x1024")["size"] == "1024x1024"


@pytest.mark.parametrize("model", ["gpt-image-1", "dall-e-2"])
def test_a_style_is_told_in_words_where_there_is_no_field(model: str) -> None:
    body = picture_call(PictureRequest("A kite", style="natural"), model).body
    assert body["prompt"] == "A kite\n\nStyle: natural, not hyper-real."
    assert "style" not in body


def test_another_makers_model_gets_what_was_given() -> None:
    given = {"size": "9999x10", "style": "vivid", "quality": "hd"}
    assert sent("flux", **given) == {"n": 1, **given}


def test_pictures_come_inline_or_behind_links() -> None:
    encoded = base64.b64encode(b"picture").decode()
    data = [{"b64_json": encoded}, {"url": "https://x.org/a.png"}]
    usage = {"input_tokens": 3, "output_tokens": 4}
    found = read_pictures(reply({"data": data, "usage": usage, "model": "m"}))
    assert found.pictures == (Picture(b"picture"), Picture(url="https://x.org/a.png"))
    assert (found.model, found.usage) == ("m", Usage(3, 4))


@pytest.mark.parametrize(
    "data", [None, [], {"url": "x"}, ["x"], [{}], [{"url": 5}], [{"b64_json": "?"}]]
)
def test_without_a_picture_it_is_no_answer(data: Any) -> None:
    with pytest.raises(InvalidResponse):
        read_pictures(reply({"data": data}))
