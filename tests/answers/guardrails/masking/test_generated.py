"""Generated texts in 13 languages: nothing planted stays, and what is put back is exact."""

from __future__ import annotations

import hashlib
import json
import random

import regex  # type: ignore[import-untyped]

from answers.guardrails.masking.finding import find
from answers.guardrails.masking.masks import Masks
from flowhook.organisations.guardrail_schemas import KINDS
from tests.answers.guardrails.masking.generated import LANGUAGES, Text, Writer

TEXTS, CLEAN, MOST_FALSE = 1_500, 2_000, 20
SEED = 16
PIECES = (
    *("98765 43210", "9876543210", "2341 2341 2346", "ABCPE1234F", "asha@x.com", "Asha"),
    *("[", "]", "(", ")", "{", "}", "<", ">", "\\", "_", "-", " ", "\n", '"', "'s", "s", "a"),
    *("[PHONE_", "NAME", "\u200d", "😀", "१२३", "347", "my name is "),
    *("[PHONE_0]", "PHONE 0", "[फ़ोन-0]", "name0s", "[0]"),
)
CLUSTERS = regex.compile(r"\X")


def digest(plain: bytes) -> bytes:
    return hashlib.sha256(plain).digest()


def test_nothing_planted_stays() -> None:
    for generated in Writer(SEED).texts(TEXTS):
        covered = {
            place
            for found in find(generated.text, KINDS, generated.names)
            for place in range(found.start, found.end)
        }
        for planted in generated.planted:
            left = set(range(planted.start, planted.end)) - covered
            assert not left, (planted, generated)


def test_putting_back_is_exact() -> None:
    for generated in Writer(SEED + 1).texts(TEXTS):
        masks = Masks(KINDS, digest, generated.names)
        masked = masks.mask(generated.text)
        assert masks.restore(masked) == generated.text
        for original in masks.originals.values():
            assert not set(original) & set('"\\\n\t')


def test_no_character_is_cut() -> None:
    for generated in Writer(SEED + 2).texts(TEXTS // 5):
        assert cuts(generated) <= boundaries(generated.text)


def test_clean_sentences_stay() -> None:
    writer = Writer(SEED + 3)
    sentences = [writer.clean(LANGUAGES[number % len(LANGUAGES)]) for number in range(CLEAN)]
    masked = [sentence for sentence in sentences if find(sentence, KINDS)]
    assert len(masked) <= MOST_FALSE, masked[:5]


def cuts(generated: Text) -> set[int]:
    found = find(generated.text, KINDS, generated.names)
    return {place for one in found for place in (one.start, one.end)}


def boundaries(text: str) -> set[int]:
    return {found.start() for found in CLUSTERS.finditer(text)} | {len(text)}


def test_putting_back_is_exact_whatever_stands_beside() -> None:
    """Each 0 becomes the number of a placeholder that the call gave before."""
    chance = random.Random(SEED)
    for _ in range(TEXTS):
        masks = Masks(KINDS, digest, ["Asha Devi"])
        texts = []
        for _ in range(4):
            given = str(chance.choice([*masks.originals, 347]))
            pieces = chance.choices(PIECES, k=chance.randint(1, 10))
            text = "".join(one if "1" in one else one.replace("0", given) for one in pieces)
            texts.append((text, masks.mask(text)))
        assert [masks.restore(masked) for _, masked in texts] == [text for text, _ in texts]
        written = json.dumps([text for text, _ in texts], ensure_ascii=False)
        restored = masks.restore(masks.mask(written), in_json=True)
        assert json.loads(restored) == json.loads(written)
