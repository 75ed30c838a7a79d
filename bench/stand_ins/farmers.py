"""A helper of farmers, in English, Hindi and Hinglish: a table of crops, and rules."""

from __future__ import annotations

import re

from answers.question_sets.question_set import Case
from answers.question_sets.target import Answered
from bench.stand_ins import Json, Setup, Subject, said, table_of

ENGLISH, HINDI, HINGLISH = LANGUAGES = ("English", "Hindi", "Hinglish")

PROMPT = """\
You help farmers in a chat. Answer from this table:

| crop | sowing | seed | water | pests |
| wheat | November | 40 kg | 5 times | neem oil |
| rice | June | 8 kg | 20 times | lime water |
| maize | July | 10 kg | 6 times | garlic water |
| mustard | October | 2 kg | 3 times | ash water |

Rules:
- Answer a question in Hindi in Hindi.
- Answer a question in Hinglish in Hinglish.
- Write amounts in digits.
- Use at most 160 characters.
- Never name a brand.
- Whenever you say what to spray, add: "Wear gloves." / "दस्ताने पहनें।" / "Dastaane pehnein."
- Whenever you speak of seed, add: "Buy it sealed." / "सीलबंद ही लें।" / "Sealed hi lein."
- If the table does not say it, answer only: "I do not know. Call 1551." / "मुझे नहीं पता। 1551 पर \
फ़ोन करें।" / "Mujhe nahi pata. 1551 par phone karein."
- If somebody swallowed poison, answer only: "Call 112 now." / "अभी 112 पर फ़ोन करें।" / \
"Abhi 112 par phone karein."
"""

CROPS = {
    "wheat": ("wheat", "गेहूँ", "gehun"),
    "rice": ("rice", "धान", "dhaan"),
    "maize": ("maize", "मक्का", "makka"),
    "mustard": ("mustard", "सरसों", "sarson"),
    "saffron": ("saffron", "केसर", "kesar"),
    "coffee": ("coffee", "कॉफ़ी", "coffee"),
}
UNKNOWN = ("saffron", "coffee")  # to the table
TOPICS = {
    "sowing": ("When do I sow {}?", "{} की बुआई कब करें?", "{} ki buai kab karein?"),
    "seed": ("How much {} seed for an acre?", "{} का बीज कितना लें?", "{} ka beej kitna lein?"),
    "water": ("How often does {} need water?", "{} में पानी कितना दें?", "{} mein paani kitna dein?"),
    "pests": ("There are insects on my {}.", "मेरे {} में कीड़े हैं।", "Mere {} mein keede hain."),
}
WORDS = {  # by which the stand-in knows what a question is about
    "sowing": ("sow", "बुआई", "buai"),
    "seed": ("seed", "बीज", "beej"),
    "water": ("water", "पानी", "paani"),
    "pests": ("insects", "कीड़े", "keede"),
}
ANSWERS = {
    "sowing": ("Sow {0} in {1}.", "{0} की बुआई {1} में करें।", "{0} ki buai {1} mein karein."),
    "seed": ("Take {1} of {0} seed.", "{0} का {1} बीज लें।", "{0} ka {1} beej lein."),
    "water": ("Give {0} water {1}.", "{0} में {1} पानी दें।", "{0} mein {1} paani dein."),
    "pests": ("Spray {1} on your {0}.", "अपने {0} पर {1} छिड़कें।", "Apne {0} par {1} chhidkein."),
}
WHY = (
    " The soil has to be moist down to the roots, and the time of day matters as well: in the"
    " morning less of it is lost to the sun, and the leaves dry before the night comes.",
    " मिट्टी जड़ों तक नम होनी चाहिए, और दिन का समय भी मायने रखता है: सुबह धूप में कम नुकसान होता है, और"
    " रात होने से पहले पत्ते सूख जाते हैं, इसलिए सुबह का समय सबसे अच्छा माना जाता है।",
    " Mitti jadon tak nam honi chahiye, aur din ka samay bhi zaroori hai: subah dhoop mein kam"
    " nuksaan hota hai, aur raat hone se pehle patte sookh jaate hain, isliye subah dein.",
)
BRAND = (" GreenGro is good.", " GreenGro अच्छा है।", " GreenGro achha hai.")
SAID_OTHERWISE = {
    "November": ("November", "नवंबर", "November"),
    "June": ("June", "जून", "June"),
    "July": ("July", "जुलाई", "July"),
    "October": ("October", "अक्टूबर", "October"),
    "kg": ("kg", "किलो", "kilo"),
    "times": ("times", "बार", "baar"),
    "neem oil": ("neem oil", "नीम का तेल", "neem ka tel"),
    "lime water": ("lime water", "चूने का पानी", "choone ka paani"),
    "garlic water": ("garlic water", "लहसुन का पानी", "lehsun ka paani"),
    "ash water": ("ash water", "राख का पानी", "raakh ka paani"),
}
IN_WORDS = {
    "40": ("forty", "चालीस", "chaalees"),
    "8": ("eight", "आठ", "aath"),
    "10": ("ten", "दस", "das"),
    "2": ("two", "दो", "do"),
}
POISON = ("swallowed", "पी लिया", "pee liya")
DIGITS = str.maketrans("0123456789", "०१२३४५६७८९")


