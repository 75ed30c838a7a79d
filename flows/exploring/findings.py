"""What is wrong with a flow by its exploration, as issues in the linter's shape."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from flows.definition.definition import Flow
from flows.exploring.explorer import Explored, active
from flows.exploring.walker import Played, Turn
from flows.lint import CRITICAL, WARNING, Issue
from flows.model.events import FlowFailed, MsgCreated, RouteTaken

MAX_SAID = 60
EXIT_LOOP = "Could not find category for: Exit Loop"
END = ""


def findings(flow: Flow, explored: Explored) -> list[Issue]:
    """Failures, waits that nothing leaves, answers without a reply, and flows without an end."""
    found = [
        issue
        for played in explored.played
        for issue in (*_failures(flow, played), *_silence(flow, played))
    ]
    found += _dead_ends(flow, explored)
    is_known = explored.is_whole and all(issue.severity != CRITICAL for issue in found)
    found += _endless(flow, explored) if is_known else ()
    first: dict[tuple[str, str, str], Issue] = {}
    for issue in found:
        first.setdefault((issue.node, issue.check, _reason(issue)), issue)
    return sorted(first.values(), key=lambda issue: issue.severity != CRITICAL)


def _reason(issue: Issue) -> str:
    """What one issue of a node differs by from the next: not by the words that were said."""
    return issue.message.partition(" after ")[0]


def _failures(flow: Flow, played: Played) -> Iterator[Issue]:
    if played.failure and not played.path.turns:
        yield Issue(CRITICAL, f"The flow does not start: {played.failure}", "", "explored_start")
    for event in played.events:
        if not isinstance(event, FlowFailed):
            continue
        is_own = event.flow == flow.uuid
        node = flow.nodes.get(event.node) if is_own else None
        where = f"Node {node.label}" if node else "A flow that it enters"
        if event.reason == EXIT_LOOP:
            message = (
                f"{where}: whoever comes here again and again within six hours leaves the flow"
                ' with a failure, as the node has no category named "Exit Loop"'
            )
            yield Issue(WARNING, message, node.uuid if node else "", "explored_loop")
        else:
            message = f"{where} fails{_after(played)}: {event.reason}"
            yield Issue(CRITICAL, message, node.uuid if node else "", "explored_failure")


def _silence(flow: Flow, played: Played) -> Iterator[Issue]:
    """A contact's message that is answered by nothing."""
    node = flow.nodes.get(played.before)
    turn = played.path.turns[-1] if played.path.turns else None
    if node is None or turn is None or turn.message is None or not _is_routed(flow, played):
        return
    if any(isinstance(event, MsgCreated | FlowFailed) for event in played.events):
        return
    way = f' ("{turn.category}")' if turn.category else ""
    otherwise = "" if not any(turn.preset) else ", where a webhook fails or answers otherwise"
    message = f"Node {node.label}: an answer{way} gets no reply{otherwise}{_after(played)}"
    yield Issue(WARNING, message, node.uuid, "explored_silence")


def _dead_ends(flow: Flow, explored: Explored) -> Iterator[Issue]:
    """Waits for an answer that no answer leaves."""
    tried: dict[str, bool] = defaultdict(bool)
    for played in explored.played:
        turn = played.path.turns[-1] if played.path.turns else None
        if turn is not None and turn.message is not None and played.before in flow.nodes:
            tried[played.before] |= _is_routed(flow, played)
    for uuid, is_left in tried.items():
        if not is_left:
            node = flow.nodes[uuid]
            message = f"Node {node.label} waits for an answer, and no answer goes on from it"
            yield Issue(CRITICAL, message, uuid, "explored_dead_end")


def _endless(flow: Flow, explored: Explored) -> Iterator[Issue]:
    """The first wait from which no conversation comes to an end."""
    before: dict[str, set[str]] = defaultdict(set)
    waits: dict[str, None] = {}
    for played in explored.played:
        run = active(played.session)
        after = run["node"] if run["flow"] else END
        if after:
            waits[after] = None
        if played.before:
            before[after].add(played.before)
    ending, waiting = set[str](), [END]
    while waiting:
        one = waiting.pop()
        if one not in ending:
            ending.add(one)
            waiting += before[one]
    stuck = next((uuid for uuid in waits if uuid not in ending and uuid in flow.nodes), None)
    if stuck is not None:
        message = (
            f"Node {flow.nodes[stuck].label}: from here no answer leads to an end of the flow, so"
            " a contact stays in it until another flow begins"
        )
        yield Issue(WARNING, message, stuck, "explored_endless")


def _is_routed(flow: Flow, played: Played) -> bool:
    """Whether the last turn left the node at which the contact was."""
    return any(
        isinstance(event, RouteTaken) and event.node == played.before and event.flow == flow.uuid
        for event in played.events
    )


def _after(played: Played) -> str:
    """What was said before, for an author who wants to see it happen."""
    turns = played.path.turns
    if not turns:
        return ""
    said = _said(turns[-1])
    return f" after {said}"


def _said(turn: Turn) -> str:
    message = turn.message
    if message is None:
        return "silence"
    if not message.text:
        return f"a message of type {message.type}"
    text = message.text
    return f"“{text if len(text) <= MAX_SAID else text[:MAX_SAID] + '…'}”"
