"""Read and check REDIS_URL: which Redis, where, and with what credentials.

    redis://user:password@host:6379/0          rediss:// for TLS
    unix:///run/redis.sock?db=0                &username=...&password=...
    redis+cluster://h1:6379,h2:6379            rediss+cluster:// for TLS
    redis+sentinel://h1:26379,h2:26379/service?db=0&sentinel_password=...

Every fault is a ValueError of one line that names REDIS_URL and what to write instead. It repeats
no part of the URL: a password with an unescaped `/` or `@` may be anywhere in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

STANDALONE, UNIX, CLUSTER, SENTINEL = "standalone", "unix", "cluster", "sentinel"

SCHEMES = {
    "redis": (STANDALONE, False),
    "rediss": (STANDALONE, True),
    "unix": (UNIX, False),
    "redis+cluster": (CLUSTER, False),
    "rediss+cluster": (CLUSTER, True),
    "redis+sentinel": (SENTINEL, False),
    "rediss+sentinel": (SENTINEL, True),
}
DEFAULT_PORTS = {STANDALONE: 6379, CLUSTER: 6379, SENTINEL: 26379}
EXAMPLE = "redis://user:password@host:6379/0"
ESCAPE = "percent-encode special characters of the password (/ is %2F, @ is %40)"


def _malformed(problem: str, fix: str) -> ValueError:
    return ValueError(f"REDIS_URL {problem}; {fix}")


def _whole_number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise _malformed(f"has a {name} that is no whole number", f"write {EXAMPLE}")
    return int(text)


def _yes_or_no(name: str, text: str) -> bool:
    if text.lower() not in {"true", "false", "yes", "no", "1", "0"}:
        raise _malformed(f"has a {name} that is neither true nor false", f"write {name}=true")
    return text.lower() in {"true", "yes", "1"}


def _certificate_check(name: str, text: str) -> str:
    if text not in {"none", "optional", "required"}:
        raise _malformed(f"has an unknown {name}", "write none, optional or required")
    return text


def _existing_file(name: str, text: str) -> str:
    if not Path(text).is_file():
        raise _malformed(f"names a file in {name} that is not there", "correct the path")
    return text


def _text(_name: str, text: str) -> str:
    return text


OPTIONS: dict[str, Callable[[str, str], str | int | bool]] = {
    "db": _whole_number,
    "max_connections": _whole_number,
    "username": _text,
    "password": _text,
    "sentinel_username": _text,
    "sentinel_password": _text,
    "ssl_cert_reqs": _certificate_check,
    "ssl_check_hostname": _yes_or_no,
    "ssl_ca_certs": _existing_file,
    "ssl_certfile": _existing_file,
    "ssl_keyfile": _existing_file,
}


@dataclass(frozen=True)
class RedisUrl:
    """The parts of REDIS_URL; credentials stay out of its repr."""

    kind: str
    tls: bool = False
    nodes: tuple[tuple[str, int], ...] = ()
    path: str = ""
    service: str = ""
    db: int = 0
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    options: dict[str, str | int | bool] = field(default_factory=dict, repr=False)


def check_url(url: str) -> None:
    """Raise ValueError where `url` is malformed; connects to nothing."""
    read_url(url)


def read_url(url: str) -> RedisUrl:
    scheme = url.partition("://")[0].lower()
    if "://" not in url or scheme not in SCHEMES:
        raise _malformed(
            "has an unknown scheme", f"use one of {', '.join(f'{s}://' for s in SCHEMES)}"
        )
    kind, tls = SCHEMES[scheme]
    parts = _split(url)
    options = _read_options(parts.query)
    username, password = _read_credentials(parts)
    nodes = () if kind == UNIX else _read_nodes(parts.netloc.rpartition("@")[2], kind)
    return RedisUrl(
        kind=kind,
        tls=tls,
        nodes=nodes,
        path=_read_socket_path(parts) if kind == UNIX else "",
        service=_read_service(parts.path) if kind == SENTINEL else "",
        db=_read_db(kind, parts.path, options),
        username=username or _pop_text(options, "username"),
        password=password or _pop_text(options, "password"),
        options=options,
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError:
        # The original message would repeat the address with its password.
        raise _malformed("is no URL", f"write {EXAMPLE} and {ESCAPE}") from None
    if parts.fragment or "#" in url:
        raise _malformed('has a "#"', "write %23 for a # in the password")
    return parts


def _read_credentials(parts: SplitResult) -> tuple[str | None, str | None]:
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    return unquote(user) or None, unquote(password) or None


def _read_nodes(hosts: str, kind: str) -> tuple[tuple[str, int], ...]:
    nodes = tuple(_read_node(host, DEFAULT_PORTS[kind]) for host in hosts.split(","))
    if kind == STANDALONE and len(nodes) > 1:
        raise _malformed("has several hosts", "use redis+cluster:// or redis+sentinel:// for them")
    return nodes


def _read_node(text: str, default_port: int) -> tuple[str, int]:
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        port = port.removeprefix(":")
    else:
        host, _, port = text.partition(":")
    if not host:
        raise _malformed("has no host", f"write {EXAMPLE} and {ESCAPE}")
    number = int(port) if port.isascii() and port.isdigit() else (0 if port else default_port)
    if not 1 <= number <= 65535:
        raise _malformed(
            "has a port that is no number from 1 to 65535", f"write {EXAMPLE} and {ESCAPE}"
        )
    return unquote(host), number


def _read_socket_path(parts: SplitResult) -> str:
    path = unquote(parts.path)
    if parts.netloc.rpartition("@")[2] or not path.startswith("/") or path == "/":
        raise _malformed("has no absolute socket path", "write unix:///run/redis.sock")
    return path


def _read_service(path: str) -> str:
    service = unquote(path.strip("/"))
    if not service or "/" in service:
        raise _malformed(
            "does not name one Sentinel service", "write redis+sentinel://h1:26379,h2:26379/service"
        )
    return service


def _read_db(kind: str, path: str, options: dict[str, str | int | bool]) -> int:
    in_query = options.pop("db", None)
    in_path = path.strip("/") if kind in {STANDALONE, CLUSTER} else ""
    db = int(in_query) if in_query is not None else _whole_number("database", in_path or "0")
    if kind == CLUSTER and db:
        raise _malformed("names a database", "leave it out: a Redis Cluster has only database 0")
    return db


def _read_options(query: str) -> dict[str, str | int | bool]:
    options: dict[str, str | int | bool] = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        if name not in OPTIONS:
            raise _malformed("has an unknown option", f"use only {', '.join(OPTIONS)}")
        options[name] = OPTIONS[name](name, text)
    return options


def _pop_text(options: dict[str, str | int | bool], name: str) -> str | None:
    value = options.pop(name, None)
    return str(value) if value else None
