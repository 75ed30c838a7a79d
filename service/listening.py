"""Whether the service can listen where it is told to, asked before anything is started."""

from __future__ import annotations

import errno
import os
import socket

from flowhook.config import Config, ConfigError

HELD = "LISTEN_FDS"  # systemd holds the port already, and hands it over


def check_listening(config: Config) -> None:
    """Raises ConfigError, with the fix, if HOST and PORT cannot be had."""
    if HELD in os.environ:
        return
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does
            probe.bind((config.host, config.port))
    except OSError as error:
        raise ConfigError(_words(config, error)) from None


def _words(config: Config, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"PORT {config.port} is taken: another service, or another Flowhook, listens there."
            " End that one, or set PORT to a free port"
        )
    if error.errno == errno.EACCES:
        return (
            f"PORT {config.port} is not for this user: set PORT to 1024 or more, and put a proxy"
            " in front"
        )
    return f"HOST={config.host} is no address of this machine ({error.strerror}): correct it"
