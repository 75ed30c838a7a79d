"""This machine: Python, the packages, the disk."""

from __future__ import annotations

import shutil
import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from service.doctor.finding import WRONG, Finding, named, works
from service.module_path import ROOT

PROJECT = "flowhook"
PYTHON = (3, 11)
FREE_BYTES = 1024**3
INSTALL = "in a checkout run make run, elsewhere install this release again with pip"


def python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    words = ".".join(map(str, version))
    if version[:2] >= PYTHON:
        return works("Python", words)
    return Finding("Python", WRONG, words, "install Python 3.11 or newer, and Flowhook under it")


def packages(wanted: Iterable[str] | None = None) -> Finding:
    """The packages that this release needs, `wanted` or as it says itself."""
    needed = [*map(Requirement, requirements() if wanted is None else wanted)]
    faults = [fault for one in needed if (fault := _fault(one))]
    if not faults:
        return works("Packages", f"{len(needed)} as this release needs them")
    return Finding("Packages", WRONG, named(faults), INSTALL)


def requirements() -> list[str]:
    """Of the checkout that runs, or of the installed release."""
    project = ROOT / "pyproject.toml"
    if project.exists():
        found: list[str] = tomllib.loads(project.read_text("utf-8"))["project"]["dependencies"]
        return found
    return [one for one in metadata.requires(PROJECT) or [] if "extra ==" not in one]


def _fault(wanted: Requirement) -> str:
    try:
        version = metadata.version(wanted.name)
    except metadata.PackageNotFoundError:
        return f"{wanted.name} is missing"
    if wanted.specifier.contains(version, prereleases=True):
        return ""
    return f"{wanted.name} is {version} and should be {wanted.specifier}"


def disk(directory: Path, least_bytes: int = FREE_BYTES) -> Finding:
    """The disk that the embedded store writes to."""
    free = shutil.disk_usage(directory).free
    words = f"{free / 1024**3:.1f} GiB are free in {directory}"
    if free >= least_bytes:
        return works("Disk", words)
    return Finding("Disk", WRONG, words, "make room there: a full disk stops all writing")
