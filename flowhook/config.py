"""The environment, read once into a frozen Config.

Each variable is checked here and nowhere else. A missing or malformed value raises
ConfigError with one line that names the variable and the fix; no secret has a literal
default, and no error repeats a secret.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from cryptography.fernet import Fernet

import flowhook.config_values as values
from flowhook.redis.embedded import prepare_directory
from flowhook.redis.machine import machine_bytes

# The model of organisations that name none, where DEFAULT_MODEL is unset. OpenAI names it as the
# target for everyone who leaves the GPT-4 family (help.openai.com/en/articles/20001600).
SERVICE_DEFAULT_MODEL = "gpt-6-luna"

# The models of organisations that name none; the openai package 3.51.0 lists them as current.
SERVICE_IMAGE_MODEL = "gpt-image-2.5-flare"
SERVICE_SPEECH_MODEL = "gpt-4o-mini-tts"
SERVICE_TRANSCRIPTION_MODEL = "gpt-transcribe"

# Pictures and speech made by the functions: how large one may be, and how much an organisation
# keeps before its oldest are removed.
MEDIA_MAX_BYTES = 16 * 1024 * 1024
MEDIA_ORGANISATION_BYTES = 256 * 1024 * 1024

# How long the fetch of a caller's picture or recording may take in all.
FETCH_SECONDS = 20.0

# The part of the machine's memory that the embedded Redis uses where EMBEDDED_MAX_MEMORY is unset.
MEMORY_PART = 4

GOOGLE_MAPS_URL = "https://maps.googleapis.com"
GOOGLE_DOCS_URL = "https://docs.google.com"
GOOGLE_SHEETS_URL = "https://sheets.googleapis.com"
GOOGLE_TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address

Value = TypeVar("Value")


class ConfigError(Exception):
    """A missing or malformed variable: its name, what is wrong and the fix, in one line."""


@dataclass(frozen=True)
class Config:
    """The service's configuration; docs/operations.md lists the variables."""

    admin_token: str = field(repr=False)
    encryption_keys: tuple[str, ...] = field(repr=False)
    redis_url: str | None = field(default=None, repr=False)
    data_dir: Path = Path("data")
    embedded_max_memory: int | None = None  # bytes; None: the embedded server has no bound
    host: str = "0.0.0.0"  # noqa: S104 - the service listens for callers from outside
    port: int = 8000
    openai_base_url: str = "https://api.openai.com/v1"
    default_model: str = SERVICE_DEFAULT_MODEL
    public_url: str | None = None
    allow_private_urls: tuple[str, ...] = ()
    web_concurrency: int = 1
    log_level: str = "INFO"
    whatsapp_base_url: str = "https://graph.facebook.com"
    sarvam_base_url: str = "https://api.sarvam.ai"
    max_in_flight: int = 3000
    client_seconds: int = 20  # for a request's head, and again for its body
    trusted_proxies: int = 0
    log_entries: int = 10_000
    log_days: int = 30
    log_megabytes: int = 64  # of one organisation's log
    media_days: int = 1
    broker_url: str | None = field(default=None, repr=False)
    worker_threads: int = 256
    job_patience_seconds: int = 600
    jobs_megabytes: int = 64  # of one organisation's unfinished jobs, and again of kept results
    knowledge_megabytes: int = 100  # of all documents of one organisation
    # Google's addresses are not read from the environment; tests set them.
    google_maps_url: str = GOOGLE_MAPS_URL
    google_docs_url: str = GOOGLE_DOCS_URL
    google_sheets_url: str = GOOGLE_SHEETS_URL
    google_token_url: str = GOOGLE_TOKEN_URL
    prices_file: Path | None = None
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Config:
        """Read and check the environment; with the embedded Redis, make the missing secrets."""
        read = _Reader(os.environ if environ is None else environ)
        data_dir = Path(read("DATA_DIR", "./data", str)).absolute()
        redis_url = read("REDIS_URL", None, values.redis_url)
        embedded = redis_url is None
        return cls(
            redis_url=redis_url,
            embedded_max_memory=read(
                "EMBEDDED_MAX_MEMORY", machine_bytes() // MEMORY_PART, values.memory
            ),
            host=read("HOST", cls.host, values.host),
            port=read("PORT", cls.port, values.whole(1, 65535)),
            openai_base_url=read("OPENAI_BASE_URL", cls.openai_base_url, values.http_url),
            default_model=read("DEFAULT_MODEL", cls.default_model, values.model_name),
            public_url=read("PUBLIC_URL", None, values.http_url),
            allow_private_urls=read("ALLOW_PRIVATE_URLS", (), values.hosts_and_networks),
            web_concurrency=read("WEB_CONCURRENCY", os.cpu_count() or 1, values.whole(1, 512)),
            log_level=read("LOG_LEVEL", cls.log_level, values.log_level),
            whatsapp_base_url=read("WHATSAPP_BASE_URL", cls.whatsapp_base_url, values.http_url),
            sarvam_base_url=read("SARVAM_BASE_URL", cls.sarvam_base_url, values.http_url),
            max_in_flight=read("MAX_IN_FLIGHT", cls.max_in_flight, values.whole(1, 100_000)),
            client_seconds=read("CLIENT_SECONDS", cls.client_seconds, values.whole(1, 600)),
            trusted_proxies=read("TRUSTED_PROXIES", cls.trusted_proxies, values.whole(0, 10)),
            log_entries=read("LOG_ENTRIES", cls.log_entries, values.whole(1, 10_000_000)),
            log_days=read("LOG_DAYS", cls.log_days, values.whole(1, 3650)),
            log_megabytes=read("LOG_MEGABYTES", cls.log_megabytes, values.whole(1, 100_000)),
            media_days=read("MEDIA_DAYS", cls.media_days, values.whole(1, 30)),
            broker_url=read("BROKER_URL", None, values.broker_url),
            worker_threads=read("WORKER_THREADS", cls.worker_threads, values.whole(1, 10_000)),
            job_patience_seconds=read(
                "JOB_PATIENCE_SECONDS", cls.job_patience_seconds, values.whole(0, 86_400)
            ),
            jobs_megabytes=read("JOBS_MEGABYTES", cls.jobs_megabytes, values.whole(1, 100_000)),
            knowledge_megabytes=read(
                "KNOWLEDGE_MEGABYTES", cls.knowledge_megabytes, values.whole(1, 100_000)
            ),
            prices_file=read("PRICES_FILE", None, values.existing_file),
            smtp_url=read("SMTP_URL", None, values.smtp_url),
            mail_from=read("MAIL_FROM", None, values.mail_address),
            # Last, so that what is wrong above leaves no folder and no secrets behind.
            data_dir=(data_dir := _make_private_dir(data_dir) if embedded else data_dir),
            admin_token=read.secret(
                "ADMIN_TOKEN", values.admin_token, embedded, data_dir, _new_admin_token
            )[0],
            encryption_keys=read.secret(
                "ENCRYPTION_KEYS", values.fernet_keys, embedded, data_dir, _new_fernet_key
            ),
        )


