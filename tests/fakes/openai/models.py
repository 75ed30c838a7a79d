"""The models the fake knows: what each is for, what it takes, when it shuts down.

Sources: the lists and shutdown dates in the openai package 3.51.0 (`ChatModel`, `ImageModel`,
`AudioModel`, `SpeechModel`), and OpenAI's notices as quoted by third parties. That the legacy
completion models left on 2026-09-28 with gpt-3.5-turbo-1106 is taken from OpenAI's notice of
September 2025. Context sizes are round figures; only their order of magnitude matters here.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field

from tests.fakes.openai.complaints import Complaint

_SHUTDOWNS: dict[str, dict[str | None, str]] = {
    "chat": {
        None: "gpt-6-astra gpt-6.1-sol gpt-6.1-terra gpt-6-sol gpt-6-luna gpt-5.6-sol "
        "gpt-5.6-terra gpt-5.6-luna gpt-5.5 gpt-5.5-2026-04-23 gpt-5.4 gpt-5.4-mini "
        "gpt-5.4-mini-2026-03-17 gpt-5.2 gpt-5.2-2025-12-11",
        "2027-04-01": "gpt-5.1 gpt-5.1-2025-11-13 gpt-5.4-nano gpt-5.4-nano-2026-03-17",
        "2027-01-14": "gpt-4o gpt-4o-2024-11-20 gpt-4o-2024-08-06 gpt-4o-mini "
        "gpt-4o-mini-2024-07-18 gpt-4.1 gpt-4.1-2025-04-14 gpt-4.1-mini gpt-4.1-mini-2025-04-14",
        "2026-12-11": "gpt-5 gpt-5-2025-08-07 gpt-5-mini gpt-5-mini-2025-08-07 gpt-5-nano "
        "gpt-5-nano-2025-08-07 o3 o3-2025-04-16",
        "2026-10-23": "gpt-3.5-turbo gpt-3.5-turbo-0125 gpt-4 gpt-4-0613 gpt-4-turbo "
        "gpt-4-turbo-2024-04-09 gpt-4-1106-preview gpt-4o-2024-05-13 gpt-4.1-nano "
        "gpt-4.1-nano-2025-04-14 o1 o1-2024-12-17 o3-mini o3-mini-2025-01-31 o4-mini "
        "o4-mini-2025-04-16",
        "2026-09-28": "gpt-3.5-turbo-1106",
    },
    "completion": {"2026-09-28": "gpt-3.5-turbo-instruct davinci-002 babbage-002"},
    "image": {
        None: "gpt-image-2.6-sunburst gpt-image-2.6-flare gpt-image-2.5-sunburst "
        "gpt-image-2.5-flare gpt-image-2 gpt-image-2-2026-04-21",
        "2026-12-01": "gpt-image-1.5 gpt-image-1-mini chatgpt-image-latest",
        "2026-10-23": "gpt-image-1",
        "2026-05-12": "dall-e-2 dall-e-3",
    },
    "speech": {"2027-01-06": "tts-1 tts-1-hd gpt-4o-mini-tts gpt-4o-mini-tts-2025-12-15"},
    "realtime": {
        None: "gpt-realtime-2.1 gpt-realtime-2.1-mini gpt-realtime-2 gpt-realtime-1.5",
        "2027-01-20": "gpt-realtime gpt-realtime-2025-08-28 gpt-realtime-mini "
        "gpt-realtime-mini-2025-12-15",
    },
    "transcription": {
        None: "gpt-transcribe",
        "2027-02-26": "whisper-1 gpt-4o-transcribe gpt-4o-mini-transcribe "
        "gpt-4o-mini-transcribe-2025-12-15 gpt-4o-transcribe-diarize",
    },
    "moderation": {None: "omni-moderation-latest omni-moderation-2024-09-26"},
    "embedding": {
        None: "text-embedding-3-small text-embedding-3-large text-embedding-ada-002",
    },
}

_EFFORTS_BY_FAMILY = (
    # (name starts with, efforts it takes, the effort when none is sent)
    (r"gpt-6-astra|gpt-6\.1-sol", "low medium high xhigh max", "medium"),
    (r"gpt-6", "none low medium high xhigh max", "medium"),
    (r"gpt-5\.[56]", "none low medium high xhigh", "medium"),
    (r"gpt-5\.[24]", "none low medium high xhigh", "none"),
    (r"gpt-5\.1", "none low medium high", "none"),
    (r"gpt-5", "minimal low medium high", "medium"),
    (r"o\d", "low medium high", "medium"),
)


@dataclass(frozen=True)
class Model:
    """One model; `efforts` is empty for a model that does not reason."""

    id: str
    kind: str
    shutdown_date: datetime.date | None = None
    efforts: tuple[str, ...] = ()
    default_effort: str | None = None

    @property
    def reasons(self) -> bool:
        return bool(self.efforts)

    @property
    def context_tokens(self) -> int:
        if self.reasons:
            return 400_000
        return 16_385 if self.id.startswith("gpt-3.5") else 128_000

    @property
    def output_tokens(self) -> int:
        """The most that `max_tokens` or `max_completion_tokens` may ask for."""
        if self.reasons:
            return 128_000
        for family, most in (("gpt-4.1", 32_768), ("gpt-4o", 16_384)):
            if self.id.startswith(family):
                return most
        return 4_096

    @property
    def takes_stop(self) -> bool:
        return not re.match(r"o3|o4-mini|gpt-5|gpt-6", self.id)

    @property
    def tools_need_effort_none(self) -> bool:
        """On chat/completions these refuse function tools unless effort `none` is sent."""
        return re.match(r"gpt-5\.6|gpt-6", self.id) is not None

    @property
    def tools_forbid_effort(self) -> bool:
        """On chat/completions these refuse function tools together with an effort."""
        return re.match(r"gpt-5\.[45]", self.id) is not None


def _known() -> dict[str, Model]:
    models = {}
    for kind, by_date in _SHUTDOWNS.items():
        for date, names in by_date.items():
            shutdown = datetime.date.fromisoformat(date) if date else None
            for name in names.split():
                models[name] = _model(name, kind, shutdown)
    return models


def _model(name: str, kind: str, shutdown: datetime.date | None = None) -> Model:
    if kind == "chat":
        for family, efforts, default in _EFFORTS_BY_FAMILY:
            if re.match(family, name):
                return Model(name, kind, shutdown, tuple(efforts.split()), default)
    return Model(name, kind, shutdown)


@dataclass
class Models:
    """The models as of a day; single ones may be retired or brought back by a test."""

    today: datetime.date
    known: dict[str, Model] = field(default_factory=_known)
    retired: set[str] = field(default_factory=set)
    revived: set[str] = field(default_factory=set)

    def add(self, name: str, kind: str) -> None:
        self.known[name] = _model(name, kind)

    def alive(self) -> list[Model]:
        return [model for model in self.known.values() if not self._is_gone(model)]

    def get(self, name: str) -> Model:
        """The model, or the 404 the API gives for one that is unknown or gone."""
        model = self.known.get(name)
        if model is None:
            raise model_not_found(name)
        if self._is_gone(model):
            raise Complaint(
                f"The model `{name}` has been deprecated, learn more here: "
                "https://platform.openai.com/docs/deprecations",
                status=404,
                code="model_not_found",
            )
        return model

    def _is_gone(self, model: Model) -> bool:
        if model.id in self.revived:
            return False
        past = model.shutdown_date is not None and model.shutdown_date <= self.today
        return past or model.id in self.retired


def model_not_found(name: str) -> Complaint:
    return Complaint(
        f"The model `{name}` does not exist or you do not have access to it.",
        status=404,
        code="model_not_found",
    )
