"""Change the code at random places and name the changes that the tests beside it do not notice.

    python -m tests.mutation --seed 7 --count 100 [--processes 2] [PATH...]

A change is a flipped comparison, a lost `not`, `and` for `or`, `None` returned, a number one too
large, a statement left out. Each is made in a copy of the checkout and judged by the test folder of
the module alone: tests/flows/engine for flows/engine/walk.py, and the files of tests/flows, not
those below, for a module of the room itself. PATHs are the modules or folders to choose from; all
rooms, by default.
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
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from queue import SimpleQueue

ROOT = Path(__file__).parents[1]
ROOMS = [Path(room) for room in ("answers", "flowhook", "flows", "service", "web", "webhooks")]
OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    **{ast.Eq: ast.NotEq, ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.In: ast.NotIn, ast.Is: ast.IsNot},
    **{ast.NotEq: ast.Eq, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.NotIn: ast.In, ast.IsNot: ast.Is},
}
NEIGHBOURS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
NOT_RUN = {"annotation", "returns", "decorator_list"}
LONGEST_SECONDS = 600.0

Change = tuple[ast.expr | ast.stmt, str]
"""A part of the code, and what to put there."""


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
    text, lines = source.encode(), [0]
    for line in text.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    for part, after in changes(ast.parse(source)):
        start = lines[part.lineno - 1] + part.col_offset
        end = lines[(part.end_lineno or 0) - 1] + (part.end_col_offset or 0)
        mutated = text[:start] + after.encode() + text[end:]
        yield Mutant(path, part.lineno, text[start:end].decode(), after, mutated.decode())


def changes(node: ast.AST, inside: bool = False) -> Iterator[Change]:
    """Numbers count `inside` functions only; annotations and decorators do not count."""
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


def replacements(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=right):
            for table in (OPPOSITES, NEIGHBOURS):
                if other := table.get(type(operator)):
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


def beside(module: Path, root: Path = ROOT) -> list[str]:
    """The test files that judge a module: its own first, then those of its folder that name it."""
    folder = "tests" / module.parent
    while len(folder.parts) > 3 and not list((root / folder).glob("test_*.py")):
        folder = folder.parent  # tests/flows/expressions has those of its functions

    def order(file: Path) -> tuple[bool, bool, str]:
        named = module.stem in file.read_text("utf-8")
        return file.stem != f"test_{module.stem}", not named, file.name

    files = sorted((root / folder).glob("test_*.py"), key=order)
    return [str(file.relative_to(root)) for file in files]


class Judge:
    """Runs tests in a copy of the checkout; one run at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
        for name in filter(None, listed.stdout.split("\0")):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_file():
                shutil.copy(ROOT / name, root / name)
        # By hash, not by time: a change in the same second is seen.
        compileall.compile_dir(root, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)

    def passes(self, *arguments: str) -> bool:
        """Whether pytest is content, within the time."""
        started = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-x", "-q", "-m", "not chaos", *arguments],
            cwd=self.root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return started.wait(LONGEST_SECONDS) == 0
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()
            return False

    def verdict(self, mutant: Mutant) -> str:
        """Killed: a test fails that passes when the change is taken back. Alive: none fails."""
        module, tests = self.root / mutant.path, beside(mutant.path, self.root)
        kept = module.read_bytes()
        module.write_text(mutant.source, "utf-8")
        try:
            if not tests or self.passes("--cache-clear", *tests):
                return "alive"
        finally:
            module.write_bytes(kept)
        return "killed" if self.passes("--last-failed", *tests) else "unsure"


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("paths", nargs="*", type=Path, default=ROOMS)
    given = parser.parse_args()
    found = [mutant for path in given.paths for mutant in mutants_below(ROOT / path)]
    chosen = random.Random(given.seed).sample(found, min(given.count, len(found)))
    print(f"{len(chosen)} of {len(found)} changes, seed {given.seed}", flush=True)
    judges: SimpleQueue[Judge] = SimpleQueue()

    def judged(mutant: Mutant) -> str:
        judge = judges.get()
        verdict = judge.verdict(mutant)
        judges.put(judge)
        print(verdict, mutant, flush=True)
        return verdict

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(given.processes) as pool:
        for number in range(given.processes):
            judges.put(Judge(Path(folder) / str(number)))
        print(Counter(pool.map(judged, chosen)))


def mutants_below(path: Path) -> Iterator[Mutant]:
    for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
        yield from mutants(file.relative_to(ROOT), file.read_text("utf-8"))


if __name__ == "__main__":
    main()
