"""XML in: what callers send, and what attackers send. XML out: always well-formed."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowhook import errors
from tests.stretches import MOST, stretches
from webhooks.http.xml import MAX_XML_BYTES, MAX_XML_DEPTH, MAX_XML_ELEMENTS, read_xml, write_xml

BILLION_LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><l><q>&d;</q></l>"""
HOSTILE = {
    "billion laughs": BILLION_LAUGHS,
    "quadratic blow-up": b'<!DOCTYPE l [<!ENTITY a "%b">]><l>%b</l>' % (b"x" * 9999, b"&a;" * 9999),
    "external entity": b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l><q>&x;</q></l>',
    "external entity by http": b'<!DOCTYPE l [<!ENTITY x SYSTEM "http://127.0.0.1/">]><l>&x;</l>',
    "parameter entity": b'<!DOCTYPE l [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;]><l/>',
    "external DTD": b'<!DOCTYPE l SYSTEM "http://127.0.0.1/l.dtd"><l><q>a</q></l>',
    "public DTD": b'<!DOCTYPE l PUBLIC "-//x//y" "http://127.0.0.1/l.dtd"><l><q>a</q></l>',
    "plain DTD": b"<!DOCTYPE l><l><q>a</q></l>",
    "attribute defaults": b'<!DOCTYPE l [<!ATTLIST q a CDATA "b">]><l><q/></l>',
    "UTF-16 bomb": BILLION_LAUGHS.decode().encode("utf-16"),
    "too deep": b"<a>" * 20_000 + b"</a>" * 20_000,
    "undeclared entity": b"<l><q>&nope;</q></l>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_bombs_and_outside_entities_are_refused(name: str) -> None:
    with pytest.raises(errors.InvalidJson) as raised:
        read_xml(HOSTILE[name])
    assert raised.value.status == 400
    assert "XML" in raised.value.message
    assert "passwd" not in str(raised.value.as_dict())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"   ",
        b"not xml",
        b'{"question_text": "hi"}',
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"<a>\xff\xfe</a>",
        b'<?xml version="1.0" encoding="no-such-code"?><a/>',
        b'<?xml version="1.0" encoding="base64"?><a/>',
        b'<a b="1" b="2"/>',
        b"<a>{not json}</a>",
    ],
)
def test_what_is_not_xml_says_so(raw: bytes) -> None:
    with pytest.raises(errors.InvalidJson):
        read_xml(raw)


def test_size_is_bounded() -> None:
    with pytest.raises(errors.TooLarge):
        read_xml(b"<a>" + b"x" * MAX_XML_BYTES + b"</a>")


def test_depth_up_to_the_limit_works() -> None:
    read_xml(b"<a>" * MAX_XML_DEPTH + b"</a>" * MAX_XML_DEPTH)
    with pytest.raises(errors.InvalidJson):
        read_xml(b"<a>" * (MAX_XML_DEPTH + 1) + b"</a>" * (MAX_XML_DEPTH + 1))


def test_the_number_of_elements_is_bounded() -> None:
    read_xml(b"<a>" + b"<b/>" * (MAX_XML_ELEMENTS - 1) + b"</a>")
    with pytest.raises(errors.InvalidJson, match="more than"):
        read_xml(b"<a>" + b"<b/>" * MAX_XML_ELEMENTS + b"</a>")


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        ("<r><question_text>Hi</question_text></r>", {"question_text": "Hi"}),
        ("<r>\n  <a> x </a>\n  <b/>\n</r>", {"a": " x ", "b": ""}),
        ("<r/>", {}),
        ("<r>  \n </r>", {}),
        ("<r><a>1</a><b>x</b><a>2</a><a>3</a></r>", {"a": ["1", "2", "3"], "b": "x"}),
        ("<r><a><item>1</item></a></r>", {"a": ["1"]}),
        ("<r><a><item>1</item><item><k>v</k></item></a></r>", {"a": ["1", {"k": "v"}]}),
        ("<r><item>1</item></r>", {"item": "1"}),
        ("<r><m><role>user</role><content>x</content></m></r>",
         {"m": {"role": "user", "content": "x"}}),
        ('<r model="m"><a lang="en">x</a><b size="s"/></r>',
         {"model": "m", "a": "x", "b": {"size": "s"}}),
        ('<r a="attribute"><a>child</a></r>', {"a": "child"}),
        ("<r><a>one <b>two</b> three</a></r>", {"a": {"#text": "one  three", "b": "two"}}),
        ("<r><a><![CDATA[<b>&]]></a></r>", {"a": "<b>&"}),
        ("<r><!-- no --><?php no?><a>x</a></r>", {"a": "x"}),
        ('<n:r xmlns:n="urn:n"><n:a>x</n:a></n:r>', {"a": "x"}),
        ('<r xmlns:xsi="i"><a xsi:nil="true"/></r>', {"a": None}),
        ('<s:Envelope xmlns:s="s"><s:Header/><s:Body><n:r xmlns:n="n"><a>x</a></n:r></s:Body>'
         "</s:Envelope>", {"a": "x"}),
        ("<description>A cat</description>", {"description": "A cat"}),
        ('<root>{"prompt": "Hi", "n": 2}</root>', {"prompt": "Hi", "n": 2}),
        ("<r><a>नमस्ते &amp; &#128512;</a></r>", {"a": "नमस्ते & 😀"}),
    ],
)  # fmt: skip
def test_fields_come_out_as_a_caller_means_them(raw: str, fields: dict[str, Any]) -> None:
    assert read_xml(raw.encode()) == fields


