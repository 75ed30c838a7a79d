"""Generated texts with planted identifiers, and clean ones, in 13 languages."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from answers.guardrails.masking.check_digits import fits_luhn, fits_verhoeff
from tests.answers.guardrails.masking.sentences import (
    ASKING,
    CLEAN,
    CROPS,
    INTRODUCING,
    MEDICINES,
    NAMES,
    NATIVE_DIGITS,
    OTHER_DIGITS,
)

LANGUAGES = tuple(CLEAN)
UNSEEN = ("\u200b", "\u200c", "\u200d", "\u00ad", "\ufeff", "\u2060", "\ufe0f")
PICTURES = ("😀", "🌾", "🙏🏽", "👩‍🌾", "❤️")
BLANKS = (" ", "-", "\u00a0", "\u2011", ".")
STATES = ("MH", "DL", "KA", "TN", "UP", "BR", "RJ", "WB", "OD", "KL")
BANKS = ("okaxis", "oksbi", "ybl", "paytm", "upi", "okhdfcbank", "ibl", "apl")
DOMAINS = ("com", "in", "co.in", "org")
CARDS = (("4", 16), ("51", 16), ("55", 16), ("6521", 16), ("37", 15), ("36", 14), ("508", 16))

T = TypeVar("T")

RANGES = {
    "A": (1, 9),
    "B": (10, 28),
    "M": (10, 12),
    "T": (100, 855),
    "L": (1000, 9999),
    "Y": (2010, 2026),
    "O": (1950, 2009),
    "P": (110_001, 855_999),
    "V": (10_000, 9_999_999),
}
"""Numbers from and to, by the letters in FORMS."""
FORMS = {
    "amount": ("₹B,T", "₹A,B,T", "Rs L", "Rs T", "A50.50", "₹B,T.50"),
    "date": ("B-M-Y", "A/A/B", "Y-M-B", "B.M.Y", "B-A-B", "A.M.Y"),
    "time": ("A:00", "A.30", "M:15", "M.45", "A"),
    "year": ("Y", "O", "Y-B"),
    "percent": ("B%", "A.5%", "B.A %"),
    "quantity": ("T kg", "B quintal", "A ton", "L g"),
    "small": ("A", "B"),
    "pin": ("P", "T T"),
    "order": ("V", "#A-V", "L-L"),
}
_LETTER = re.compile("[A-Z](?![a-z])")


class Planted(NamedTuple):
    """An identifier and where it stands in a text."""

    kind: str
    start: int
    end: int
    told: bool = False  # a name that the text tells; others are known before


class Text(NamedTuple):
    text: str
    planted: tuple[Planted, ...]
    names: tuple[str, ...]


class Writer:
    """Writes texts by chance; the same `seed` writes the same."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.kinds: dict[str, Callable[[], str]] = {
            "phone": self.phone,
            "aadhaar": lambda: self.grouped(self.checked("23456789", 12, fits_verhoeff), (4, 4, 4)),
            "abha": self.abha,
            "card": self.card,
            "pan": self.pan,
            "voter_id": lambda: self.letters(3, "XGVWRDK") + self.digits(7),
            "vehicle": self.vehicle,
            "email": lambda: (
                f"{self.user()}@{self.user()}.{self.one(('com', 'in', 'co.in', 'org'))}"
            ),
            "upi": lambda: f"{self.user()}@{self.one(BANKS)}",
        }

    def texts(self, count: int) -> Iterator[Text]:
        for number in range(count):
            yield self.text(LANGUAGES[number % len(LANGUAGES)])

    def text(self, language: str) -> Text:
        """Two to four sentences, each with an identifier or clean."""
        parts: list[str] = []
        planted: list[Planted] = []
        names: list[str] = []
        size = 0
        for _ in range(self.chance.randint(2, 4)):
            sentence, kind, it = self.sentence(language, names)
            before, slot, after = sentence.partition("{it}")
            if slot:
                start = size + len(before)
                planted.append(Planted(kind, start, start + len(it), kind == "told"))
            parts.append(before + it + after if slot else before)
            size += len(parts[-1]) + 1
        return Text("\n".join(parts), tuple(planted), tuple(names))

    def sentence(self, language: str, names: list[str]) -> tuple[str, str, str]:
        which = self.chance.random()
        if which < 0.2:
            return self.clean(language), "", ""
        if which < 0.35:
            return self.one(INTRODUCING[language]), "told", self.one(NAMES[language])
        if which < 0.5:
            name = self.one(NAMES[language])
            names.append(name)
            written = self.noisy(self.one((name, name.upper(), name.title())), 0.2)
            return self.one(ASKING[language]), "name", written
        kind = self.one(tuple(self.kinds))
        return self.one(ASKING[language]), kind, self.written(kind, language)

    def written(self, kind: str, language: str) -> str:
        """An identifier as people may write it: in other digits, apart, with what is unseen."""
        it = self.kinds[kind]()
        if kind in ("pan", "voter_id", "vehicle"):
            it = it.lower() if it.isalnum() and self.half() else it
        if self.chance.random() < 0.3:
            digits = self.one((NATIVE_DIGITS.get(language, OTHER_DIGITS[0]), *OTHER_DIGITS))
            mixed = self.chance.random() < 0.3
            it = "".join(
                digits[int(one)] if one in string.digits and not (mixed and self.half()) else one
                for one in it
            )
        if kind not in ("email", "upi") and it.isalnum() and self.chance.random() < 0.15:
            return self.one((" ", "-", ".")).join(it)
        return self.noisy(it, 0.25)

    def noisy(self, it: str, share: float) -> str:
        """With what shows nothing, or pictures, between some characters."""
        if self.chance.random() > share:
            return it
        between = UNSEEN if self.chance.random() < 0.7 else PICTURES
        parts = [it[0]]
        for one in it[1:]:
            if one.isalnum() and parts[-1].isalnum() and self.chance.random() < 0.4:
                parts.append(self.one(between))
            parts.append(one)
        return "".join(parts)

    # --- identifiers ---

    def phone(self) -> str:
        mobile = self.one("6789") + self.digits(9)
        home = self.one(((10,), (10,), (5, 5), (3, 3, 4), (4, 3, 3), (4, 6), (2, 2, 2, 2, 2)))
        written = self.grouped(mobile, home)
        before = ("", "", "", "+91", "+91 ", "+91-", "0", "91 ", "0091 ", "+91 (0) ")
        landline = f"0{self.one(('22', '11', '712', '5542'))}"
        rest = self.one("2345") + self.digits(10 - len(landline))
        joint = self.one((" ", "-"))
        others = (
            f"{landline}{self.one((' ', '-', ''))}{rest}",
            f"1800{joint}{self.digits(3)}{joint}{self.digits(4)}",
            f"+44 20 {self.digits(4)} {self.digits(4)}",
            f"+1 {self.one('23456789')}{self.digits(2)} {self.digits(3)} {self.digits(4)}",
            f"+8801{self.digits(9)}",
        )
        return self.one((*(self.one(before) + written for _ in range(8)), *others))

    def abha(self) -> str:
        if self.half():
            return f"{self.user()}@{self.one(('abdm', 'sbx'))}"
        return self.grouped("91" + self.digits(12), self.one(((2, 4, 4, 4), (14,))))

    def card(self) -> str:
        first, size = self.one(CARDS)
        sizes = {16: (4, 4, 4, 4), 15: (4, 6, 5), 14: (4, 6, 4)}[size]
        return self.grouped(self.checked(first, size, fits_luhn, whole=True), sizes)

    def pan(self) -> str:
        code = (
            self.letters(3) + self.one("PCHF") + self.letters(1) + self.digits(4) + self.letters(1)
        )
        return self.one((code, code, f"{code[:5]} {code[5:9]} {code[9:]}".upper()))

    def vehicle(self) -> str:
        parts = self.one(
            (
                (self.one(STATES), f"{self.chance.randint(1, 99):02}", self.letters(2, "ACDEFGJK")),
                (f"{self.chance.randint(21, 25)}", "BH"),
            )
        )
        after = (self.letters(1),) if "BH" in parts else ()
        return self.one(("", " ", "-")).join((*parts, self.digits(4), *after))

    def user(self) -> str:
        return self.letters(self.chance.randint(3, 8)).lower() + self.one(("", "", "9", "_x", ".k"))

    # --- parts ---

    def clean(self, language: str) -> str:
        return self.one(CLEAN[language]).format_map(_Values(self, language))

    def value(self, name: str, language: str) -> str:
        """What stands in a clean sentence, in the language's own digits now and then."""
        if name == "crop":
            return self.one(CROPS[language])
        if name == "medicine":
            return self.one(MEDICINES)
        value = _LETTER.sub(self.amount, self.one(FORMS[name]))
        if language in NATIVE_DIGITS and self.chance.random() < 0.3:
            value = value.translate(str.maketrans(string.digits, NATIVE_DIGITS[language]))
        return value

    def amount(self, found: re.Match[str]) -> str:
        """A number for a letter of a form."""
        least, most = RANGES[found[0]]
        return str(self.chance.randint(least, most))

    def grouped(self, digits: str, sizes: Sequence[int]) -> str:
        if self.chance.random() < 0.4:
            return digits
        parts, at = [], 0
        for size in sizes:
            parts.append(digits[at : at + size])
            at += size
        return self.one(BLANKS).join(parts)

    def checked(
        self, first: str, size: int, fits: Callable[[str], bool], whole: bool = False
    ) -> str:
        start = first if whole else self.one(first)
        body = start + self.digits(size - len(start) - 1)
        return next(body + last for last in string.digits if fits(body + last))

    def digits(self, count: int) -> str:
        return "".join(self.chance.choices(string.digits, k=count))

    def letters(self, count: int, of: str = string.ascii_uppercase) -> str:
        return "".join(self.chance.choices(of, k=count))

    def half(self) -> bool:
        return self.chance.random() < 0.5

    def one(self, of: Sequence[T]) -> T:
        return self.chance.choice(of)


class _Values(dict[str, str]):
    def __init__(self, writer: Writer, language: str) -> None:
        super().__init__()
        self.writer, self.language = writer, language

    def __missing__(self, name: str) -> str:
        return self.writer.value(name, self.language)
