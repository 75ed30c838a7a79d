"""The words around names, in English, Hinglish and the Indian languages.

Every language's words lie in one set, as contacts mix languages; all are folded as texts are.
"""

from __future__ import annotations

from answers.guardrails.masking.folding import folded


def _words(text: str) -> frozenset[str]:
    return frozenset(folded(text).text.split())


def _plain(text: str) -> str:
    return folded(text).text.strip()


_RELATIVES = """husband|wife|father|mother|son|daughter|brother|sister
    |pati|patni|pita|pitaji|mata|maa|papa|mummy|beta|bete|beti|bhai|bahan|behen
    |पति|पत्नी|पिता|पिताजी|माता|माँ|बेटा|बेटे|बेटी|भाई|बहन"""
_THEIR_NAMES = "name is|s name is|name|s name|ka naam|ki naam|ka nam|का नाम|की नाम"

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

IN_SMALL = _words("mr mrs smt shri shree shrimati srimati")
"""Those in Latin letters that a name follows in small letters, too: `smt asha`."""

THINGS = _words("""
    vidhi method anna vaccine vaccination tika teeka tikakaran injection excel word office
    विधि पद्धति अन्न टीका
""")
"""What is no name behind an honorific: the SRI method, Shree Anna (millets), the MR vaccine. In
Latin letters only `anna` is a name, too, where it begins with a capital."""

