"""The data processing table: what leaves the house by which function, to whom, and what is kept.

All of it follows from the organisation's settings, the service's and what each function declares
(webhooks/leaving.py), so it cannot say anything else than what is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import Response

from answers.question_sets.runs.run import RUN_SECONDS
from flowhook.config import Config
from flowhook.jobs.idempotency import KEYED_SECONDS
from flowhook.jobs.room import DEAD_SECONDS, RESULT_SECONDS
from flowhook.organisations.guardrail_schemas import ASKED, REQUIRED, SEND
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.retention import (
    CONVERSATIONS,
    DAY_SECONDS,
    INBOX,
    LOGS,
    MEDIA,
    SECTION,
    at_most_days,
    days_of,
)
from flowhook.organisations.trash import KEPT_SECONDS
from flowhook.providers.account import DEFAULT_PROVIDER, SARVAM, Account, Accounts
from flowhook.usage.counters import KEEP_DAYS
from flowhook.usage.csv_text import csv_text
from web.language import N_
from webhooks.leaving import CAN_BE_MASKED, SOUND, SPOKEN, TEXT, TO_MAPS, Leaving
from webhooks.registry import WebhookFunction
from webhooks.threads import THREAD_SECONDS

INBOX_DAYS = 30
FURTHER = "openai/accounts/"
COLUMNS = ("part", "name", "sends", "to", "masked", "sent", "consent", "days")

Json = dict[str, Any]

OTHERS: Mapping[str, str] = {
    "whatsapp": N_("WhatsApp: messages to and from contacts, with their numbers"),
    "glific": N_("Glific: late answers and those of people, with contacts' ids"),
    "google_sheets": N_("Google Sheets: rows that flows write, and what they look up"),
}
"""Settings sections by which something leaves beside functions."""
TO_PROVIDERS: Mapping[str, str] = {
    "guardrails": N_("Guardrails: what contacts wrote, where a model judges it"),
    "documents": N_("Documents: texts and questions, where a base has an embedding model"),
    "question_sets": N_("Question sets: the cases' questions, and answers to be judged"),
}
"""What the providers of models get beside functions' calls."""
ALWAYS: Mapping[str, str] = {
    "callbacks": N_("Callbacks: results of calls, to the address that the caller named"),
    "author_servers": N_("Flows: what they send to addresses that their authors named"),
}
KEPT: Sequence[tuple[str, float | None]] = (
    ("threads", THREAD_SECONDS),
    ("answers_for_repeats", KEYED_SECONDS),
    ("results_of_jobs", RESULT_SECONDS),
    ("jobs_given_up", DEAD_SECONDS),
    ("runs_of_question_sets", RUN_SECONDS),
    ("deleted_things", KEPT_SECONDS),
    ("usage_counts", KEEP_DAYS * DAY_SECONDS),
    ("consents", None),
)
"""Seconds that what has no days of its own is kept; None: until it is erased."""