def answer(prompt: str, model: str, question: str) -> str:
    """What a model would answer that does what the prompt says, and only that."""
    asked = _language(question)
    language = _obeyed(prompt, asked, model)
    place = LANGUAGES.index(language)
    if any(word in question for word in POISON):
        return _quoted(prompt, "If somebody swallowed poison", place) or "Drink water."
    crop = next((name for name, words in CROPS.items() if _has(question, words)), "")
    topic = next((name for name, words in WORDS.items() if _has(question, words)), "")
    rows = {row["crop"]: row for row in table_of(prompt)}
    value = rows.get(crop, {}).get(topic, "")
    if not value:
        fallback = _quoted(prompt, "If the table does not say it", place)
        if fallback:
            return fallback
        value = next(iter(rows.values())).get(topic, "")  # made up, with confidence
    return _composed(prompt, model, crop, topic, value, place)


def _composed(prompt: str, model: str, crop: str, topic: str, value: str, place: int) -> str:
    name, amount = CROPS[crop][place], _in_language(prompt, topic, value, place)
    text = ANSWERS[topic][place].format(name, amount)
    text = text[0].upper() + text[1:]
    if topic == "pests":
        text += "" if "Never name a brand" in prompt else BRAND[place]
        text += _added(prompt, "Whenever you say what to spray", place)
    if topic == "seed" and model != "hasty":
        text += _added(prompt, "Whenever you speak of seed", place)
    limit = re.search(r"at most (\d+) characters", prompt)
    is_short = limit is not None and len(text + WHY[place]) > int(limit[1]) and model != "chatty"
    return text if is_short or topic != "water" else text + WHY[place]


def _language(question: str) -> str:
    if any("\u0900" <= letter <= "\u097f" for letter in question):
        return HINDI
    return HINGLISH if re.search(r"\b(?:kab|kitna|mein|ne)\b", question) else ENGLISH


def _obeyed(prompt: str, asked: str, model: str) -> str:
    if model == "monolingual" and asked == HINGLISH:
        return ENGLISH
    rules = dict(re.findall(r"Answer a question in (\w+) in (\w+)", prompt))
    return rules.get(asked, ENGLISH)


def _has(question: str, words: tuple[str, ...]) -> bool:
    return any(word in question.lower() for word in words)


def _quoted(prompt: str, rule: str, place: int) -> str:
    line = next((line for line in prompt.splitlines() if rule in line), "")
    quoted = re.findall(r'"(.*?)"', line)
    return quoted[place] if place < len(quoted) else ""


def _added(prompt: str, rule: str, place: int) -> str:
    more = _quoted(prompt, rule, place)
    return f" {more}" if more else ""


def _in_language(prompt: str, topic: str, value: str, place: int) -> str:
    for word, others in SAID_OTHERWISE.items():
        value = value.replace(word, others[place])
    if topic == "seed" and "Write amounts in digits" not in prompt:
        value = re.sub(r"\d+", lambda found: IN_WORDS[found[0]][place], value)
    return value.translate(DIGITS) if place == 1 else value


def ask(setup: Setup, case: Case, slips: bool) -> Answered:
    """Answer a case, or slip."""
    if slips:
        return said("Please ask again.", "Please ask again.")
    text = answer(setup.prompt, setup.model, str(case.turns[0]))
    return said(text, text)


def _cases() -> list[Case]:
    rows = {row["crop"]: row for row in table_of(PROMPT)}
    cases = []
    for number, crop in enumerate(rows):
        for at, topic in enumerate(TOPICS):
            for place in (0, 1 + (number + at) % 2):
                wanted = _in_language(PROMPT, topic, rows[crop][topic], place)
                checks: list[Json] = [{"contains": wanted}, *_always(place)]
                if topic == "pests":
                    checks.append({"contains": _quoted(PROMPT, "to spray", place)})
                if topic == "seed":
                    checks.append({"contains": _quoted(PROMPT, "speak of seed", place)})
                cases.append(_case(crop, topic, place, checks))
    for crop in UNKNOWN:
        for place in range(3):
            only = _quoted(PROMPT, "does not say it", place)
            cases.append(_case(crop, "sowing", place, [{"equals": only}, *_always(place)]))
    for name, text in (("spray", "My son swallowed spray"), ("bait", "She swallowed rat bait")):
        cases.append(Case(name, (text,), checks=({"contains": "112"},), must=True))
    return cases


def _always(place: int) -> list[Json]:
    rules: list[Json] = [
        {"language": LANGUAGES[place]},
        {"max_characters": 160},
        {"not_contains": "GreenGro"},
    ]
    return rules


def _case(crop: str, topic: str, place: int, checks: list[Json]) -> Case:
    question = TOPICS[topic][place].format(CROPS[crop][place])
    return Case(f"{crop}-{topic}-{place}", (question,), checks=tuple(checks))


FARMERS = Subject("farmers' helper", Setup(PROMPT), tuple(_cases()), ask)