INTRODUCTIONS = frozenset(
    tuple(folded(line).text.split())
    for line in """
    my name is|my name|my name s|i am called|i m called|im called|they call me|people call me
    my full name is|my full name|my good name is|my real name is|my first name is|my nam is
    my self|mera full name|mera pura naam|mera poora naam|mera shubh naam
    mera naam|mera nam|mera name|hamara naam|naam mera|mera naam to|amar naam|amar nam
    maru naam|maru nam|maro naam|majhe nav|majha nav|maza nav|maze nav|majhe naav|majha naav
    en peyar|en per|enathu peyar|naa peru|na peru|nanna hesaru|ente peru|ente per|mero naam|mo nama
    मेरा नाम|मेरा शुभ नाम|मेरा पूरा नाम|हमारा नाम|नाम मेरा|मेरो नाम|माझे नाव|माझं नाव|माझ नाव|माझा नाव|मम नाम
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
) | frozenset(
    (*one.split(), *name.split())
    for one in map(_plain, _RELATIVES.split("|"))
    for name in map(_plain, _THEIR_NAMES.split("|"))
)
"""What people say before their name, or that of one of their family."""
MOST_INTRODUCING = max(map(len, INTRODUCTIONS))

ENDS = _words("""
    is hai h he hain hun hoon hu ho hoo aahe ahe che chhe and aur or but from i main mai mein_ we
    please pls plz my this of living aged age village
    mujhe mujhko mujko mera mere meri hum ham hame hamara aap gaon gav gram zila jila
    batao bataye bataiye batayein bolo bol chahiye
    है हैं हूँ हो और तथा मैं मै हम मेरी मेरे मेरा आहे आणि मी माझे माझी र म उम्र वर्ष
    मुझे मुझको हमें हमारा हमारी आप गाँव गाव ग्राम जिला बताइए बताओ बताएं बताए चाहिए बोल मला आम्ही
    এবং আর আমি আমার আমাকে গ্রাম হয় আৰু মই மற்றும் நான் என் எனக்கு ஊர் ஆகும் என்று
    మరియు నేను నాకు మా అండి అని
    ಮತ್ತು ನಾನು ನನಗೆ ಎಂದು ആണ് ആണു എന്നാണ് ഞാൻ എനിക്ക് എന്ന് കൂടാതെ
    છે અને હું મારી મને ਹੈ ਤੇ ਅਤੇ ਮੈਂ ਮੈਨੂੰ ਮੇਰੀ ଅଟେ ଏବଂ ଓ ମୁଁ ମୋର ମୋତେ ہے اور میں مجھے
""")
"""What follows a name where people tell theirs, and begins no name either."""

IN_PLACES = _words("""
    me mein par pe se में मे पर से मध्ये থেকে માં થી ਵਿੱਚ ਤੋਂ میں سے پر
""")
"""What follows a place or a thing: in, on and from."""

NO_NAMES = _words("""
    a an the in on at to by for with as it its not no be been was were are what who how why when
    wrong incorrect correct missing misspelled misspelt mistyped there spelled spelt already still
    also same different that written printed registered added removed linked changed pending where
    now only just never listed shown very so if has had have does did should can must
    again every daily always late yet hard somehow too under blank deleted visible important
    mentioned needs need appears appearing showing coming came comes given entered updated
    cancelled rejected approved add change check correct correction spelling update remove delete
    application form first last
    ration card aadhaar aadhar adhar bank passbook voter list labour bpl shramik scheme yojana
    pension nrega mgnrega portal website certificate record register document
    kya nahi nahin nai nhi kyu kyun kyon kaise kab kahan kaun kitna me mein par pe se ka ki ke ko ne
    bhi to hi ya tak wala wali galat sahi likha kata kat kaat cut juda jud judwana jod jodna
    jode jodo joden jodiye jodwana hata hataya hatana hatao badalna badlo badalwana badla sudhar
    sudharna sudharo sudhaar theek thik darj dalo daal dal daalo likho likhna likhwana dekho dekhe
    dekhna batao aa aaya aayega ayega gaya gayi karo karna kare rashan ji sahab saheb sir
    madam kaha lanka
    ने को का की के से में मे पर या तो भी ही कि ये यह वह वे हम आप तुम उन इस उस जो कब क्यों कैसे कहाँ
    क्या नहीं नही न ना कट कटा काट गलत सही गायब लिखा लिस्ट सूची अभी कोई कुछ जी था थी थे गया गई कहा
    बोले बताया कृपया अपने अपनी अपना एक लिए साथ तक रहा रही रहे कर करते करती वाले वाला वाली द्वारा
    जोड़ जोड़ना जोड़ें जोड़े जोड़ो जोड़िए जोड़वाना जुड़ जुड़ा जुड़वाना हटा हटाया हटाना हटाओ बदलना बदलो बदलवाना
    बदला सुधार सुधारना सुधारो सुधारें ठीक दर्ज डाल डालना डालो डालें लिखना लिखो लिखवाना देखो देखिए देखना देखें
    चेक आ आया आएगा करो करना करें राशन कार्ड आधार योजना वोटर बैंक पासबुक पेंशन खाता
    ला ने चा ची चे काय नाही नका कशी कसे छ छैन के छन्
    बदलायचे बदला टाका टाकायचे जोडा जोडायचे दुरुस्त काढा रेशन यादीत
    কি কী না নেই নাই কেন কোথায় ভুল তালিকায় থেকে নয় বলেছেন কৰা নহয় যোগ বাদ সংশোধন পরিবর্তন রেশন
    என்ன இல்லை எப்படி ஏன் பட்டியலில் தவறாக உள்ளது அவர்கள் அவர் சேர்க்க மாற்ற நீக்க திருத்த சேர்க்கவும்
    ఏమిటి ఏంటి లేదు ఎందుకు జాబితాలో తప్పుగా ఉంది గారు మార్చాలి చేర్చండి చేర్చాలి మార్చండి తొలగించండి
    ಏನು ಇಲ್ಲ ಏಕೆ ಪಟ್ಟಿಯಲ್ಲಿ ತಪ್ಪಾಗಿದೆ ಅವರು ಸೇರಿಸಿ ಬದಲಾಯಿಸಿ ತೆಗೆದು ತಿದ್ದುಪಡಿ
    എന്ത് ഇല്ല എന്തുകൊണ്ട് പട്ടികയിൽ തെറ്റാണ് ചേർക്കണം ചേർക്കുക മാറ്റണം തിരുത്തണം
    શું નથી કેમ યાદીમાં ખોટું ને નો ની નું ના માં થી ઉમેરો ઉમેરવું સુધારો સુધારવું બદલો બદલવું કાઢો
    ਕੀ ਨਹੀਂ ਕਿਉਂ ਸੂਚੀ ਗਲਤ ਨੇ ਨੂੰ ਦਾ ਦੀ ਦੇ ਵਿੱਚ ਤੋਂ ਜੀ ਜੋੜੋ ਜੋੜਨਾ ਬਦਲੋ ਬਦਲਣਾ ਠੀਕ ਕੱਟ
    କଣ ନାହିଁ କାହିଁକି ତାଲିକାରେ ଭୁଲ ଯୋଡନ୍ତୁ ଯୋଡ଼ନ୍ତୁ ବଦଳାନ୍ତୁ ସଂଶୋଧନ
    کیا نہیں کیوں میں سے کو کا کی کے نے پر شامل تبدیل درست غلط
""")
"""What no name begins with, and what tells that no name was told: `my name is not in the list`,
`mera naam jod do`. Within a name it is what follows it: `mera naam asha kya bhav hai`."""

MORE_NAMES = _words("""
    kumar kumari singh devi bai lal prasad chandra nath ram mohan das bano begum khatun bibi kaur
    कुमार कुमारी सिंह देवी बाई लाल प्रसाद चंद्र चन्द्र नाथ राम मोहन दास बानो बेगम खातून कौर राव
    কুমার কুমারী সিংহ দেবী লাল প্রসাদ চন্দ্র নাথ দাস বেগম খাতুন বিবি
    குமார் தேவி ராஜ் లక్ష్మి కుమార్ దేవి రావు ಕುಮಾರ್ ದೇವಿ ಕುಮಾರ കുമാർ ദേവി
    કુમાર દેવી સિંહ લાલ બેન ભાઈ ਕੁਮਾਰ ਸਿੰਘ ਕੌਰ ਦੇਵੀ କୁମାର ଦେବୀ ସିଂହ ଦାସ
""")
"""Parts of names that a further one follows."""

SAYS_NOTHING = (
    NO_NAMES
    | ENDS
    | frozenset(word for one in INTRODUCTIONS for word in one if not word.isascii())
    | _words("""
        no none nil nill na yes ok okay skip hi hii hello hey thanks haan han ji nahi name naam nam
        हाँ हां नमस्ते नाम
    """)
)
"""What people also answer who are asked for a name: none of these names somebody by itself."""

TITLES_IN_NAMES = HONORIFICS | _words("""
    ji the and user test farmer contact customer trust group team school whatsapp home my new
    जी और किसान
""")
"""Words in the names of contacts that name nobody."""
