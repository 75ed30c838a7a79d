"""How a model is told the language of a text that it speaks."""

from __future__ import annotations

from flowhook.fence import FENCE, fenced
from flowhook.providers.model_client import SpeechRequest


def language_told(request: SpeechRequest, words: str) -> str:
    """The instruction `words` with the language in the place of `{}`; empty where none is given.

    >>> language_told(SpeechRequest("Hello", language="Hindi"), "Speak in {}.")
    'Speak in Hindi.'
    >>> told = language_told(SpeechRequest("Hello", other_language="Tulu"), "Speak in {}.")
    >>> told.splitlines()[0]
    'Speak in <data name="language">Tulu</data>.'
    """
    if request.language:
        return words.format(request.language)
    if request.other_language:
        return f"{words.format(fenced('language', request.other_language))}\n\n{FENCE}"
    return ""
