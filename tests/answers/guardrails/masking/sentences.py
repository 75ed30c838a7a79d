"""Sentences of 13 languages in 11 scripts, written for these tests, to plant identifiers in.

`CLEAN` identify nobody, `ASKING` have a place for an identifier, `INTRODUCING` one for a name.
"""

from __future__ import annotations

CLEAN = {
    "English": (
        "Wheat is {amount} a quintal on {date}, {percent} more than in {year}.",
        "Give {small} ml of {medicine} {small} times a day for {small} days.",
        "The office is open from {time} to {time}, PIN code {pin}.",
        "Order {order} with {quantity} of {crop} seed comes on {date}.",
        "In {year} we sowed {crop} on {small} acres and got {quantity}.",
        "The price went from {amount} to {amount}, please tell me why?",
        "My order number is {order} and my ration shop closes at {time}.",
        "Spray {small} g in {small} litres of water, {percent} of the leaves are yellow.",
    ),
    "Hindi": (
        "{date} को {crop} का भाव {amount} प्रति क्विंटल था, {year} से {percent} ज़्यादा।",
        "{medicine} दिन में {small} बार, {small} दिन तक लें।",
        "कार्यालय {time} से {time} तक खुला है, पिन कोड {pin}।",
        "ऑर्डर {order} में {quantity} बीज {date} तक आएगा।",
        "{year} में हमने {small} एकड़ में {crop} बोया और {quantity} मिला।",
        "मेरा नाम राशन कार्ड की सूची में कब आएगा?",
        "डॉक्टर ने कहा कि {small} गोली रोज़ लें, बुखार {percent} कम हुआ।",
    ),
    "Hinglish": (
        "{date} ko {crop} ka bhav {amount} tha, {year} se {percent} zyada.",
        "{medicine} din mein {small} baar lena hai, {small} din tak.",
        "Office {time} se {time} tak khula hai, pin code {pin}.",
        "Order {order} ka {quantity} beej kab aayega?",
        "mera naam list mein kyun nahi hai, form {date} ko bhara tha",
        "{small} acre mein {quantity} {crop} hua, kya khaad dalun?",
    ),
    "Marathi": (
        "{date} रोजी {crop} चा भाव {amount} होता, {year} पेक्षा {percent} जास्त.",
        "{medicine} दिवसातून {small} वेळा, {small} दिवस घ्या.",
        "कार्यालय {time} ते {time} उघडे असते, पिन कोड {pin}.",
        "ऑर्डर {order} मधील {quantity} बियाणे {date} पर्यंत येईल.",
    ),
    "Bengali": (
        "{date} তারিখে {crop} এর দাম {amount} ছিল, {year} থেকে {percent} বেশি।",
        "{medicine} দিনে {small} বার, {small} দিন খান।",
        "অফিস {time} থেকে {time} পর্যন্ত খোলা, পিন কোড {pin}।",
        "অর্ডার {order} এর {quantity} বীজ কবে আসবে?",
        "আমার নাম তালিকায় নেই কেন?",
    ),
    "Punjabi": (
        "{date} ਨੂੰ {crop} ਦਾ ਭਾਅ {amount} ਸੀ, {year} ਤੋਂ {percent} ਵੱਧ।",
        "{medicine} ਦਿਨ ਵਿੱਚ {small} ਵਾਰ, {small} ਦਿਨ ਲਓ।",
        "ਦਫ਼ਤਰ {time} ਤੋਂ {time} ਤੱਕ ਖੁੱਲ੍ਹਾ ਹੈ, ਪਿੰਨ {pin}।",
        "ਆਰਡਰ {order} ਦਾ {quantity} ਬੀਜ ਕਦੋਂ ਆਵੇਗਾ?",
    ),
    "Gujarati": (
        "{date} ના રોજ {crop} નો ભાવ {amount} હતો, {year} કરતાં {percent} વધારે.",
        "{medicine} દિવસમાં {small} વાર, {small} દિવસ લો.",
        "કચેરી {time} થી {time} સુધી ખુલ્લી છે, પિન કોડ {pin}.",
        "ઓર્ડર {order} નું {quantity} બિયારણ ક્યારે આવશે?",
    ),
    "Odia": (
        "{date} ରେ {crop} ର ଦର {amount} ଥିଲା, {year} ଠାରୁ {percent} ଅଧିକ।",
        "{medicine} ଦିନକୁ {small} ଥର, {small} ଦିନ ଖାଆନ୍ତୁ।",
        "କାର୍ଯ୍ୟାଳୟ {time} ରୁ {time} ପର୍ଯ୍ୟନ୍ତ ଖୋଲା, ପିନ {pin}।",
        "ଅର୍ଡର {order} ର {quantity} ବିହନ କେବେ ଆସିବ?",
    ),
    "Tamil": (
        "{date} அன்று {crop} விலை {amount}, {year} ஐ விட {percent} அதிகம்.",
        "{medicine} ஒரு நாளைக்கு {small} முறை, {small} நாட்கள் எடுக்கவும்.",
        "அலுவலகம் {time} முதல் {time} வரை திறந்திருக்கும், அஞ்சல் குறியீடு {pin}.",
        "ஆர்டர் {order} இன் {quantity} விதை எப்போது வரும்?",
        "என் பெயர் பட்டியலில் இல்லை, ஏன்?",
    ),
    "Telugu": (
        "{date} న {crop} ధర {amount}, {year} కంటే {percent} ఎక్కువ.",
        "{medicine} రోజుకు {small} సార్లు, {small} రోజులు వాడండి.",
        "కార్యాలయం {time} నుండి {time} వరకు తెరిచి ఉంటుంది, పిన్ {pin}.",
        "ఆర్డర్ {order} లో {quantity} విత్తనాలు ఎప్పుడు వస్తాయి?",
    ),
    "Kannada": (
        "{date} ರಂದು {crop} ಬೆಲೆ {amount}, {year} ಗಿಂತ {percent} ಹೆಚ್ಚು.",
        "{medicine} ದಿನಕ್ಕೆ {small} ಬಾರಿ, {small} ದಿನ ತೆಗೆದುಕೊಳ್ಳಿ.",
        "ಕಚೇರಿ {time} ರಿಂದ {time} ವರೆಗೆ ತೆರೆದಿರುತ್ತದೆ, ಪಿನ್ {pin}.",
        "ಆರ್ಡರ್ {order} ನ {quantity} ಬೀಜ ಯಾವಾಗ ಬರುತ್ತದೆ?",
    ),
    "Malayalam": (
        "{date} ന് {crop} വില {amount}, {year} നേക്കാൾ {percent} കൂടുതൽ.",
        "{medicine} ദിവസം {small} നേരം, {small} ദിവസം കഴിക്കുക.",
        "ഓഫീസ് {time} മുതൽ {time} വരെ തുറന്നിരിക്കും, പിൻ {pin}.",
        "ഓർഡർ {order} ലെ {quantity} വിത്ത് എപ്പോൾ വരും?",
    ),
    "Urdu": (
        "{date} کو {crop} کا بھاؤ {amount} تھا، {year} سے {percent} زیادہ۔",
        "{medicine} دن میں {small} بار، {small} دن تک لیں۔",
        "دفتر {time} سے {time} تک کھلا ہے، پن کوڈ {pin}۔",
        "آرڈر {order} کا {quantity} بیج کب آئے گا؟",
    ),
}

