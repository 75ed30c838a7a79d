"""Words that say little about what a question is about, in English, Hindi and Hinglish."""

from __future__ import annotations

from collections.abc import Sequence

from answers.knowledge.finding.tokens import tokens


def _set(text: str) -> frozenset[str]:
    return frozenset(tokens(text))


_ENDINGS = "ना नी ने ता ती ते ें े ूं ो के कर एं ए ऊं ओ या ये यी ई इए ऊंगा ऊंगी एगा एगी एंगे ेगा ेगी ेंगे ूंगा"
_LATIN_ENDINGS = (
    "na ni ne ta ti te e en ein o ke kar u un oon oge ye ya yi yen yein i iye iyega unga ungi"
    " enge ega egi yega yegi yenge"
)


def _forms(verbs: str, endings: str) -> frozenset[str]:
    """The forms of verbs, by what they begin and what they end with."""
    return _set(" ".join(verb + ending for verb in verbs.split() for ending in endings.split()))


ENGLISH_STOP_WORDS = _set(
    """
    a about after again all also am an and any are as at be because been before being both but by
    can cannot could did do does doing done dont down during each either else etc few for from
    further get gets getting go goes going got had has have having he her here hers him his how i
    if in into is isnt it its itself ive just let like may me might mine more most much must my
    myself no nor not now of off ok okay on once only or other our ours out over own per please
    pls plz same shall she should so some such than that the their theirs them then there these
    they this those through to too under until up upon us very was we were what whats when where
    whether which while who whom whose why will with within without would yes yet you your yours
    hi hello dear sir madam maam thanks thank want wants wanted tell told know say says said
    help u ur r wat whr wen abt im id ill doesnt didnt wont someone
    th st nd rd
    """
)
HINDI_STOP_WORDS = _set(
    """
    है हैं हूँ हूं हो हों था थी थे होगा होगी होंगे होता होती होते होना होने हुआ हुई हुए की के को का में से पर
    तक और या एवं तथा व नहीं नही न मत ना यह वह ये वे इस उस इन उन इसका इसकी इसके उसका उसकी उसके इसे उसे
    इनका उनका उन्हें इन्हें मैं मैंने मुझे मुझको मेरा मेरी मेरे हम हमें हमारा हमारी हमारे आप आपका आपकी
    आपके आपको तुम तुम्हारा तुम्हें क्या कब कहाँ कहां कैसे कैसा कैसी क्यों कौन कौनसा कौनसी कौनसे कितना
    कितनी कितने किस किसे किसको किसका किसकी किसके किन किसी जो जिस जिन जिसका जिसकी जिसके जिससे भी ही लिए
    लिये साथ बाद पहले अब अभी यहाँ वहाँ कर करें करे करना करने करके करता करती करते करूं करो किया की गई
    गया गए गयी जाएँ जाएं जाए जाये जा जाता जाती जाते जाना जाने दें दे दूं देना देने देता देते दिया दी दिए
    दो ले लें लेना लेने लेते लूं लिया ली सकता सकती सकते सकूं चाहिए चाहिये चाहता चाहती चाहते रहा रही रहे
    रहना रहता वाला वाली वाले अगर यदि लेकिन पर परंतु क्योंकि इसलिए जब तब तो हाँ हां जी बहुत कुछ कोई सब
    सभी अपना अपनी अपने कृपया ठीक बताएँ बताएं बताओ बताइए बताये बताना बता नमस्ते द्वारा पे ऐसे ऐसा ऐसी
    रह वैसे जैसे इसमें उसमें इससे उससे आदि होकर ओर मिल मिलता मिलती मिलते मिलेगा मिलेगी मिलना
    """
)
HINGLISH_STOP_WORDS = _set(
    """
    hai hain hoon hun hu ho hon tha thi hoga hogi honge hota hoti hote hona hone hua hui hue ka ki
    ke ko kaa se sey mein mai main par pe tak aur ya nahi nahin nhi nai mat yeh ye woh wo vo voh
    iska iski iske uska uski uske isko usko inka unka mujhe mujhko mera meri mere hum hame hamein
    hume humein hamara hamari hamare aap aapka aapki aapke aapko apka apki apke apko tum tumhara
    kya kia kab kahan kaha kahaan kaise kese kaisa kaisi kyun kyu kyon kyo kaun kon kaunsa kaunsi
    kaunse konsa konsi konse kitna kitni kitne kis kise kisko kiska kiski kiske kisi jo jis jiska
    bhi hi ne na liye lie saath sath baad ab abhi yahan yaha wahan waha kar karen kare karein karna
    karne karke karta karti karte karu karun karo kiya kiye gaya gayi gai gaye jaye jaaye jaen ja
    jaa jata jati jate jaata jaati jaate jana jaana jane de den dena dene deta dete diya diye le len
    lena lene lete liya sakta sakti sakte sakta chahiye chahie chaiye chahta chahti chahte raha
    rahi rahe rehna rahta wala wali wale vala agar yadi lekin kyunki kyonki isliye jab tab toh haan
    han ji bahut bohot kuch kuchh koi sab sabhi apna apni apne kripya theek thik batao bataye
    bataiye bataen batana bata namaste namaskar milta milti milte milega milegi milna mil hoti
    """
)
HINDI_STOP_WORDS |= _forms("कर करा करवा जा आ हो रह चाह बता पा", _ENDINGS)
HINGLISH_STOP_WORDS |= _forms(
    "kar kara karwa karva le de ja aa ho rah chah bata pa", _LATIN_ENDINGS
)
STOP_WORDS = ENGLISH_STOP_WORDS | HINDI_STOP_WORDS | HINGLISH_STOP_WORDS
"""Words that a question holds whatever it is about; they are not looked for."""

