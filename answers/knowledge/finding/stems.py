"""Stems of words: English by Porter's rules, Hindi by its commonest endings.

Source: M. F. Porter, An algorithm for suffix stripping, Program 14 (1980); A. Ramanathan and
D. D. Rao, A lightweight stemmer for Hindi (2003), for which endings Hindi has.
"""

from __future__ import annotations

import re
from itertools import pairwise

_VOWELS = "aeiou"

_STEP_2 = {
    **{"ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize"},
    **{"iser": "ize", "abli": "able", "alli": "al", "entli": "ent", "eli": "e", "ousli": "ous"},
    **{"ization": "ize", "isation": "ize", "ation": "ate", "ator": "ate", "alism": "al"},
    **{"iveness": "ive", "fulness": "ful", "ousness": "ous", "aliti": "al", "iviti": "ive"},
    **{"biliti": "ble", "logi": "log", "fulli": "ful", "lessli": "less"},
}
_STEP_3 = {
    **{"icate": "ic", "ative": "", "alize": "al", "alise": "al", "iciti": "ic", "ical": "ic"},
    **{"ful": "", "ness": ""},
}
_STEP_4 = (
    *("ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti"),
    *("ous", "ive", "ize", "ise", "al", "er", "ic", "ou"),
)
_ENDINGS_2 = tuple(sorted(_STEP_2, key=len, reverse=True))
_ENDINGS_3 = tuple(sorted(_STEP_3, key=len, reverse=True))

_HINDI = (
    *("ाएंगी", "ाएंगे", "ाऊंगी", "ाऊंगा", "ाइयां", "ाइयों", "ाएगी", "ाएगा", "ाओगी", "ाओगे"),
    *("एंगी", "एंगे", "ेंगी", "ेंगे", "ूंगी", "ूंगा", "ातीं", "नाओं", "नाएं", "ताओं", "ताएं"),
    *("ियाँ", "ियों", "ियां", "वाना", "वाने", "वाया", "वाएं", "ेगी", "ेगा", "ोगी", "ोगे", "ाने"),
    *("ाना", "ाते", "ाती", "ाता", "ाकर", "ाइए", "ाई", "ाया", "ाये", "ाओं", "ाएं", "ाये", "ुओं"),
    *("ुएं", "कर", "ाओ", "िए", "ाए", "ने", "नी", "ना", "ते", "ती", "ता", "ों", "ें", "ओं", "एं"),
    *("ो", "े", "ु", "ू", "ि", "ी", "ा", "ं"),
)
_HINDI_ENDINGS = tuple(sorted(_HINDI, key=len, reverse=True))
_DEVANAGARI = re.compile(r"[\u0900-\u097f]+")
_MARKS = re.compile(r"[\u0900-\u0903\u093a-\u094f]")
_LEAST_LETTERS = 2  # that a Hindi stem keeps, vowel signs aside


NUMBERS = {
    word: str(value)
    for value, words in {
        3: "three third तीन तीसरा तीसरी तीसरे",
        4: "four fourth चार चौथा चौथी चौथे chaar",
        5: "five fifth पांच पांचवा पांचवें पांचवी paanch panch",
        6: "six sixth छह छः छठा छठे छठी chhah chhe",
        7: "seven seventh सात सातवां सातवें सातवीं saat",
        8: "eight eighth आठ आठवां आठवें आठवीं aath",
        9: "nine ninth नौ नौवां नौवें नौवीं nau",
        10: "ten tenth दस दसवां दसवें दसवीं das",
        11: "eleven eleventh ग्यारह ग्यारहवीं gyarah",
        12: "twelve twelfth बारह बारहवीं barah",
        14: "fourteen fourteenth चौदह चौदहवें",
        15: "fifteen fifteenth पंद्रह pandrah",
        16: "sixteen sixteenth सोलह",
        18: "eighteen अठारह",
        20: "twenty twentieth बीस bees",
        30: "thirty तीस tees",
        50: "fifty पचास pachas",
        60: "sixty साठ",
        70: "seventy सत्तर",
        100: "hundred सौ",
    }.items()
    for word in words.split()
}


