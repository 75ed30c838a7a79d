"""Play a flow in the terminal, or a conversation file against it: `flowhook play` too.

python -m flows examples/ask_gpt.json --pretend
python -m flows examples/ask_gpt.json --url http://127.0.0.1:8000 --token fh.demo...
python -m flows examples/ask_gpt.json --script examples/ask_gpt.script.json
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from flowhook.config import Config, ConfigError
from flowhook.errors import FlowhookError, NotFound
from flowhook.providers.retirements import Retired
from flowhook.strict_json import read_json
from flows.definition.definition import Export
from flows.definition.reading import read_export
from flows.library.flow_linter import FlowLinter
from flows.library.library import EMPTY
from flows.model.contact import Contact
from flows.model.session import WebhookAnswer, WebhookPending
from flows.play.chat_view import ChatView
from flows.play.player import Player
from flows.play.script import ScriptPlayer
from flows.play.standalone import CallWebhook
from flows.play.webhook_choices import (
    PretendedSheets,
    RunningService,
    SharedSheets,
    guarded_requests,
    pretended_request,
)


@click.command("play", short_help="Play a flow in the terminal.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--flow", default="", help="UUID or keyword, where there are several.")
@click.option("--trace", is_flag=True, help="Show nodes and variables.")
@click.option(
    "--script",
    type=click.Path(path_type=Path),
    help="Play this conversation file; ends with 1 if it differs.",
)
@click.option("--url", default="", envvar="FLOWHOOK_URL", help="A service that runs.")
@click.option("--token", default="", envvar="FLOWHOOK_TOKEN", help="Its webhook token.")
@click.option("--pretend", is_flag=True, help="Make up webhooks' answers.")
@click.option("--org", default="demo", help="Whose settings webhooks use here.")
@click.option("--name", default="Asha", help="The contact's name.")
@click.option("--phone", default="919800000000", help="The contact's phone.")
@click.pass_context
def command(ctx: click.Context, **given: Any) -> None:
    """Play a flow in the terminal, or a conversation file against it.

    FILE is a flow definition or an export. Webhook functions are those of a running service (--url,
    --token), or made up with --pretend; otherwise they run here, with the environment's settings,
    for the organisation --org.
    """
    ctx.exit(play(Options(**given)))


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    file: Path
    flow: str
    trace: bool
    script: Path | None
    url: str
    token: str
    pretend: bool
    org: str
    name: str
    phone: str


def play(options: Options) -> int:
    """Play the flow that the options name; returns 1, with a message, if that is not possible."""
    console = Console(highlight=False)
    try:
        export = read_export(options.file.read_bytes())
        if not export.flows:
            raise NotFound("the file holds no flow", fix="Export one from the editor.")
        if options.script:
            return play_script(export, options.script, console)
        show_issues(export, console)
        player = Player(
            export,
            ChatView(console, trace=options.trace),
            ask=input,
            functions=choose_functions(options),
            http=pretended_request if options.pretend else guarded_requests(allowed()),
            sheets=PretendedSheets() if options.pretend else SharedSheets.guarded(allowed()),
            contact=Contact(id="1", name=options.name, phone=options.phone),
            flow=options.flow,
        )
        player.play()
    except FlowhookError as error:
        print(f"{error.message.rstrip('.')}. {error.fix}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or options.file}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def play_script(export: Export, path: Path, console: Console) -> int:
    """Play a conversation file and print every difference; returns 1 if there is one."""
    script = read_json(path.read_bytes(), what=str(path))
    played = ScriptPlayer(export, script).play()
    for difference in played.differences:
        console.print(difference, style="red", markup=False, soft_wrap=not console.is_terminal)
    if not played.differences:
        console.print(f"{len(played.turns)} turns went as written", style="green")
    return 1 if played.differences else 0


def show_issues(export: Export, console: Console) -> None:
    """Print the issues that an import of the file would tell."""
    from service.webhook_calls import function_specs  # imported only if there are issues to find
    from webhooks.registry import load_functions

    linter = FlowLinter(function_specs(load_functions()), Retired)
    for flow in export.flows:
        found = linter.issues_of_import("", flow, EMPTY, export.flows, export.interactive_templates)
        for issue in found:
            style = "red" if issue.severity == "Critical" else "yellow"
            told = f"{issue.severity}: {issue.message}"
            console.print(told, style=style, markup=False, soft_wrap=not console.is_terminal)


def choose_functions(options: Options) -> CallWebhook:
    if options.pretend:
        return pretended()
    if options.url:
        return RunningService(options.url, options.token)
    return local_functions(options.org)


def pretended() -> CallWebhook:
    """The examples of the webhook functions in the place of their answers."""
    from webhooks.pretended import pretended_answer  # imported only if there is a flow to play
    from webhooks.registry import load_functions

    functions = load_functions()

    def call(name: str, _body: Mapping[str, Any]) -> WebhookAnswer:
        return WebhookAnswer(200, pretended_answer(functions, name))

    return call


def local_functions(org: str) -> CallWebhook:
    """The webhook functions of this process; the service is created at the first call."""

    @cache
    def conversations() -> Any:
        from app import create_app  # imported only if the service is needed
        from service.background import Background
        from service.opened_store import check_made

        check_made()
        return create_app(Config.from_env()).extensions[Background.NAME].waker.conversations

    def call(name: str, body: Mapping[str, Any]) -> WebhookAnswer | WebhookPending:
        try:
            joined = conversations()
        except (ConfigError, click.ClickException) as error:
            raise NotFound(str(error)) from error
        organisation = joined.settings(org)
        if not organisation.exists:
            raise NotFound(f"there is no organisation {org} in these settings")
        answer: WebhookAnswer | WebhookPending = joined.functions(organisation, name, body)
        return answer

    return call


def allowed() -> tuple[str, ...]:
    """ALLOW_PRIVATE_URLS, as the service reads it."""
    return tuple(filter(None, os.environ.get("ALLOW_PRIVATE_URLS", "").split(",")))


if __name__ == "__main__":
    command(prog_name="python -m flows")
