"""The examples in docstrings of runs."""

from __future__ import annotations

from types import ModuleType

import pytest

from answers.question_sets.runs import asking, labels, run, store
from tests.examples import check_examples


@pytest.mark.parametrize("module", [asking, labels, run, store])
def test_examples(module: ModuleType) -> None:
    check_examples(module)
