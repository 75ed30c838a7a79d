"""Synonyms of school, work, money, offices and law, a line each: English, then Hindi."""

from __future__ import annotations

LINES = """
school schools vidyalaya स्कूल विद्यालय पाठशाला
college university कॉलेज महाविद्यालय विश्वविद्यालय
class classes grade standard कक्षा क्लास
teacher teachers sir madam tutor master शिक्षक अध्यापक टीचर मास्टर गुरु
headmaster principal head प्रधानाध्यापक प्रधानाचार्य प्राचार्य हेडमास्टर
student students pupil pupils learner छात्र छात्रा विद्यार्थी
study studies studying learn learning education educate पढ़ाई पढ़ना पढ़ाना पढ़े शिक्षा सीखना
read reading reader पढ़ना पढ़ें वाचन
write writing written लिखना लिखें लेखन
exam exams examination examinations test tests paper परीक्षा इम्तिहान एग्जाम पेपर
result results marks score marksheet परिणाम रिजल्ट अंक नंबर अंकसूची
pass passed fail failed पास फेल उत्तीर्ण अनुत्तीर्ण
admission admit enrol enroll enrolment enrollment join joining प्रवेश दाखिला एडमिशन नामांकन
fee fees charge charges cost costs payment फीस शुल्क खर्च
scholarship scholarships stipend छात्रवृत्ति वजीफा स्कॉलरशिप
uniform uniforms dress clothes यूनिफॉर्म वर्दी पोशाक ड्रेस गणवेश
book books textbook textbooks notebook किताब किताबें पुस्तक कॉपी
library पुस्तकालय लाइब्रेरी
midday lunch meal मध्याह्न दोपहर भोजन मिड
attendance absent absence present leave उपस्थिति हाजिरी अनुपस्थित गैरहाजिर छुट्टी
leave holiday holidays vacation vacations closed off छुट्टी अवकाश छुट्टियां
timing timings hours open opens opening close closes समय खुलना खुलता बंद
bus transport vehicle van बस वाहन गाड़ी परिवहन
hostel boarding dormitory छात्रावास हॉस्टल
complaint complain grievance report शिकायत रिपोर्ट
punish punishment beating beat hit corporal सजा दंड मारना मारपीट पिटाई
bully bullying tease harass harassment abuse परेशान उत्पीड़न तंग दुर्व्यवहार
homework assignment गृहकार्य होमवर्क
transfer tc leaving स्थानांतरण टीसी
certificate proof document papers paperwork प्रमाण पत्र प्रमाणपत्र दस्तावेज कागज कागजात
document documents papers दस्तावेज कागज कागजात
birth born जन्म
death died dead die funeral मृत्यु मौत मरना निधन
age old years आयु उम्र
caste sc st obc category जाति अनुसूचित वर्ग
income earning earnings salary earn आय आमदनी कमाई तनख्वाह
residence domicile address resident निवास पता मूल निवासी
aadhaar aadhar uid आधार
ration pds foodgrain राशन अनाज
card cards कार्ड पत्रिका
identity id identification पहचान परिचय
photo photograph picture फोटो तस्वीर
apply application applying applied applicant form आवेदन अर्जी फॉर्म प्रार्थना अप्लाई
register registered registration registering enrol signup पंजीकरण पंजीयन रजिस्ट्रेशन नामांकन
form forms फॉर्म प्रपत्र
submit submitted deposit hand जमा
deadline last final due closing अंतिम आखिरी तारीख तिथि
date dates तारीख तिथि दिनांक
scheme schemes programme program yojana benefit योजना स्कीम कार्यक्रम
government govt sarkar state official सरकार सरकारी शासन
benefit benefits advantage entitlement लाभ फायदा हक
beneficiary beneficiaries लाभार्थी हितग्राही
eligible eligibility qualify entitled qualifies पात्र पात्रता योग्य हकदार
subsidy grant assistance aid support help अनुदान सब्सिडी सहायता मदद
help support assist assistance मदद सहायता सहयोग
pension pensioner retirement पेंशन
elderly old senior aged बुजुर्ग वृद्ध वृद्धावस्था बूढ़ा
widow widows विधवा
insurance insured insure claim premium cover बीमा क्लेम दावा प्रीमियम
claim claims compensation दावा क्लेम मुआवजा
loan loans credit borrow borrowing lend debt ऋण कर्ज लोन उधार
interest ब्याज
instalment installment emi repay repayment किस्त किश्त चुकाना वापसी
bank banks branch बैंक शाखा
account accounts passbook खाता अकाउंट पासबुक
money rupees cash amount rs paid funds पैसा पैसे रुपये रुपए राशि रकम नकद धन
pay paid payment payments paying deposit भुगतान चुकाना देना भरना
save saving savings बचत बचाना
group shg samuh self समूह स्वयं सहायता
member members membership सदस्य सदस्यता
meeting meetings gather बैठक मीटिंग सभा
panchayat sarpanch gram village पंचायत सरपंच ग्राम प्रधान गांव
village villages rural गांव ग्राम ग्रामीण देहात
city town urban शहर नगर
office officer block tehsil district कार्यालय दफ्तर अधिकारी ब्लॉक तहसील जिला
job jobs work employment employed nrega mgnrega नौकरी काम रोजगार मनरेगा
wage wages pay salary daily मजदूरी वेतन दिहाड़ी
labourer labour labor worker workers मजदूर श्रमिक कामगार
training train trained course skill skills प्रशिक्षण ट्रेनिंग कौशल हुनर कोर्स
business enterprise shop self व्यवसाय धंधा दुकान कारोबार उद्यम
house home housing shelter घर मकान आवास
electricity power bill meter light बिजली विद्युत मीटर बिल
gas cylinder lpg stove chulha गैस सिलेंडर चूल्हा उज्ज्वला
phone mobile telephone call calling फोन मोबाइल कॉल टेलीफोन
number helpline toll contact नंबर हेल्पलाइन संपर्क
online internet website portal app ऑनलाइन इंटरनेट वेबसाइट पोर्टल ऐप
password pin otp fraud cheat scam पासवर्ड पिन ओटीपी धोखा ठगी
police thana fir station पुलिस थाना
law legal lawyer court rights right कानून कानूनी वकील अदालत अधिकार न्यायालय
violence beating domestic abuse हिंसा मारपीट घरेलू
marriage marry married wedding bride शादी विवाह ब्याह
dowry दहेज
land property title record khasra khatauni जमीन भूमि संपत्ति खसरा खतौनी
vote voting voter election मतदान वोट मतदाता चुनाव
"""
