"""Imports point down: every import of ours, those inside functions too, and none in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NOT_SHIPPED = {"tests", "bench", ".venv", "data", "node_modules"}

# From the top down; a module belongs to the longest of these names that begins its own.
LAYERS = [
    ["app", "gunicorn", "demo", "settings.__main__", "flows.__main__", "jobs.__main__", "web"],
    ["flow_calls", "flow_channels", "flow_tools", "openai_clients"],
    ["routes", "operations", "serving"],
    [
        "api",
        "settings.edge",
        "settings.openai_checks",
        "settings.tokens",
        "webhooks.negotiation",
        "webhooks.answering",
    ],
    [
        "webhooks.dispatcher",
        "webhooks.outcome",
        "webhooks.webhook_tools",
        "webhooks.catalogue",
        "flows",
    ],
    ["webhooks.functions", "flows.routers"],
    ["webhooks", "flows.definition"],
    ["limits", "usage", "media", "jobs"],
    ["settings", "providers", "records", "flows.actions"],
    ["flows.session", "flows.sprint"],
    [
        *("flows.events", "flows.expressions", "flows.contact", "flows.groups", "flows.media"),
        "flows.text",
    ],
    ["flows.bounds"],
    ["config", "config_values"],
    ["storage"],
    ["strict_json", "timestamps", "variable_names"],
    ["registry", "errors"],
]
FLASK = ("api", "app", "web", "settings.edge", "operations.openapi", "webhooks.answering")


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


def imports(path: Path) -> Iterator[str]:
    """Absolute names of all that is imported, at run time, anywhere in the file."""
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


def layer(module: str) -> int:
    """Its place from the top; API routes belong to the routes wherever they lie, pages to web."""
    if module.endswith("routes") and not module.startswith("web."):
        module = "routes"
    known = [
        (len(name), place)
        for place, names in enumerate(LAYERS)
        for name in names
        if module == name or module.startswith(f"{name}.")
    ]
    assert known, f"{module} has no layer: give it one here"
    return max(known)[1]


def test_imports_point_down() -> None:
    upward = sorted({f"{a} -> {b}" for a, b in edges() if layer(a) > layer(b)})
    assert upward == []


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


def test_no_packages_in_a_circle() -> None:
    """What `python -m` starts stands above the package that it lies in."""
    packages = (
        (module.partition(".")[0], target.partition(".")[0])
        for module, target in edges()
        if not module.endswith("__main__")
    )
    assert circle((above, below) for above, below in packages if above != below) == []


def test_flask_is_known_at_the_edge_only() -> None:
    knows = [
        module
        for module, path in modules().items()
        if any(name.partition(".")[0] == "flask" for name in imports(path))
    ]
    assert knows, "the walk sees nothing"
    allowed = tuple(f"{name}." for name in FLASK)
    strays = [
        module
        for module in knows
        if not (module.endswith("routes") or module in FLASK or module.startswith(allowed))
    ]
    assert strays == []


def test_gevent_and_requests_are_known_where_the_network_is() -> None:
    at = {
        module.partition(".")[0]
        for module, path in modules().items()
        if any(name.partition(".")[0] in ("requests", "geventhttpclient") for name in imports(path))
    }
    assert at <= {"providers", "demo"}


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
