"""The keys of a webhook call's body that every function accepts besides its own fields."""

from __future__ import annotations

# Keys that chatbot builders add to every call, ignored if unused.
BUILDER_KEYS = frozenset(
    {
        "contact",
        "results",
        "wa_group",
        "flow",
        "organization_id",
        "flow_id",
        "contact_id",
        "webhook_log_id",
        "result_name",
    }
)
# Keys that control a call of any function.
CALL_KEYS = frozenset({"account", "failure_status", "wait_seconds", "callback_url"})
COMMON_KEYS = BUILDER_KEYS | CALL_KEYS
