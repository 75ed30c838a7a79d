"""The webhook function translate_entry."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import Any

from marshmallow import ValidationError, fields

from flowhook.errors import InvalidInput, InvalidResponse
from webhooks.chat.messages import check_length
from webhooks.fields import FunctionSchema, Json, Text, Whole, model_field
from webhooks.guarded import GuardedResultSchema
from webhooks.leaving import TEXT
from webhooks.media.languages import language_field, language_name
from webhooks.registry import AsGiven, Context, webhook
from webhooks.translation.batching import batches
from webhooks.translation.extraction import extract
from webhooks.translation.restoration import restore
from webhooks.translation.segment import Segment
from webhooks.translation.translator import Translator

MAX_CHARACTERS = 200_000
MAX_BATCH_SEGMENTS = 50
MAX_PARTS = 800  # requests for one entry: the longest one, at the usual max_tokens
PARTS_AT_ONCE = 4


def read_entry(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValidationError("Must be an entry: a JSON object.")
    return value


class TranslateEntrySchema(FunctionSchema):
    entry = Json(
        required=True,
        reads=read_entry,
        metadata={
            "description": "The entry, any JSON object, up to 200,000 characters of text (400,000"
            " with tags and all that stays) and 50,000 values.",
            "example": {"title": "Summer sale", "body": "<p>Hello {{name}}!</p>"},
        },
    )
    content_type_schema = Json(
        metadata={
            "description": "A Contentstack content type, which says which fields are text; without"
            " it, all text meant for people is translated.",
            "example": {"schema": [{"uid": "title", "data_type": "text"}]},
        }
    )
    language = language_field(
        "The language to translate into: a name or a code.", "Hindi", required=True
    )
    prompt = Text(
        metadata={
            "description": "Advice to the translator, such as a style or a glossary.",
            "example": "Use the polite form of address.",
        }
    )
    model = model_field()
    max_tokens = Whole(
        1,
        128_000,
        load_default=2000,
        metadata={"description": "Maximum tokens of each model answer (default 2000)."},
    )


class TranslateEntryResultSchema(GuardedResultSchema):
    entry = fields.Dict(
        metadata={
            "description": "The entry with its text translated and everything else unchanged.",
            "example": {"title": "गर्मियों की सेल", "body": "<p>नमस्ते {{name}}!</p>"},
        }
    )


@webhook(
    fields=TranslateEntrySchema,
    result=TranslateEntryResultSchema,
    main="entry",
    example={
        "entry": {"uid": "blt1", "title": "Summer sale", "body": "<p>Come and see us.</p>"},
        "language": "Hindi",
        "model": "gpt-6-luna",
    },
    leaves=(TEXT,),
    words=("entry",),
)
def translate_entry(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Translate the text of an entry that people read, and leave everything else unchanged.

    Structure, keys, order, ids, URLs, HTML tags, code and placeholders (`{{name}}`,
    `@contact.name`, `%s`) stay byte for byte as they were. Within a sentence the translation may
    move them, but each must appear exactly once; otherwise the translation is refused. Numbers
    that are values stay too; the model may change a number within a sentence. With
    `content_type_schema`, only the fields that it marks as text are translated. Long entries are
    sent to the model in batches, four at a time. Each batch may take `timeout_seconds` (in the
    OpenAI settings), so all of them together can take minutes; use `Prefer: respond-async` for
    these. A larger `max_tokens` makes larger batches. In `prompt` you can say how to translate.
    Nulls and empty texts in the entry stay as they are. Needs the organisation's OpenAI settings;
    the organisation's system prompt is not used here. This is Contentstack's action Translate an
    Entry.

    Errors: invalid_input, empty_input, unresolved_variable, inactive, missing_api_key,
    forbidden, invalid_api_key, insufficient_quota, model_not_found, refused, content_filter,
    truncated, provider_rejected, invalid_response, provider_timeout.
    Source: https://www.contentstack.com/docs/agent-os/chatgpt
    """
    entry = data["entry"]
    segments = extract(entry, data.get("content_type_schema"))
    _check_size(segments)
    client = context.model_client()
    max_tokens = data.get("max_tokens") or 2000
    model = client.account.resolve(data.get("model"))
    check_length(model, [{"content": data.get("prompt") or ""}], max_tokens, "prompt")
    translator = Translator(
        client=client,
        model=data.get("model"),
        language=language_name(data["language"]),
        prompt=data.get("prompt"),
        max_tokens=max_tokens,
    )
    parts = [
        batch[start : start + MAX_BATCH_SEGMENTS]
        for batch in batches(segments, max_characters(max_tokens))
        for start in range(0, len(batch), MAX_BATCH_SEGMENTS)
    ]
    if len(parts) > MAX_PARTS:
        raise InvalidInput(
            f"the entry needs {len(parts)} requests to the model, more than {MAX_PARTS}",
            fix="Raise max_tokens, or translate the entry in pieces.",
            fields={"entry": [f"Needs more than {MAX_PARTS} requests."]},
        )
    translations = _translate_parts(parts, translator, context)
    _check_translated(segments, translations)
    return {"entry": AsGiven(restore(entry, segments, translations))}


def _translate_parts(
    parts: list[list[Segment]], translator: Translator, context: Context
) -> list[str]:
    """The translations of all parts in order, a few parts at once, each with its own client."""
    if len(parts) < 2:
        return [text for part in parts for text in translator.translate(part)]

    failed = Event()  # nothing is asked any more once a part has failed

    def translate(part: list[Segment]) -> list[str]:
        if failed.is_set():
            return []
        try:
            context.check_budget()
            return replace(translator, client=context.another_model_client()).translate(part)
        except BaseException:
            failed.set()
            raise

    pool = ThreadPoolExecutor(max_workers=PARTS_AT_ONCE)
    try:
        return [text for texts in pool.map(translate, parts) for text in texts]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def max_characters(max_tokens: int) -> int:
    """How much text a batch holds, so that its translation fits the answer in most scripts."""
    return min(6_000, max_tokens)


def _check_translated(segments: list[Segment], translations: list[str]) -> None:
    """Raise InvalidResponse if not one text is another than before."""
    pairs = zip(segments, translations, strict=True)
    if segments and all(text.strip() == segment.masked.strip() for segment, text in pairs):
        raise InvalidResponse(
            "the entry came back untranslated",
            fix="Choose a model that can translate; or the entry is in that language already.",
        )


def _check_size(segments: list[Segment]) -> None:
    count = sum(len(segment.masked) for segment in segments)
    if count > MAX_CHARACTERS:
        problem = f"{count} characters to translate, more than {MAX_CHARACTERS}"
        raise InvalidInput(f"entry: {problem}", fields={"entry": [problem]})
