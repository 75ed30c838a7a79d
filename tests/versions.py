"""The versions that code holds for, where it uses parts that a package does not document.

The test beside such code names them; a version outside fails that test before it fails a user.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def check_versions(package: str, versions: str) -> None:
    """The installed version is one of `versions`, and pyproject.toml allows no others."""
    assert metadata.version(package) in SpecifierSet(versions)
    assert requirements()[package].specifier == SpecifierSet(versions)


@cache
def requirements(extra: str = "") -> dict[str, Requirement]:
    """What pyproject.toml names, by package: for running, or for an extra."""
    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    lines = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return {found.name: found for found in map(Requirement, lines)}
