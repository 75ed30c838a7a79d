"""The labels of fields in words: of settings, tokens and organisations."""

from __future__ import annotations

from web.language import N_, translated

LABELS = {
    "access_token": N_("Access token"),
    "allowed_models": N_("Allowed models"),
    "api_key": N_("API key"),
    "api_url": N_("API address"),
    "api_version": N_("API version"),
    "app_secret": N_("App secret"),
    "assistants": N_("Assistants"),
    "base_url": N_("Address of the provider"),
    "budget_percent": N_("Budget percent"),
    "concurrent_calls": N_("Concurrent calls"),
    "default": N_("Default"),
    "default_model": N_("Default model"),
    "deployment": N_("Deployment"),
    "email": N_("E-mail"),
    "events": N_("Events"),
    "expires_at": N_("Expires at"),
    "failure_percent": N_("Failure percent"),
    "fallback_account": N_("Fallback account"),
    "fallback_model": N_("Fallback model"),
    "image_model": N_("Image model"),
    "is_active": N_("Is active"),
    "key": N_("ID"),
    "label": N_("Label"),
    "model": N_("Model"),
    "model_aliases": N_("Model aliases"),
    "monthly_tokens": N_("Monthly tokens"),
    "name": N_("Name"),
    "new_contact": N_("New contact"),
    "organization": N_("OpenAI organization"),
    "out_of_office": N_("Out of office"),
    "password": N_("Password"),
    "phone": N_("Phone"),
    "phone_number_id": N_("Phone number ID"),
    "phrase": N_("Phrase"),
    "project": N_("Project"),
    "prompt": N_("Prompt"),
    "provider": N_("Provider"),
    "requests_per_minute": N_("Requests per minute"),
    "scope": N_("Kind"),
    "service_account": N_("Service account"),
    "speech_model": N_("Speech model"),
    "system_prompt": N_("System prompt"),
    "tags": N_("Tags"),
    "template_language": N_("Template language"),
    "template_name": N_("Template name"),
    "timeout_seconds": N_("Timeout seconds"),
    "title": N_("Title"),
    "transcription_model": N_("Transcription model"),
    "values": N_("Values"),
    "vector_store_id": N_("Vector store ID"),
    "verify_token": N_("Verify token"),
    "webhook_url": N_("Webhook address"),
}


def label_of(name: str) -> str:
    """A field's name in words of the page's language; one without a label with blanks for `_`."""
    if name in LABELS:
        return translated(LABELS[name])
    label = name.replace("_", " ")
    return label[:1].upper() + label[1:]


CHOICES = {
    "invalid_api_key": N_("The provider refuses the key"),
    "insufficient_quota": N_("The account has no credit"),
    "budget": N_("The month's tokens run out"),
    "failures": N_("Many calls fail"),
    "whatsapp_token": N_("Meta refuses the WhatsApp token"),
    "model_retires": N_("A model in use will be shut down"),
    "dead_letters": N_("Results could not be delivered"),
    "inbox": N_("Somebody waits for a person's answer"),
}


def choice_label(choice: str) -> str:
    """What one may choose, in words; the choice itself where it has none."""
    return translated(CHOICES.get(choice, choice))
