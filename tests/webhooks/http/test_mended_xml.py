"""What is mended in XML, and what is left as it is."""

from __future__ import annotations

import pytest

from flowhook.errors import InvalidJson
from webhooks.http.mended_xml import mended_xml
from webhooks.http.xml import read_xml


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (b"x&#xD83D;&#xDE00;", "x\U0001f600"),
        (b"x&#55357;&#56832;&#10;&#38;", "x\U0001f600\n&"),
        (b"x&#xd83d;", "x\ufffd"),
        (b"&#56832;&#xD83D;x", "\ufffd\ufffdx"),
        (b"a&#0;b&#xFFFF;&#9999999;", "ab"),
        (b"a\0\x0b\x1fb\tc", "ab\tc"),
        (b"\xed\xa0\xbd\xed\xb8\x80 \xed\xa0\xbd", "\U0001f600 \ufffd"),
        (b"&#xD83D;&#xDE00;" * 1500, "\U0001f600" * 1500),
    ],
)
def test_what_is_mended(text: bytes, read: str) -> None:
    assert read_xml(b"<r><a>%b</a></r>" % text) == {"a": read}
    assert read_xml(b'<r a="%b"><b/></r>' % text)["a"] == read.replace("\t", " ")


def test_what_cannot_be_mended_is_refused_with_its_place() -> None:
    with pytest.raises(InvalidJson, match="line 1, column 22"):
        read_xml(b"<r><a>x&#65533;</a></b>")
    with pytest.raises(InvalidJson, match="line 1"):
        read_xml(b"<r><a>&#xD83D;</b></r>")


def test_a_document_in_utf_16_is_left_as_it_is() -> None:
    raw = "<r><a>\u0900</a></r>".encode("utf-16")
    assert mended_xml(raw) == raw
    assert read_xml(raw) == {"a": "\u0900"}
