"""`flowhook rotate-keys`: every stored secret encrypted with the first of ENCRYPTION_KEYS."""

from __future__ import annotations

import click


@click.command(short_help="Encrypt every secret with the first of ENCRYPTION_KEYS.")
@click.option(
    "--accept-loss",
    is_flag=True,
    help="Start over where the keys are lost: what they encrypted stays unreadable.",
)
@click.pass_context
def command(ctx: click.Context, accept_loss: bool) -> None:
    """Encrypt every secret with the first of ENCRYPTION_KEYS.

    Prints one line of JSON. Once it says "unreadable":0 and every process was restarted with the
    new key, the older keys may be removed. Ends with 1 while a secret is unreadable.
    """
    import orjson

    from service.opened_store import opened_store
    from service.rotate_keys import rotate

    with opened_store(checks_keys=False) as (config, redis):
        done = rotate(redis, config, accept_loss)
    click.echo(orjson.dumps(done))
    ctx.exit(1 if done["unreadable"] else 0)