def stem(token: str) -> str:
    """The stem of a token as `tokens` gives it; other scripts stay as they are.

    Numbers in words are numbers, from three on: one, two and their ordinals are used for much else.

    >>> [stem(one) for one in ("vaccinated", "vaccination", "vaccines", "फसलों", "सिंचाई", "b12")]
    ['vaccin', 'vaccin', 'vaccin', 'फसल', 'सिंच', 'b12']
    >>> stem("seventh"), stem("सात"), stem("सातवें")
    ('7', '7', '7')
    """
    if token in NUMBERS:
        return NUMBERS[token]
    if token.isascii():
        return english(token) if token.isalpha() else token
    return hindi(token) if _DEVANAGARI.fullmatch(token) else token


def hindi(word: str) -> str:
    """A Devanagari word without the longest ending that leaves two letters or more.

    >>> hindi("बीमारियों"), hindi("खेत"), hindi("दवा"), hindi("लगाएं"), hindi("पानी")
    ('बीमार', 'खेत', 'दव', 'लग', 'पान')
    """
    for ending in _HINDI_ENDINGS:
        if not word.endswith(ending):
            continue
        rest = word[: -len(ending)]
        if len(_MARKS.sub("", rest)) >= _LEAST_LETTERS:
            return rest
    return word


def english(word: str) -> str:
    """An English word in small letters without its endings.

    >>> [english(one) for one in ("applies", "applying", "sowing", "hopping", "agreed", "fees")]
    ['appli', 'appli', 'sow', 'hop', 'agre', 'fee']
    """
    if len(word) <= 3:
        return word
    word = _past(_plural(word))
    if len(word) > 3 and word.endswith("y") and _has_vowel(word[:-1]):
        word = word[:-1] + "i"
    word = _replaced(word, _ENDINGS_2, _STEP_2)
    word = _replaced(word, _ENDINGS_3, _STEP_3)
    return _tidied(_without_ending(word))


def _plural(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith("ies"):
        return word[:-2] if len(word) > 4 else word[:-1]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us")) else word


def _past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for ending in ("ingly", "edly", "ing", "ed"):
        rest = word[: -len(ending)]
        if word.endswith(ending) and _has_vowel(rest) and len(rest) > 1:
            return _mended(rest)
    return word


def _mended(word: str) -> str:
    """What stands before `ing` or `ed`, as it stands alone: `hopp` is hop, `siz` is size."""
    if word.endswith(("at", "bl", "iz")):
        return word + "e"
    if len(word) > 2 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        return word[:-1]
    return word + "e" if _measure(word) == 1 and _is_short(word) else word


def _replaced(word: str, endings: tuple[str, ...], others: dict[str, str]) -> str:
    if not word.endswith(endings):  # asked at once, since most words have none
        return word
    for ending in endings:
        if word.endswith(ending):
            rest = word[: -len(ending)]
            return rest + others[ending] if _measure(rest) > 0 else word
    return word


def _without_ending(word: str) -> str:
    if word.endswith("ion") and word[-4:-3] in "st" and _measure(word[:-3]) > 1:
        return word[:-3]
    if not word.endswith(_STEP_4):
        return word
    for ending in _STEP_4:
        if word.endswith(ending):
            rest = word[: -len(ending)]
            return rest if _measure(rest) > 1 else word
    return word


def _tidied(word: str) -> str:
    """Without a last e, or a double l."""
    if word.endswith("e"):
        rest = word[:-1]
        if _measure(rest) > 1 or (_measure(rest) == 1 and not _is_short(rest)):
            word = rest
    return word[:-1] if word.endswith("ll") and _measure(word) > 1 else word


def _is_vowel(word: str, at: int) -> bool:
    if word[at] in _VOWELS:
        return True
    return word[at] == "y" and at > 0 and not _is_vowel(word, at - 1)


def _has_vowel(word: str) -> bool:
    return any(_is_vowel(word, at) for at in range(len(word)))


def _measure(word: str) -> int:
    """How many times a vowel is followed by a consonant."""
    kinds = [_is_vowel(word, at) for at in range(len(word))]
    return sum(one and not after for one, after in pairwise(kinds))


def _is_short(word: str) -> bool:
    """Whether it ends as hop does: consonant, vowel, consonant other than w, x and y."""
    if len(word) < 3 or word[-1] in "wxy":
        return False
    kinds = [_is_vowel(word, at) for at in range(len(word) - 3, len(word))]
    return kinds == [False, True, False]
