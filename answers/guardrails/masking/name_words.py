"""The words around names, in English, Hinglish and the Indian languages.

Every language's words lie in one set, as contacts mix languages; all are folded as texts are.
"""

from __future__ import annotations

from answers.guardrails.masking.folding import folded


def _words(text: str) -> frozenset[str]:
    return frozenset(folded(text).text.split())


HONORIFICS = _words("""
    mr mrs ms dr shri shree sri smt shrimati srimati prof
    श्री श्रीमती श्रीमति सुश्री डॉ डा प्रो शरी
    শ্রী শ্রীমতী শ্রীমতি ডাঃ ডঃ ডা ড জনাব
    திரு திருமதி திருமிகு செல்வி
    శ్రీ శ్రీమతి డా ಶ್ರೀ ಶ್ರೀಮತಿ ಡಾ ശ്രീ ശ്രീമതി ഡോ
    શ્રી શ્રીમતી ડૉ ડો ਸ਼੍ਰੀ ਸ੍ਰੀ ਸ਼੍ਰੀਮਤੀ ਸ੍ਰੀਮਤੀ ਡਾ
    ଶ୍ରୀ ଶ୍ରୀମତୀ ଡା ଡଃ جناب محترمہ
""")
"""What stands before a name. Not *doctor*, which people also call whoever treats them."""

INTRODUCTIONS = frozenset(
    tuple(folded(line).text.split())
    for line in """
    my name is|my name|my name s|i am called|i m called|im called|they call me|people call me
    mera naam|mera nam|mera name|hamara naam|naam mera|mera naam to|amar naam|amar nam
    maru naam|maru nam|maro naam|majhe nav|majha nav|maza nav|maze nav|majhe naav|majha naav
    en peyar|en per|enathu peyar|naa peru|na peru|nanna hesaru|ente peru|ente per|mero naam|mo nama
    मेरा नाम|मेरा शुभ नाम|हमारा नाम|नाम मेरा|मेरो नाम|माझे नाव|माझं नाव|माझ नाव|माझा नाव|मम नाम
    আমার নাম|নাম আমার|আমাৰ নাম|মোৰ নাম|আমার নাম হল|আমার নাম হলো
    என் பெயர்|எனது பெயர்|என்னுடைய பெயர்|என் பேரு|என் பேர்
    నా పేరు|నాపేరు|ನನ್ನ ಹೆಸರು|എന്റെ പേര്|എൻ്റെ പേര്|എൻ്റെ പേര്|എന്റെ പേരു
    મારું નામ|મારુ નામ|મારૂં નામ|ਮੇਰਾ ਨਾਮ|ਮੇਰਾ ਨਾਂ|ਮੇਰਾ ਨਾਉਂ|ਮੇਰਾ ਨਾਂਅ
    ମୋ ନାମ|ମୋର ନାମ|ମୋ ନାଁ|ମୋର ନାଁ|میرا نام
    mera naam hai|mera nam hai|mera name hai|hamara naam hai|maru naam che|majhe nav aahe
    मेरा नाम है|मेरा शुभ नाम है|हमारा नाम है|माझे नाव आहे|माझं नाव आहे|મારું નામ છે|મારુ નામ છે
    ਮੇਰਾ ਨਾਮ ਹੈ|ਮੇਰਾ ਨਾਂ ਹੈ|میرا نام ہے
    """.replace("\n", "|").split("|")
    if line.strip()
)
"""What people say before their name."""
MOST_INTRODUCING = max(map(len, INTRODUCTIONS))

ENDS = _words("""
    is hai h he hain hun hoon hu ho hoo aahe ahe che chhe and aur or but from i main mai mein_ we
    please pls plz my this of living aged age
    है हैं हूँ हो और तथा मैं मै हम मेरी मेरे मेरा आहे आणि मी माझे माझी र म उम्र वर्ष
    এবং আর আমি আমার হয় আৰু মই மற்றும் நான் என் எனக்கு ஆகும் என்று మరియు నేను నాకు అండి అని
    ಮತ್ತು ನಾನು ನನಗೆ ಎಂದು ആണ് ആണു എന്നാണ് ഞാൻ എന്ന് കൂടാതെ
    છે અને હું મારી ਹੈ ਤੇ ਅਤੇ ਮੈਂ ਮੇਰੀ ଅଟେ ଏବଂ ଓ ମୁଁ ମୋର ہے اور
""")
"""What follows a name where people tell theirs."""

