"""All HTTP routes of the room."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from flask import Blueprint

from flowhook.http.new_work import refuse_while_full
from flowhook.organisations.cache import SettingsCache
from flowhook.organisations.http.admin_auth import AdminAuth
from flowhook.organisations.lockout import Lockout
from flowhook.organisations.section_service import SectionService
from flowhook.redis.fullness import Fullness
from flows.api.channel_routes import channel_routes
from flows.api.conversation_routes import conversation_routes
from flows.api.editing_routes import editing_routes
from flows.api.explore_routes import explore_routes
from flows.api.flow_routes import flow_routes
from flows.api.funnel_routes import funnel_routes
from flows.api.intervention_routes import intervention_routes
from flows.api.roster_routes import roster_routes
from flows.channels.inbound import Receiver
from flows.conversations.conversations import Conversations
from flows.conversations.interventions import Interventions
from flows.conversations.live_services import CallFunction
from flows.library.flow_editor import FlowEditor
from flows.library.flow_linter import FlowLinter


def flows_routes(
    auth: AdminAuth,
    sections: SectionService,
    fullness: Fullness,
    place: Callable[[str], AbstractContextManager[None]],
    *,
    conversations: Conversations,
    linter: FlowLinter,
    editor: FlowEditor,
    pretended: CallFunction,
    settings: SettingsCache,
    lockout: Lockout,
    receiver: Receiver,
) -> list[Blueprint]:
    """Those of flows, conversations and channels; while the store is full nothing begins."""
    flows = conversations.flows
    storing = (
        flow_routes(auth, sections, flows, linter),
        editing_routes(auth, sections, editor),
        conversation_routes(auth, conversations, place),
        intervention_routes(auth, Interventions(conversations), place),
        channel_routes(settings, lockout, receiver),
    )
    return [
        *(refuse_while_full(routes, fullness) for routes in storing),
        roster_routes(auth, conversations),
        funnel_routes(auth, sections, flows),
        explore_routes(auth, conversations, pretended, place),
    ]
