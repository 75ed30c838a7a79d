"""How long texts are split into segments, and segments packed into batches."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.webhooks.translation.entries import steady
from webhooks.translation.batching import batches
from webhooks.translation.extraction import extract
from webhooks.translation.restoration import restore
from webhooks.translation.segment import MAX_SEGMENT_CHARACTERS, split


def test_tags_at_the_edges_are_not_the_models_business() -> None:
    (segment,) = extract({"body": " <div>\n<p>Hello <b>big</b> world</p></div>\n"})
    assert segment.masked == "Hello ⟦0⟧big⟦1⟧ world"
    assert (segment.before, segment.after) == (" <div>\n<p>", "</p></div>\n")


LONG = "".join(
    f"<p>Sentence number {number} says hello to {{{{name}}}}. And more.</p>\n<pre>x y z</pre>"
    for number in range(200)
)


def test_a_long_text_is_split_between_blocks_and_comes_back() -> None:
    segments = extract({"body": LONG})
    assert len(segments) > 5
    assert all(len(segment.masked) <= MAX_SEGMENT_CHARACTERS for segment in segments)
    assert all(segment.masked.startswith("Sentence") for segment in segments)
    assert restore({"body": LONG}, segments, [s.masked for s in segments]) == {"body": LONG}


@steady
@given(st.text(alphabet="ab .\n<>/p{}。"), st.integers(1, 20))
def test_splitting_loses_nothing(text: str, limit: int) -> None:
    assert "".join(split(text, limit)) == text


def test_batches_are_bounded_and_keep_the_order() -> None:
    segments = extract({"list": ["word " * n for n in range(1, 60)]})
    packed = batches(segments, 300)
    assert [segment for batch in packed for segment in batch] == segments
    for batch in packed:
        assert len(batch) == 1 or sum(len(segment.masked) for segment in batch) <= 300
    assert len(batches(segments, 10**6)) == 1
    assert len(batches(segments, 1)) == len(segments)
    assert batches([], 10) == []
