"""The store that the environment names, opened for one command of the command line.

A store is never made by accident: where there is none yet, a command says so and leaves nothing
behind. Only `flowhook run`, `demo` and `restore` (and the workers of a service) may make one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis.exceptions import RedisError

from flowhook.config import Config, ConfigError
from flowhook.errors import FlowhookError
from flowhook.organisations.cipher import Cipher
from flowhook.organisations.key_check import KEY_CHECK, check_keys
from flowhook.redis.connect import UNAVAILABLE, connect
from flowhook.redis.keys import FORMAT, ORGANISATIONS
from service.start_check import check_format
from service.terminal import Failed, in_one_line

DATA = "appendonlydir"  # in DATA_DIR: what an embedded server made there


@contextmanager
def opened_store(
    checks_keys: bool = True, timeout_seconds: float | None = None
) -> Iterator[tuple[Config, Any]]:
    """The configuration, and a client of its store, which exists.

    `checks_keys`: refuse keys that open nothing there; `timeout_seconds` is how long a command of
    Redis may take, if not the usual second. Raises Failed, also for what is raised
    inside and has a line that an operator can act on.
    """
    with told_in_one_line():
        place = check_made()
        config = Config.from_env()
        redis = connect_to(config, timeout_seconds)
        try:
            if not holds_store(redis):
                raise no_store(place)
            check_format(redis, variable_of(config))
            if checks_keys:
                check_keys(redis, Cipher(config.encryption_keys))
            yield config, redis
        finally:
            redis.close()


def connect_to(config: Config, timeout_seconds: float | None = None) -> Any:
    return connect(config.redis_url, config.data_dir, config.embedded_max_memory, timeout_seconds)


def holds_store(redis: Any) -> bool:
    """Whether a service was ever started on this Redis."""
    return any(redis.exists(key) for key in (KEY_CHECK, ORGANISATIONS, FORMAT))


def variable_of(config: Config) -> str:
    """The variable that names the store."""
    return "DATA_DIR" if config.redis_url is None else "REDIS_URL"


def no_store(place: str) -> Failed:
    return Failed(
        f"there is no store in {place}: start flowhook run there, or set DATA_DIR or REDIS_URL"
        " to where it is"
    )


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """Raise what an operator can act on as Failed, with its fix."""
    try:
        yield
    except FlowhookError as error:
        raise Failed(in_one_line(error)) from error
    except ConfigError as error:
        raise Failed(str(error)) from error
    except UNAVAILABLE as error:
        cause = type(error).__name__
        raise Failed(f"Redis cannot be reached ({cause}): start it, and try again") from error
    except RedisError as error:
        raise Failed(f"Redis refuses this ({error}): mend that server") from error
    except OSError as error:
        raise Failed(file_words(error)) from error


def file_words(error: OSError) -> str:
    """What is wrong with a file, and who mends it how."""
    name = error.filename or "a file"
    if isinstance(error, FileNotFoundError):
        return f"{name} is not there: check the path that you gave"
    if isinstance(error, PermissionError):
        return f"{name} is closed to this user: give them the right to it, or run as its owner"
    if isinstance(error, FileExistsError):
        return f"{name} is there already: choose another name"
    return f"{name}: {error.strerror or error}. The operator of this machine can mend that"


def check_made() -> str:
    """The store's place in words. Raises Failed if DATA_DIR is to hold it, and nobody made one."""
    if os.environ.get("REDIS_URL", "").strip():
        return "REDIS_URL"
    directory = Path(os.environ.get("DATA_DIR", "").strip() or "./data").absolute()
    if not (directory / DATA).is_dir():
        raise no_store(str(directory))
    return str(directory)
