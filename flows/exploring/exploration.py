"""What an exploration tells an author: coverage, issues, and conversations for a question set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowhook.organisations.organisation import Organisation
from flows.conversations.conversations import Conversations
from flows.conversations.live_services import CallFunction
from flows.definition.definition import Flow
from flows.exploring.decisions import Pretend
from flows.exploring.explorer import Explorer
from flows.exploring.findings import findings
from flows.exploring.proposals import proposals_of
from flows.library.publishing import newest, with_subflows
from flows.library.store import FlowStore
from flows.play.standalone import StandaloneServices


def explore_draft(
    conversations: Conversations,
    pretended: CallFunction,
    organisation: Organisation,
    uuid: str,
    personas: Sequence[str],
    most: int,
) -> dict[str, Any]:
    """Explore the newest draft of an organisation's flow; `pretended` answers in the place of
    functions. Raises NotFound."""

    def pretend(name: str) -> Mapping[str, Any]:
        answer = pretended(organisation, name, {})
        found: Mapping[str, Any] = getattr(answer, "body", None) or {}
        return found

    flow, services = drafts_of(
        conversations.flows,
        organisation.id,
        uuid,
        globals=organisation.section("globals").get("values", {}),
        timezone=organisation.timezone.key,
    )
    return explore(flow, services, pretend, list(dict.fromkeys(personas)), most)


def explore(
    flow: Flow,
    services: StandaloneServices,
    pretend: Pretend,
    personas: Sequence[str] = (),
    most: int = 50,
) -> dict[str, Any]:
    """Explore a flow; `services` hold it and the flows that it enters, `most` is the number of
    conversations that are proposed."""
    explorer = Explorer(flow, services, pretend)
    explored = explorer.explore()
    proposals = proposals_of(explored, explorer.walker, personas, most)
    return {
        "coverage": explored.coverage.as_dict(),
        "issues": [issue.as_dict() for issue in findings(flow, explored)],
        "proposals": [one.as_dict() for one in proposals],
        "is_whole": explored.is_whole,
    }


def drafts_of(
    store: FlowStore, org: str, uuid: str, **about: Any
) -> tuple[Flow, StandaloneServices]:
    """The newest draft of a flow, and services that hold it and the drafts that it enters.

    `about` are further fields of the services. Raises NotFound.
    """
    services = StandaloneServices(organization_id=org, **about)
    for one in with_subflows(store, org, uuid):
        services.publish(newest(store, org, one)[1])
    services.templates = store.library(org).interactive_messages
    return services.flows[uuid], services
