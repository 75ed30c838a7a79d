"""PDF files made by hand, as small as they can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LATIN, BOLD, UNICODE = 1, 2, 3


@dataclass(frozen=True)
class Text:
    """A text at a height above the page's foot, in points."""

    text: str
    height: float = 700
    size: float = 11
    font: int = LATIN

    def drawn(self, glyphs: list[str]) -> bytes:
        if self.font == UNICODE:
            codes = "".join(f"{_glyph(one, glyphs):04x}" for one in self.text)
            shown = f"<{codes}>".encode()
        else:
            shown = b"(" + self.text.encode("cp1252").replace(b"(", rb"\(") + b")"
        place = f"BT /F{self.font} {self.size} Tf 72 {self.height} Td ".encode()
        return place + shown + b" Tj ET\n"


@dataclass(frozen=True)
class Packed:
    """A page's content as it lies in the file, said to be deflated."""

    content: bytes


def _glyph(letter: str, glyphs: list[str]) -> int:
    if letter not in glyphs:
        glyphs.append(letter)
    return glyphs.index(letter) + 1


def pdf(
    *pages: Sequence[Text] | Packed,
    typeface: str = "Helvetica",
    letters: bool = True,
    pictures: bool = False,
) -> bytes:
    """A PDF of these pages; without `letters` it does not say what its Unicode glyphs are, with
    `pictures` each page shows one."""
    glyphs: list[str] = []
    contents = [
        stream(page.content, "/Filter/FlateDecode")
        if isinstance(page, Packed)
        else stream(b"".join(text.drawn(glyphs) for text in page))
        for page in pages
    ]
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"",
        f"<</Type/Font/Subtype/Type1/BaseFont/{typeface}/Encoding/WinAnsiEncoding>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>",
        b"<</Type/Font/Subtype/Type0/BaseFont/Mangal/Encoding/Identity-H/DescendantFonts[6 0 R]"
        + b"/ToUnicode 7 0 R>>",
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Mangal/CIDSystemInfo<</Registry(Adobe)"
        b"/Ordering(Identity)/Supplement 0>>/DW 600>>",
        stream(_letters(glyphs, letters)),
        b"<</Title(Microsoft Word - leaflet)>>",
    ]
    kids = []
    picture = f"/XObject<</I1 {len(objects) + 2 * len(contents) + 1} 0 R>>" if pictures else ""
    for content in contents:
        objects.append(content)
        fonts = "/F1 3 0 R/F2 4 0 R/F3 5 0 R"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<"
            f"/Font<<{fonts}>>{picture}>>"
            f"/Contents {len(objects)} 0 R>>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    if pictures:
        entries = "/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray"
        objects.append(stream(b"\xff", f"{entries}/BitsPerComponent 8"))
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>".encode()
    return written(objects, "/Info 8 0 R")


def _letters(glyphs: list[str], are_known: bool) -> bytes:
    """The table from glyphs to letters; unknown ones lie in the area for private use."""
    stated = [letter if are_known else chr(0xE000 + ord(letter) % 100) for letter in glyphs]
    rows = (
        f"<{place:04x}> <{letter.encode('utf-16-be').hex()}>"
        for place, letter in enumerate(stated, start=1)
    )
    head = f"1 begincodespacerange <0000> <ffff> endcodespacerange {len(glyphs)} beginbfchar\n"
    return (head + "\n".join(rows) + "\nendbfchar").encode()


def stream(content: bytes, entries: str = "") -> bytes:
    return f"<</Length {len(content)}{entries}>>stream\n".encode() + content + b"\nendstream"


def written(objects: Sequence[bytes], trailer: str = "") -> bytes:
    """A file of these objects, numbered from 1; the first is the catalogue."""
    file = b"%PDF-1.4\n"
    places = []
    for number, one in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        file
        + b"xref\n0 %d\n0000000000 65535 f \n" % size
        + table
        + f"trailer<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{len(file)}\n%%EOF".encode()
    )
