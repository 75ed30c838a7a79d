"""The rules of the house, over every import of ours, those inside functions too."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOT_SHIPPED = {"tests", "bench", ".venv", "data", "node_modules", "build"}

# From the top down; a room imports what stands below it, and itself.
ROOMS = [
    {"app", "gunicorn", "demo"},
    {"service", "web"},
    {"webhooks", "flows"},
    {"answers"},
    {"flowhook"},
]
ENTRY_POINTS = {
    "service.cli",
    "service.opened_sections",
    "flows.__main__",
    "flowhook.__main__",
    "demo.__main__",
}
COMMANDS = "service.commands."  # of the command line
FLASK_NAMES = {"http", "api", "routes"}


@cache
def modules() -> dict[str, Path]:
    """Our modules by dotted name."""
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if NOT_SHIPPED.isdisjoint(parts) and not parts[0].startswith(("data", ".")):
            names = parts[:-1] if parts[-1] == "__init__" else parts
            found[".".join(names)] = path
    return found


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Absolute names of all that is imported, at run time, anywhere in the file."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
            base = ".".join([*package, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def walk(tree: ast.AST) -> Iterator[ast.AST]:
    """As ast.walk, without what only a type checker imports."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from walk(node)


def own(name: str) -> str | None:
    """The module of ours that an imported name is in, if any."""
    while name:
        if name in modules():
            return name
        name = name.rpartition(".")[0]
    return None


def edges() -> Iterator[tuple[str, str]]:
    for module, path in modules().items():
        for name in imports(path):
            target = own(name)
            if target is not None and target != module:
                yield module, target


def room(module: str) -> str:
    return module.partition(".")[0]


def floor(module: str) -> int:
    """Its place from the top."""
    found = [place for place, rooms in enumerate(ROOMS) if room(module) in rooms]
    assert found, f"{module} is in no room: give it one in ROOMS"
    return found[0]


def may_import(module: str, target: str) -> bool:
    """Whether the rooms allow it; rooms of one floor never import each other."""
    same = room(module) == room(target)
    return same or is_entry_point(module) or floor(module) < floor(target)


def is_entry_point(module: str) -> bool:
    return module in ENTRY_POINTS or module.startswith(COMMANDS)


def sub_package(module: str) -> str:
    """`flows.engine` of `flows.engine.walk`; a module beside the sub-packages is itself."""
    return ".".join(module.split(".")[:2])


def test_every_room_imports_only_those_below() -> None:
    upward = sorted({f"{a} -> {b}" for a, b in edges() if not may_import(a, b)})
    assert upward == []


def test_only_the_rooms_stand_at_the_top() -> None:
    shipped = set().union(*ROOMS)
    assert {room(module) for module in modules()} == shipped


def circle(pairs: Iterable[tuple[str, str]]) -> list[str]:
    graph: dict[str, set[str]] = {}
    for above, below in pairs:
        graph.setdefault(above, set()).add(below)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_imports_in_a_circle() -> None:
    assert circle([("a", "b"), ("b", "c"), ("c", "a")])
    assert circle(edges()) == []


def test_no_sub_packages_in_a_circle() -> None:
    """What `python -m` starts stands above the room that it lies in."""
    pairs = (
        (sub_package(module), sub_package(target))
        for module, target in edges()
        if not is_entry_point(module)
    )
    assert circle((above, below) for above, below in pairs if above != below) == []


def test_flask_is_known_at_the_edge_only() -> None:
    knows = [
        module
        for module, path in modules().items()
        if any(name.partition(".")[0] == "flask" for name in imports(path))
    ]
    assert knows, "the walk sees nothing"
    strays = [
        module
        for module in knows
        if room(module) not in ("app", "web") and FLASK_NAMES.isdisjoint(module.split("."))
    ]
    assert strays == []


def test_gevent_and_requests_are_known_where_the_network_is() -> None:
    at = {
        sub_package(module)
        for module, path in modules().items()
        if any(name.partition(".")[0] in ("requests", "geventhttpclient") for name in imports(path))
    }
    assert at <= {"flowhook.providers", "demo.local_model", "demo.service"}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def f():\n    import app", ["app"]),
        ("class A:\n    from app import create_app", ["app.create_app"]),
        ("if TYPE_CHECKING:\n    import app", []),
        ("try:\n    import a.b as c\nexcept ImportError:\n    import d", ["a.b", "d"]),
    ],
)
def test_the_walk_sees_imports_everywhere(tmp_path: Path, code: str, found: list[str]) -> None:
    (tmp_path / "x.py").write_text(code)
    assert list(imports(tmp_path / "x.py")) == found
