"""Languages as authors write them: a code (`hi`, `hi-IN`) or a name (`Hindi`).

The names are English, and the own names of the languages that Glific translates. An unknown
language is passed on as it was written: models know more than any table.
"""

from __future__ import annotations

import re
import unicodedata

from marshmallow import ValidationError

from answers.prompts.prompt import filled
from webhooks.fields import Pasted, Text

# The languages that OpenAI's or Sarvam's models hear, by ISO 639-1 code where there is one.
NAMES = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "as": "Assamese", "az": "Azerbaijani",
    "ba": "Bashkir", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali", "bo": "Tibetan",
    "br": "Breton", "brx": "Bodo", "bs": "Bosnian", "ca": "Catalan", "cs": "Czech", "cy": "Welsh",
    "da": "Danish", "de": "German", "doi": "Dogri", "el": "Greek", "en": "English", "es": "Spanish",
    "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fo": "Faroese",
    "fr": "French", "gl": "Galician", "gu": "Gujarati", "ha": "Hausa", "haw": "Hawaiian",
    "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "ht": "Haitian Creole", "hu": "Hungarian",
    "hy": "Armenian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese",
    "jv": "Javanese", "ka": "Georgian", "kk": "Kazakh", "km": "Khmer", "kn": "Kannada",
    "ko": "Korean", "kok": "Konkani", "ks": "Kashmiri", "la": "Latin",
    "lb": "Luxembourgish", "ln": "Lingala", "lo": "Lao",
    "lt": "Lithuanian", "lv": "Latvian", "mg": "Malagasy",
    "mai": "Maithili", "mi": "Maori", "mk": "Macedonian",
    "ml": "Malayalam", "mn": "Mongolian", "mni": "Manipuri", "mr": "Marathi",
    "ms": "Malay", "mt": "Maltese",
    "my": "Burmese", "ne": "Nepali", "nl": "Dutch", "nn": "Norwegian Nynorsk", "no": "Norwegian",
    "oc": "Occitan", "or": "Odia", "pa": "Punjabi", "pl": "Polish", "ps": "Pashto",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sa": "Sanskrit", "sat": "Santali",
    "sd": "Sindhi",
    "si": "Sinhala", "sk": "Slovak", "sl": "Slovenian", "sn": "Shona", "so": "Somali",
    "sq": "Albanian", "sr": "Serbian", "su": "Sundanese", "sv": "Swedish", "sw": "Swahili",
    "ta": "Tamil", "te": "Telugu", "tg": "Tajik", "th": "Thai", "tk": "Turkmen",
    "tl": "Tagalog", "tr": "Turkish", "tt": "Tatar", "uk": "Ukrainian", "ur": "Urdu",
    "uz": "Uzbek", "vi": "Vietnamese", "yi": "Yiddish", "yo": "Yoruba", "yue": "Cantonese",
    "zh": "Chinese",
}  # fmt: skip
_OTHER_NAMES = {
    "oriya": "or", "od": "or", "meitei": "mni",
    "filipino": "tl", "farsi": "fa", "mandarin": "zh", "kiswahili": "sw",
    "bangla": "bn", "हिन्दी": "hi", "हिंदी": "hi", "मराठी": "mr", "বাংলা": "bn", "தமிழ்": "ta",
    "తెలుగు": "te", "ಕನ್ನಡ": "kn", "മലയാളം": "ml", "ગુજરાતી": "gu", "ਪੰਜਾਬੀ": "pa", "ଓଡ଼ିଆ": "or",
    "অসমীয়া": "as", "اردو": "ur", "español": "es", "português": "pt", "français": "fr",
}  # fmt: skip
_CODES = {name.lower(): code for code, name in NAMES.items()} | _OTHER_NAMES
_TAG = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8})*")
AUTOMATIC = frozenset({"auto", "automatic", "unknown", "none", "n/a"})


def language_code(text: str | None) -> str | None:
    """The ISO code of a language; None for an automatic or unknown one."""
    plain = (text or "").strip().lower()
    if not plain or plain in AUTOMATIC:
        return None
    if plain in _CODES:
        return _CODES[plain]
    tag = _TAG.fullmatch(plain)
    bare = tag[1] if tag else ""
    return bare if bare in NAMES else _OTHER_NAMES.get(bare)


def language_name(text: str) -> str:
    """The English name of a language; an unknown one is returned as it was written."""
    code = language_code(text)
    return NAMES[code] if code else text.strip()


def naming(instructions: str, language: str) -> str:
    """Instructions with a language in the place of `{{language}}`.

    One that the table knows is named; any other is data, since it may be what a contact answered.

    >>> naming("Translate into {{language}}.", "hi-IN")
    'Translate into Hindi.'
    >>> naming("Translate into {{language}}.", "Tulu").splitlines()[0]
    'Translate into <data name="language">Tulu</data>.'
    """
    name = language_name(language)
    if language_code(language):
        return instructions.replace("{{language}}", name)
    return filled(instructions, {"language": name})


def is_automatic(text: str | None) -> bool:
    return not (text or "").strip() or (text or "").strip().lower() in AUTOMATIC


def same_language(one: str | None, other: str | None) -> bool:
    """Whether both name the same known language, however they are written."""
    if is_automatic(one) or is_automatic(other):
        return False
    return language_name(str(one)).lower() == language_name(str(other)).lower()


def _plain_name(value: str) -> None:
    """Keep letters of any script with their marks, digits, spaces and what joins names."""
    for letter in value.strip():
        if unicodedata.category(letter)[0] not in "LMN" and letter not in " .,()'’-_":
            raise ValidationError("Not a language.")


def language_field(description: str, example: str, *, required: bool = False) -> Text:
    """Make a field for a language; names and codes only, since prompts contain it."""
    return Pasted(
        required=required,
        max_length=64,
        tells_more=not required,
        validate=[_plain_name],
        metadata={
            "description": description,
            "example": example,
            "suggestions": sorted(NAMES.values()),
        },
    )
