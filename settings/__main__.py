"""Commands of the operator on all organisations' settings.

    python -m settings rotate

seals every secret that an older key of ENCRYPTION_KEYS sealed with the first one, keeps what
opens older logs, conversations, media and jobs, sealed with the first key too, and prints what
it did as one line of JSON. When it says that nothing is unreadable, and no process runs any more
that does not know the first key, the older keys may go.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import orjson

from config import Config, ConfigError
from settings.cipher import Cipher
from settings.retired_keys import RetiredKeys
from settings.store import SettingsStore
from storage.connect import UNAVAILABLE, connect


def rotate(redis: Any, config: Config) -> dict[str, int]:
    """`{"organizations", "rotated", "unreadable"}`: how many organisations and secrets."""
    cipher = Cipher(config.encryption_keys)
    store, retired = SettingsStore(redis, cipher), RetiredKeys(redis, cipher)
    done = {"organizations": 0, "rotated": 0, "unreadable": 0}
    for org in store.organisations():
        rotated, unreadable = store.rotate(org)
        done["organizations"] += 1
        done["rotated"] += rotated
        done["unreadable"] += unreadable + retired.keep(org)
    return done


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m settings", description="Keeps settings.")
    parser.add_argument("command", choices=["rotate"], help="seal all secrets with the first key")
    parser.parse_args()
    try:
        config = Config.from_env()
        done = rotate(connect(config.redis_url, config.data_dir), config)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    except (*UNAVAILABLE, OSError) as error:
        print(f"Redis is away ({type(error).__name__}): start it and rotate again", file=sys.stderr)
        return 1
    print(orjson.dumps(done).decode())
    return 1 if done["unreadable"] else 0


if __name__ == "__main__":
    sys.exit(main())
