"""Words by which languages that share a script are told apart.

Small words that a sentence needs, whatever it is about; where a word belongs to two languages
(`main` is Hindi for I, and English) it stands in neither list.
"""

from __future__ import annotations


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


HINDI = _set(
    """
    है हैं हूँ हूं था थी थे होगा होगी होंगे की के को में से पर तक और नहीं नही मत यह वह ये वे
    इस उस इन उन मैं मैंने मुझे मेरा मेरी मेरे हम हमें हमारा हमारी हमारे आप आपका आपकी आपके आपको
    तुम क्या कब कहाँ कहां कैसे कैसा क्यों कौन कितना कितनी कितने किस जो भी लिए लिये साथ बाद
    पहले अभी यहाँ वहाँ कर करें करना करने करके किया की गई गया गए जाएँ जाएं जाए दें दे देना लें
    ले लेना सकता सकती सकते चाहिए रहा रही रहे वाला वाले वाली अगर लेकिन क्योंकि इसलिए जब तब हाँ
    हां जी नमस्ते बहुत कुछ कोई सब अपना अपनी अपने दो कृपया ठीक अच्छा लिखें बताएँ बताएं भेजें
    """
)
MARATHI = _set(
    """
    आहे आहेत आहोत नाही नाहीत होते होता होती मी मला माझा माझी माझे माझ्या तू तुम्ही तुमचा तुमची
    तुमचे तुमच्या तुम्हाला आम्ही आम्हाला आपण आपला आपली आपले आपल्या ती ते त्या त्याला तिला
    त्यांना हा हे ह्या आणि किंवा पण परंतु म्हणून कारण जर तर असेल असल्यास काय कधी कुठे कसे कसा
    कशी कोण कोणते कोणता किती साठी मध्ये वर खाली नंतर आधी आता आत्ता नको हवे हवा हवी पाहिजे करा
    करावे करू करता केले केला केली द्या द्यावे घ्या घ्यावे घेऊन जा शकतो शकता शकते शकतात होय
    नमस्कार खूप थोडे थोडा सर्व स्वतः दोन चार फार लिहा सांगा पाठवा बरे छान झाले झाला झाली येईल
    येते मिळेल मिळाला मिळाले लागेल लागते
    """
)

# The ends of words, and letters, weigh half as much.
HINDI_ENDINGS = ("ों", "ें", "िए", "िये", "ेगा", "ेगी", "ेंगे", "ूँगा", "ूँगी", "ता", "ते", "ाएँ", "ाकर")
HINDI_LETTERS = frozenset("\u0901\u093c")  # candrabindu and nukta
MARATHI_ENDINGS = (
    *("च्या", "ाचा", "ाची", "ाचे", "मध्ये", "साठी", "ण्यास", "ण्यात", "ायचे", "ायची", "ायला"),
    *("ाहून", "ातून", "ांना", "ावा", "णार", "ताना", "ून", "यला", "तात", "ील"),
)
MARATHI_LETTERS = frozenset("ळॅॲऱ")

# Verbs, pronouns and small words weigh twice what other words do, which English speakers in India
# use too.
HINGLISH = _set(
    """
    hai hain hoon hun tha thi ho hoga hogi honge hota hoti hote ka ki ke ko se mein aur ya
    nahi nahin nhi nai mat yeh ye woh wo iska uska inka unka isse usse mujhe mujhko mera meri
    mere hum hume humein hamara hamari hamare aap aapka aapki aapke aapko tum tumhara tumhari
    tujhe kya kab kahan kaha kaise kaisa kaisi kyun kyu kyon kaun kitna kitni kitne kis kisi
    jo toh bhi liye liya saath baad pehle pahle abhi tak yahan yaha wahan waha kar karo karna
    karne karke karein kare karen karte karta karti kiya kijiye kijie gaya gayi gaye jao jaiye
    jaye jayega dein dena dijiye diya diye lein lena lijiye sakta sakti sakte chahiye chahie
    raha rahi rahe wala wale wali agar lekin magar kyunki kyonki isliye jab haan haa han ji
    bahut bohot kuch koi apna apni apne bata batao bataiye batayein bhej bhejo bhejiye likhiye
    likho dekho suno aaya aayi aaye aana aayega milega milegi mila mili sab thoda zyada jyada
    bilkul phir sirf bas pata
    """
)
HINGLISH_TOO = _set(
    """
    namaste namaskar shukriya dhanyavaad dhanyavad dhanyawad didi bhaiya bhai behen beti beta
    bachcha bachche baccha bacche theek thik accha acha achha samajh samjha samjhe paani pani
    khana ghar gaon gaanv paisa paise rupaye zaroori zaruri jaruri matlab subah shaam raat aaj
    kal mahina hafta hafte saal fasal beej khet kheti kisan mausam barish dawai dawa bukhar
    dard teeka madad sawaal sawal jawab jawaab naam umar yojana mahila parivar
    """
)
HINGLISH_VERB = r"[a-z]{2,}(?:ega|egi|enge|oge|unga|ungi|oonga|iyega)"

ENGLISH = _set(
    """
    the a an of to in on at for from with by and or but not no yes is are was were be been am
    do does did have has had will would can could should may might must i you he she it we
    they me him her us them my your his its our their this that these those there here what
    when where which who whom why how if then than so as because about after before into over
    under up out more most very any some all each every please thank thanks okay ok hello hi
    sorry good now today tomorrow
    """
)
