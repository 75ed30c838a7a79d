"""What was erased of a contact, and what they said of consent, as the pages word it."""

from __future__ import annotations

from web.language import N_

ERASED = {
    "cases": N_("Cases of question sets, made of what they wrote"),
    "runs": N_("Runs that asked these cases"),
    "asked": N_("Questions among what people ask"),
    "consent": N_("What they said of consent"),
    "conversations": N_("Conversations"),
    "dead_letters": N_("Results that could not be delivered"),
    "dead_messages": N_("Messages that could not be delivered"),
    "for_people": N_("Things that waited for people"),
    "inbox": N_("Questions in the inbox"),
    "jobs": N_("Jobs"),
    "kept_answers": N_("Answers kept for repeated calls"),
    "logs": N_("Calls in the log"),
    "media": N_("Files"),
    "threads": N_("Threads with models"),
    "transcript_entries": N_("Messages and notes of conversations"),
    "trash": N_("Deleted things that could be brought back"),
    "waiting_messages": N_("Messages on their way"),
    "wakeups": N_("Timers of flows"),
}
CONSENTS = {
    "given": N_("Consented"),
    "withdrawn": N_("Withdrew their consent"),
    "none": N_("Was not asked yet"),
}
HOW = {"function": N_("by a webhook function"), "flow": N_("by a flow"), "api": N_("by a person")}
