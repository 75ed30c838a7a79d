"""Identifiers planted in texts, one of each kind, and what of them may be in no request."""

from __future__ import annotations

import re

from answers.guardrails.masking.finding import find
from flowhook.organisations.guardrail_schemas import KINDS

SENTENCES = {
    "phone": ("Call me at {}.", "98765 43210"),
    "email": ("Write to {} please.", "asha.devi@example.org"),
    "aadhaar": ("आधार {} है।", "२३४१ २३४१ २३४६"),
    "pan": ("My PAN is {}.", "ABCPD1234E"),
    "abha": ("ABHA number {}.", "91-2341-2341-2346"),
    "upi": ("Pay {} by UPI.", "asha.devi@okaxis"),
    "voter_id": ("Voter id {}.", "XYZ1234567"),
    "vehicle": ("The car is {}.", "MH 12 AB 1234"),
    "card": ("My card is {}.", "4111 1111 1111 1111"),
    "name": ("My name is {}.", "Lakshmi Narayan"),
}
KNOWN = [kind for kind in KINDS if any(
    one.kind == kind for one in find(SENTENCES[kind][0].format(SENTENCES[kind][1]), [kind])
)]  # fmt: skip
"""The kinds that the finders know."""

VALUES = [SENTENCES[kind][1] for kind in KNOWN]
TEXT = " ".join(SENTENCES[kind][0].format(SENTENCES[kind][1]) for kind in KNOWN)
LATIN = str.maketrans("०१२३४५६७८९", "0123456789")
GIVEN = re.compile(r"\[[A-Z]+_[0-9]{3,6}\]")
"""A placeholder, which no caller may get."""


def planted_in(sent: bytes | str) -> list[str]:
    """What of the planted values stands in something, as it is, escaped, joined or in Latin."""
    text = sent.decode(errors="replace") if isinstance(sent, bytes) else sent
    read = re.sub(r"\\u([0-9a-fA-F]{4})", lambda one: chr(int(one[1], 16)), text)
    read = read.translate(LATIN)
    joined = re.sub(r"[\s-]", "", read)
    return [
        value
        for value in VALUES
        if value.translate(LATIN) in read or re.sub(r"[\s-]", "", value.translate(LATIN)) in joined
    ]
