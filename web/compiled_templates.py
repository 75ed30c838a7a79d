"""Keeps the templates of the pages compiled, as Python keeps its modules: beside them.

Jinja takes 2 s of processor time to compile them all, at each start of each worker. The file holds
code, as the files of modules do, and lies where those lie: whoever may write it may write the
service. Where the service's user may not, it is made once as the service is installed:

    python -P -m web.compiled_templates

Until then each process compiles them for itself, in turns with its first requests.
"""

from __future__ import annotations

import importlib.util
import marshal
import sys
from collections.abc import Iterable
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.metadata import version
from pathlib import Path
from types import CodeType
from typing import Any, cast

from jinja2 import BaseLoader, BytecodeCache, Environment, FileSystemLoader
from jinja2.bccache import Bucket

from flowhook.turns import in_turns
from web.language import speak
from web.page_filters import add_filters

FOLDERS = [Path(__file__).parent / "templates", Path(__file__).parent / "operations" / "templates"]
MAX_BYTES = 32 * 1024 * 1024


class CompiledTemplates(BytecodeCache):
    """The compiled templates of a process, by their names and the digests of their sources.

    They begin with those of the file `path`; what is compiled later is written there by `save`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._made_by = f"jinja2 {version('jinja2')}, Python {sys.version}".encode()
        self._codes: dict[str, tuple[str, CodeType]] = self._read()
        self._is_saved = True

    def has(self, env: Environment, name: str) -> bool:
        """Whether the template needs no compiling."""
        source, filename, _ = cast(BaseLoader, env.loader).get_source(env, name)
        return self.get_bucket(env, name, filename, source).code is not None

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return name

    def load_bytecode(self, bucket: Bucket) -> None:
        digest, code = self._codes.get(bucket.key, ("", None))
        if digest == _digest(bucket):
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = (_digest(bucket), cast(CodeType, bucket.code))
        self._is_saved = False

    def save(self) -> None:
        """Write the file, if it lacks any; a folder that may not be written to stays as it is."""
        if self._is_saved:
            return
        written = self._made_by + b"\n" + marshal.dumps(self._codes)
        SourceFileLoader(__name__, __file__).set_data(str(self._path), written)
        self._is_saved = True

    def _read(self) -> dict[str, tuple[str, CodeType]]:
        """What the file holds, if this Python and this Jinja wrote it."""
        try:
            with self._path.open("rb") as file:
                if file.readline(MAX_BYTES) != self._made_by + b"\n":
                    return {}
                return dict(marshal.loads(file.read(MAX_BYTES)))  # noqa: S302 - as code of ours
        except (OSError, EOFError, ValueError, TypeError):
            return {}


def _digest(bucket: Bucket) -> str:
    """That of the source, and of what else decides about the code."""
    env: Any = bucket.environment
    return f"{bucket.checksum} {sorted(env.extensions)} {env.policies['ext.i18n.trimmed']}"


@cache
def _compiled() -> CompiledTemplates:
    """Those of this process."""
    module = importlib.util.cache_from_source(str(Path(__file__).with_name("templates.py")))
    return CompiledTemplates(Path(module).with_suffix(".jinja"))


def set_up(env: Environment) -> None:
    """Give the templates the pages' language and filters, and what is compiled already."""
    speak(env)
    add_filters(env)
    env.bytecode_cache = _compiled()


def load_kept(env: Environment) -> list[str]:
    """Load the templates that are compiled; returns the names of the others."""
    compiled, names = cast(CompiledTemplates, env.bytecode_cache), env.list_templates()
    others = [name for name in names if not compiled.has(env, name)]
    for name in set(names).difference(others):
        env.get_template(name)
    return others


def load_rest(env: Environment, names: Iterable[str]) -> None:
    """Compile these templates in turns with other requests; keep them, if Python keeps modules."""
    for name in in_turns(names):
        env.get_template(name)
    if not sys.dont_write_bytecode:
        cast(CompiledTemplates, env.bytecode_cache).save()


def main() -> None:
    env = Environment(loader=FileSystemLoader(FOLDERS), autoescape=True)
    set_up(env)
    for name in load_kept(env):
        env.get_template(name)
    _compiled().save()


if __name__ == "__main__":
    main()
