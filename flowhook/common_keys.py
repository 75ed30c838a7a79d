"""The keys of a webhook call's body that every function accepts beside its own fields."""

from __future__ import annotations

# What chatbot builders add to every call: ignored where unused.
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
# What steers a call, whatever its function.
CALL_KEYS = frozenset({"account", "failure_status", "wait_seconds", "callback_url"})
COMMON_KEYS = BUILDER_KEYS | CALL_KEYS