class Processing:
    """Makes the table of an organisation."""

    def __init__(
        self, functions: Iterable[WebhookFunction], accounts: Accounts, config: Config
    ) -> None:
        self.functions = sorted(functions, key=lambda one: one.name)
        self.accounts = accounts
        self.config = config

    def table(self, organisation: Organisation) -> Json:
        """The whole table, as the API answers it."""
        guardrails = organisation.section(SECTION)
        return {
            "organization_id": organisation.id,
            "masked": list(guardrails.get("mask") or ()),
            "unmaskable": guardrails.get("unmaskable") or "refuse",
            "if_masking_fails": guardrails.get("if_masking_fails") or "refuse",
            "consent": guardrails.get("consent") or "not_needed",
            "providers": self._providers(organisation),
            "functions": [self._function(organisation, one) for one in self.functions],
            "others": list(self._others(organisation)),
            "kept": self._kept(organisation),
        }

    def _providers(self, organisation: Organisation) -> list[Json]:
        """The accounts at providers of models, the main one first."""
        sections = organisation.sections
        titles = [name for name in sections if name.startswith(FURTHER)]
        named = [name for name in ("openai", *sorted(titles)) if name in sections]
        found = [self._provider(name, sections[name]) for name in named]
        if sections.get(SARVAM, {}).get("api_key"):
            sarvam = {**sections[SARVAM], "provider": SARVAM, "is_active": True}
            found.append(self._provider(SARVAM, sarvam))
        return found

    def _provider(self, section: str, values: Mapping[str, Any]) -> Json:
        account = self.accounts.read({**values, "api_key": values.get("api_key") or "-"})
        return {
            "account": section.removeprefix(FURTHER),
            "provider": values.get("provider") or DEFAULT_PROVIDER,
            "host": host_of(account.base_url),
            "is_active": bool(values.get("is_active") and values.get("api_key")),
            "fallback_account": account.fallback_account or "",
            "models": _models_of(account),
        }

    def _function(self, organisation: Organisation, function: WebhookFunction) -> Json:
        return {
            "function": function.name,
            "sends": [self._leaving(organisation, one) for one in function.leaves],
            "needs_consent": bool(function.leaves)
            and organisation.section(SECTION).get("consent") == REQUIRED,
        }

    def _leaving(self, organisation: Organisation, what: Leaving) -> Json:
        guardrails = organisation.section(SECTION)
        masks = bool(guardrails.get("mask"))
        is_masked = masks and what in CAN_BE_MASKED
        goes_through = what in TO_MAPS or is_masked or not masks
        to = self._receivers(organisation, what)
        return {
            "what": what,
            "to": to,
            "is_masked": is_masked,
            "is_sent": bool(to) and (goes_through or guardrails.get("unmaskable") == SEND),
        }

    def _receivers(self, organisation: Organisation, what: Leaving) -> list[str]:
        """The hosts that may get it; none where no account is active."""
        if what in TO_MAPS:
            has_key = organisation.section("google_maps").get("api_key")
            return [host_of(self.config.google_maps_url)] if has_key else []
        providers = [one for one in self._providers(organisation) if one["is_active"]]
        speaks = what in (SOUND, SPOKEN)
        hosts = (one["host"] for one in providers if speaks or one["account"] != SARVAM)
        return list(dict.fromkeys(hosts))

    def _others(self, organisation: Organisation) -> Iterator[Json]:
        hosts = {
            "whatsapp": host_of(self.config.whatsapp_base_url),
            "glific": host_of(organisation.section("glific").get("api_url") or ""),
            "google_sheets": host_of(self.config.google_sheets_url),
        }
        for section, what in OTHERS.items():
            if section in organisation.sections:
                yield _other(section, what, [hosts[section]], is_masked=False)
        guardrails, models = organisation.section(SECTION), self._receivers(organisation, TEXT)
        is_judged = any(guardrails.get(policy) is not None for policy in ASKED)
        for name, what in TO_PROVIDERS.items():
            if name != SECTION or is_judged:
                yield _other(name, what, models, is_masked=bool(guardrails.get("mask")))
        for name, what in ALWAYS.items():
            yield _other(name, what, [], is_masked=False)

    def _kept(self, organisation: Organisation) -> list[Json]:
        """For how many days things are kept; None: until somebody erases them."""
        inbox = days_of(organisation, INBOX)
        own: list[tuple[str, int | None]] = [
            (LOGS, at_most_days(days_of(organisation, LOGS), self.config.log_days)),
            (CONVERSATIONS, days_of(organisation, CONVERSATIONS)),
            (MEDIA, at_most_days(days_of(organisation, MEDIA), self.config.media_days)),
            (INBOX, INBOX_DAYS if inbox is None else inbox),
        ]
        fixed = [(what, seconds and int(seconds // DAY_SECONDS)) for what, seconds in KEPT]
        return [{"what": what, "days": days} for what, days in (*own, *fixed)]


def rows_of(table: Json) -> Iterator[list[Any]]:
    """The table as lines of CSV, in the order of COLUMNS; `masked` names what is masked."""
    kinds = " ".join(table["masked"])
    for one in table["providers"]:
        used = _yes(one["is_active"])
        yield ["provider", one["account"], " ".join(one["models"]), one["host"], "", used, "", ""]
    for one in table["functions"]:
        consent = "required" if one["needs_consent"] else N_("not required")
        nothing: Json = {}
        for sent in one["sends"] or (nothing,):
            yield [
                "function",
                one["function"],
                sent.get("what", "nothing"),
                " ".join(sent.get("to", ())),
                kinds if sent.get("is_masked") else _yes(sent.get("is_masked")),
                _yes(sent.get("is_sent")),
                consent if sent else "",
                "",
            ]
    for one in table["others"]:
        masked = kinds if one["is_masked"] else "no"
        yield ["other", one["name"], one["what"], " ".join(one["to"]), masked, "yes", "", ""]
    for one in table["kept"]:
        days = N_("until it is erased") if one["days"] is None else one["days"]
        yield ["kept", one["what"], "", "", "", "", "", days]


def privacy_csv(table: Json) -> Response:
    """The answer that downloads the table."""
    name = f"privacy-{table['organization_id']}.csv"
    return Response(
        csv_text(COLUMNS, rows_of(table)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _other(name: str, what: str, to: list[str], *, is_masked: bool) -> Json:
    return {"name": name, "what": what, "to": to, "is_masked": is_masked}


def host_of(url: str) -> str:
    """
    >>> host_of("https://api.openai.com/v1"), host_of("")
    ('api.openai.com', '')
    """
    return urlsplit(url).hostname or ""


def _models_of(account: Account) -> list[str]:
    models = (account.default_model, account.transcription_model, account.speech_model)
    return list(dict.fromkeys(models))


def _yes(value: bool | None) -> str:
    return {True: "yes", False: "no", None: ""}[value]
