"""Joins the inbox to the ways by which answers reach those who asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from answers.approved.approved import Approved
from answers.inbox.delivery import STEP
from answers.inbox.inbox import Inbox
from answers.inbox.intake import InboxIntake
from answers.inbox.item import InboxItem
from answers.inbox.sweep import InboxSweep
from flowhook.errors import NotAnswered
from flowhook.jobs.call import Call
from flowhook.jobs.flow_resume import FlowResume
from flowhook.jobs.job_runner import JobRunner
from flowhook.jobs.person_runner import job_of
from flowhook.jobs.services import JobServices
from flowhook.organisations.retention import DaysOf
from flowhook.outcome import Outcome
from flows.conversations.store import ConversationStore
from service.contact_history import ConversationHistory
from webhooks.dispatcher import Dispatcher
from webhooks.functions.ask_a_person import JOB, result_of
from webhooks.to_inbox import GLIFIC


@dataclass(frozen=True, slots=True)
class Inboxes:
    """The inbox of a process, and the sweep of a worker."""

    inbox: Inbox
    sweep: InboxSweep


def open_inbox(
    intake: InboxIntake,
    job_services: JobServices,
    dispatcher: Dispatcher,
    conversations: ConversationStore,
    approved: Approved,
    ids: Callable[[], Iterable[str]],
    days_of: DaysOf,
) -> Inboxes:
    """The inbox, whose answers workers deliver; `ids` lists all organisations, `days_of` tells for
    how many days they keep what ended."""
    intake.add_history(ConversationHistory(conversations))
    inbox = Inbox(intake, job_services.queue)
    inbox.approves = approved
    inbox.add_delivery(JOB["kind"], JobAnswers(job_services.job_runner, dispatcher))
    inbox.add_delivery(GLIFIC["kind"], GlificAnswers(job_services.flow_resume))
    job_services.add_task(STEP, inbox.deliveries.perform)
    return Inboxes(inbox, InboxSweep(intake.store.redis, inbox, ids, days_of))


class JobAnswers:
    """The AnswerDelivery that completes the job of a call that asked a person."""

    def __init__(self, job_runner: JobRunner, dispatcher: Dispatcher) -> None:
        self.job_runner = job_runner
        self.dispatcher = dispatcher

    def deliver(self, item: InboxItem) -> None:
        def answered(call: Call) -> Outcome:
            function = self.dispatcher.find(call.function)
            return self.dispatcher.answered(call, function, result_of(item.id, item.state.answer))

        self.job_runner.complete(job_of(item.org, item.id), answered)

    def end(self, item: InboxItem) -> None:
        closed = "the question was closed without an answer"
        error = NotAnswered(closed if item.state.ended_by else "nobody answered within 7 days")
        self.job_runner.complete(
            job_of(item.org, item.id), lambda call: self.dispatcher.refuse(call, error)
        )


class GlificAnswers:
    """The AnswerDelivery that writes to a contact in Glific, whose flow has gone on."""

    def __init__(self, flow_resume: FlowResume) -> None:
        self.flow_resume = flow_resume

    def deliver(self, item: InboxItem) -> None:
        self.flow_resume.write(item.org, item.asked.contact, item.state.answer)

    def end(self, item: InboxItem) -> None:
        """Nothing: the flow told the contact already that there is no answer."""