LIGHT_WORDS = _set(
    """
    advice allow allowed amount ask available best better big carry case cause certain chance
    come common consider correct day days different difference easy enough ensure exact exactly
    explain fast find first full general give given gives giving good great happen happens hold
    important information keep kind last least less limit list long lot main maintain make makes
    making many mean meant method mention name need needed needs new next normal number often
    people person place point possible prefer proper properly provide provided put quick reason
    recommend recommended require required requirement right safe see show simple small soon
    special start started step steps stop suggest suitable take taken takes taking thing things
    time times total try two type types use used useful uses using usual usually way ways well work
    works year years month months week weeks today tomorrow daily
    ideal main meaning process procedure detail details someone anyone everyone something
    anything one every always never ever still available apart instead happens

    जानकारी तरीका तरीके उपाय सबसे अच्छा अच्छी अच्छे सही ज्यादा अधिक कम समय दिन दिनों साल वर्ष महीने
    महीना बार जरूरी आवश्यक जरूरत इस्तेमाल उपयोग प्रयोग काम शुरू प्रकार तरह बड़ा छोटा नया पूरा पूरी
    व्यक्ति लोग लोगों चीज चीजें बात कारण मतलब नाम एक दो पास अलग अंदर बीच दौरान रोज हर फिर केवल सिर्फ
    लगभग कम से कम ज्यादा से ज्यादा रखें रखना रखने रखते लगता लगती लगते लगेगा लगे आता आती आते आए आना
    पता चलता चले जगह

    jankari tarika tarike upay sabse acha accha achha acchi achhi sahi jyada zyada adhik kam samay
    din dino saal varsh mahine mahina baar zaroori jaruri zarurat jarurat istemal upyog prayog kaam
    shuru prakar tarah bada chhota naya poora pura vyakti log logon cheez chiz baat karan matlab
    naam ek paas alag andar beech dauran roz har phir fir sirf keval rakhe rakhen rakhna rakhne
    lagta lagti lagte lagega lage aata aati aate aaye aana pata chalta chale jagah
    """
)
LIGHT_WORDS |= _forms("रख लग लगा देख चल मिल पड बोल बन बना दिख", _ENDINGS)
LIGHT_WORDS |= _forms("rakh lag laga dekh chal mil pad bol ban bana dikh", _LATIN_ENDINGS)
LIGHT_WORDS |= _set(
    "lag laga lagi lage ban bana mil rakh chal आ लग लगा लगी लगे बन चल मिल रख किधर kidhar"
)
"""Words that say a little: whether they are found tells less than whether others are."""


def is_hindi(words: Sequence[str]) -> bool:
    """Whether words are Hindi, in its script or in Latin letters, or another tongue's of India.

    >>> is_hindi("gehu ki buwai kab kare".split()), is_hindi("when to sow wheat".split())
    (True, False)
    """
    if any(not word.isascii() for word in words):
        return True
    only = HINGLISH_STOP_WORDS - ENGLISH_STOP_WORDS
    return (
        sum(word in only for word in words) > sum(word in ENGLISH_STOP_WORDS for word in words) / 2
    )
