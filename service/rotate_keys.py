"""Encrypts every stored secret with the first of ENCRYPTION_KEYS: `flowhook rotate-keys`.

The older keys that logs, conversations, media and jobs still need are kept in the store, encrypted
with the first key too. The older keys may be removed from ENCRYPTION_KEYS once the command reports
that nothing is unreadable and every running process has the first key.
"""

from __future__ import annotations

from typing import Any

from flowhook.config import Config
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.contact_names import renew_names_key
from flowhook.organisations.key_check import renew_key_check
from flowhook.organisations.retired_keys import RetiredKeys
from flowhook.organisations.store import SettingsStore


def rotate(redis: Any, config: Config, accepts_loss: bool = False) -> dict[str, int]:
    """Rotate every secret; returns the counts `organizations`, `rotated` and `unreadable`.

    Where no key opens anything, the service starts with these keys only if `accepts_loss`.
    """
    cipher = Cipher(config.encryption_keys)
    store, retired = SettingsStore(redis, cipher), RetiredKeys(redis, cipher)
    done = {"organizations": 0, "rotated": 0, "unreadable": 0}
    for org in store.organisations():
        rotated, unreadable = store.keys.rotate(org)
        done["organizations"] += 1
        done["rotated"] += rotated
        done["unreadable"] += unreadable + retired.keep(org)
    done["unreadable"] += not renew_names_key(redis, cipher, accepts_loss)
    renew_key_check(redis, Cipher(config.encryption_keys), accepts_loss)
    return done
