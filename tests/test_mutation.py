"""The changes that tests.mutation makes, and the tests that judge them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation import beside, mutants

MODULE = Path("flows/engine/walk.py")


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("a == b", ["(a != b)"]),
        ("a < b", ["(a >= b)", "(a <= b)"]),
        ("a not in b", ["(a in b)"]),
        ("not a", ["(a)"]),
        ("a and b", ["(a or b)"]),
        ("f(a)", ["pass"]),
        ("if a: b", ["if (not a): b"]),
        ("def f(): return g()", ["def f(): return None"]),
        ("def f(): return None", []),
        ("def f(): a = 1", ["def f(): a = 2"]),
        ("def f(): raise a", ["def f(): pass"]),
        ("def f(a: Literal[1]): '''1'''", []),
        ("A = 1", []),
        ('f"{a == b}"', []),
        ("é = a == b", ["é = (a != b)"]),
    ],
)
def test_what_is_changed(code: str, changed: list[str]) -> None:
    assert [mutant.source for mutant in mutants(MODULE, code)] == changed


def test_a_change_tells_where_it_is() -> None:
    [mutant] = mutants(MODULE, "\n\na = (b\n  is c)\n")
    assert str(mutant) == "flows/engine/walk.py:3: b is c  ->  (b is not c)"


def test_a_module_is_judged_by_its_folder_its_own_test_first() -> None:
    own, *others = beside(MODULE)
    assert own == "tests/flows/engine/test_walk.py"
    assert others
    assert all(file.startswith("tests/flows/engine/test_") for file in others)
    [below, *_] = beside(Path("flows/expressions/functions/maps.py"))
    assert below.startswith("tests/flows/expressions/test_")
