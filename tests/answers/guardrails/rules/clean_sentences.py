"""Sentences without any banned word, some of them with words that look like one."""

from __future__ import annotations

CLEAN = """\
Scunthorpe is a town in England, and Penistone is another.
Please assess the class and pass the assignment to the assistant.
My classmates in Assam assume that the assembly is on Monday.
The cockroach and the cocktail are in the kitchen.
Harshit, Shital and Shitij live in Shitla Nagar.
The hospital at Wankhede needs a dickey bird.
My phone is a Galaxy A55, the older one was an A15.
The shop-cum-house is in plot 5A, sector 55.
I bought 3 kg of tomatoes for $5 and 2 kg of okra @ 30.
Is the pen is on the table a correct sentence?
He said: push it, then hit it.
The therapist is in room B12, call 5 PM.
Spic and span, chink in the armour, fag end of the day.
Dr. Dixit and Mr. Dikshit teach Sanskrit.
Mass, grass, brass and glass all end alike.
Sussex, Essex and Middlesex are counties.
A bass is a fish, and so is the titanic trout.
Saturday's basement class was cancelled by the analyst.
The Matsushita company and the shiitake mushroom are from Japan.
Constipation of the child since 3 days, what to do?
Breast feeding: how often in a day?
Where can I get a sanitary pad or a condom?
Is the HIV test free at the district hospital?
Garmi ki chuttiyan kab se shuru hongi?
Chutti ke din school band rahega kya?
Mujhe aam ki chutney banani hai.
Gandhi ji ka janm kab hua tha?
Ghar bahut ganda hai, saaf karo.
Gandi naali ki safai kaun karega?
Lunddhi gaon ka patwari kaun hai?
Randhir aur Randeep mere bhai hain.
Chudail ki kahani sunao.
Chura aur dahi khane ka tyohar kab hai?
Woh kaam chhod do, chod kar mat jao.
Bhosle parivar ka ration card banwana hai.
Jhat se batao ki fasal bima kaise milega.
Haraam aur halaal kya hota hai?
Kutte ko rabies ka teeka kab lagta hai?
Gadhe ka doodh kya kaam aata hai?
Suar palan ke liye loan kaise milega?
Madad chahiye, madarsa mein daakhila kab hoga?
Behan ki shaadi ke liye yojana batao.
Bharwa bhindi kaise banate hain?
Sade paanch baje milte hain.
चुनाव कब होंगे और मतदाता सूची कहाँ है?
गर्मी की छुट्टियाँ कब शुरू होंगी?
गांधी जी का जन्म कब हुआ था?
गाँठ गोभी की खेती कैसे करें?
गंदे पानी की निकासी कैसे हो?
लंदन कहाँ है और लड्डू कैसे बनते हैं?
चूना पत्थर और चूल्हा कहाँ मिलेगा?
रंडवा शब्द नहीं, रंगीन कपड़े चाहिए।
भौंसले परिवार का राशन कार्ड बनवाना है।
मदरसा में दाखिला कब होगा?
बहन की शादी के लिए योजना बताइए।
बेटी बचाओ योजना का फॉर्म कहाँ है?
हराम और हलाल क्या होता है?
काम छोड़ दो और घर चलो।
झाड़ू और झालर कहाँ मिलेंगे?
कुत्ते को रेबीज का टीका कब लगता है?
कुटिया में साधु रहते हैं।
गधे और सुअर पालन के लिए ऋण चाहिए।
साला मतलब पत्नी का भाई होता है।
गेहूँ की बुवाई का सही समय क्या है?
मेरे बच्चे को तीन दिन से दस्त है, क्या करूँ?
চৌদ্দ তারিখে ব্যাংক খোলা থাকবে কি?
চোদ্দ বছর বয়সে টিকা লাগবে?
গুদামে ধান রাখার নিয়ম কী?
বাল্যবিবাহ আইন কী বলে?
শালা মানে স্ত্রীর ভাই।
মাগুর মাছ চাষ কীভাবে করব?
হারমোনিয়াম কোথায় পাওয়া যায়?
झाडे कशी लावायची आणि पाणी किती द्यायचे?
भाडे किती आहे आणि भांडी कुठे मिळतील?
रांगोळी आणि रांजण कुठे मिळेल?
गांधीजींचा जन्म कधी झाला?
लवकर या, लवंग आणा.
புண்ணுக்கு என்ன மருந்து போடலாம்?
புண்டரீகம் என்றால் தாமரை.
நாய்க்கு தடுப்பூசி எப்போது போட வேண்டும்?
முண்டாசு கட்டிய பாரதியார் யார்?
சுன்னி முஸ்லிம் பண்டிகை எப்போது?
మొడ్డం కాదు, మొక్క ఎక్కడ దొరుకుతుంది?
లంచం అడిగితే ఎవరికి ఫిర్యాదు చేయాలి?
డెంగ్యూ జ్వరం లక్షణాలు ఏమిటి?
పూలు ఎక్కడ అమ్ముతారు?
గుడ్డలు ఉతకడం ఎలా?
ગાંધીજીનો જન્મ ક્યારે થયો?
ગાંડો ન બન, ગામમાં પાણી ક્યારે આવશે?
ચૂલો અને ચૂનો ક્યાં મળશે?
રાંધણ ગેસની સબસિડી ક્યારે મળશે?
ಸೂರ್ಯನ ಬೆಳಕು ಮತ್ತು ಸೊಳ್ಳೆ ಪರದೆ ಎಲ್ಲಿ ಸಿಗುತ್ತದೆ?
ಡೆಂಗ್ಯೂ ಜ್ವರದ ಲಕ್ಷಣಗಳೇನು?
ಮುಂಡಗೋಡ ತಾಲೂಕಿನ ಆಸ್ಪತ್ರೆ ಎಲ್ಲಿದೆ?
ಶಾಲೆ ಯಾವಾಗ ತೆರೆಯುತ್ತದೆ?
മൈൽ ദൂരം എത്രയാണ്?
പൂരം എപ്പോഴാണ്, പൂരി എവിടെ കിട്ടും?
കുന്നിൻ മുകളിൽ വെള്ളം ഉണ്ടോ?
അണ്ടിപ്പരിപ്പ് കൃഷി എങ്ങനെ ചെയ്യാം?
ਗਾਂਧੀ ਜੀ ਦਾ ਜਨਮ ਕਦੋਂ ਹੋਇਆ ਸੀ?
ਲੰਡਨ ਕਿੱਥੇ ਹੈ?
ਹਰਾਮ ਤੇ ਹਲਾਲ ਕੀ ਹੁੰਦਾ ਹੈ?
ਤੇਰੀ ਭੈਣ ਦਾ ਸਕੂਲ ਕਿੱਥੇ ਹੈ?
ଗାନ୍ଧୀଜୀଙ୍କ ଜନ୍ମ କେବେ?
ଗାଣ୍ଠି ଗୋବି ଚାଷ କେମିତି?
ବିହନ କେଉଁଠି ମିଳିବ?
ମାଗଣା ଚାଉଳ କେବେ ମିଳିବ?
چوٹ لگ گئی ہے، کیا کروں؟
گاندھی جی کب پیدا ہوئے؟
لندن کہاں ہے؟
حرام اور حلال کیا ہوتا ہے؟
گشتی مراسلہ کب آیا؟
""".splitlines()
