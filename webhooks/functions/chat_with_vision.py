"""The webhook function chat_with_vision."""

from __future__ import annotations

from typing import Any

from flowhook.media import samples
from webhooks.chat.chat_request import ChatFieldsSchema, ChatResultSchema, answer_chat
from webhooks.chat.image_parts import MAX_IMAGES, SeenText, inline_images, read_part
from webhooks.chat.messages import messages_field
from webhooks.leaving import PICTURES, TEXT
from webhooks.registry import Context, webhook


class ChatWithVisionSchema(ChatFieldsSchema):
    input = SeenText(
        metadata={
            "description": "What the contact said; added as the last message after `messages`: a"
            " text, or a list of texts and images as in `messages`.",
            "example": "Which plant is this?",
        }
    )
    messages = messages_field(
        read_part,
        metadata={
            "description": "The conversation so far, in order; a user's content is text, or a list"
            ' of {"type": "text", "text"} and {"type": "image_url", "image_url": {"url"}}, or of'
            f" plain texts and links; up to {MAX_IMAGES} images of at most 5 MiB each.",
            "example": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "Which plant is this?"},
                        {
                            "type": "image_url",
                            "image_url": {"url": "https://example.org/plant.jpg"},
                        },
                    ],
                }
            ],
        },
    )


@webhook(
    fields=ChatWithVisionSchema,
    result=ChatResultSchema,
    main="response",
    example={
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Which colour is this?"},
                    {"type": "image_url", "image_url": {"url": samples.IMAGE}},
                ],
            }
        ],
        "max_tokens": 300,
    },
    leaves=(TEXT, PICTURES),
    words=("messages", "input"),
)
def chat_with_vision(data: dict[str, Any], context: Context) -> dict[str, Any]:
    """Chat with a model that can see images: user messages may hold text and images.

    Accepts and returns the same as `chat`. In addition, `input` and the content of a user's
    message may be a list of texts and images; give each image as a link or as a data URL. The
    service downloads the images itself and sends them with the request, so links that expire or
    that OpenAI cannot open work too. Up to 10 images, each at most 5 MiB, together at most 20 MiB;
    their content must be JPEG, PNG, WebP or GIF. A thread remembers the words, not the images.
    Needs the organisation's OpenAI settings, and a model that accepts images. This is
    Contentstack's action Chat with Vision.

    Errors: invalid_input, empty_input, unresolved_variable, too_large, inactive,
    missing_api_key, forbidden, invalid_api_key, insufficient_quota, model_not_found, refused,
    content_filter, truncated, provider_rejected, invalid_response, provider_unavailable,
    provider_timeout.
    Source: https://platform.openai.com/docs/guides/images-vision
    """
    context.model_client()
    inline_images(data.get("messages") or (), data.get("input"), context)
    return answer_chat(data, context)