def test_other_encodings_are_read() -> None:
    text = '<?xml version="1.0" encoding="{}"?><r><a>Grüße</a></r>'
    for encoding in ("utf-8", "utf-16", "iso-8859-1", "windows-1252"):
        assert read_xml(text.format(encoding).encode(encoding)) == {"a": "Grüße"}
    assert read_xml(b"\xef\xbb\xbf<r><a>x</a></r>") == {"a": "x"}


steady = settings(deadline=None, derandomize=True, database=None)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
any_text = st.text(st.characters(exclude_categories=[]))
xml_text = st.text(
    st.characters(
        exclude_categories=["Cs"],
        exclude_characters=[*map(chr, set(range(32)) - {9, 10, 13}), "\ufffe", "\uffff"],
    )
)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,12}", fullmatch=True).filter(
    lambda name: not name.lower().startswith("xml")
)


@steady
@given(st.dictionaries(any_text, json_values | any_text, max_size=5), any_text)
def test_what_is_written_always_parses(value: dict[str, Any], root: str) -> None:
    ElementTree.fromstring(write_xml(value, root))


@steady
@given(st.dictionaries(names, xml_text, max_size=5))
def test_plain_text_fields_come_back(fields: dict[str, str]) -> None:
    assert read_xml(write_xml(fields)) == fields


@steady
@given(st.dictionaries(names, st.lists(xml_text, min_size=1, max_size=3), max_size=3))
def test_lists_come_back(fields: dict[str, list[str]]) -> None:
    assert read_xml(write_xml(fields)) == fields


@steady
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        assert isinstance(read_xml(b"<a>" + raw + b"</a>"), dict)
    except errors.InvalidJson as problem:
        assert problem.fix


def test_the_document_as_a_caller_sees_it() -> None:
    value = {"success": True, "n": 1.5, "none": None, "list": ["a<b", {"k": "v"}], "1 x": "y\x00"}
    assert write_xml(value).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><response><success>true</success><n>1.5</n>'
        "<none></none><list><item>a&lt;b</item><item><k>v</k></item></list>"
        '<_1_x name="1 x">y</_1_x></response>'
    )
    assert b"<\xe0\xa4\xa8\xe0\xa4\xbe\xe0\xa4\xae>" in write_xml({"नाम": "x"})


def test_depth_does_not_matter_when_writing() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]
    assert write_xml({"a": deep}).count(b"<item>") == 5000


def test_json_text_in_a_field_stays_text() -> None:
    body = json.dumps({"a": [1, 2]})
    assert read_xml(write_xml({"entry": body})) == {"entry": body}


@pytest.mark.parametrize(
    "text",
    [
        b'{"question_text": NaN}',
        b'{"question_text": ' + b"[" * 900 + b"]" * 900 + b"}",
    ],
)
def test_json_inside_xml_is_read_as_strictly_as_any_other(text: bytes) -> None:
    with pytest.raises(errors.InvalidJson):
        read_xml(b"<request>" + text + b"</request>")


def test_json_inside_xml_is_mended_as_any_other() -> None:
    found = read_xml(b'<request>{"n": 123456789012345678901234567890, "t": "a\\ud800"}</request>')
    assert found == {"n": "123456789012345678901234567890", "t": "a\ufffd"}


@pytest.mark.parametrize(
    "value",
    [
        {"ळ" * 255_000: 1},
        {f"{chr(0x4E00 + n % 20_000)}{n}": 1 for n in range(20_000)},
        {"a": ["x"] * 100_000},
    ],
    ids=["long key", "many keys", "many items"],
)
def test_others_go_on_while_a_large_answer_is_written(value: dict[str, Any]) -> None:
    with stretches() as measured:
        written = write_xml(value)
    assert measured.longest < MOST
    ElementTree.fromstring(written)


def test_a_long_key_is_kept_beside_a_short_name() -> None:
    written = ElementTree.fromstring(write_xml({"k" * 300: "x"}))
    assert (written[0].tag, written[0].get("name")) == ("k" * 100, "k" * 300)
