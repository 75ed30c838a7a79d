"""The words of flows' pages for what the flow runtime names: cards, notes, kinds of messages."""

from __future__ import annotations

from web.language import N_

KINDS = (  # the headings of cards
    N_("Webhook"),
    N_("Flow"),
    N_("Question"),
    N_("Message"),
    N_("Google sheet"),
    N_("Action"),
    N_("Split"),
)
SEVERITIES = (N_("Critical"), N_("Warning"))
NOTES = {  # what a transcript notes for the author
    "flow_started": N_("flow started"),
    "msg_not_sent": N_("message not sent"),
    "msg_ignored": N_("message ignored"),
    "input_labelled": N_("answer labelled"),
    "webhook_called": N_("webhook called"),
    "ticket_opened": N_("ticket opened"),
    "session_triggered": N_("flow started for others"),
    "action_skipped": N_("action skipped"),
    "expression_failed": N_("expression failed"),
    "flow_failed": N_("flow failed"),
    "flow_interrupted": N_("flow interrupted"),
    "sheet_read": N_("sheet read"),
    "sheet_written": N_("sheet written"),
    "paused": N_("paused"),
    "unpaused": N_("pause ended"),
    "restarted": N_("flow begun anew"),
    "moved": N_("moved on"),
}
STATUSES = {  # of a simulation that does not wait
    "completed": N_("The flow is completed."),
    "failed": N_("The flow has failed."),
    "running": N_("The flow is running."),
}
MESSAGES = {  # what a contact sends
    "text": N_("text"),
    "image": N_("image"),
    "audio": N_("audio"),
    "video": N_("video"),
    "document": N_("document"),
    "sticker": N_("sticker"),
    "location": N_("location"),
}
LANGUAGES = (
    N_("English"),
    N_("Hindi"),
    N_("Tamil"),
    N_("Kannada"),
    N_("Malayalam"),
    N_("Telugu"),
    N_("Odia"),
    N_("Assamese"),
    N_("Gujarati"),
    N_("Bengali"),
    N_("Punjabi"),
    N_("Marathi"),
    N_("Urdu"),
    N_("Spanish"),
    N_("Sign Language"),
    N_("French"),
    N_("Swahili"),
    N_("Portuguese"),
    N_("Arabic"),
    N_("Nepali"),
)