ASKING = {
    "English": ("Please note {it} for me, thank you.", "({it}) is mine; call after 5.", "{it}"),
    "Hindi": ("कृपया {it} लिख लें।", "यह {it} मेरा है, 5 बजे के बाद बताएँ।", "मेरा है:{it}"),
    "Hinglish": ("mera ye hai {it} save kar lo", "bhai {it} pe batao 2 din mein"),
    "Marathi": ("कृपया {it} नोंदवा.", "माझा तपशील {it} आहे."),
    "Bengali": ("দয়া করে {it} লিখে রাখুন।", "এটা {it} আমার।"),
    "Punjabi": ("ਕਿਰਪਾ ਕਰਕੇ {it} ਲਿਖ ਲਓ।", "ਇਹ {it} ਮੇਰਾ ਹੈ।"),
    "Gujarati": ("કૃપા કરીને {it} લખી લો.", "આ {it} મારું છે."),
    "Odia": ("ଦୟାକରି {it} ଲେଖନ୍ତୁ।", "ଏହା {it} ମୋର।"),
    "Tamil": ("தயவுசெய்து {it} குறித்துக்கொள்ளவும்.", "இது {it} என்னுடையது."),
    "Telugu": ("దయచేసి {it} రాసుకోండి.", "ఇది {it} నాది."),
    "Kannada": ("ದಯವಿಟ್ಟು {it} ಬರೆದುಕೊಳ್ಳಿ.", "ಇದು {it} ನನ್ನದು."),
    "Malayalam": ("ദയവായി {it} എഴുതിവയ്ക്കുക.", "ഇത് {it} എൻ്റേതാണ്."),
    "Urdu": ("براہ کرم {it} لکھ لیں۔", "یہ {it} میرا ہے۔"),
}

INTRODUCING = {
    "English": ("My name is {it} and I need help.", "I am called {it}.", "Mrs {it} came today"),
    "Hindi": ("मेरा नाम {it} है।", "मेरा नाम {it}", "डॉ. {it} ने कहा", "श्रीमती {it} को बताएँ"),
    "Hinglish": ("mera naam {it} hai", "Mera nam {it}, khet 2 acre"),
    "Marathi": ("माझे नाव {it} आहे.", "माझं नाव {it}, मदत हवी"),
    "Bengali": ("আমার নাম {it}।", "শ্রীমতী {it}, নমস্কার"),
    "Punjabi": ("ਮੇਰਾ ਨਾਮ {it} ਹੈ।", "ਮੇਰਾ ਨਾਂ {it} ਹੈ"),
    "Gujarati": ("મારું નામ {it} છે.", "મારું નામ {it}, મદદ જોઈએ"),
    "Odia": ("ମୋ ନାମ {it} ଅଟେ।", "ମୋର ନାମ {it}।"),
    "Tamil": ("என் பெயர் {it}.", "எனது பெயர் {it}, உதவி வேண்டும்"),
    "Telugu": ("నా పేరు {it}.", "నా పేరు {it} అండి"),
    "Kannada": ("ನನ್ನ ಹೆಸರು {it}.", "ನನ್ನ ಹೆಸರು {it}, ಸಹಾಯ ಬೇಕು"),
    "Malayalam": ("എന്റെ പേര് {it}.", "എന്റെ പേര് {it} എന്നാണ്"),
    "Urdu": ("میرا نام {it} ہے۔", "میرا نام {it}، مدد چاہیے"),
}