NO_NAMES = _words("""
    a an the in on at to by for with as it its not no be been was were are what who how why when
    wrong incorrect correct missing misspelled misspelt mistyped there spelled spelt already still
    also same different that written printed registered added removed linked changed pending
    now only just never listed shown very so if
    kya nahi nahin nai nhi kyu kyun kyon kaise me mein par pe se ka ki ke ko ne bhi to hi tak wala
    wali list galat sahi likha kata kat juda jud judwana ji sahab saheb sir madam ne kaha kahan
    lanka
    ने को का की के से में मे पर या तो भी ही कि ये यह वह वे हम आप तुम उन इस उस जो कब क्यों कैसे कहाँ
    क्या नहीं नही न ना कट कटा गलत सही गायब लिखा लिस्ट सूची अभी कोई कुछ जी था थी थे गया गई कहा बोले
    बताया कृपया अपने अपनी अपना एक लिए साथ तक रहा रही रहे कर करते करती वाले वाला वाली द्वारा
    ला ने चा ची चे काय नाही नका कशी कसे छ छैन के छन्
    কি কী না নেই নাই কেন কোথায় ভুল তালিকায় থেকে নয় বলেছেন কৰা নহয়
    என்ன இல்லை எப்படி ஏன் பட்டியலில் தவறாக உள்ளது அவர்கள் அவர்
    ఏమిటి ఏంటి లేదు ఎందుకు జాబితాలో తప్పుగా ఉంది గారు
    ಏನು ಇಲ್ಲ ಏಕೆ ಪಟ್ಟಿಯಲ್ಲಿ ತಪ್ಪಾಗಿದೆ ಅವರು എന്ത് ഇല്ല എന്തുകൊണ്ട് പട്ടികയിൽ തെറ്റാണ്
    શું નથી કેમ યાદીમાં ખોટું ને નો ની નું ના માં થી ਕੀ ਨਹੀਂ ਕਿਉਂ ਸੂਚੀ ਗਲਤ ਨੇ ਨੂੰ ਦਾ ਦੀ ਦੇ ਵਿੱਚ ਤੋਂ ਜੀ
    କଣ ନାହିଁ କାହିଁକି ତାଲିକାରେ ଭୁଲ کیا نہیں کیوں میں سے کو کا کی کے نے پر
""")
"""What a name is not, and what tells that no name was told: `my name is not in the list`."""

MORE_NAMES = _words("""
    kumar kumari singh devi bai lal prasad chandra nath ram mohan das bano begum khatun bibi kaur
    कुमार कुमारी सिंह देवी बाई लाल प्रसाद चंद्र चन्द्र नाथ राम मोहन दास बानो बेगम खातून कौर राव
    কুমার কুমারী সিংহ দেবী লাল প্রসাদ চন্দ্র নাথ দাস বেগম খাতুন বিবি
    குமார் தேவி ராஜ் లక్ష్మి కుమార్ దేవి రావు ಕುಮಾರ್ ದೇವಿ ಕುಮಾರ കുമാർ ദേവി
    કુમાર દેવી સિંહ લાલ બેન ભાઈ ਕੁਮਾਰ ਸਿੰਘ ਕੌਰ ਦੇਵੀ କୁମାର ଦେବୀ ସିଂହ ଦାସ
""")
"""Parts of names that a further one follows."""

TITLES_IN_NAMES = HONORIFICS | _words("""
    ji the and user test farmer contact customer trust group team school whatsapp home my new
    जी और किसान
""")
"""Words in the names of contacts that name nobody."""
