"""Names that are known, and names that people tell."""

from __future__ import annotations

import pytest

from tests.answers.guardrails.masking.finds import texts_in


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Asha Devi", "asha devi and ASHA, Devi's", ["asha devi", "ASHA", "Devi"]),
        ("Asha Devi", "AshaDevi, Asha-Devi, A s h a", ["AshaDevi", "Asha-Devi", "A s h a"]),
        ("Asha Devi", "Ash, ashen and development", []),
        ("Asha Devi", "As\u200dha 🌸Asha🌸Devi", ["As\u200dha", "Asha🌸Devi"]),
        ("José D'Souza", "jose souza, JOSE\u0301", ["jose", "souza", "JOSE\u0301"]),
        ("आशा देवी", "आशा देवी, आशाजी, देवी", ["आशा देवी", "आशा", "देवी"]),
        ("राम", "राम रामायण आराम", ["राम"]),
        ("फ़िरोज़", "फिरोज और फ़िरोज़", ["फिरोज", "फ़िरोज़"]),
        ("রহিমা", "রহিমার ফসল", ["রহিমা"]),
        ("குமார்", "குமாரின் வயல்", ["குமாரி"]),
        ("Mr. Farmer", "a farmer, mr x", []),
        ("Om", "Om from Rome", ["Om"]),
        ("my name is Asha", "Asha asks: what is my name?", ["Asha"]),
        ("no", "no, I have no name", []),
        ("नहीं", "नहीं, पानी नहीं है", []),
        ("मेरा नाम आशा है", "आशा: मेरा नाम क्या है", ["आशा"]),
    ],
)
def test_known_names(name: str, text: str, found: list[str]) -> None:
    assert texts_in(text, names=[name]) == found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My name is Asha Devi and I farm.", "Asha Devi"),
        ("my name is asha devi from pune", "asha devi"),
        ("Hello, my name's Asha Kumari Singh", "Asha Kumari Singh"),
        ("I am called Asha.", "Asha"),
        ("mera naam ramesh kumar hai", "ramesh kumar"),
        ("Mera name Ramesh h", "Ramesh"),
        ("maru naam Hetal che", "Hetal"),
        ("मेरा नाम आशा देवी है। मैं बिहार से हूँ", "आशा देवी"),
        ("मेरा नाम : आशा", "आशा"),
        ("नाम मेरा आशा है", "आशा"),
        ("मेरा नाम है आशा देवी", "आशा देवी"),
        ("mera naam hai ramesh kumar aur", "ramesh kumar"),
        ("મારું નામ છે હેતલ", "હેતલ"),
        ("ਮੇਰਾ ਨਾਮ ਹੈ ਗੁਰਪ੍ਰੀਤ", "ਗੁਰਪ੍ਰੀਤ"),
        ("میرا نام ہے عائشہ", "عائشہ"),
        ("माझे नाव आहे सुनीता", "सुनीता"),
        ("माझे नाव सुनीता आहे", "सुनीता"),
        ("मेरो नाम सीता हो", "सीता"),
        ("আমার নাম রহিমা বেগম", "রহিমা বেগম"),
        ("মোৰ নাম ৰীতা, মই", "ৰীতা"),
        ("ମୋ ନାମ ସୀତା ଅଟେ", "ସୀତା"),
        ("મારું નામ હેતલ છે", "હેતલ"),
        ("ਮੇਰਾ ਨਾਮ ਗੁਰਪ੍ਰੀਤ ਕੌਰ ਹੈ", "ਗੁਰਪ੍ਰੀਤ ਕੌਰ"),
        ("என் பெயர் குமார்.", "குமார்"),
        ("నా పేరు లక్ష్మి అండి", "లక్ష్మి"),
        ("ನನ್ನ ಹೆಸರು ಮಂಜುಳಾ ಮತ್ತು", "ಮಂಜುಳಾ"),
        ("എന്റെ പേര് ലത എന്നാണ്", "ലത"),
        ("میرا نام عائشہ ہے", "عائشہ"),
        ("my name is asha how can i get a loan", "asha"),
        ("my name is asha devi what is the price of urea", "asha devi"),
        ("my name is ramesh not on the form", "ramesh"),
        ("my name is asha in aadhaar", "asha"),
        ("my name is\nAsha Devi\nfrom Pune", "Asha Devi"),
        ('My name is "Asha"', "Asha"),
        ("My name is (Asha)", "Asha"),
        ("My full name is Asha Devi.", "Asha Devi"),
        ("My name is A. P. J. Abdul Kalam and I teach", "A. P. J. Abdul Kalam"),
        ("My name is A. Kumar", "A. Kumar"),
        ("My name is Lakshmi Venkata Naga Sai Prasad, hello", "Lakshmi Venkata Naga Sai Prasad"),
        ("MY NAME IS ASHA DEVI WHAT IS THE FEE", "ASHA DEVI"),
        ("My husband's name is Ramesh Kumar.", "Ramesh Kumar"),
        ("mere pati ka naam ramesh hai", "ramesh"),
        ("मेरे पति का नाम रमेश है", "रमेश"),
        ("mera naam asha kya bhav hai", "asha"),
        ("mera naam asha devi mujhe loan chahiye", "asha devi"),
        ("mera naam ramesh list me nahi hai", "ramesh"),
        ("mera naam ramesh ji hai", "ramesh"),
        ("mera naam umar hai", "umar"),
        ("मेरा नाम सुनीता देवी हम बिहार से हैं", "सुनीता देवी"),
        ("मेरा नाम सुनीता देवी बिहार से", "सुनीता देवी"),
        ("मेरा नाम सुनीता मुझे लोन चाहिए", "सुनीता"),
        ("मेरा नाम सुनीता कैसे आवेदन करें", "सुनीता"),
        ("माझे नाव सुनीता काय भाव आहे", "सुनीता"),
        ("আমার নাম রহিমা কি দাম", "রহিমা"),
        ("என் பெயர் குமார் எப்படி", "குமார்"),
        ("నా పేరు లక్ష్మి ఎందుకు రాలేదు", "లక్ష్మి"),
        ("મારું નામ હેતલ શું ભાવ છે", "હેતલ"),
        ("میرا نام عائشہ کیا بھاؤ ہے", "عائشہ"),
        ("smt sunita devi ka form", "sunita devi"),
        ("Ask Dr. Sharma tomorrow", "Sharma"),
        ("Mrs Asha Devi came", "Asha Devi"),
        ("डॉ. शर्मा ने कहा", "शर्मा"),
        ("श्रीमती सुनीता देवी को", "सुनीता देवी"),
        ("திரு. குமார், வணக்கம்", "குமார்"),
        ("ডাঃ রহমান, নমস্কার", "রহমান"),
    ],
)
def test_told_names(text: str, name: str) -> None:
    assert texts_in(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "My name is not in the list. What is my name?",
        "mera naam list me nahi hai, mera naam kya hai",
        "मेरा नाम राशन कार्ड में जोड़ना है",
        "मेरा नाम क्या है",
        "mera naam hai ya nahi? मेरा नाम है या नहीं? मेरा नाम है, बताइए। मेरा नाम है और गाँव भी",
        "என் பெயர் பட்டியலில் இல்லை",
        "আমার নাম তালিকায় নেই",
        "Sri Lanka, dr ke paas, ms office",
        "श्री विधि से धान, SRI Vidhi, sri method, shree anna, श्री अन्न, MR tika, mr vaccine",
        "mera naam jod do, mera naam badalna hai, mera naam ration card se kat gaya",
        "मेरा नाम जोड़ दें। मेरा नाम बदलना है। मेरा नाम काट दिया",
        "माझे नाव बदलायचे आहे. माझे नाव टाका",
        "আমার নাম যোগ করুন",
        "என் பெயர் சேர்க்க வேண்டும்",
        "నా పేరు మార్చాలి. ನನ್ನ ಹೆಸರು ಸೇರಿಸಿ. എന്റെ പേര് ചേർക്കണം",
        "મારું નામ ઉમેરો. ਮੇਰਾ ਨਾਮ ਜੋੜੋ. میرا نام شامل کریں",
        "My name change application. my name is deleted. My name is A mistake",
        "The doctor gave me medicine. Name the crop.",
        "डॉक्टर को दिखाएँ",
    ],
)
def test_no_names(text: str) -> None:
    assert texts_in(text) == []


def test_a_told_name_is_known_from_then_on() -> None:
    assert texts_in("My name is Asha Devi. Asha asks: when to sow?") == ["Asha Devi", "Asha"]
