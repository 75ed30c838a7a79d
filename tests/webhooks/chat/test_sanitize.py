"""Text of every script comes through whole; symbols, emoji and markup do not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stretches import MOST, stretches
from webhooks.chat.sanitize import sanitize_text

WHOLE = {
    "Latin": "Don't worry — “it’s fine”, says Zoë; 3,5 is enough (or not)! Really? Yes...",
    "Spanish": "¿Qué tal, señor? ¡Muy bien!",
    "French": "« Ça va ? » L'été arrive à 8 h 30 : tant mieux…",
    "Vietnamese": "Tiếng Việt rất đẹp, phải không?",
    "combining Latin": "Cafe\u0301 a\u0308ndern.",
    "Greek": "Τι κάνεις; Καλά· ευχαριστώ.",
    "Cyrillic": "Привет, как дела? — Хорошо!",
    "Armenian": "Ինչպե՞ս ես։ Լավ եմ, շնորհակալություն։",
    "Georgian": "გამარჯობა, როგორ ხარ?",
    "Hebrew": "שָׁלוֹם, מַה שְּׁלוֹמֵךְ? בית־ספר, צה״ל.",
    "Arabic": "مَرْحَبًا، كيف حالك؟ العدد ١٢٣؛ نعم.",
    "Urdu": "آپ کیسے ہیں؟ میں ٹھیک ہوں۔",
    "Persian": "می\u200cخواهم کتاب\u200cها را بخوانم؛ خوب؟",
    "Hindi": "नमस्ते! आप कैसे हैं? मैं ठीक हूँ। संख्या १२३॥",
    "Hindi joined": "क्\u200dष और क्\u200cष",
    "Marathi": "र्\u200dय आणि ऱ्य।",
    "Bengali": "আপনি কেমন আছেন? আমি ভালো আছি। ৪৫৬",
    "Punjabi": "ਸਤ ਸ੍ਰੀ ਅਕਾਲ, ਤੁਸੀਂ ਕਿਵੇਂ ਹੋ?",
    "Gujarati": "તમે કેમ છો? હું મજામાં છું.",
    "Odia": "ଆପଣ କେମିତି ଅଛନ୍ତି? ମୁଁ ଭଲ ଅଛି।",
    "Tamil": "வணக்கம்! எப்படி இருக்கிறீர்கள்?",
    "Telugu": "మీరు ఎలా ఉన్నారు? నేను బాగున్నాను.",
    "Kannada": "ನೀವು ಹೇಗಿದ್ದೀರಿ? ರ್\u200dಯ ಚೆನ್ನಾಗಿದ್ದೇನೆ.",
    "Malayalam": "അവന്\u200d വന്നു. സുഖമാണോ?",
    "Sinhala": "ශ්\u200dරී ලංකාව. ඔබට කොහොමද?",
    "Thai": "สวัสดีครับ สบายดีไหม ๑๒๓ ฯลฯ",
    "Lao": "ສະບາຍດີ, ເຈົ້າສະບາຍດີບໍ່?",
    "Khmer": "សួស្តី\u200bអ្នក។ តើ\u200bអ្នក\u200bសុខសប្បាយ\u200bទេ?",
    "Burmese": "မင်္ဂလာပါ၊ နေကောင်းလား။",
    "Tibetan": "བཀྲ་ཤིས་བདེ་ལེགས། ཁྱེད་རང་།",
    "Amharic": "ሰላም፣ እንዴት ነህ፧ ደህና ነኝ።",
    "Chinese": "你好，你怎么样？我很好。“是吗”——《书》、（三）！",
    "Japanese": "こんにちは、元気ですか？「はい」・ラーメン〜です。",
    "Korean": "안녕하세요, 잘 지내세요? 네!",
    "Mongolian": "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ᠃",
    "N'Ko": "ߌ ߣߌ ߗߋ߫",
}


@pytest.mark.parametrize("script", WHOLE)
def test_sentences_come_through_whole(script: str) -> None:
    assert sanitize_text(WHOLE[script]) == WHOLE[script]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Hello @#$ world!", "Hello world!"),
        ("**Bold** and _slanted_, `code`.", "Bold and slanted, code."),
        ("# Title\n* one\n* two", "Title\n one\n two"),
        ("a*b and x_y and p/q", "a b and x y and p q"),
        ("Well done 🎉🎉 friend", "Well done friend"),
        ("👩‍👩‍👧 family", "family"),
        ("👍🏽ok❤️", "ok"),
        ("🇮🇳 India", "India"),
        ("1️⃣ first", "1 first"),
        ("Price: $5 + 10% = ₹400 €3 ৳7", "Price: 5 10 400 3 7"),
        ("<b>bold</b>", "b bold b"),
        ("[x]{y}|z^~`", "x y z"),
        ("tab\there, nbsp\u00a0here", "tab\there, nbsp\u00a0here"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("nul\x00l\x07 \x1b[31mred", "nul l 31mred"),
        ("so\u00adft a\u200db p\u200bq \u202eright\u202c", "soft ab pq right"),
        ("word\u0301\u0301 \u0301 stray", "word\u0301\u0301  stray"),
        ("२०\u200d% नमस्ते\u200c", "२० नमस्ते"),
        ("٪٥٠", "٥٠"),
        ("", ""),
        ("   ", ""),
        ("***", ""),
        ("\U000f0000\ue000", ""),
    ],
)
def test_the_rest_goes(text: str, clean: str) -> None:
    assert sanitize_text(text) == clean


steady = settings(deadline=None, derandomize=True, database=None)


@steady
@given(st.text())
def test_letters_and_digits_survive_and_symbols_do_not(text: str) -> None:
    clean = sanitize_text(text)
    assert [c for c in clean if unicodedata.category(c)[0] in "LN"] == [
        c for c in text if unicodedata.category(c)[0] in "LN"
    ]
    assert not [
        c for c in clean if unicodedata.category(c)[0] in "SC" and c not in "\n\t\u200b\u200c\u200d"
    ]


@steady
@given(st.text())
def test_doing_it_twice_changes_nothing(text: str) -> None:
    assert sanitize_text(sanitize_text(text)) == sanitize_text(text)


def test_others_go_on_while_a_long_answer_is_sanitized() -> None:
    with stretches() as measured:
        assert sanitize_text("a#" * 500_000) == " ".join("a" * 500_000)
    assert measured.longest < MOST
