"""Synonyms of farming and animals, a line each: English, then Hindi."""

from __future__ import annotations

LINES = """
sow sowing sown plant planting planted seeding बुवाई बुआई बोना बोएं रोपाई रोपण
transplant transplanting रोपाई रोपना प्रतिरोपण
seed seeds seedling बीज बिजाई
seedling sapling nursery पौध पौधशाला नर्सरी पौधा
plant plants shrub पौधा पौधे
tree trees पेड़ वृक्ष
crop crops harvest produce फसल पैदावार उपज
harvest harvesting reap reaping cut cutting कटाई काटना काटें
thresh threshing मड़ाई गहाई
yield production output produce उपज पैदावार उत्पादन
field fields farm land plot खेत जमीन भूमि
farm farming agriculture agricultural cultivation cultivate grow growing खेती कृषि उगाना उगाएं बागवानी
farmer farmers grower cultivator किसान कृषक
soil earth mud मिट्टी मृदा
fertilizer fertiliser fertilizers manure nutrient urea dap खाद उर्वरक यूरिया डीएपी
manure compost dung vermicompost organic गोबर कम्पोस्ट खाद जैविक केंचुआ
pesticide insecticide spray spraying chemical कीटनाशक दवा छिड़काव स्प्रे
spray sprayed sprinkle छिड़काव छिड़कें स्प्रे
pest pests insect insects bug worm worms caterpillar borer कीट कीड़ा कीड़े सुंडी इल्ली
weed weeds weeding grass खरपतवार निराई गुड़ाई घास
weedicide herbicide खरपतवारनाशी
irrigate irrigation irrigating water watering सिंचाई पानी सींचना
water पानी जल
rain rains rainfall monsoon बारिश वर्षा मानसून
drought dry सूखा
flood flooding waterlogging बाढ़ जलभराव
drip sprinkler micro ड्रिप टपक फव्वारा
wheat गेहूं
rice paddy धान चावल
maize corn मक्का
millet millets bajra jowar ragi बाजरा ज्वार रागी मोटा
pulse pulses lentil gram dal chickpea दाल दलहन चना अरहर मूंग मसूर
mustard सरसों राई
groundnut peanut मूंगफली
soybean soya सोयाबीन
cotton कपास
sugarcane cane गन्ना
vegetable vegetables greens सब्जी सब्जियां तरकारी
fruit fruits फल
tomato टमाटर
potato आलू
onion प्याज
chilli pepper मिर्च
brinjal eggplant aubergine बैंगन
mango आम
banana केला
garlic लहसुन
leaf leaves foliage पत्ता पत्ती पत्तियां पत्ते
root roots जड़ जड़ें
stem stalk तना
flower flowers flowering bloom फूल पुष्प
fungus fungal mould mold rot blight mildew rust फफूंद कवक सड़न झुलसा रतुआ
disease diseases illness sickness ailment sick ill रोग बीमारी बीमार
yellow yellowing पीला पीली पीले पीलापन
wilt wilting dry drying मुरझाना मुरझाए सूखना सूखे उकठा
store storage storing keep keeping preserve stored भंडारण भंडार रखना रखें गोदाम
godown warehouse granary bin गोदाम भंडार कोठी
dry dried drying सुखाना सुखाएं सूखा
moisture humidity damp wet नमी सीलन गीला
market mandi sell selling sale sold बाजार मंडी बेचना बेचें बिक्री
price rate cost msp कीमत दाम भाव मूल्य समर्थन
hectare acre bigha हेक्टेयर एकड़ बीघा
season kharif rabi summer winter मौसम खरीफ रबी जायद
weather climate forecast मौसम
plough ploughing till tillage tractor जुताई जोतना हल ट्रैक्टर
variety varieties hybrid किस्म किस्में प्रजाति
spacing distance gap दूरी फासला
depth deep गहराई गहरा
treat treatment treated उपचार इलाज
test testing sample जांच परीक्षण नमूना
cattle livestock animal animals पशु मवेशी जानवर
cow cows गाय गौ
buffalo भैंस
goat goats बकरी बकरा बकरियां
sheep भेड़
hen hens chicken chickens chick poultry cock मुर्गी मुर्गा चूजा चूजे कुक्कुट
calf calves बछड़ा बछड़ी बछिया
bull ox bullock बैल सांड
pig pigs सूअर
fish fishes fishery pond मछली मत्स्य तालाब
bee bees honey मधुमक्खी शहद
fodder feed feeding silage चारा पशुआहार भूसा
milk milking dairy दूध दुग्ध दुहना डेयरी
calve calving delivery ब्याना ब्यांत
deworm deworming worms dewormer कृमि कीड़े पेट
vet veterinary doctor पशुचिकित्सक पशु डॉक्टर
shed shelter housing बाड़ा शेड आवास
egg eggs अंडा अंडे
mulch mulching मल्चिंग पलवार
pit pits hole गड्ढा गड्ढे
pump borewell tubewell well पंप ट्यूबवेल नलकूप कुआं बोरवेल
"""
