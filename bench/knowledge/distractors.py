"""Passages near the bench's topics that answer none of its questions: they make finding hard."""

from __future__ import annotations

from collections.abc import Iterator

from answers.knowledge.document import Passage

Document = tuple[str, str, list[Passage]]

_CROPS = {
    "Barley": ("October", 75, 4, "aphids", "malathion"),
    "Oats": ("November", 100, 3, "crown rust", "mancozeb"),
    "Linseed": ("October", 30, 2, "bud fly", "dimethoate"),
    "Chickpea": ("October", 80, 1, "pod borer", "emamectin"),
    "Lentil": ("November", 40, 1, "wilt", "trichoderma"),
    "Field pea": ("October", 90, 2, "powdery mildew", "sulphur"),
    "Pigeon pea": ("July", 15, 1, "pod fly", "chlorantraniliprole"),
    "Green gram": ("March", 20, 3, "yellow mosaic", "imidacloprid"),
    "Black gram": ("July", 15, 1, "leaf crinkle", "thiamethoxam"),
    "Maize": ("June", 20, 3, "fall armyworm", "spinetoram"),
    "Sorghum": ("June", 12, 1, "shoot fly", "thiamethoxam"),
    "Pearl millet": ("July", 5, 1, "downy mildew", "metalaxyl"),
    "Finger millet": ("June", 10, 1, "blast", "tricyclazole"),
    "Groundnut": ("June", 100, 2, "tikka", "carbendazim"),
    "Sesame": ("July", 4, 1, "phyllody", "dimethoate"),
    "Sunflower": ("February", 8, 4, "head borer", "quinalphos"),
    "Safflower": ("October", 12, 1, "aphids", "acetamiprid"),
    "Turmeric": ("May", 2000, 12, "rhizome rot", "ridomil"),
    "Ginger": ("April", 1800, 10, "soft rot", "copper oxychloride"),
    "Coriander": ("October", 15, 4, "stem gall", "hexaconazole"),
    "Cumin": ("November", 12, 4, "blight", "mancozeb"),
    "Fenugreek": ("October", 25, 5, "leaf spot", "carbendazim"),
    "Okra": ("February", 10, 8, "jassid", "flonicamid"),
    "Cauliflower": ("August", 1, 8, "diamond back moth", "spinosad"),
    "Cucumber": ("February", 3, 9, "fruit fly", "cue lure"),
    "Bottle gourd": ("February", 4, 8, "red pumpkin beetle", "carbaryl"),
    "Carrot": ("September", 6, 6, "root knot", "carbofuran"),
    "Spinach": ("September", 25, 6, "leaf miner", "neem oil"),
    "Papaya": ("March", 1, 12, "ring spot", "roguing"),
    "Guava": ("July", 1, 6, "wilt", "carbendazim"),
}
_CROP_SECTIONS = {
    "Time and place": (
        "{crop} is put in during {month}, on well drained loam that was ploughed twice and level. "
        "Rows run from east to west. Cold spells below five degrees delay the first shoots, and "
        "heavy showers just afterwards make a second round necessary. Do not repeat {low} on one "
        "plot for three years running."
    ),
    "Quantity": (
        "Some {seed} kg are needed for each hectare of {low}. Take certified stuff no older than "
        "two seasons, soak it overnight and let it dry in the shade. Rhizobium or azotobacter "
        "culture, 200 g to ten kilos, is stuck on with jaggery solution on the same afternoon."
    ),
    "Watering": (
        "{crop} asks for {water} waterings in all. The critical moments lie at branching and when "
        "grains or fruits fill. Furrows save a third against flooding the whole plot. Yellow lower "
        "leaves tell of too much, rolled ones at noon of too little."
    ),
    "Plant protection": (
        "The chief enemy of {low} is {pest}. Clean tools, burnt stubble, resistant kinds keep it "
        "low. Where one plant in ten shows damage, {cure} is used in the evening with gloves and a "
        "mask, and nothing is picked for ten days afterwards."
    ),
    "Picking and yield": (
        "{crop} is ready when the lower parts turn brown or the skin shines. Pick in dry weather, "
        "cure for three days below a roof, and grade by size. Good growers bring home a fifth more "
        "than the district mean. Keep a tenth of the best for the next season."
    ),
}
_SCHEMES = (
    (
        "Fishery boats scheme",
        "fishing families",
        "40 percent of a boat's price",
        "the fishery officer",
    ),
    ("Handloom card", "weavers", "wool at a tenth below the price", "the handloom centre"),
    (
        "Street vendor credit",
        "vendors with a vending slip",
        "10,000 rupees for a year",
        "the town hall",
    ),
    (
        "Bicycle help",
        "workers who walk more than five miles",
        "3,000 rupees once",
        "the labour board",
    ),
    (
        "Wheelchair and hearing aids",
        "persons with a disability record",
        "aids at no cost",
        "the camp",
    ),
    ("Solar lamp plan", "hamlets without power lines", "two lamps a home", "the energy agency"),
    ("Bamboo mission", "growers with idle bunds", "120 rupees a clump", "the forest beat"),
    (
        "Artisan toolkit",
        "carpenters, smiths and potters",
        "a kit worth 15,000 rupees",
        "the craft board",
    ),
    (
        "Music teachers' fund",
        "folk singers above fifty",
        "2,500 rupees a quarter",
        "the culture wing",
    ),
    ("Sports kit", "clubs with twenty players", "balls and nets", "the stadium"),
    ("Orphan care", "relatives who bring up an orphan", "4,000 rupees", "the child welfare board"),
    ("Farm pond", "holders on slopes", "half of the digging", "the watershed team"),
    ("Cattle shed aid", "owners of two heads or more", "roof sheets", "the development block"),
    ("Silk rearing", "mulberry growers", "trays and eggs", "the silk farm"),
    (
        "Coaching for civil services",
        "graduates of listed castes",
        "hostel and books",
        "the academy",
    ),
)
_SCHEME_SECTIONS = {
    "For whom": (
        "The {low} is meant for {who}. One person in a household may take part, and none who had "
        "the same help in the last five years. Order of arrival decides if funds are short, with "
        "a tenth kept aside for hilly blocks."
    ),
    "What it offers": (
        "The {low} offers {what}. What goes beyond is borne by the person. Goods handed out bear a "
        "number and must not be sold on within three years. Where stock is out, a token keeps the "
        "place in the queue."
    ),
    "Where to turn": (
        "Turn to {where} with a recent paper that shows name and living place. A clerk reads "
        "it on the spot. The answer is posted on the board on the first of next month. Appeals "
        "go to the collector within thirty days."
    ),
}
_HINDI_CROPS = (
    ("जौ", "अक्टूबर", 75, "चेपा"),
    ("मसूर", "नवंबर", 40, "गेरुआ"),
    ("मटर", "अक्टूबर", 90, "चूर्णिल आसिता"),
    ("अरहर", "जुलाई", 15, "फली बेधक"),
    ("मूंग", "मार्च", 20, "पीला मोजेक"),
    ("उड़द", "जुलाई", 15, "सफेद मक्खी"),
    ("मक्का", "जून", 20, "फॉल आर्मीवर्म"),
    ("बाजरा", "जुलाई", 5, "हरित बाली"),
    ("तिल", "जुलाई", 4, "फिलोडी"),
    ("अलसी", "अक्टूबर", 30, "कली मक्खी"),
    ("हल्दी", "मई", 2000, "गांठ गलन"),
    ("धनिया", "अक्टूबर", 15, "लोंगिया"),
    ("भिंडी", "फरवरी", 10, "हरा फुदका"),
    ("लौकी", "फरवरी", 4, "लाल भृंग"),
    ("गाजर", "सितंबर", 6, "सूत्रकृमि"),
)
_HINDI_SECTIONS = {
    "समय": (
        "{crop} के लिए {month} का महीना अच्छा है। दोमट मिट्टी वाले समतल खेत को दो बार जोतकर पाटा लगाएं। "
        "एक ही जगह पर तीन साल तक लगातार {crop} न लें। बादल रहने पर दो चार दिन ठहर जाएं।"
    ),
    "मात्रा": (
        "एक हेक्टेयर में {crop} का {seed} किलो प्रमाणित दाना लगता है। रात भर भिगोकर छाया में सुखाएं और "
        "राइजोबियम कल्चर गुड़ के घोल के साथ चिपकाएं। दो साल से पुराना न लें।"
    ),
    "रोग और कीट": (
        "{crop} का मुख्य शत्रु {pest} है। साफ औजार, गहरी जुताई और सहनशील किस्म से यह दबा रहता है। अधिक "
        "होने पर ब्लॉक के पौध रक्षक से पूछकर ही दवा लें और दस दिन तक तुड़ाई न करें।"
    ),
}


def distractors() -> Iterator[Document]:
    """Leaflets on other crops and schemes, cut as the bench's own documents are."""
    for crop, (month, seed, water, pest, cure) in _CROPS.items():
        words = {"crop": crop, "low": crop.lower(), "month": month, "seed": seed}
        words |= {"water": water, "pest": pest, "cure": cure}
        yield _document(f"{crop}: a short guide", _CROP_SECTIONS, words)
    for name, who, what, where in _SCHEMES:
        words = {"low": name.lower(), "who": who, "what": what, "where": where}
        yield _document(name, _SCHEME_SECTIONS, words)
    for crop, month, seed, pest in _HINDI_CROPS:
        words = {"crop": crop, "month": month, "seed": seed, "pest": pest}
        yield _document(f"{crop} की खेती", _HINDI_SECTIONS, words)


def _document(title: str, sections: dict[str, str], words: dict[str, object]) -> Document:
    passages = [
        Passage(text.format(**words), page=page, heading=f"{title} > {heading}")
        for page, (heading, text) in enumerate(sections.items(), 1)
    ]
    return f"other/{title}", title, passages
