"""Tells organisations what goes wrong: each thing once, and once when it is over.

Every minute one process of all looks at the organisations that have a section `alerts`. What was
told is in a hash of the organisation; it is written when somebody was told, so a message that could
not be sent is tried again, a quarter of an hour later.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson

from flowhook.alerts.conditions import Alert, Condition
from flowhook.alerts.mail import Mailer
from flowhook.batches import batches
from flowhook.errors import FlowhookError, ProviderUnavailable
from flowhook.organisations.alert_schemas import EVENTS
from flowhook.organisations.organisation import Organisation
from flowhook.organisations.signature import OUTGOING_HEADER, outgoing_signature
from flowhook.organisations.store import SettingsStore
from flowhook.providers.guard import AddressGuard
from flowhook.redis.effects import write
from flowhook.redis.keys import org_key
from flowhook.redis.minute_sweep import Look, MinuteSweep
from flowhook.timestamps import timestamp_of

RETRY_SECONDS = 15 * 60
TIMEOUT_SECONDS = 10.0
PAUSE = "pause"  # the field that says until when nothing is sent, after a failure
ASKED_AT_ONCE = 500

logger = logging.getLogger(__name__)


class Alerts(MinuteSweep):
    """Looks, and tells by webhook and e-mail; `clock` tells epoch seconds."""

    WHAT = "alerts"
    LOOK_KEY = "fh:alerts:look"
    RUN_KEY = "fh:alerts:run"

    def __init__(
        self,
        store: SettingsStore,
        guard: AddressGuard,
        mailer: Mailer,
        conditions: Sequence[Condition],
        title: Callable[[str], str] = str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`title` gives an organisation's name for people."""
        super().__init__(store.redis)
        self.store = store
        self.guard = guard
        self.mailer = mailer
        self.conditions = conditions
        self.title = title
        self.clock = clock

    def check(self, organisation: Organisation) -> None:
        """Tell what is new and what is over."""
        settings = organisation.section("alerts")
        key = org_key(organisation.id, "alerts")
        told = {name.decode(): raw for name, raw in self.redis.hgetall(key).items()}
        if float(told.pop(PAUSE, b"0")) > self.clock():
            return
        wanted = settings.get("events") or EVENTS
        found = {
            alert.name: alert
            for condition in self.conditions
            for alert in condition(organisation)
            if alert.event in wanted
        }
        try:
            for alert, is_covered in _highest_first(found[name] for name in set(found) - set(told)):
                if not is_covered:
                    self.send(organisation, alert, is_over=False)
                kept = {"message": alert.message, "fix": alert.fix, "level": alert.level}
                raw = orjson.dumps({**kept, "since": self.clock()})
                write(self.redis, ("HSET", key, alert.name, raw))
            ended = (_stored(name, told[name]) for name in set(told) - set(found))
            for alert, is_covered in _highest_first(ended):
                if not is_covered:
                    self.send(organisation, alert, is_over=True)
                write(self.redis, ("HDEL", key, alert.name))
        except FlowhookError as error:
            logger.warning(
                "an alert could not be sent",
                extra={"organization_id": organisation.id, "cause": error.message},
            )
            write(self.redis, ("HSET", key, PAUSE, self.clock() + RETRY_SECONDS))

    def open(self, org: str) -> list[dict[str, Any]]:
        """The alerts of an organisation that were told and are not over."""
        found = self.redis.hgetall(org_key(org, "alerts"))
        told = {name.decode(): raw for name, raw in found.items() if name != PAUSE.encode()}
        alerts = _highest_first(_stored(name, raw) for name, raw in told.items())
        shown = [(alert.name, alert.message) for alert, is_covered in alerts if not is_covered]
        return [{"event": name, "message": message} for name, message in sorted(shown)]

    def waits(self, org: str) -> bool:
        """Whether the last alert could not be sent, so that all wait for the next try."""
        until = self.redis.hget(org_key(org, "alerts"), PAUSE)
        return float(until or 0) > self.clock()

    def test(self, organisation: Organisation) -> dict[str, Any]:
        """Send a test to every place; raises what the first that fails says.

        Where it arrives, the alerts that could not be sent wait no longer.
        """
        alert = Alert("test", "this is a test", "Nothing is to be done.")
        places = self._places(organisation)
        for place in places:
            place(alert, False)
        self.redis.hdel(org_key(organisation.id, "alerts"), PAUSE)
        return {"sent": len(places)}

    def send(self, organisation: Organisation, alert: Alert, *, is_over: bool) -> None:
        """Tell all places; raises FlowhookError if none took it."""
        failures: list[FlowhookError] = []
        places = self._places(organisation)
        for place in places:
            try:
                place(alert, is_over)
            except FlowhookError as error:
                failures.append(error)
        if places and len(failures) == len(places):
            raise failures[0]

    def _places(self, organisation: Organisation) -> list[Callable[[Alert, bool], None]]:
        settings = organisation.section("alerts")
        places: list[Callable[[Alert, bool], None]] = []
        if settings.get("webhook_url"):
            url = str(settings["webhook_url"])
            places.append(lambda alert, is_over: self._post(organisation, url, alert, is_over))
        if settings.get("email"):
            to = str(settings["email"])
            places.append(lambda alert, is_over: self._mail(organisation, to, alert, is_over))
        return places

    def _post(self, organisation: Organisation, url: str, alert: Alert, is_over: bool) -> None:
        body = orjson.dumps(
            {
                "text": self._text(organisation, alert, is_over),
                "event": alert.event,
                "state": "over" if is_over else "open",
                "organization_id": organisation.id,
                "message": alert.message,
                "at": timestamp_of(int(self.clock() * 1000)),
            }
        )
        headers = {"Content-Type": "application/json"}
        phrase = organisation.signature_phrase
        if phrase:
            headers[OUTGOING_HEADER] = outgoing_signature("alert", phrase, self.clock(), body)
        answer = self.guard.guarded_post(
            url, body, headers, timeout_seconds=TIMEOUT_SECONDS, max_bytes=None, field="webhook_url"
        )
        if not 200 <= answer.status < 300:
            raise ProviderUnavailable(
                f"the webhook_url of the alerts answered HTTP {answer.status}",
                fix="Save a webhook_url that takes a POST, and test it.",
            )

    def _mail(self, organisation: Organisation, to: str, alert: Alert, is_over: bool) -> None:
        text = self._text(organisation, alert, is_over)
        self.mailer.send(to, text.splitlines()[0], text)

    def _text(self, organisation: Organisation, alert: Alert, is_over: bool) -> str:
        name = self.title(organisation.id) or organisation.id
        head = f"Flowhook, {name}: {'over: ' if is_over else ''}{alert.message}"
        return head if is_over else f"{head}\n{alert.fix}"

    def wanting(self) -> Iterator[tuple[str, Look]]:
        """The organisations that want alerts."""
        for some in batches(self.store.ids(), ASKED_AT_ONCE):
            pipe = self.redis.pipeline(transaction=False)
            for org in some:
                pipe.hexists(org_key(org, "settings"), "alerts:")
            found = zip(some, pipe.execute(), strict=True)
            yield from ((org, self._check_stored) for org, wants in found if wants)

    def _check_stored(self, org: str) -> None:
        self.check(self.store.load(org))


def is_told(redis: Any, org: str, name: str) -> bool:
    """Whether an organisation was told an alert of this name that is not over."""
    return bool(redis.hexists(org_key(org, "alerts"), name))


def _stored(name: str, raw: bytes) -> Alert:
    kept = orjson.loads(raw)
    return Alert(name, kept["message"], kept["fix"], kept.get("level", 0))


def _highest_first(alerts: Iterable[Alert]) -> list[tuple[Alert, bool]]:
    """Alerts, each with whether one of the same event and a higher level says it all."""
    ordered = sorted(alerts, key=lambda alert: (-alert.level, alert.name))
    highest = {alert.event: alert.level for alert in reversed(ordered)}
    return [(alert, alert.level < highest[alert.event]) for alert in ordered]
