"""An organisation's settings sections in Redis: created, changed, deleted and brought back.

PATCH is one HSET without a read. Whoever changes a section that they read before gives its tag,
which is compared in the same step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from redis.exceptions import ResponseError, WatchError

from flowhook.errors import Changed, Conflict, NotFound
from flowhook.frames import drop_frames
from flowhook.organisations.audit import LastChange
from flowhook.organisations.changes import Changes
from flowhook.organisations.schemas import SECTIONS
from flowhook.organisations.section import secret_fields
from flowhook.organisations.section_tag import changed_since
from flowhook.organisations.settings_fields import (
    EXISTS,
    KEPT,
    SettingsFields,
    Stored,
    field_of,
    split,
)
from flowhook.organisations.trash import Trash, TrashItem
from flowhook.redis.effects import Effect, write
from flowhook.redis.fullness import refuses_writes
from flowhook.redis.keys import gone_key, org_key

SECTION = "section"  # the kind of a deleted section


class SectionStore:
    """Writes sections; `actor` names who does it, for the audit.

    What is written is answered as the settings hash stands after it.
    """

    def __init__(self, redis: Any, fields: SettingsFields, changes: Changes, trash: Trash) -> None:
        self.redis = redis
        self.fields = fields
        self.changes = changes
        self.trash = trash
        self.trash.restorers[SECTION] = self.bring_back

    def put(
        self,
        org: str,
        section: str,
        values: Mapping[str, Any],
        actor: str,
        expected: str | None = None,
    ) -> tuple[bool, Stored]:
        """Create or replace a section; returns whether it is new. An omitted secret is kept."""
        key = _key(org)
        schema = SECTIONS[section.partition("/")[0]]
        kept = set(secret_fields(schema)) - set(values)
        gone = [
            field_of(section, name)
            for name in (*schema._declared_fields, "private_ok")
            if name not in kept
        ]
        written = self.fields.write(org, section, values)

        def commands(pipe: Any) -> None:
            pipe.hexists(key, field_of(section, EXISTS))
            pipe.hdel(key, *gone)
            pipe.hset(key, mapping=written)
            pipe.delete(gone_key(org))
            pipe.hgetall(key)

        existed, *_, stored = self._carry_out(org, section, expected, commands)
        self.changes.made(org, actor, "replace" if existed else "create", section, _named(values))
        return not existed, _read_hash(stored)

    def patch(
        self,
        org: str,
        section: str,
        values: Mapping[str, Any],
        actor: str,
        expected: str | None = None,
    ) -> Stored:
        """Change only the named fields; `None` removes one."""
        written = self.fields.write(org, section, values)
        removed = [field_of(section, name) for name, value in values.items() if value is None]
        if expected is None:
            stored = self._patch_unseen(org, section, written, removed)
        else:
            stored = self._patch_seen(org, section, written, removed, expected)
        self.changes.made(org, actor, "change", section, _named(values))
        return stored

    def delete(self, org: str, section: str, actor: str, expected: str | None = None) -> bool:
        """Remove a section, and with `openai` its further accounts too.

        All but secrets can be brought back, unless the store is full: then the answer is False.
        """
        key = _key(org)
        stored = self.redis.hgetall(key)
        sections = self.fields.read(org, stored)
        removed = {
            name: _without_secrets(name, values)
            for name, values in sections.items()
            if name == section or name.startswith(f"{section}/")
        }
        fields = [field_of(of, name) for of, name, _ in split(stored) if of in removed]
        if not fields and expected is None:
            raise no_section(org, section)

        def commands(pipe: Any) -> None:
            pipe.hset(key, KEPT, b"1")
            pipe.hdel(key, *fields)
            self.trash.put(pipe, org, self.trash.item(SECTION, section, actor, removed))

        is_kept = True
        try:
            self._carry_out(org, section, expected, commands)
        except ResponseError as error:
            if not refuses_writes(error):
                raise
            drop_frames(error)  # what is deleted makes room, what is kept of it would need some
            self._carry_out(org, section, expected, lambda pipe: pipe.hdel(key, *fields))
            is_kept = False
        self.trash.trim(org)
        self.changes.removed(org, actor, section)
        return is_kept

    def bring_back(self, org: str, item: TrashItem, actor: str) -> None:
        """Bring a deleted section back, without its secrets. Raises Conflict where there is a new
        one."""
        key = _key(org)
        with self.redis.pipeline(transaction=True) as pipe:
            pipe.watch(key)
            for section in item.content:
                if pipe.hexists(key, field_of(section, EXISTS)):
                    raise Conflict(
                        f"there are new {section} settings",
                        fix="Delete them first, or leave the old ones where they are.",
                    )
            pipe.multi()
            for section, values in item.content.items():
                pipe.hset(key, mapping=self.fields.write(org, section, values))
            self.trash.drop(pipe, org, item)
            try:
                pipe.execute()
            except WatchError:
                raise Conflict("the settings changed meanwhile", fix="Try again.") from None
        self.changes.made(org, actor, "bring back", item.name, [])

    def _patch_unseen(
        self, org: str, section: str, written: Mapping[str, bytes], removed: list[str]
    ) -> Stored:
        key = _key(org)
        if not self.redis.hexists(key, field_of(section, EXISTS)):
            raise no_section(org, section)
        fields = [part for pair in written.items() for part in pair]
        effects: list[Effect] = [("HSET", key, *fields)]
        effects += [("HDEL", key, name) for name in removed]
        replies = write(self.redis, *effects, ("HGETALL", key))
        if not replies:
            raise no_section(org, section)  # the organisation was deleted meanwhile
        return _read_hash(replies[-1])

    def _patch_seen(
        self,
        org: str,
        section: str,
        written: Mapping[str, bytes],
        removed: list[str],
        expected: str,
    ) -> Stored:
        key = _key(org)

        def commands(pipe: Any) -> None:
            pipe.hset(key, mapping=written)
            if removed:
                pipe.hdel(key, *removed)
            pipe.hgetall(key)

        return _read_hash(self._carry_out(org, section, expected, commands)[-1])

    def _carry_out(
        self, org: str, section: str, expected: str | None, commands: Callable[[Any], Any]
    ) -> list[Any]:
        """Carry out commands at once; with `expected`, the section's tag, only while it fits.

        Raises Changed.
        """
        key = _key(org)
        with self.redis.pipeline(transaction=True) as pipe:
            while True:
                if expected is not None:
                    pipe.watch(key)
                    self._check(org, section, expected, pipe.hgetall(key))
                    pipe.multi()
                commands(pipe)
                try:
                    replies: list[Any] = pipe.execute()
                except WatchError:  # something was written since: look again
                    continue
                return replies

    def _check(self, org: str, section: str, expected: str, stored: Stored) -> None:
        """Raise Changed, naming what changed and by whom, unless the tag fits."""
        names = SECTIONS[section.partition("/")[0]]._declared_fields
        if field_of(section, EXISTS).encode() not in stored:
            raise Changed(f"organisation {org} has no {section} settings any more")
        changed = changed_since(expected, stored, section, names)
        if changed is None:
            return
        who = self.changes.audit.last_changes(org, section, changed)
        told = {name: [_told(who.get(name))] for name in changed}
        listed = ", ".join(changed) or "more than it"
        raise Changed(f"the {section} settings changed since you read them: {listed}", fields=told)


def no_section(org: str, section: str) -> NotFound:
    return NotFound(
        f"organisation {org} has no {section} settings",
        fix=f"Save them on the settings page, or PUT /settings/{org}/{section}.",
    )


def _told(by: LastChange | None) -> str:
    who = f" by {by.actor} at {by.time}" if by else ""
    return f"Was changed since you read it{who}."


def _named(values: Mapping[str, Any]) -> Iterator[str]:
    """The fields that somebody wrote, without what is noted beside them."""
    return (name for name in values if name != "private_ok")


def _without_secrets(section: str, values: Mapping[str, Any]) -> dict[str, Any]:
    hidden = secret_fields(SECTIONS[section.partition("/")[0]])
    return {name: value for name, value in values.items() if name not in hidden}


def _read_hash(reply: Any) -> Stored:
    """A hash in Redis's answer, which comes flat from scripts and from a cluster's transactions."""
    return reply if isinstance(reply, dict) else dict(zip(reply[::2], reply[1::2], strict=True))


def _key(org: str) -> str:
    return org_key(org, "settings")
