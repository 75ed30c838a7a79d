"""Synonyms of everyday words, a line each: English, then Hindi."""

from __future__ import annotations

LINES = """
buy bought purchase purchasing get obtain खरीदना खरीदें खरीद लेना
sell sold selling बेचना बेचें बिक्री
cost price rate expense expensive charge कीमत दाम खर्च लागत मूल्य
free gratis मुफ्त निःशुल्क फ्री
cheap low सस्ता
expensive costly महंगा
amount quantity much dose how मात्रा कितना
give given provide supply offer देना
send sent post भेजना भेजें
bring carry ले लाना लाएं साथ
receive received get मिलना प्राप्त
ask request enquire पूछना पूछें मांगना
tell inform report notify बताना सूचना सूचित बताएं
call phone ring contact बुलाना फोन संपर्क
start begin begins beginning commence शुरू आरंभ प्रारंभ
stop end finish finished over बंद खत्म समाप्त रोकना
open opened opening खोलना खोलें खुलवाना
close closed shut बंद
make prepare preparation prepared making cook बनाना बनाएं बनवाना तैयार
use used using apply उपयोग प्रयोग इस्तेमाल
keep put place store रखना रखें
mix mixed mixing dissolve stir मिलाना मिलाएं घोलना घोलें घोल
remove removed remove take get हटाना निकालना निकालें
add added put डालना डालें मिलाएं
cover covered covering ढकना ढकें ढका
change changed changing बदलना बदलें परिवर्तन
correct correction mistake error wrong सुधार गलती गलत
lose lost missing खोना खो गुम
find found search खोजना ढूंढना
check verify confirm status जांचना देखना स्थिति
repair fix mend broken मरम्मत ठीक सुधार खराब
break broken damage damaged टूटना टूटा खराब नुकसान
loss damage नुकसान हानि
increase more raise improve higher बढ़ाना बढ़ना ज्यादा अधिक
decrease reduce less lower lessen कम घटाना घटना
safe safety secure सुरक्षित सुरक्षा
danger dangerous risk risky harmful harm खतरा खतरनाक नुकसान हानिकारक
problem trouble difficulty issue परेशानी समस्या दिक्कत तकलीफ
reason cause why कारण वजह
sign symptom लक्षण पहचान
time timing hour hours when समय वक्त बजे घंटा
day daily days दिन रोज रोजाना प्रतिदिन
week weekly weeks सप्ताह हफ्ता हफ्ते साप्ताहिक
month monthly months महीना महीने माह मासिक
year yearly annual annually years साल वर्ष सालाना वार्षिक
morning सुबह सवेरे प्रातः
evening शाम
night रात
today आज
tomorrow yesterday कल
first initial पहला पहली प्रथम
second दूसरा दूसरी द्वितीय
third तीसरा तीसरी तृतीय
last final आखिरी अंतिम
early soon जल्दी शीघ्र
late delay delayed देर देरी विलंब
new नया नई नवीन
old पुराना पुरानी
big large बड़ा बड़ी
small little छोटा छोटी
long length लंबा लंबी
near nearby nearest close पास नजदीक निकट नजदीकी
far distance दूर दूरी
inside within अंदर भीतर
outside out बाहर
hot warm heat गर्म गर्मी गरम
cold cool chill ठंडा ठंड सर्द
summer heat गर्मी ग्रीष्म
winter cold सर्दी जाड़ा ठंड
fire burn आग जलना
light lamp bulb रोशनी बत्ती
house home घर मकान
room kitchen कमरा रसोई
road street way सड़क रास्ता मार्ग
travel journey fare ticket यात्रा सफर किराया टिकट
food meal खाना भोजन आहार
rice चावल भात
bread roti रोटी
tea चाय
cloth clothes clothing कपड़ा कपड़े वस्त्र
person people persons someone व्यक्ति लोग आदमी
family household परिवार कुटुंब
brother भाई
sister बहन
neighbour neighbor पड़ोसी
friend दोस्त मित्र
name नाम
rule rules regulation नियम कायदा
list सूची लिस्ट
letter पत्र चिट्ठी
picture photo फोटो चित्र तस्वीर
sign signature signed thumb हस्ताक्षर दस्तखत अंगूठा
winner prize award इनाम पुरस्कार
festival holiday त्योहार पर्व
game games sport sports play playing खेल खेलना
tank container vessel pot bucket टंकी बर्तन बाल्टी घड़ा
tap handpump नल हैंडपंप
river pond lake नदी तालाब
garbage waste rubbish trash कचरा कूड़ा
plastic polythene प्लास्टिक पॉलीथिन
litre liter litres लीटर
kilogram kg kilo किलो किलोग्राम
gram grams ग्राम
spoon teaspoon tablespoon चम्मच
glass cup गिलास कप
half आधा आधी
full whole complete पूरा पूरी
empty खाली
strong strength power ताकत मजबूत
weak weakness tired कमजोर कमजोरी थकान
healthy well fit स्वस्थ तंदुरुस्त
happy खुश
angry fight गुस्सा झगड़ा
allow allowed permission permit अनुमति इजाजत
refuse refused deny denied reject rejected मना इनकार अस्वीकार
choose select selection selected चुनना चयन चुनें
compulsory mandatory must required necessary अनिवार्य जरूरी आवश्यक
meet visit come see मिलना आना जाना
wait waiting इंतजार प्रतीक्षा रुकना
sibling siblings brother brothers sister sisters भाई बहन
discount concession rebate waiver exempt exemption half छूट रियायत माफ माफी
earthquake quake tremor shake shakes shaking भूकंप हिलना
slap slapped hit hits hitting beat beats beaten thrash punch मारना मारा मारता पीटना पिटाई थप्पड़
remarry remarriage remarried पुनर्विवाह
employer company boss firm factory मालिक कंपनी कारखाना
bicycle cycle bike साइकिल
motorcycle scooter bike vehicle मोटरसाइकिल मोटर गाड़ी वाहन
sewing stitch stitching tailoring tailor sew सिलाई सिलना दर्जी
machine equipment tool tools मशीन औजार यंत्र
tired tiredness fatigue exhausted थकान थकना थक थकावट
pale paleness पीला पीलापन
face चेहरा मुंह
mouth lips मुंह होंठ
hand hands arm arms हाथ बांह
leg legs foot feet limb पैर टांग
finger fingers thumb उंगली अंगूठा
body शरीर बदन
chest छाती सीना
back पीठ कमर
bottle bottles बोतल शीशी
bag bags sack sacks crate crates box boxes carton थैला बोरा बोरी डिब्बा बक्सा
hole holes pit छेद गड्ढा
smell smells stink odour बदबू गंध
taste स्वाद
colour color रंग
red लाल
white सफेद
black काला काली
green हरा हरी
blue नीला नीली
steal stole stolen theft thief rob चोरी चुराना चोर
cheat cheated scam fraud fake hoax धोखा ठगी ठग फर्जी
bribe bribery corruption रिश्वत घूस भ्रष्टाचार
guarantee mortgage pledge pledged collateral security गिरवी जमानत गारंटी
gold jewellery jewelry ornaments सोना जेवर गहने
lottery prize prizes jackpot लॉटरी इनाम
message sms whatsapp text संदेश मैसेज
alive living life जीवित जिंदा जीवन
continue go keep stay जारी रहना
move moved shift shifting migrate migration बदलना पलायन जाना
replace replacement duplicate copy नकल दूसरा नया डुप्लीकेट
wash washed rinse laundry धोना धुलाई धोएं
fall falls fell fallen गिरना गिरा
support prop stake stakes stick sticks bamboo डंडा सहारा बांस
rope string tie tied bind रस्सी बांधना बांधें
press squeeze express pump दबाना निचोड़ना
grandmother grandma granny दादी नानी
grandfather grandpa दादा नाना
daughter daughters girl बेटी लड़की पुत्री
son sons boy बेटा लड़का पुत्र
shop store dealer shopkeeper दुकान दुकानदार डीलर
officer clerk secretary staff अधिकारी सचिव कर्मचारी बाबू
queue line wait कतार लाइन
half quarter part आधा हिस्सा भाग
equal same बराबर समान
percent percentage share प्रतिशत हिस्सा
rate rates charges दर रेट भाव
maximum most limit अधिकतम सीमा
minimum least न्यूनतम
before prior earlier पहले
after later बाद
punish fine penalty penalties जुर्माना दंड
fine penalty late जुर्माना
reward honorarium salary pay मानदेय वेतन
teach taught lesson lessons सिखाना पढ़ाना पाठ
lesson class period कक्षा पाठ
poor poverty bpl needy गरीब गरीबी निर्धन
rich wealthy अमीर
hill hilly mountain पहाड़ पहाड़ी
storm wind windy आंधी हवा तूफान
hail hailstorm ओला ओले ओलावृष्टि
sun sunlight sunny धूप सूरज
shade shadow छाया छांव
straw hay stubble पुआल भूसा पराली
ash राख
lime चूना
sand रेत बालू
brick bricks ईंट
wall दीवार
roof छत
floor फर्श
door gate द्वार दरवाजा गेट
window खिड़की
board notice सूचना बोर्ड
"""
