"""`flowhook rotate-keys`: every stored secret encrypted with the first of ENCRYPTION_KEYS."""

from __future__ import annotations

import click

from service.terminal import Failed, say


@click.command(short_help="Encrypt every secret with the first of ENCRYPTION_KEYS.")
@click.option(
    "--accept-loss",
    is_flag=True,
    help="Start over where the keys are lost: what they encrypted stays unreadable.",
)
def command(accept_loss: bool) -> None:
    """Encrypt every secret with the first of ENCRYPTION_KEYS.

    Prints one line of JSON. Once it says "unreadable":0 and every process was restarted with the
    new key, the older keys may be removed. Ends with 1 while a secret is unreadable.
    """
    import orjson

    from service.opened_store import opened_store, variable_of
    from service.rotate_keys import rotate

    with opened_store(checks_keys=False) as (config, redis):
        done = rotate(redis, config, accept_loss)
    click.echo(orjson.dumps(done))
    if done["unreadable"]:
        raise Failed(
            "some secrets open with none of these keys (flowhook doctor names them): add the key of"
            " before to ENCRYPTION_KEYS, or save them anew"
        )
    if done["organizations"]:
        say("The older keys may be removed once every process runs with the first one.")
    else:
        place = variable_of(config)
        say(f"There is no organisation in this store: does {place} name the right one?")
