"""A piece of human text in an entry, ready for the model."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

from flowhook.turns import in_turns
from webhooks.translation.masking import Masked, Span, mask, protected_spans, unmask, without_tokens

MAX_SEGMENT_CHARACTERS = 2000

Path = tuple[str | int, ...]

_BLOCK = re.compile(
    r"</(?:p|div|li|ul|ol|h[1-6]|tr|td|th|table|section|article|blockquote)>|<br\s?/?>",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<![.!?…।॥؟۔])[.!?…।॥؟۔]++[\"'”’»)]*+\s+|[。！？]+|\n+")
_SPACE = re.compile(r"(?<![\d\s])\s+|\s+(?![\d\s])")  # none within a number


@dataclass(frozen=True, slots=True)
class Segment:
    """A text to translate, `masked`, between `before` and `after`, which stay.

    A long text is several segments with one `path`, in order; together they are the text.
    """

    path: Path
    before: str
    masked: str
    protected: tuple[str, ...]
    after: str

    @property
    def name(self) -> str:
        """The path in a readable form: entry.blocks[0].title."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return "entry" + "".join(steps)

    @property
    def original(self) -> str:
        text = unmask(Masked(self.masked, self.protected))
        if text is None:
            raise ValueError("a segment that was not made by segments_of")
        return f"{self.before}{text}{self.after}"


def segments_of(path: Path, text: str) -> list[Segment]:
    """Split the text at `path` into segments, after blocks and sentences if it is long.

    A part without words, such as a block of code, is joined to its neighbour.
    """
    found: list[Segment] = []
    wordless = ""
    for part in in_turns(split(text, MAX_SEGMENT_CHARACTERS)):
        segment = _segment(path, part)
        if any(character.isalpha() for character in without_tokens(segment.masked)):
            found.append(replace(segment, before=wordless + segment.before))
            wordless = ""
        elif found:
            found[-1] = replace(found[-1], after=found[-1].after + part)
        else:
            wordless += part
    return found


def split(text: str, limit: int) -> list[str]:
    """Split a text into parts of about `limit` characters; protected spans are never cut."""
    if len(text) <= limit:
        return [text]
    spans = protected_spans(text)
    blocks = [span.end for span in in_turns(spans) if _BLOCK.search(text, span.start, span.end)]
    sentences = _outside(spans, (found.end() for found in _SENTENCE_END.finditer(text)))
    spaces = _outside(spans, (found.end() for found in _SPACE.finditer(text)))
    cuts = _cuts([blocks, sentences, spaces], spans, len(text), limit)
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def _segment(path: Path, text: str) -> Segment:
    """Make a segment; spaces and tags at its edges are not translated."""
    start, end = 0, len(text)
    spans = protected_spans(text)
    for span in spans:
        if text[start : span.start].strip() or not span.is_markup:
            break
        start = span.end
    for span in reversed(spans):
        if text[span.end : end].strip() or not span.is_markup or span.start < start:
            break
        end = span.start
    core = text[start:end]
    start += len(core) - len(core.lstrip())
    core = core.strip()
    masked = mask(core)
    return Segment(path, text[:start], masked.text, masked.protected, text[start + len(core) :])


def _outside(spans: list[Span], places: Iterable[int]) -> list[int]:
    """The places outside protected spans; both are in order."""
    starts = [span.start for span in spans]
    found = []
    for place in in_turns(places):
        before = bisect_right(starts, place - 1) - 1
        if before < 0 or spans[before].end <= place:
            found.append(place)
    return found


def _cuts(places: list[list[int]], spans: list[Span], length: int, limit: int) -> list[int]:
    """The places to cut: the last of the best kind within reach, or else the limit."""
    cuts: list[int] = []
    starts = [span.start for span in spans]
    start = 0
    while length - start > limit:
        reach = start + limit
        found = [last for kind in places if (last := _last(kind, start, reach)) is not None]
        cut = found[0] if found else _past_span(spans, starts, reach)
        if cut >= length:
            break
        cuts.append(cut)
        start = cut
    return cuts


def _last(places: list[int], after: int, up_to: int) -> int | None:
    at = bisect_right(places, up_to) - 1
    return places[at] if at >= 0 and places[at] > after else None


def _past_span(spans: list[Span], starts: list[int], place: int) -> int:
    """`place`, or the end of the span that contains it."""
    at = bisect_right(starts, place - 1) - 1
    return max(place, spans[at].end) if at >= 0 else place
