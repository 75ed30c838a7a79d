"""What a contact reads where the documents do not hold the answer and the author wrote nothing."""

from __future__ import annotations

from answers.question_sets.languages import told

TEXTS = {
    "English": "I could not find the answer to this in our documents.",
    "Hindi": "मुझे इसका जवाब हमारे दस्तावेज़ों में नहीं मिला।",
    "Hinglish": "Mujhe iska jawab hamare documents mein nahi mila.",
    "Marathi": "मला याचे उत्तर आमच्या कागदपत्रांमध्ये सापडले नाही.",
    "Bengali": "আমাদের নথিতে আমি এর উত্তর খুঁজে পাইনি।",
    "Tamil": "எங்கள் ஆவணங்களில் இதற்கான பதில் கிடைக்கவில்லை.",
    "Telugu": "మా పత్రాలలో దీనికి సమాధానం దొరకలేదు.",
    "Kannada": "ನಮ್ಮ ದಾಖಲೆಗಳಲ್ಲಿ ಇದಕ್ಕೆ ಉತ್ತರ ಸಿಗಲಿಲ್ಲ.",
    "Malayalam": "ഞങ്ങളുടെ രേഖകളിൽ ഇതിനുള്ള ഉത്തരം കണ്ടെത്താനായില്ല.",
    "Gujarati": "અમારા દસ્તાવેજોમાં મને આનો જવાબ મળ્યો નથી.",
    "Punjabi": "ਸਾਡੇ ਦਸਤਾਵੇਜ਼ਾਂ ਵਿੱਚ ਮੈਨੂੰ ਇਸ ਦਾ ਜਵਾਬ ਨਹੀਂ ਮਿਲਿਆ।",
    "Odia": "ଆମ ଦଲିଲଗୁଡ଼ିକରେ ମୁଁ ଏହାର ଉତ୍ତର ପାଇଲି ନାହିଁ।",
    "Urdu": "مجھے اس کا جواب ہماری دستاویزات میں نہیں ملا۔",
}


def not_found_text(question: str) -> str:
    """The text in the question's language; in English where that is none of these.

    >>> not_found_text("फसल में पानी कब दें?") == TEXTS["Hindi"], not_found_text("12?")
    (True, 'I could not find the answer to this in our documents.')
    """
    return TEXTS.get(told(question) or "", TEXTS["English"])
