"""Change the code at random places and name the changes that the tests beside it do not notice.

    python -m tests.mutation --seed 7 --count 100 [--processes 2] [PATH...]

A change is a flipped comparison, a lost `not`, `and` for `or`, `None` returned, a number one too
large, a statement left out. Each is made in a copy of the checkout and judged by the test folder of
the module alone: tests/flows/engine for flows/engine/walk.py, and the files of tests/flows, not
those below, for a module of the room itself. PATHs are the modules or folders to choose from; all
that is shipped, by default.
"""

from __future__ import annotations

import ast
import compileall
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from queue import SimpleQueue

ROOT = Path(__file__).parents[1]
ROOMS = ("flowhook", "flows", "service", "web", "webhooks")
COMPARISONS: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Lt: [ast.GtE, ast.LtE],
    ast.LtE: [ast.Gt, ast.Lt],
    ast.Gt: [ast.LtE, ast.GtE],
    ast.GtE: [ast.Lt, ast.Gt],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
}

NOT_RUN = {"annotation", "returns", "decorator_list"}


@dataclass(frozen=True)
class Mutant:
    """A module's source with one part replaced."""

    path: Path
    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        before, after = (" ".join(part.split()) for part in (self.before, self.after))
        return f"{self.path}:{self.line}: {before}  ->  {after}"


def mutants(path: Path, source: str) -> Iterator[Mutant]:
    """All changes of a module's source."""
    lines = [0]
    for line in source.encode().splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    for part, after in changes(ast.parse(source)):
        start = lines[part.lineno - 1] + part.col_offset
        end = lines[(part.end_lineno or 0) - 1] + (part.end_col_offset or 0)
        text = source.encode()
        mutated = (text[:start] + after.encode() + text[end:]).decode()
        yield Mutant(path, part.lineno, text[start:end].decode(), after, mutated)


def changes(node: ast.AST, inside: bool = False) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """The parts of the code that can be replaced, each with what to put there.

    Numbers count `inside` functions only; annotations and decorators do not count.
    """
    yield from replacements(node)
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            inside = True
        case ast.Constant(value=int() as number) if inside and not isinstance(number, bool):
            yield node, str(number + 1)
        case ast.JoinedStr():
            return  # Python 3.11 does not know where the parts of an f-string stand
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and name not in NOT_RUN:
                yield from changes(child, inside)


def replacements(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=right):
            for other in COMPARISONS[type(operator)]:
                yield node, f"({ast.unparse(ast.Compare(left, [other()], right))})"
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield node, f"({ast.unparse(operand)})"
        case ast.BoolOp(op=operator, values=values):
            swapped = ast.Or() if isinstance(operator, ast.And) else ast.And()
            yield node, f"({ast.unparse(ast.BoolOp(swapped, values))})"
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
            yield value, "None"
        case ast.If(test=ast.Name() | ast.Call() | ast.Attribute() as test):
            yield test, f"(not {ast.unparse(test)})"
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.AugAssign() | ast.Continue():
            yield node, "pass"


def tests_of(module: Path, root: Path = ROOT) -> list[Path]:
    """The test files that judge a module: its own first, then those of its folder that name it."""
    folder = "tests" / module.parent
    while len(folder.parts) > 3 and not list((root / folder).glob("test_*.py")):
        folder = folder.parent  # tests/flows/expressions has those of its functions
    files = [folder / file.name for file in (root / folder).glob("test_*.py")]
    stem = module.stem

    def order(file: Path) -> tuple[bool, bool, str]:
        return file.stem != f"test_{stem}", stem not in (root / file).read_text("utf-8"), file.name

    return sorted(files, key=order)


class Judge:
    """Runs tests in a copy of the checkout; one run at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, check=True, text=True,
        )  # fmt: skip
        for name in filter(None, listed.stdout.split("\0")):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_file():
                shutil.copy(ROOT / name, root / name)
        # By hash, not by time: a change in the same second is seen.
        compileall.compile_dir(root, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)

    def passes(self, tests: list[Path], seconds: float = 3600) -> bool:
        """Whether the tests pass, within the time."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
        started = subprocess.Popen(
            [*command, "-m", "not chaos", *map(str, tests)],
            cwd=self.root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return started.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()
            return False

    def survives(self, mutant: Mutant, tests: list[Path], seconds: float) -> bool:
        """Whether the tests pass in spite of the change."""
        module = self.root / mutant.path
        kept = module.read_bytes()
        module.write_text(mutant.source, "utf-8")
        try:
            return self.passes(tests, seconds)
        finally:
            module.write_bytes(kept)


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("paths", nargs="*", type=Path, default=ROOMS)
    given = parser.parse_args()
    files = sorted({file for path in given.paths for file in sources(ROOT / path)})
    found = [
        mutant
        for file in files
        for mutant in mutants(file.relative_to(ROOT), file.read_text("utf-8"))
    ]
    chosen = random.Random(given.seed).sample(found, min(given.count, len(found)))
    tests_by = {mutant.path: tests_of(mutant.path) for mutant in chosen}
    print(f"{len(chosen)} of {len(found)} changes, seed {given.seed}", flush=True)
    judges: SimpleQueue[Judge] = SimpleQueue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(given.processes) as pool:
        for number in range(given.processes):
            judges.put(Judge(Path(folder) / str(number)))

        def seconds_of(tests: list[Path]) -> float:
            """How long the tests take when nothing is changed."""
            judge, began = judges.get(), time.monotonic()
            try:
                if not judge.passes(tests):
                    sys.exit(f"they fail without a change: {' '.join(map(str, tests))}")
            finally:
                judges.put(judge)
            return time.monotonic() - began

        def survives(mutant: Mutant) -> bool:
            tests, judge = tests_by[mutant.path], judges.get()
            try:
                alive = not tests or judge.survives(
                    mutant, tests, 30 + 3 * seconds[frozenset(tests)]
                )
            finally:
                judges.put(judge)
            print("alive " if alive else "killed", mutant, flush=True)
            return alive

        folders = {frozenset(tests): tests for tests in tests_by.values() if tests}
        seconds = dict(zip(folders, pool.map(seconds_of, folders.values()), strict=True))
        alive = sum(pool.map(survives, chosen))
    print(f"{alive} of {len(chosen)} alive")


def sources(path: Path) -> Iterator[Path]:
    return path.rglob("*.py") if path.is_dir() else iter([path])


if __name__ == "__main__":
    main()
