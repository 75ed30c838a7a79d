"""The labels of fields in words: of settings, tokens and organisations."""

from __future__ import annotations

from web.language import N_, translated

LABELS = {
    "access_token": N_("Access token"),
    "action": N_("What happens"),
    "allowed": N_("What contacts may ask about"),
    "allowed_models": N_("Allowed models"),
    "api_key": N_("API key"),
    "api_url": N_("API address"),
    "api_version": N_("API version"),
    "app_secret": N_("App secret"),
    "assistants": N_("Assistants"),
    "banned": N_("Banned words"),
    "base_url": N_("Address of the provider"),
    "budget_percent": N_("Budget percent"),
    "concurrent_calls": N_("Concurrent calls"),
    "consent": N_("Consent"),
    "conversations_days": N_("Days that conversations are kept"),
    "default": N_("Default"),
    "default_model": N_("Default model"),
    "deployment": N_("Deployment"),
    "email": N_("E-mail"),
    "embedding_model": N_("Embedding model"),
    "events": N_("Events"),
    "expires_at": N_("Expires at"),
    "failure_percent": N_("Failure percent"),
    "fallback_account": N_("Fallback account"),
    "fallback_model": N_("Fallback model"),
    "flow": N_("Flow"),
    "hours": N_("Hours"),
    "if_masking_fails": N_("If a text cannot be masked"),
    "image_model": N_("Image model"),
    "inbox_days": N_("Days that questions to people are kept"),
    "is_active": N_("Is active"),
    "key": N_("ID"),
    "label": N_("Label"),
    "language": N_("Language"),
    "lists": N_("Words that come with the service"),
    "logs_days": N_("Days that the log is kept"),
    "mask": N_("What is masked"),
    "max_cost": N_("Most US dollars to spend"),
    "max_tokens": N_("Max tokens"),
    "max_tokens_spent": N_("Most tokens to spend"),
    "media_days": N_("Days that files are kept"),
    "minors": N_("Children"),
    "model": N_("Model"),
    "model_aliases": N_("Model aliases"),
    "moderation": N_("Harmful texts"),
    "monthly_tokens": N_("Monthly tokens"),
    "name": N_("Name"),
    "new_contact": N_("New contact"),
    "not_found": N_("Ask people what was not found"),
    "note": N_("Note"),
    "on": N_("What is judged"),
    "organization": N_("OpenAI organization"),
    "out_of_office": N_("Out of office"),
    "password": N_("Password"),
    "pause_message": N_("While a person answers"),
    "pause_messages": N_("While a person answers, by language"),
    "phone": N_("Phone"),
    "phone_number_id": N_("Phone number ID"),
    "phrase": N_("Phrase"),
    "project": N_("Project"),
    "prompt": N_("Prompt"),
    "provider": N_("Provider"),
    "quiet_from": N_("Quiet from"),
    "quiet_until": N_("Quiet until"),
    "repeats": N_("Repeats"),
    "replies": N_("Replies"),
    "requests_per_minute": N_("Requests per minute"),
    "response_format": N_("Form of the answer"),
    "retention": N_("How long things are kept"),
    "revision": N_("Revision"),
    "scope": N_("Kind"),
    "self_harm": N_("Self-harm"),
    "service_account": N_("Service account"),
    "similarity": N_("Similarity"),
    "speech_model": N_("Speech model"),
    "system_prompt": N_("System prompt"),
    "tags": N_("Tags"),
    "temperature": N_("Temperature"),
    "template_language": N_("Template language"),
    "template_name": N_("Template name"),
    "text": N_("Text"),
    "timeout_seconds": N_("Timeout seconds"),
    "title": N_("Title"),
    "topics": N_("Topics"),
    "transcription_model": N_("Transcription model"),
    "unmaskable": N_("Sound, pictures and text to be spoken"),
    "url": N_("Web address"),
    "values": N_("Values"),
    "vector_store_id": N_("Vector store ID"),
    "verify_token": N_("Verify token"),
    "webhook_url": N_("Webhook address"),
    "words": N_("Your own words"),
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
    "answers_worse": N_("A prompt or flow answers worse than before"),
}


# What may be chosen in one field, where the same word says something else in another.
OF_FIELDS = {
    "action": {
        "reply": N_("The contact gets a reply of yours"),
        "refuse": N_("The call fails, and says why"),
        "tell": N_("Nothing, but the result says it"),
    },
    "lists": {
        "strong": N_("Strong insults"),
        "mild": N_("Strong insults, and mild ones"),
        "none": N_("None of them"),
    },
    "on": {
        "input": N_("What the contact wrote"),
        "output": N_("What the model answered"),
        "both": N_("Both"),
    },
    "if_masking_fails": {"refuse": N_("It is not sent"), "send": N_("It is sent as it is")},
    "unmaskable": {"refuse": N_("They are not sent"), "send": N_("They are sent as they are")},
    "consent": {"not_needed": N_("Not needed"), "required": N_("Required")},
    "mask": {
        "phone": N_("Phone numbers"),
        "email": N_("E-mail addresses"),
        "aadhaar": N_("Aadhaar numbers"),
        "pan": N_("PAN, of the income tax"),
        "abha": N_("ABHA, of the health account"),
        "upi": N_("UPI addresses"),
        "voter_id": N_("Voter id numbers"),
        "vehicle": N_("Number plates of vehicles"),
        "card": N_("Numbers of bank cards"),
        "name": N_("Names of people"),
    },
}


def choice_label(choice: str, name: str = "") -> str:
    """What one may choose in the field `name`, in words; the choice itself where it has none."""
    own = OF_FIELDS.get(name.rpartition(".")[2], {})
    return translated(own.get(choice) or CHOICES.get(choice, choice))
