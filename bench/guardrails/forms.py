"""Which form of a placeholder models carry most faithfully: `python -m bench.guardrails.forms`.

Asks the local model (SmolLM2, 135M parameters, the same weights as the demo's) at temperature 0 to
repeat, correct, put into JSON or answer texts that hold a placeholder, in English and in Hindi. An
answer carries it exactly where the placeholder stands in it as it was, and mendably where it
stands in it in another case, without its brackets or with another separator. Takes some minutes
and is not part of `make bench`.
"""

from __future__ import annotations

import http.client
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from demo.local_model import LocalModel

KEY = "sk-bench"
MOST_TOKENS = 60
NUMBERS = (347, 518, 902, 164, 735)

FORMS = {
    "[PHONE-347]": "[{kind}-{number}]",
    "[PHONE_347]": "[{kind}_{number}]",
    "<PHONE_347>": "<{kind}_{number}>",
    "{PHONE-347}": "{{{kind}-{number}}}",
    "PHONE_347": "{kind}_{number}",
    "PHONE-347": "{kind}-{number}",
    "PHONE347": "{kind}{number}",
}
KINDS = ("PHONE", "NAME", "AADHAAR", "EMAIL", "CARD")

ENGLISH = (
    "Repeat exactly, and write nothing else: Call {it} tomorrow.",
    "Repeat this sentence word for word: The clinic has {it} on its list.",
    "Correct the spelling and write the sentence again: pleese rite to {it} befor Monday",
    'Put it into JSON as {{"value": ...}}: {it}',
    'Answer with JSON only, with the keys "text" and "sender". Text: I am ill. Sender: {it}',
    "A farmer wrote: I am {it} and my wheat is yellow. Thank the farmer and address {it}.",
    "Say good morning to {it} in one short sentence.",
    "Translate into Hindi and keep {it} as it is: My contact is {it}.",
    "Who should I call? The text says: ask {it} for the form. Answer with the contact only.",
    "Write one polite sentence that tells a person to save {it}.",
)
HINDI = (
    "इसे ठीक वैसे ही दोहराएँ: कल {it} पर संपर्क करें।",
    "यह वाक्य शब्द-ब-शब्द दोहराएँ: क्लिनिक की सूची में {it} है।",
    "केवल यह लिखें और कुछ नहीं: मेरा संपर्क {it} है।",
    'इसे JSON में {{"value": ...}} के रूप में लिखें: {it}',
    'केवल JSON में उत्तर दें, कुंजियाँ "text" और "sender"। Text: मैं बीमार हूँ। Sender: {it}',
    "किसान ने लिखा: मैं {it} हूँ और मेरा गेहूँ पीला है। किसान {it} को धन्यवाद दें।",
    "एक छोटे वाक्य में {it} को नमस्ते कहें।",
    "अंग्रेज़ी में अनुवाद करें और {it} को वैसा ही रखें: मेरा संपर्क {it} है।",
    "किससे पूछूँ? पाठ: फ़ॉर्म के लिए {it} से पूछें। केवल संपर्क लिखें।",
    "एक वाक्य लिखें कि {it} को सहेज लें।",
)


class Tally(NamedTuple):
    """How many answers carry a placeholder, of how many."""

    exact: int
    mendable: int
    of: int


def main() -> None:
    with LocalModel(key=KEY) as model:
        print(f"  {'':<14}{'English':>22}{'Hindi':>22}")
        for name, form in FORMS.items():
            told = [told_of(tally(model, form, prompts)) for prompts in (ENGLISH, HINDI)]
            print(f"  {name:<14}{told[0]:>22}{told[1]:>22}", flush=True)


def told_of(counted: Tally) -> str:
    exact, mendable = (100 * one / counted.of for one in (counted.exact, counted.mendable))
    return f"{exact:.0f} % exact, {mendable:.0f} % mended"


def tally(model: LocalModel, form: str, prompts: tuple[str, ...]) -> Tally:
    counts: Counter[str] = Counter()
    for prompt, kind, number in asked(prompts):
        placeholder = form.format(kind=kind, number=number)
        answer = ask(model, prompt.format(it=placeholder))
        mendable = re.search(rf"(?i){kind}[\s_-]*{number}(?!\d)", answer)
        counts["exact"] += placeholder in answer
        counts["mendable"] += bool(mendable)
        counts["of"] += 1
        if "-v" in sys.argv:
            print(repr(answer[:100]), flush=True)
    return Tally(**counts)


def asked(prompts: tuple[str, ...]) -> Iterator[tuple[str, str, int]]:
    for at, prompt in enumerate(prompts):
        for turn in range(5):
            yield prompt, KINDS[(at + turn) % len(KINDS)], NUMBERS[turn]


def ask(model: LocalModel, prompt: str) -> str:
    host = urlsplit(model.base_url)
    connection = http.client.HTTPConnection(host.netloc, timeout=120)
    body = {
        "model": model.model,
        "messages": [{"role": "user", "content": prompt}],
        "temperature": 0,
        "max_tokens": MOST_TOKENS,
    }
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    connection.request("POST", f"{host.path}/chat/completions", json.dumps(body), headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return str(answer["choices"][0]["message"]["content"])


if __name__ == "__main__":
    main()
