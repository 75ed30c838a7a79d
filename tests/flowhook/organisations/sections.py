"""A whole body for every settings section, and which of its values are secret."""

from __future__ import annotations

from typing import Any

from flowhook.organisations.schemas import SECTIONS
from flowhook.organisations.section import secret_fields
from flowhook.providers.google_account import ServiceAccount
from tests.fakes.google import key_file

SECRET = "sk-proj-0123456789wxyz"
WHOLE: dict[str, dict[str, Any]] = {
    "openai": {
        "is_active": True,
        "provider": "azure",
        "api_key": SECRET,
        "organization": "org-abc",
        "project": "proj_abc",
        "base_url": "https://api.example.org/v1",
        "api_version": "2025-04-01-preview",
        "deployment": {"gpt-6-luna": "our-chat"},
        "default_model": "gpt-6-luna",
        "image_model": "gpt-image-2",
        "speech_model": "tts-1",
        "transcription_model": "gpt-transcribe",
        "model_aliases": {"gpt-4o": "gpt-6-luna"},
        "allowed_models": ["gpt-6*", "gpt-image-*"],
        "timeout_seconds": 30.5,
        "system_prompt": "Answer in simple words.\nहिन्दी",
    },
    "signature": {"phrase": "a long phrase only we know"},
    "glific": {
        "api_url": "https://api.example.glific.com",
        "phone": "919876543210",
        "password": "a password of a user",
    },
    "whatsapp": {
        "phone_number_id": "1234567890",
        "access_token": "EAAG0123456789abcdefghij",
        "app_secret": "0123456789abcdef0123456789abcdef",
        "verify_token": "my-verify-token",
        "api_version": "v26.0",
    },
    "google_maps": {"api_key": "AIzaSy0123456789abcdefghij"},
    "google_sheets": {"service_account": ServiceAccount.read(key_file()).stored},
    "sarvam": {"api_key": "sk_0123456789abcdefghij"},
    "assistants": {
        "assistants": {
            "asst_parents": {"vector_store_id": "vs_1", "prompt": "Be short.", "model": "gpt-6"},
            "asst_bare": {"vector_store_id": "vs_2"},
        }
    },
    "globals": {"values": {"helpline": "1800", "rate": 2.5, "open": True, "नाम": "x"}},
    "timezone": {"name": "Africa/Nairobi"},
    "inbox": {
        "not_found": True,
        "quiet_from": "20:00",
        "quiet_until": "08:00",
        "pause_message": "A nurse will write to you here.",
        "pause_messages": {"hi": "एक नर्स आपको यहाँ लिखेंगी।"},
    },
    "flows": {
        "default": "menu",
        "new_contact": "welcome",
        "out_of_office": {"flow": "closed", "hours": "Mon-Fri 09:00-18:00, Sat 10:00-13:00"},
    },
    "alerts": {
        "webhook_url": "https://hooks.example.org/services/T0/B0",
        "email": "it@example.org",
        "events": ["invalid_api_key", "budget"],
        "budget_percent": [50, 100],
        "failure_percent": 20,
    },
    "answers": {"is_active": True, "similarity": 0.95},
    "guardrails": {
        "mask": ["phone", "name"],
        "if_masking_fails": "send",
        "unmaskable": "send",
        "banned": {"words": ["gutkha"], "lists": "mild", "action": "reply"},
        "moderation": {"on": "both", "action": "refuse"},
        "topics": {"allowed": "Growing rice.", "action": "tell"},
        "self_harm": {"action": "reply"},
        "minors": {"action": "tell"},
        "replies": {"banned": {"hi": "कृपया शिष्ट भाषा में लिखें।"}},
        "retention": {
            "logs_days": 30,
            "conversations_days": 90,
            "media_days": 1,
            "inbox_days": 30,
        },
        "consent": "not_needed",
    },
    "limits": {"requests_per_minute": 600, "concurrent_calls": 50, "monthly_tokens": 5_000_000},
}


def secrets_of(section: str) -> list[str]:
    return [WHOLE[section][name] for name in secret_fields(SECTIONS[section])]
