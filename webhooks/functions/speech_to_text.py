"""The webhook function speech_to_text."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from flowhook.media import samples
from webhooks.fields import FunctionSchema, ignored_field, model_field
from webhooks.guarded import IN_REPLY, REPEATED, GuardedResultSchema
from webhooks.leaving import SOUND
from webhooks.media.languages import (
    is_automatic,
    language_field,
    language_name,
    same_language,
)
from webhooks.media.speech import speech_field, spoken_language_field, transcribe
from webhooks.media.speech_provider import provider_field
from webhooks.media.translated import translated
from webhooks.registry import Context, webhook


class SpeechToTextSchema(FunctionSchema):
    speech = speech_field("recording")
    language = spoken_language_field()
    output_language = language_field(
        "What the answer is written in; the language that is spoken where it is left out.",
        "English",
    )
    model = model_field("The model; else the organisation's transcription_model.")
    provider = provider_field()
    wait_time = ignored_field()


class SpeechToTextResultSchema(GuardedResultSchema):
    response = fields.String(
        metadata={"description": "What was said.", "example": "When does the school open?"}
    )
    message = fields.String(
        metadata={
            "description": "The same text.",
            "example": "When does the school open?",
            IN_REPLY: REPEATED,
        }
    )
    language = fields.String(
        metadata={
            "description": "The English name of the language that was heard, else of the one given;"
            " N/A if neither is known.",
            "example": "Hindi",
        }
    )


@webhook(
    fields=SpeechToTextSchema,
    result=SpeechToTextResultSchema,
    main="response",
    example={
        "contact": "@contact",
        "results": "@results",
        "speech": samples.SPEECH,
        "language": "auto",
    },
    leaves=(SOUND,),
    words=(),
)
def speech_to_text(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Turn a recording into text.

    Use it when a contact sent a voice note: pass its link as `speech` and read
    `@results.<result_name>.message`. The service downloads the recording itself and sends it to
    the provider. If `output_language` is not the language spoken, the organisation's default chat
    model then translates the text. Needs the organisation's OpenAI settings: active, with an
    API key; or, with provider sarvam, its sarvam settings. Sarvam takes a recording of more than
    30 seconds as a job: give the call a `wait_seconds`, since that can take minutes. At most
    16 MiB.

    Errors: empty_input (also if nothing was said), unresolved_variable, invalid_input,
    too_large, inactive, missing_api_key, model_not_found, provider_unavailable,
    provider_timeout.
    Source: https://platform.openai.com/docs/api-reference/audio/createTranscription
    """
    heard = transcribe(
        context,
        data["speech"],
        language=data.get("language"),
        model=data.get("model"),
        provider=data.get("provider"),
    )
    text, wanted = heard.text, data.get("output_language")
    if wanted and not is_automatic(wanted) and not same_language(heard.language, wanted):
        text = translated(context, text, wanted)
    language = language_name(heard.language) if heard.language else None
    return {"response": text, "message": text, "language": language}
