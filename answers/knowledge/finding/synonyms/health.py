"""Synonyms of health, mothers, children and food, a line each: English, then Hindi."""

from __future__ import annotations

LINES = """
pregnant pregnancy expecting expectant maternity antenatal conceive गर्भवती गर्भ गर्भावस्था पेट
delivery childbirth birth labour deliver born प्रसव डिलीवरी जन्म पैदा जचगी
mother mothers mom mum mummy maternal माता मां माँ जननी
father dad papa पिता पापा
parent parents guardian माता पिता अभिभावक मांबाप
baby babies infant newborn neonate toddler child शिशु नवजात बच्चा
child children kid kids toddler son daughter boy girl little बच्चा बच्चे बच्चों बालक शिशु
girl girls daughter daughters लड़की लड़कियां बेटी बालिका कन्या
boy boys son sons लड़का लड़के बेटा बालक
woman women lady ladies female महिला महिलाएं औरत स्त्री
man men male gents पुरुष आदमी मर्द
husband spouse पति
wife spouse पत्नी
adolescent teenager teen youth किशोर किशोरी युवा
breastfeed breastfeeding breastmilk nursing suckle lactating breast स्तनपान दूध पिलाना पिलाएं
feed feeding fed diet meal nourish खिलाना खिलाएं आहार भोजन
eat eating food foods meal meals diet खाना खाएं भोजन आहार खाने
drink drinking drinks fluid fluids पीना पिएं पिलाएं तरल पेय
weaning complementary solid solids semi ऊपरी पूरक ठोस
nutrition nutrient nutrients nourishing nutritious healthy पोषण पोषक पौष्टिक
malnutrition malnourished undernourished underweight thin weak stunted कुपोषण कुपोषित कमजोर दुबला
weight weigh weighing kilo वजन भार
height tall length लंबाई ऊंचाई कद
iron ifa आयरन लौह लोहा
anaemia anemia anaemic haemoglobin hemoglobin एनीमिया हीमोग्लोबिन खून
blood bleeding bleed haemorrhage खून रक्त रक्तस्राव
vaccine vaccination immunisation immunization immunise shot jab injection टीका टीकाकरण सुई इंजेक्शन
dose doses dosage खुराक डोज मात्रा
injection needle syringe सुई इंजेक्शन
measles rubella खसरा रूबेला
polio drops पोलियो ड्रॉप
tuberculosis tb टीबी क्षय तपेदिक
malaria shivering मलेरिया
dengue डेंगू
mosquito mosquitoes larvae मच्छर
net nets bednet मच्छरदानी जाली
fever temperature बुखार ज्वर तापमान ताप
cough coughing cold phlegm खांसी बलगम सर्दी जुकाम
cold flu sneezing runny सर्दी जुकाम
pneumonia breathing breath breathe breathless निमोनिया सांस पसली
breath breathing breathless सांस श्वास
diarrhoea diarrhea loose motion motions stool stools dysentery दस्त पेचिश ors
stool stools motion potty faeces मल शौच टट्टी
vomit vomiting vomits nausea puke throws throwing उल्टी मिचलाना मिचलाए
dehydration dehydrated ors rehydration ओआरएस निर्जलीकरण जीवनरक्षक घोल
zinc जिंक
headache head सिरदर्द सिर
pain ache aching hurt hurts sore cramps दर्द पीड़ा
stomach belly abdomen tummy पेट
swelling swollen swell सूजन
wound injury cut injured hurt घाव चोट
burn burns burnt जलना जला जलने
snake snakes cobra viper serpent सांप
bite bites bitten sting stung काटना काट डसना डंक
dog dogs कुत्ता कुत्ते
rabies रेबीज
medicine medicines drug drugs tablet tablets pill pills medication capsule syrup दवा दवाई गोली औषधि
tablet pill capsule गोली
doctor physician medical डॉक्टर चिकित्सक
nurse anm midwife नर्स एएनएम दाई
asha worker anganwadi आशा आंगनवाड़ी कार्यकर्ता सहायिका
hospital clinic centre center phc facility अस्पताल केंद्र स्वास्थ्य
ambulance एम्बुलेंस गाड़ी 108 102
emergency urgent danger warning alarming आपात खतरा खतरे
sign signs symptom symptoms लक्षण संकेत निशान
cure heal treat treatment remedy therapy इलाज उपचार
prevent prevention protect protection avoid avoiding avoided बचाव रोकथाम बचना बचें बचाएं
infection infected infectious germs संक्रमण कीटाणु
spread spreads contagious transmit फैलना फैलता फैलती
wash washing soap handwash clean धोना धोएं साबुन
clean cleaning cleanliness hygiene hygienic sanitation tidy सफाई स्वच्छ स्वच्छता साफ
dirty unclean गंदा गंदगी
boil boiled boiling उबालना उबालें उबला
toilet latrine lavatory शौचालय
menstruation menstrual period periods pad napkin माहवारी मासिक पीरियड पैड
contraception contraceptive spacing गर्भनिरोधक नियोजन
condom निरोध कंडोम
sterilisation sterilization vasectomy tubectomy operation नसबंदी ऑपरेशन
abortion miscarriage गर्भपात
checkup check examination test tested screening जांच परीक्षण चेकअप
pressure bp hypertension रक्तचाप बीपी
sugar diabetes diabetic शुगर मधुमेह डायबिटीज चीनी
salt नमक
oil ghee fat तेल घी
sugar jaggery चीनी गुड़
cereal grain grains porridge अनाज दलिया
meat मांस
eye eyes vision sight आंख आंखें नजर
ear ears कान
tooth teeth dental gum दांत
skin rash itch itching scabies त्वचा खुजली दाने चमड़ी
hair lice बाल जूं
mental stress sad depression anxiety worry तनाव उदास चिंता मानसिक
sleep sleeping rest bed नींद सोना आराम
warm warmth गर्म गर्माहट
cord navel umbilical नाल नाभि
kangaroo कंगारू
tobacco smoking smoke bidi gutka cigarette तंबाकू धूम्रपान बीड़ी गुटखा सिगरेट
alcohol liquor drinking drunk शराब दारू नशा
heatstroke heatwave sunstroke heat लू गर्मी
faint fainting unconscious dizzy dizziness बेहोश चक्कर
fit fits seizure convulsion convulsions epilepsy दौरा दौरे मिर्गी
grow growth development बढ़ना विकास वृद्धि
disability disabled handicapped divyang दिव्यांग विकलांग विकलांगता
"""
