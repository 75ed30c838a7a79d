"""The check at the start that ENCRYPTION_KEYS are those the store was written with.

A value in the store, encrypted with the first key, is opened at each start, and encrypted anew by
`flowhook rotate-keys`. A store of an older release has none: there any secret that the keys open
will do, and the value is written then.
"""

from __future__ import annotations

from typing import Any

from redis.exceptions import RedisError

from flowhook.config import ConfigError
from flowhook.organisations.cipher import CannotDecrypt, Cipher
from flowhook.redis.fullness import refuses_writes
from flowhook.redis.keys import ORGANISATIONS

KEY_CHECK = "fh:key_check"
_PURPOSE = "key check"
_NOBODY = "*"  # no organisation's id


def check_keys(redis: Any, cipher: Cipher) -> None:
    """Raises ConfigError if no key of `cipher` opens what is in the store."""
    if not _fits(redis, cipher):
        raise ConfigError(
            "ENCRYPTION_KEYS open nothing in this store: set the keys it was written with (the"
            " embedded Redis keeps them in DATA_DIR/encryption_keys), or, if they are lost for"
            " good, run flowhook rotate-keys --accept-loss and save every secret again"
        )
    if redis.exists(KEY_CHECK):
        return
    try:
        redis.set(KEY_CHECK, _value(cipher), nx=True)
    except RedisError as error:
        if not refuses_writes(error):  # a full store has to start, too
            raise


def renew_key_check(redis: Any, cipher: Cipher, accepts_loss: bool) -> None:
    """Encrypt the value with the first key, also if no key opens it and the loss is accepted."""
    if accepts_loss or _fits(redis, cipher):
        redis.set(KEY_CHECK, _value(cipher))


def _value(cipher: Cipher) -> bytes:
    return cipher.seal(_NOBODY, _PURPOSE, b"opened")


def _fits(redis: Any, cipher: Cipher) -> bool:
    known = redis.get(KEY_CHECK)
    if known is None:
        return not redis.exists(ORGANISATIONS) or _opens_a_secret(redis, cipher)
    try:
        cipher.open(_NOBODY, _PURPOSE, known)
    except CannotDecrypt:
        return False
    return True


def _opens_a_secret(redis: Any, cipher: Cipher) -> bool:
    """Whether a secret opens, or there is none. Some may be unreadable since long ago."""
    # With it come the providers' clients, half of what a check at the start takes.
    from flowhook.organisations.store import SettingsStore

    store = SettingsStore(redis, cipher)
    is_empty = True
    for org in store.organisations():
        for purpose, sealed in store.keys.secrets(org):
            is_empty = False
            try:
                store.cipher.open(org, purpose, sealed)
            except CannotDecrypt:
                continue
            return True
    return is_empty
