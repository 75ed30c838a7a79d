"""The webhook function text_to_speech."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from flowhook.errors import InvalidInput
from flowhook.providers.account import SARVAM
from flowhook.providers.openai.realtime import DEFAULT_VOICE
from flowhook.providers.sarvam.speech import VOICES as SARVAM_VOICES
from webhooks.fields import (
    FunctionSchema,
    Number,
    Pasted,
    Text,
    ignored_field,
    model_field,
)
from webhooks.guarded import IN_REPLY, REPEATED, GuardedResultSchema
from webhooks.leaving import SPOKEN
from webhooks.media.languages import language_field
from webhooks.media.speech import MAX_SPOKEN_CHARACTERS, SPOKEN_TEXT, VOICES, speak
from webhooks.media.speech_provider import chosen_provider, provider_field
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
        metadata={
            "description": f"The voice (default {DEFAULT_VOICE}): {', '.join(VOICES)}. With"
            f" provider sarvam (default {SARVAM_VOICES[0]}): {', '.join(SARVAM_VOICES)}. An"
            " account that the call names may have others. Other voices that Glific offers are"
            " accepted, but the default voice speaks.",
            "example": "coral",
            "suggestions": list(VOICES),
        },
    )
    model = model_field("The model; else the organisation's speech_model.")
    language = language_field("The language of the text, where the model should be told.", "Hindi")
    pace = Number(
        0.5,
        2.0,
        metadata={"description": "How fast, 0.5 to 2; 1 is the voice's own pace.", "example": 0.9},
    )
    provider = provider_field()
    wait_time = ignored_field()


class TextToSpeechResultSchema(GuardedResultSchema):
    media_url = fields.String(
        metadata={
            "description": "Link to the speech, available for 24 hours: an Ogg Opus file"
            " (WhatsApp's format for voice notes); from Sarvam and realtime models an MP3 file,"
            " which WhatsApp plays, too.",
            "example": "https://flowhook.example.org/media/acme.8fJ2....ogg",
        }
    )
    message = fields.String(
        metadata={
            "description": "The same link.",
            "example": "https://flowhook.example.org/media/acme.8fJ2....ogg",
            IN_REPLY: REPEATED,
        }
    )
    spoken_text = SPOKEN_TEXT


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
    leaves=(SPOKEN,),
    words=("text",),
)
def text_to_speech(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Turn a text into a voice note.

    Use it for contacts who would rather listen than read: send the audio at
    `@results.<result_name>.media_url`. The service keeps the file for 24 hours under a name that
    nobody can guess. Needs the organisation's OpenAI settings: active, with an API key. The
    operator must set PUBLIC_URL if the service is reached at another address. The text may have
    at most 4,096 characters. With provider sarvam, its sarvam settings are needed in their place;
    a language that its voices lack is spoken by the voice of the script it is written in. A
    realtime model (`gpt-realtime-2.1-mini`) now and then words a text otherwise; it is then asked
    once more, and where that does not help, `spoken_text` is what is said.

    Errors: empty_input, unresolved_variable, invalid_input, inactive, missing_api_key,
    model_not_found, content_filter, invalid_response, provider_rejected, provider_timeout.
    Source: https://platform.openai.com/docs/api-reference/audio/createSpeech,
    https://platform.openai.com/docs/guides/realtime
    """
    provider = chosen_provider(context, data.get("provider"))
    is_sarvam = context.speech_client(provider).account.provider == SARVAM
    is_named = bool(context.account or provider)
    spoken = speak(
        context,
        data["text"],
        voice=chosen_voice(data.get("voice") or "", is_sarvam, is_named),
        model=data.get("model"),
        language=data.get("language"),
        pace=data.get("pace"),
        provider=provider,
    )
    return {"media_url": spoken.url, "message": spoken.url, **spoken.told}


def chosen_voice(wanted: str, is_sarvam: bool, is_named: bool) -> str | None:
    """Return the voice to ask for; None for the provider's default.

    A flow's voice of another provider gives way to the default. An account that the call names
    knows its own voices (`is_named`). Raises InvalidInput if nobody has such a voice.
    """
    voice, own = wanted.lower(), SARVAM_VOICES if is_sarvam else VOICES
    if voice in own:
        return voice
    if not voice or voice in GLIFIC_VOICES or voice in (*VOICES, *SARVAM_VOICES):
        return None
    if is_named:
        return voice if is_sarvam else wanted
    problem = f"Must be one of {', '.join(own)}."
    raise InvalidInput(f"voice: {problem}", fields={"voice": [problem]})