def find_encryption_keys(environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The keys that are there, in the environment or in DATA_DIR; none are made.

    Raises ConfigError if there are none, or they are malformed.
    """
    read = _Reader(os.environ if environ is None else environ)
    data_dir = Path(read("DATA_DIR", "./data", str)).absolute()
    is_kept = (data_dir / "encryption_keys").exists()
    is_embedded = read("REDIS_URL", None, values.redis_url) is None
    if is_embedded and not is_kept and not read("ENCRYPTION_KEYS", None, values.fernet_keys):
        raise ConfigError(
            f"ENCRYPTION_KEYS is not set and {data_dir} has no file encryption_keys: set it, or"
            " copy that file there"
        )
    return read.secret(
        "ENCRYPTION_KEYS", values.fernet_keys, is_embedded, data_dir, _new_fernet_key
    )


class _Reader:
    """Reads one variable at a time; an empty value counts as unset."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def __call__(
        self, name: str, default: Value, parse: Callable[[str], Value] | Callable[[str], str]
    ) -> Value:
        text = self.environ.get(name, "").strip()
        if not text:
            return default
        try:
            return parse(text)  # type: ignore[return-value]
        except ValueError as error:
            raise ConfigError(f"{name} {_one_line(error)}") from None

    def secret(
        self,
        name: str,
        parse: Callable[[str], tuple[str, ...]],
        embedded: bool,
        data_dir: Path,
        generate: Callable[[], str],
    ) -> tuple[str, ...]:
        """A secret from the environment, or, with the embedded Redis, generated into DATA_DIR."""
        found: tuple[str, ...] | None = self(name, None, parse)
        if found:
            return found
        if not embedded:
            hint = (
                " (python -c 'from cryptography.fernet import Fernet;"
                " print(Fernet.generate_key().decode())' makes one)"
                if name == "ENCRYPTION_KEYS"
                else ""
            )
            raise ConfigError(f"{name} is required with REDIS_URL: set it in the environment{hint}")
        path = data_dir / name.lower()
        try:
            return parse(_read_or_create(path, generate))
        except ValueError as error:
            raise ConfigError(f"{name} in the file {path.name} of DATA_DIR {error}") from None


def _read_or_create(path: Path, generate: Callable[[], str]) -> str:
    """Read the file, or create it atomically, so that processes starting together agree."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(generate() + "\n")
            file.flush()
            os.fsync(file.fileno())  # nothing it encrypts may outlive it
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def _make_private_dir(path: Path) -> Path:
    try:
        return prepare_directory(path)
    except OSError as error:
        reason = error.strerror or "failed"
        raise ConfigError(
            f"DATA_DIR cannot be made ({reason}): name a directory this user may write"
        ) from None


def _one_line(error: ValueError) -> str:
    text = " ".join(str(error).split())
    return text.removeprefix("REDIS_URL ")


def _new_admin_token() -> str:
    return secrets.token_hex(32)


def _new_fernet_key() -> str:
    return Fernet.generate_key().decode()
