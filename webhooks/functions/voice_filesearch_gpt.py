"""The webhook function voice-filesearch-gpt."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from flowhook.errors import ProviderFailure
from flowhook.media import samples
from webhooks.fields import ignored_field
from webhooks.guarded import IN_REPLY, NOTHING, REPEATED, GuardedResultSchema
from webhooks.leaving import SOUND, SPOKEN, TEXT
from webhooks.media.file_search import (
    FileSearchFieldsSchema,
    answer_from_files,
    find_source,
    found_in_files_field,
    sources_in_files_field,
)
from webhooks.media.languages import is_automatic, language_field, same_language
from webhooks.media.speech import (
    SPOKEN_TEXT,
    speak,
    speakable,
    speech_field,
    spoken_language_field,
    transcribe,
)
from webhooks.media.speech_provider import provider_field
from webhooks.media.translated import translated
from webhooks.registry import Context, webhook
from webhooks.saved_prompts import prompt_version_field


class VoiceFilesearchGptSchema(FileSearchFieldsSchema):
    speech = speech_field("recorded question")
    source_language = spoken_language_field()
    target_language = language_field(
        "What the spoken answer is in; the contact's own language where it is left out.",
        "English",
    )
    provider = provider_field()
    speech_engine = ignored_field()


class VoiceFilesearchGptResultSchema(GuardedResultSchema):
    message = fields.String(
        metadata={
            "description": "The answer as the model gave it.",
            "example": "Fees are due on the fifth.",
        }
    )
    translated_text = fields.String(
        metadata={
            "description": "The answer in target_language; the same text if that is its language.",
            "example": "फीस पाँच तारीख को देनी है।",
            IN_REPLY: REPEATED,
        }
    )
    media_url = fields.String(
        metadata={
            "description": "Link to the spoken answer, an Ogg Opus file (from Sarvam and realtime"
            " models: MP3) served for 24 hours; N/A if it could not be spoken.",
            "example": "https://flowhook.example.org/media/acme.8fJ2....ogg",
            IN_REPLY: NOTHING,
        }
    )
    thread_id = fields.String(
        metadata={
            "description": "The conversation's id, to pass with the next question.",
            "example": "thread_q8Zk...",
        }
    )
    spoken_text = SPOKEN_TEXT
    speech_error = fields.String(
        metadata={
            "description": "The type of the error, only if the speech could not be made.",
            "example": "provider_timeout",
        }
    )
    found = found_in_files_field()
    sources = sources_in_files_field()
    prompt_version = prompt_version_field()


@webhook(
    fields=VoiceFilesearchGptSchema,
    result=VoiceFilesearchGptResultSchema,
    main="message",
    example={
        "contact": "@contact",
        "results": "@results",
        "speech": samples.SPEECH,
        "vector_store_id": "vs_68a1f0",
        "source_language": "Hindi",
        "target_language": "Hindi",
        "thread_id": "@results.voice.thread_id",
    },
    name="voice-filesearch-gpt",
    leaves=(SOUND, TEXT, SPOKEN),
    begins_thread=True,
    words=("prompt_variables",),
)
def voice_filesearch_gpt(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Answer a spoken question from the organisation's files, with a voice note.

    Does for a voice note what `filesearch-gpt` does for a text: turns `speech` into text, answers
    from the documents or files, translates the answer if `target_language` is not the language the
    contact spoke, and turns the answer into speech. Send the audio at
    `@results.<result_name>.media_url` and the text in `translated_text`, and split on
    `@results.<result_name>.found`. If the speech cannot be made, the call still succeeds:
    `media_url` is then `N/A`, and `speech_error` says why. If an answer is longer than 4,096
    characters, only its beginning is spoken. Needs the organisation's OpenAI settings, and its
    sarvam settings where provider is sarvam, who then hears and speaks while the model of the
    OpenAI settings answers. Give it a `wait_seconds`: it asks up to four times.

    Errors: empty_input (also if nothing was said), unresolved_variable, invalid_input, not_found,
    too_large, inactive, missing_api_key, forbidden, model_not_found, refused, content_filter,
    provider_rejected, provider_unavailable, provider_timeout.
    Source: https://platform.openai.com/docs/guides/tools-file-search
    """
    source = find_source(data, context)
    spoken = data.get("source_language")
    provider = data.get("provider")
    heard = transcribe(context, data["speech"], language=spoken, provider=provider)
    told = answer_from_files(data, context, source, heard.text, "speech")
    answer = told["message"]
    own = heard.language if is_automatic(spoken) else spoken
    wanted = data.get("target_language")
    if is_automatic(wanted) or same_language(own, wanted):
        text, language = answer, own
    else:
        text, language = translated(context, answer, str(wanted)), wanted
    return {
        **told,
        "translated_text": text,
        **_spoken(context, text, language, provider),
    }


def _spoken(
    context: Context, text: str, language: str | None, provider: str | None
) -> dict[str, str | None]:
    """The link to the answer's sound; without it the answer itself is still worth having."""
    try:
        spoken = speak(context, speakable(text), language=language, provider=provider)
    except ProviderFailure as failure:
        return {"media_url": None, "speech_error": failure.type}
    return {"media_url": spoken.url, **spoken.told}
