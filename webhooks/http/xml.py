"""XML request and response bodies, for clients such as SAP Cloud Integration that need XML.

In: one root element whose children are the fields. Repeated elements become a list, and so
does an element that holds nothing but `<item>`; prefixes are dropped; attributes become
fields of their element, unless it holds only text. A SOAP envelope is unwrapped, and a
root that holds only text is either JSON or the one field it names. Out: the same mapping
reversed. Any document type declaration is refused, so there are no entities to expand and
nothing to fetch; size, depth and number are bounded.

Errors: invalid_json, too_large.
Source: https://docs.python.org/3/library/pyexpat.html, https://www.w3.org/TR/xml/
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from flowhook import errors
from flowhook.strict_json import read_json
from flowhook.turns import in_turns
from webhooks.http.mended_xml import NOT_XML, mended_xml

MAX_XML_BYTES = 1_048_576
MAX_XML_DEPTH = 100
MAX_XML_ELEMENTS = 20_000
MAX_NAME = 100
ITEM = "item"
_FIX = "Send one XML element whose child elements are the fields, without a DOCTYPE, in UTF-8."


def read_xml(raw: bytes) -> dict[str, Any]:
    """Read the fields of an XML body. Raises InvalidJson, worded for XML, if it is none."""
    if len(raw) > MAX_XML_BYTES:
        raise errors.TooLarge(f"the XML body is larger than {MAX_XML_BYTES} bytes")
    try:
        return _parse(raw)
    except expat.ExpatError:
        pass  # it may be mendable
    try:
        return _parse(mended_xml(raw))
    except expat.ExpatError as problem:
        place = f"line {problem.lineno}, column {problem.offset + 1}"
        raise _invalid(f"the body is not well-formed XML ({place})") from None


def _parse(raw: bytes) -> dict[str, Any]:
    """Parse a document. Raises ExpatError, and InvalidJson for one that is not taken."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(raw, True)
    except (LookupError, ValueError):  # an unknown encoding, or not one of text
        raise _invalid("the XML body names an encoding that is not known") from None
    if reader.root is None:
        raise _invalid("the XML body holds no element")
    return _fields(_inside_envelope(reader.root))


def write_xml(value: dict[str, Any], root: str = "response") -> bytes:
    """Convert any JSON object to a well-formed document, with lists as `<item>` elements.

    A key that is not a valid element name, or longer than 100 characters, is changed and kept in
    the attribute `name`; characters that XML cannot hold are dropped.
    """
    parts = ['<?xml version="1.0" encoding="UTF-8"?>']
    pending: list[tuple[str, Any] | str] = [(root, value)]
    for current in in_turns(_drained(pending)):
        if isinstance(current, str):
            parts.append(current)
            continue
        key, content = current
        name = _element_name(key)
        kept = "" if name == key else f" name={quoteattr(NOT_XML.sub('', key))}"
        children = _children(content)
        if children is None:
            parts.append(f"<{name}{kept}>{_text(content)}</{name}>")
        else:
            parts.append(f"<{name}{kept}>")
            pending.append(f"</{name}>")
            pending.extend(reversed(children))
    return "".join(parts).encode("utf-8")


def _drained(pending: list[tuple[str, Any] | str]) -> Iterator[tuple[str, Any] | str]:
    while pending:
        yield pending.pop()


class _Element:
    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = _local(name)
        self.is_nil = any(
            _local(key) == "nil" and ":" in key and text.strip() in {"true", "1"}
            for key, text in attributes.items()
        )
        self.attributes = {
            _local(key): text
            for key, text in attributes.items()
            if key.partition(":")[0] not in {"xmlns", "xml", "xsi"}
        }
        self.children: list[_Element] = []
        self.texts: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self.texts)


class _Reader:
    """Builds elements from parser events; rejects oversized documents and type declarations."""

    def __init__(self) -> None:
        self.root: _Element | None = None
        self._open: list[_Element] = []
        self._count = 0

    def doctype(self, *_: object) -> None:
        raise _invalid("the XML body declares a document type, which is not accepted")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= MAX_XML_DEPTH:
            raise _invalid(f"the XML body is nested deeper than {MAX_XML_DEPTH} elements")
        self._count += 1 + len(attributes)
        if self._count > MAX_XML_ELEMENTS:
            raise _invalid(f"the XML body holds more than {MAX_XML_ELEMENTS} elements")
        element = _Element(name, attributes)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, _name: str) -> None:
        self._open.pop()

    def text(self, text: str) -> None:
        self._open[-1].texts.append(text)


def _inside_envelope(root: _Element) -> _Element:
    """Return the content of a SOAP envelope, or the root itself if it is none."""
    if root.name == "Envelope":
        for part in root.children:
            if part.name == "Body" and len(part.children) == 1:
                return part.children[0]
    return root


def _fields(root: _Element) -> dict[str, Any]:
    if root.children or root.attributes:
        return _object(root)
    text = root.text.strip()
    if not text:
        return {}
    if not text.startswith("{"):
        return {root.name: root.text}
    try:
        return read_json(text.encode())
    except errors.InvalidJson:
        raise _invalid("the XML body's root holds text that begins like JSON but is not") from None


def _value(element: _Element) -> Any:
    if element.is_nil:
        return None
    if not element.children:
        return _object(element) if element.attributes and not element.text else element.text
    only_items = all(child.name == ITEM for child in element.children)
    if only_items and not element.attributes and not element.text.strip():
        return [_value(child) for child in element.children]
    return _object(element)


def _object(element: _Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    several: dict[str, list[Any]] = {}
    for child in element.children:
        value = _value(child)
        if child.name in several:
            several[child.name].append(value)
        elif child.name in found:
            several[child.name] = found[child.name] = [found[child.name], value]
        else:
            found[child.name] = value
    text = {"#text": element.text} if element.text.strip() else {}
    return {**text, **element.attributes, **found}


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _children(content: Any) -> list[tuple[str, Any]] | None:
    if isinstance(content, dict):
        return [(str(key), value) for key, value in content.items()]
    if isinstance(content, list | tuple):
        return [(ITEM, value) for value in content]
    return None


def _text(content: Any) -> str:
    if content is None:
        return ""
    text = content if isinstance(content, str) else json.dumps(content)
    return escape(NOT_XML.sub("", text), {"\r": "&#13;"})


def _element_name(key: str) -> str:
    beginning = key[:MAX_NAME]
    name = "".join(character if _fits("a" + character) else "_" for character in beginning)
    if not name or not _fits(name[0]) or name[:3].lower() == "xml":
        name = f"_{name}"
    return name


@functools.lru_cache(maxsize=4096)
def _fits(name: str) -> bool:
    """Tell whether the parser accepts `name`, at most two characters, as an element name."""
    if ":" in name or name[-1] in "<>/&\"'= \t\r\n":
        return False
    try:
        expat.ParserCreate().Parse(f"<{name}/>".encode(), True)
    except (expat.ExpatError, UnicodeEncodeError):
        return False
    return True


def _invalid(message: str) -> errors.InvalidJson:
    return errors.InvalidJson(message, fix=_FIX)
