"""Reads a Dockerfile and carries its steps out in a folder, where no engine builds images.

Paths of the image are paths below the folder. `python` of the base image is this interpreter, and
its packages stand for PyPI: pip finds there what a step wants, at the locked version, or fails.
What needs Debian's servers or another user's name (apt-get, chown) does nothing.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path

LEFT_OUT = ("apt-get", "chown")
OPTIONS = re.compile(r"^(?:--\S+\s+)+")


def read_steps(dockerfile: Path) -> Iterator[tuple[str, str]]:
    """Each instruction with the rest of its line, continued lines joined."""
    text = re.sub(r"^#.*\n", "", dockerfile.read_text("utf-8"), flags=re.MULTILINE)
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word, rest.strip()


def ignored(context: Path) -> list[str]:
    """The lines of .dockerignore."""
    lines = (context / ".dockerignore").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def sent(context: Path) -> list[str]:
    """The files that .dockerignore lets into the build, by their names below `context`."""
    rules = ignored(context)
    tops = [line[1:] for line in rules if line.startswith("!")]
    never = [line for line in rules if line.startswith("**/")]
    assert {"*"} == set(rules) - {f"!{top}" for top in tops} - set(never), "a rule not known here"
    found = [file for top in tops for file in _files(context / top)]
    names = [str(file.relative_to(context)) for file in found]
    return [name for name in names if not any(_matches(name, rule[3:]) for rule in never)]


class Build:
    """The stages of a Dockerfile, the last of which is the image."""

    def __init__(self, dockerfile: Path, folder: Path) -> None:
        self.context = dockerfile.parent
        self.folder = folder
        self.stages: dict[str, Path] = {}
        self.environment: dict[str, str] = {}
        self.directory = "/"
        self.user = "root"
        self.said: dict[str, str] = {}
        """What starts and watches a container: ENTRYPOINT, CMD, HEALTHCHECK, by instruction."""
        for word, rest in read_steps(dockerfile):
            getattr(self, f"_{word.lower()}")(rest)

    @property
    def root(self) -> Path:
        """The folder of the stage at work."""
        return list(self.stages.values())[-1]

    def command(self, instruction: str) -> list[str]:
        found: list[str] = json.loads(self.said[instruction])
        return found

    def run(self, command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command as in a container of the image."""
        return subprocess.run(
            command,
            cwd=self._at(self.directory),
            env=self.variables(environment),
            check=False,
            capture_output=True,
            text=True,
        )

    def variables(self, more: Mapping[str, str] = {}) -> dict[str, str]:
        """The environment of a step or a container."""
        own = {name: self._below(value) for name, value in self.environment.items()}
        beside = os.pathsep.join((str(self._stubs()), str(Path(sys.executable).parent)))
        path = own.pop("PATH", "$PATH").replace(
            "$PATH", f"{beside}{os.pathsep}{os.environ['PATH']}"
        )
        return {
            "HOME": str(self.folder),
            "PIP_NO_INDEX": "1",
            "PYTHONPATH": sysconfig.get_path("purelib"),
            **own,
            "PATH": path,
            **more,
        }

    def _from(self, rest: str) -> None:
        name = rest.partition(" AS ")[2] or "image"
        self.stages[name] = self.folder / name
        self.root.mkdir()
        self.environment, self.directory = {}, "/"

    def _run(self, rest: str) -> None:
        done = self.run(["sh", "-ec", self._below(rest)])
        assert done.returncode == 0, f"RUN {rest}\n{done.stdout}{done.stderr}"

    def _copy(self, rest: str) -> None:
        origin = re.match(r"--from=(\S+) ", rest)
        *sources, target = OPTIONS.sub("", rest).split()
        goal = self._at(str(Path(self.directory, target)))
        if origin:
            (source,) = sources
            stage = self.stages[origin[1]]
            # A venv names its folder, which is the same in both stages of an image.
            goal.parent.mkdir(parents=True, exist_ok=True)
            goal.symlink_to(stage / source.lstrip("/"))
            return
        for name in sent(self.context):
            if "." in sources or name in sources:
                (goal / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(self.context / name, goal / name, follow_symlinks=False)

    def _env(self, rest: str) -> None:
        for pair in shlex.split(rest):
            name, _, value = pair.partition("=")
            self.environment[name] = value

    def _workdir(self, rest: str) -> None:
        self.directory = rest
        self._at(rest).mkdir(parents=True, exist_ok=True)

    def _user(self, rest: str) -> None:
        self.user = rest

    def _volume(self, rest: str) -> None:
        assert self._at(rest).is_dir()

    def _expose(self, rest: str) -> None:
        assert rest.isdigit()

    def _healthcheck(self, rest: str) -> None:
        self.said["HEALTHCHECK"] = OPTIONS.sub("", rest).removeprefix("CMD ")

    def _entrypoint(self, rest: str) -> None:
        self.said["ENTRYPOINT"] = rest

    def _cmd(self, rest: str) -> None:
        self.said["CMD"] = rest

    def _at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def _below(self, words: str) -> str:
        """Words with each path of the image put below this stage's folder."""
        return re.sub(r"(?<![\w./])/(?=(?:opt|source|data)\b)", f"{self.root}/", words)

    def _stubs(self) -> Path:
        folder = self.folder / "left-out"
        folder.mkdir(exist_ok=True)
        for name in LEFT_OUT:
            stub = folder / name
            stub.write_text("#!/bin/sh\n")
            stub.chmod(0o755)
        return folder


def _files(path: Path) -> list[Path]:
    """The files below a path; a link is one of them, and is sent as a link."""
    if path.is_file():
        return [path]
    return [each for each in path.rglob("*") if each.is_file() or each.is_symlink()]


def _matches(name: str, pattern: str) -> bool:
    return any(fnmatch(part, pattern) for part in Path(name).parts)
