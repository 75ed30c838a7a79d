"""What each room holds of contacts, registered for their rights: one line for each store.

A new store adds its line here. In the order of these lines contacts are erased: what leads to other
things comes after them, so that an erasure that broke off finds them again.
"""

from __future__ import annotations

from answers.guardrails.consent import ConsentStore
from answers.inbox.contact_items import ContactItems
from answers.inbox.store import InboxStore
from answers.question_sets.runs.contact_cases import ContactCases
from answers.question_sets.runs.runner import Runner
from flowhook.jobs.contact_jobs import ContactJobs
from flowhook.jobs.services import JobServices
from flowhook.media.store import MediaStore
from flowhook.organisations.contact_rights import ContactRights
from flowhook.organisations.erasures import Erasures
from flowhook.organisations.store import SettingsStore
from flowhook.records.contact_log import ContactLog
from flowhook.records.log import LogStore
from flowhook.redis.file_rewrite import FileRewrite
from flows.channels.whatsapp.channel import WhatsAppChannel
from flows.channels.whatsapp.contact_data import WhatsAppContactData
from flows.conversations.contact_data import ConversationData
from flows.conversations.conversations import Conversations
from webhooks.dispatcher import contact_in
from webhooks.threads import Threads


def open_contact_rights(
    settings: SettingsStore,
    conversations: Conversations,
    whatsapp: WhatsAppChannel,
    inbox: InboxStore,
    jobs: JobServices,
    threads: Threads,
    media: MediaStore,
    log: LogStore,
    runs: Runner,
    consents: ConsentStore,
) -> ContactRights:
    """The rights of contacts over everything that is held of them."""
    redis, cipher = settings.redis, settings.cipher
    rights = ContactRights(settings.audit, Erasures(redis, cipher), FileRewrite(redis))
    items, calls = ContactItems(inbox), ContactJobs(jobs.store, jobs.dead, contact_in)
    channel, conversation = WhatsAppContactData(whatsapp), ConversationData(conversations)
    cases = ContactCases(runs.sets, runs.store, log, runs.cache)
    logged, repeats, trash = ContactLog(log, redis), jobs.idempotency, settings.trash

    rights.add_store("inbox", items.erase, items.export)
    rights.add_store("jobs", calls.erase, calls.export)
    rights.add_store(
        "kept_answers",
        lambda org, contact: {"kept_answers": repeats.erase(org, contact)},
        repeats.of_contact,
    )
    rights.add_store("whatsapp", channel.erase, channel.export)
    rights.add_store("conversation", conversation.erase, conversation.export)
    rights.add_store(
        "threads", lambda org, contact: {"threads": threads.erase(org, contact)}, threads.of_contact
    )
    rights.add_store(
        "media", lambda org, contact: {"media": media.erase(org, contact)}, media.of_contact
    )
    rights.add_store(
        "consent", lambda org, contact: {"consent": consents.erase(org, contact)}, consents.export
    )
    rights.add_store("cases", cases.erase, cases.export)
    rights.add_store("logs", logged.erase, logged.export)
    rights.add_store("trash", lambda org, _contact: {"trash": trash.empty(org)})

    rights.add_returned(logged.returned)
    rights.add_returned(conversation.returned)
    settings.deletion.add_indices(rights.erasures.forget_organisation)
    return rights
