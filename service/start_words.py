"""What the service says once it listens: where to open it, and how to sign in."""

from __future__ import annotations

import os

from flowhook.config import Config

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what such a host is here


def address(config: Config) -> str:
    """The address of the pages, as it is reached from this machine unless PUBLIC_URL says more."""
    if config.public_url:
        return config.public_url
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"http://{EVERYWHERE.get(config.host, host)}:{config.port}"


def sign_in(config: Config) -> str:
    """Where the operator's token is; never the token."""
    if os.environ.get("ADMIN_TOKEN", "").strip():
        return "the token in ADMIN_TOKEN"
    return f"the token in the file {config.data_dir / 'admin_token'}"


def start_words(config: Config) -> str:
    return (
        f"Flowhook runs. Open {address(config)} in a browser, and sign in with {sign_in(config)}."
    )
