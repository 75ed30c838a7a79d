"""The webhook function text_to_speech."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields

from webhooks.fields import FunctionSchema, Pasted, ResultSchema, Text, ignored_field, model_field
from webhooks.media.languages import language_field
from webhooks.media.speech import DEFAULT_VOICE, MAX_SPOKEN_CHARACTERS, VOICES, speak
from webhooks.registry import Context, webhook

# The voices of Glific's default provider stand in many flows; ours speaks in their place.
GLIFIC_VOICES = frozenset(
    {
        "achernar", "achird", "algenib", "algieba", "alnilam", "aoede", "autonoe", "callirrhoe",
        "charon", "despina", "enceladus", "erinome", "fenrir", "gacrux", "iapetus", "kore",
        "laomedeia", "leda", "orus", "puck", "pulcherrima", "rasalgethi", "sadachbia", "sadaltager",
        "schedar", "sulafat", "umbriel", "vindemiatrix", "zephyr", "zubenelgenubi",
    }
)  # fmt: skip


def known_voice(value: str) -> None:
    if value.lower() not in (*VOICES, *GLIFIC_VOICES):
        raise ValidationError(f"Must be one of {', '.join(VOICES)}.")


class TextToSpeechSchema(FunctionSchema):
    text = Text(
        required=True,
        max_length=MAX_SPOKEN_CHARACTERS,
        metadata={
            "description": f"The text to speak, at most {MAX_SPOKEN_CHARACTERS:,} characters.",
            "example": "The school opens at nine.",
        },
    )
    voice = Pasted(
        max_length=64,
        validate=[known_voice],
        metadata={
            "description": f"The voice (default {DEFAULT_VOICE}): {', '.join(VOICES)}. Other"
            " voices that Glific offers are accepted, but the default voice speaks.",
            "example": "coral",
            "suggestions": list(VOICES),
        },
    )
    model = model_field("The model; else the organisation's speech_model.")
    language = language_field("The language of the text, where the model should be told.", "Hindi")
    provider = ignored_field()
    wait_time = ignored_field()


class TextToSpeechResultSchema(ResultSchema):
    media_url = fields.String(
        metadata={
            "description": "Link to the speech, an Ogg Opus file (WhatsApp's format for voice"
            " notes), available for 24 hours.",
            "example": "https://flowhook.example.org/media/acme.8fJ2....ogg",
        }
    )
    message = fields.String(
        metadata={
            "description": "The same link.",
            "example": "https://flowhook.example.org/media/acme.8fJ2....ogg",
        }
    )


@webhook(
    fields=TextToSpeechSchema,
    result=TextToSpeechResultSchema,
    main="media_url",
    example={
        "contact": "@contact",
        "results": "@results",
        "text": "The school opens at nine.",
        "voice": "coral",
    },
)
def text_to_speech(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Turn a text into a voice note.

    Use it for contacts who would rather listen than read: send the audio at
    `@results.<result_name>.media_url`. The service keeps the file for 24 hours under a name that
    nobody can guess. Needs the organisation's OpenAI settings: active, with an API key. The
    operator must set PUBLIC_URL if the service is reached at another address. The text may have
    at most 4,096 characters.

    Errors: empty_input, unresolved_variable, invalid_input, inactive, missing_api_key,
    model_not_found, provider_rejected, provider_timeout.
    Source: https://platform.openai.com/docs/api-reference/audio/createSpeech
    """
    voice = (data.get("voice") or "").lower()
    url = speak(
        context,
        data["text"],
        voice=voice if voice in VOICES else None,
        model=data.get("model"),
        language=data.get("language"),
    )
    return {"media_url": url, "message": url}
