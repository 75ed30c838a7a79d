"""The texts of this bench: 2 KB as contacts write, and what is made to be slow."""

from __future__ import annotations

ENGLISH = (
    "The rains came late this year and the wheat on our two acres is yellow at the tips. We gave"
    " 20 kg of urea on 12-05-2024 and again in June, but it did not help. My name is Asha Devi and"
    " my phone is 98765 43210, or mail asha@example.com. My Aadhaar is 2341 2341 2346, PAN"
    " ABCPE1234F, and the ABHA number 91-1234-5678-9012. Pay me on asha.devi@okaxis or the card"
    " 4111 1111 1111 1111. The tractor MH 12 AB 1234 is at the office; my voter id is XGV1234567. "
)
MORE_ENGLISH = (
    "Should we water it again before the night, or wait for 3 days until the soil is dry? The price"
    " was Rs 2,150 a quintal. "
)
HINDI = (
    "इस साल बारिश देर से आई और हमारे दो एकड़ में गेहूँ की पत्तियाँ पीली हैं। हमने १२ मई को २० किलो यूरिया"
    " दिया। मेरा नाम आशा देवी है और मेरा नंबर ९८७६५ ४३२१० है, आधार २३४१ २३४१ २३४६, पैन ABCPE1234F,"
    " गाड़ी MH 12 AB 1234, पता asha@example.com और asha@okaxis। "
)
MORE_HINDI = "क्या रात से पहले फिर पानी दें, या ३ दिन तक रुकें? भाव २,१५० रुपये क्विंटल था। "


def two_kilobytes(text: str, more: str) -> str:
    while len(text.encode()) < 2048:
        text += more
    return text.encode()[:2048].decode(errors="ignore")


TWO_KB = {
    "English": two_kilobytes(ENGLISH, MORE_ENGLISH),
    "English with pictures": two_kilobytes(ENGLISH.replace(". ", ". 🌾 ", 4), MORE_ENGLISH),
    "Hindi": two_kilobytes(HINDI, MORE_HINDI),
    "nothing to mask": two_kilobytes(MORE_ENGLISH, MORE_ENGLISH),
}

HOSTILE = {
    "digits": "1",
    "nines apart": "9 ",
    "pairs of digits": "12 ",
    "brackets and digits": "(1) ",
    "phones": "9876543210 ",
    "plus and digits": "+1234567 ",
    "@": "@",
    "a@": "a@",
    "a.a@a.": "a.a@a.",
    "open brackets": "(",
    "blanks": " ",
    "letters apart": "a ",
    "code-like": "A B C P 1 2 ",
    "combining marks": "\u0301",
    "joiners": "\u200d",
    "letters and joiners": "a\u200d",
    "pictures": "😀",
    "Hindi letters apart": "आ ",
    "honorifics": "Mr A ",
    "introductions": "मेरा नाम ",
    "the contact's name": "Asha ",
    "placeholders": "[PHONE_347] ",
    "backslashes": "\\n",
    "hyphens and dots": "1-2.",
    "at and dot": "a at gmail dot ",
}
