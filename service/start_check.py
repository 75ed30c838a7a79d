"""What is checked once before the service starts: that Redis answers, that this release
reads what is stored there, and that the keys fit.

Later both may fail without ending anything: a process that runs waits for its Redis.

python -m service.start_check
"""

from __future__ import annotations

import sys
import time
from typing import Any

from redis.exceptions import AuthenticationError, BusyLoadingError, RedisError

from flowhook.backoff import Backoff
from flowhook.config import Config, ConfigError
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.contact_move import hide_contacts
from flowhook.organisations.key_check import check_keys
from flowhook.redis.connect import connect
from flowhook.redis.fullness import refuses_writes
from flowhook.redis.keys import FORMAT, ORGANISATIONS, STORE_FORMAT

PATIENCE_SECONDS = 10.0  # Redis may be starting, too
LOOKS = Backoff(first_seconds=0.1, factor=2, longest_seconds=1.0)


def check_start(config: Config, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Raises ConfigError where a variable is wrong, ConnectionError (the built-in one) where the
    embedded server does not start."""
    redis = connect(config.redis_url, config.data_dir, config.embedded_max_memory)
    try:
        _reach(redis, patience_seconds)
        check_format(redis, "DATA_DIR" if config.redis_url is None else "REDIS_URL")
        cipher = Cipher(config.encryption_keys)
        check_keys(redis, cipher)
        _hide_contacts(redis, cipher)
    finally:
        redis.close()  # what is forked afterwards has connections of its own


def _reach(redis: Any, patience_seconds: float) -> None:
    """Wait until Redis answers; for one that loads its data, however long that takes."""
    deadline = time.monotonic() + patience_seconds
    pause = LOOKS.first_seconds
    while True:
        try:
            redis.exists(ORGANISATIONS)
            return
        except AuthenticationError:
            raise ConfigError(
                "REDIS_URL is refused by Redis: correct its user and password"
            ) from None
        except BusyLoadingError:
            deadline = time.monotonic() + patience_seconds
        except (RedisError, OSError) as error:
            if time.monotonic() >= deadline:
                raise ConfigError(
                    f"REDIS_URL cannot be used ({type(error).__name__}): start Redis there, or"
                    " correct the address"
                ) from None
        time.sleep(pause)
        pause = LOOKS.after(pause)


def check_format(redis: Any, variable: str) -> None:
    """Raises ConfigError if a newer release wrote the store that `variable` names."""
    found = int(redis.get(FORMAT) or 1)
    if found > STORE_FORMAT:
        raise ConfigError(
            f"{variable} holds the store of a newer release (format {found}, and this one reads"
            f" {STORE_FORMAT}): start that release, or restore a backup of before"
        )


def _hide_contacts(redis: Any, cipher: Cipher) -> None:
    try:
        hide_contacts(redis, cipher)
    except RedisError as error:
        if not refuses_writes(error):  # a full store starts as it is, and is moved another time
            raise


def main() -> int:
    """Check the environment; the status of the process."""
    try:
        check_start(Config.from_env())
    except (ConfigError, ConnectionError) as error:
        print(error, file=sys.stderr)
        return 1
    except RedisError as error:
        print(f"REDIS_URL refuses what a start needs ({error}): mend that server", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
