"""`flowhook check SET`: does what is new answer a question set worse than what is live?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service.terminal import Failed, json_option

if TYPE_CHECKING:
    from service.checked_set import Checked, Wanted

IS_WORSE = 1
NOT_CHECKED = 2


class NotChecked(Failed):
    """What kept the set from being checked, and the fix, in one line."""

    exit_code = NOT_CHECKED


@click.command(
    short_help="Check that what is new answers a question set no worse than what is live."
)
@click.argument("set_name", metavar="SET")
@click.option("--against", default="live", show_default=True, help="live, or a run's id.")
@click.option("--prompt", metavar="NAME@N", help="The version to check (else the newest).")
@click.option("--revision", type=int, help="The flow's revision to check (else the newest draft).")
@click.option("--model", help="Check this model in the place of the one that answers.")
@click.option("--url", required=True, envvar="FLOWHOOK_URL", help="The service (or FLOWHOOK_URL).")
@click.option("--org", metavar="ORG", help="Whose set; else the organisation of the token.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write JUnit XML.")
@json_option
@click.pass_context
def command(ctx: click.Context, set_name: str, **given: Any) -> None:
    """Run the question set SET on what is new and on what is live, and compare them.

    Works on a service that runs: --url names it, and the variable FLOWHOOK_TOKEN holds a token of
    an author or admin of the organisation. Prints the cases, failing ones first.

    Ends with 0 if what is new is no worse, with 1 if it is, or if a case fails that must pass, and
    with 2 if it could not be checked.
    """
    from flowhook.errors import FlowhookError
    from service.checked_set import SetChecks
    from service.terminal import in_one_line

    try:
        checks = SetChecks(*_service(given["url"], given["org"]))
        checked = checks.check(set_name, _wanted(given))
        _tell(set_name, checked, as_json=given["as_json"], junit=given["junit"])
    except FlowhookError as error:
        raise NotChecked(in_one_line(error)) from error
    except OSError as error:
        raise NotChecked(f"{error.filename}: {error.strerror}") from error
    ctx.exit(IS_WORSE if checked.worse else 0)


def _service(url: str, org: str | None) -> tuple[Any, str]:
    """A client of the service, and the organisation."""
    import os

    from flowhook.providers.flowhook import FlowhookClient

    token = os.environ.get("FLOWHOOK_TOKEN", "").strip()
    if not token:
        raise NotChecked("FLOWHOOK_TOKEN is not set: put a token of an author into it")
    parts = token.split(".")
    named = org or (parts[1] if len(parts) == 4 and parts[0] == "fh" else "")
    if not named:
        raise NotChecked("the token names no organisation: say --org")
    return FlowhookClient(url, token), named


def _wanted(given: dict[str, Any]) -> Wanted:
    from answers.prompts.prompt import read_reference
    from service.checked_set import Wanted

    named = read_reference(given["prompt"]) if given["prompt"] else None
    if given["prompt"] and (named is None or named[1] is None):
        raise click.UsageError("--prompt takes a name and a version, such as farmer_help@3")
    prompt = (named[0], named[1]) if named and named[1] else None
    return Wanted(given["against"], prompt, given["revision"], given["model"])


def _tell(name: str, checked: Checked, *, as_json: bool, junit: Path | None) -> None:
    from service.junit import junit_of

    if junit is not None:
        junit.write_bytes(junit_of(name, checked.cases, checked.worse))
    if as_json:
        _print_json(checked)
    else:
        _print_table(checked)


def _print_json(checked: Checked) -> None:
    from service.terminal import print_json

    print_json(
        {
            "is_worse": bool(checked.worse),
            "worse": dict(checked.worse),
            "comparison": checked.comparison,
            "run": {**checked.run, "cases": checked.cases, "next_cursor": None},
        }
    )


def _print_table(checked: Checked) -> None:
    from service.junit import why_of
    from service.terminal import print_rows

    rows = [
        {
            "case": case["id"],
            "now": {True: "passes", False: "fails"}.get(case["passed"], "unsure"),
            "worse": checked.worse.get(case["id"], ""),
            "why": why_of(case),
        }
        for case in checked.cases
    ]
    print_rows(rows, {"case": "CASE", "now": "NOW", "worse": "WORSE", "why": "WHY"})
    rate = f"{checked.run['pass_rate']:.0%} of {checked.run['total']} cases pass"
    verdict = checked.comparison.get("verdict", "nothing is live yet to compare with")
    click.secho(f"{rate}; {verdict}.", err=True, fg="red" if checked.worse else "green")
