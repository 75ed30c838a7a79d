"""API keys, what they may use, and what is left on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.fakes.openai.complaints import Complaint
from tests.fakes.openai.models import model_not_found

QUOTA_MESSAGE = (
    "You exceeded your current quota, please check your plan and billing details. For more "
    "information on this error, read the docs: "
    "https://platform.openai.com/docs/guides/error-codes/api-errors."
)
_REQUESTS_PER_MINUTE = 10_000
_TOKENS_PER_MINUTE = 2_000_000


@dataclass
class Account:
    """One key. `quota_tokens` is what it may still use in all; None is without end."""

    key: str
    organization: str | None = None
    project: str | None = None
    models: tuple[str, ...] | None = None
    quota_tokens: int | None = None
    needs_headers: bool = False
    """Whether requests must name the organization and project, not only not misname them."""
    requests: int = 0
    used_tokens: int = 0

    def check_headers(self, headers: Mapping[str, str]) -> None:
        for name, word, own in (
            ("OpenAI-Organization", "organization", self.organization),
            ("OpenAI-Project", "project", self.project),
        ):
            sent = headers.get(name)
            if (sent is not None or self.needs_headers) and sent != own:
                raise Complaint(
                    f"{name} header should match {word} for API key",
                    status=401,
                    code=f"mismatched_{word}",
                )

    def check_quota(self) -> None:
        if self.quota_tokens is not None and self.used_tokens >= self.quota_tokens:
            raise Complaint(
                QUOTA_MESSAGE, status=429, type="insufficient_quota", code="insufficient_quota"
            )

    def check_model(self, name: str) -> None:
        if self.models is not None and name not in self.models:
            raise model_not_found(name)

    def limit_headers(self) -> dict[str, str]:
        return {
            "x-ratelimit-limit-requests": str(_REQUESTS_PER_MINUTE),
            "x-ratelimit-remaining-requests": str(max(0, _REQUESTS_PER_MINUTE - self.requests)),
            "x-ratelimit-reset-requests": "6ms",
            "x-ratelimit-limit-tokens": str(_TOKENS_PER_MINUTE),
            "x-ratelimit-remaining-tokens": str(max(0, _TOKENS_PER_MINUTE - self.used_tokens)),
            "x-ratelimit-reset-tokens": "1s",
        }


class Accounts:
    """The keys that exist; every other key is refused."""

    def __init__(self) -> None:
        self._by_key: dict[str, Account] = {}

    def add(self, account: Account) -> None:
        self._by_key[account.key] = account

    def remove(self, key: str) -> None:
        del self._by_key[key]

    def get(self, key: str) -> Account:
        return self._by_key[key]

    def authenticate(self, headers: Mapping[str, str]) -> Account:
        scheme, _, key = headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise Complaint(
                "You didn't provide an API key. You need to provide your API key in an "
                "Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
                status=401,
            )
        account = self._by_key.get(key.strip())
        if account is None:
            raise Complaint(
                f"Incorrect API key provided: {_masked(key.strip())}. You can find your API key "
                "at https://platform.openai.com/account/api-keys.",
                status=401,
                code="invalid_api_key",
            )
        account.check_headers(headers)
        return account


def _masked(key: str) -> str:
    """As the API shows a wrong key: its ends and stars between."""
    return key if len(key) < 12 else f"{key[:7]}{'*' * 8}{key[-4:]}"