NAMES = {
    "English": ("Sunita", "Rekha Pawar", "Imran Shaikh", "Lakshmi Narayanan", "Joseph D Costa"),
    "Hindi": ("सुनीता", "आशा देवी", "रमेश कुमार", "फ़िरोज़ ख़ान", "सीता गायकवाड"),
    "Hinglish": ("sunita", "ramesh yadav", "Asha Devi", "imran khan"),
    "Marathi": ("सुनीता", "मंगेश जाधव", "वैशाली शिंदे"),
    "Bengali": ("রহিমা", "রহিমা বেগম", "অনিমেষ দাস"),
    "Punjabi": ("ਗੁਰਪ੍ਰੀਤ", "ਗੁਰਪ੍ਰੀਤ ਕੌਰ", "ਹਰਜੀਤ ਸਿੰਘ"),
    "Gujarati": ("હેતલ", "હેતલ પટેલ", "જીગ્નેશ શાહ"),
    "Odia": ("ସୀତା", "ସୀତା ମହାନ୍ତି", "ପ୍ରକାଶ ସାହୁ"),
    "Tamil": ("கவிதா", "முருகன் செல்வம்", "லட்சுமி"),
    "Telugu": ("లక్ష్మి", "వెంకట రావు", "సుజాత"),
    "Kannada": ("ಮಂಜುಳಾ", "ರಮೇಶ ಗೌಡ", "ಸವಿತಾ"),
    "Malayalam": ("ലത", "ലത മേനോൻ", "ബിജു തോമസ്"),
    "Urdu": ("عائشہ", "عائشہ بیگم", "محمد عمران"),
}

CROPS = {
    "English": ("wheat", "paddy", "cotton", "onion", "mustard"),
    "Hindi": ("गेहूँ", "धान", "कपास", "प्याज़", "सरसों"),
    "Hinglish": ("gehu", "dhaan", "kapas", "pyaz", "sarson"),
    "Marathi": ("गहू", "भात", "कापूस", "कांदा", "सोयाबीन"),
    "Bengali": ("গম", "ধান", "পাট", "পেঁয়াজ", "আলু"),
    "Punjabi": ("ਕਣਕ", "ਝੋਨਾ", "ਨਰਮਾ", "ਪਿਆਜ਼", "ਸਰ੍ਹੋਂ"),
    "Gujarati": ("ઘઉં", "ડાંગર", "કપાસ", "ડુંગળી", "મગફળી"),
    "Odia": ("ଗହମ", "ଧାନ", "କପା", "ପିଆଜ", "ଆଳୁ"),
    "Tamil": ("கோதுமை", "நெல்", "பருத்தி", "வெங்காயம்", "கரும்பு"),
    "Telugu": ("గోధుమ", "వరి", "పత్తి", "ఉల్లి", "మిరప"),
    "Kannada": ("ಗೋಧಿ", "ಭತ್ತ", "ಹತ್ತಿ", "ಈರುಳ್ಳಿ", "ರಾಗಿ"),
    "Malayalam": ("ഗോതമ്പ്", "നെല്ല്", "റബ്ബർ", "ഉള്ളി", "കുരുമുളക്"),
    "Urdu": ("گندم", "دھان", "کپاس", "پیاز", "سرسوں"),
}

MEDICINES = (
    *("Paracetamol 500", "ORS", "Iron-Folic Acid", "Zinc 20 mg", "Vitamin B12", "Albendazole 400"),
    *("Amoxicillin 250 mg", "Calcium 500", "Metformin 850"),
)

NATIVE_DIGITS = {
    "Hindi": "०१२३४५६७८९",
    "Marathi": "०१२३४५६७८९",
    "Bengali": "০১২৩৪৫৬৭৮৯",
    "Punjabi": "੦੧੨੩੪੫੬੭੮੯",
    "Gujarati": "૦૧૨૩૪૫૬૭૮૯",
    "Odia": "୦୧୨୩୪୫୬୭୮୯",
    "Tamil": "௦௧௨௩௪௫௬௭௮௯",
    "Telugu": "౦౧౨౩౪౫౬౭౮౯",
    "Kannada": "೦೧೨೩೪೫೬೭೮೯",
    "Malayalam": "൦൧൨൩൪൫൬൭൮൯",
    "Urdu": "۰۱۲۳۴۵۶۷۸۹",
}
OTHER_DIGITS = ("０１２３４５６７８９", "᱐᱑᱒᱓᱔᱕᱖᱗᱘᱙", "꯰꯱꯲꯳꯴꯵꯶꯷꯸꯹", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
