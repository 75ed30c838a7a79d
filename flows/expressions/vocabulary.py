"""The functions that an expression may call, registered by decorator as `Module.name/arity`.

A function takes the values by position. Its annotations are checked before it is called, so a
value of the wrong type is an ExpressionError (`expression failed`), never an error of Python's.
A first parameter annotated `Evaluation` gets the evaluation: a function whose result can exceed
its arguments charges the memory there first.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flowhook.registry import Registry, load

from .fault import FAILED, ExpressionError
from .run import Evaluation

Call = TypeVar("Call", bound=Callable[..., Any])


@dataclass(frozen=True)
class VocabularyEntry:
    """One function of the vocabulary; `accepts` has the types of each parameter, None for any."""

    name: str
    call: Callable[..., Any]
    accepts: tuple[tuple[type, ...] | None, ...]
    with_run: bool

    def __call__(self, run: Evaluation, arguments: list[Any]) -> Any:
        for accepted, value in zip(self.accepts, arguments, strict=True):
            if accepted is not None and not _fits(value, accepted):
                raise ExpressionError(FAILED)
        result = self.call(run, *arguments) if self.with_run else self.call(*arguments)
        if isinstance(result, str):
            run.charge(len(result))
        elif isinstance(result, (list, dict)):
            run.charge(16 * len(result))
        return result


VOCABULARY: Registry[VocabularyEntry] = Registry("expression function")


def function(*names: str) -> Callable[[Call], Call]:
    """Register a function under `Module.name/arity`; the arity omits optional parameters."""

    def register(call: Call) -> Call:
        for name in names:
            VOCABULARY.add(name, _entry(name, call), call)
        return call

    return register


def find(name: str) -> VocabularyEntry | None:
    """The function with that name and arity, or None."""
    return VOCABULARY.find(name)


def load_functions() -> None:
    load(f"{__package__}.functions")


def _entry(name: str, call: Callable[..., Any]) -> VocabularyEntry:
    hints = typing.get_type_hints(call)
    names = list(inspect.signature(call).parameters)
    with_run = bool(names) and hints[names[0]] is Evaluation
    arity = int(name.rpartition("/")[2])
    accepts = [_types(hints[parameter]) for parameter in names[with_run:]]
    return VocabularyEntry(name, call, tuple(accepts[:arity]), with_run)


def _types(hint: Any) -> tuple[type, ...] | None:
    if hint is Any:
        return None
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        members = [_types(member) for member in typing.get_args(hint)]
        return tuple(kind for member in members if member for kind in member)
    return (typing.get_origin(hint) or hint,)


def _fits(value: Any, accepted: tuple[type, ...]) -> bool:
    """Whether a value has an accepted type; only Python takes booleans for integers."""
    if isinstance(value, bool):
        return bool in accepted
    return isinstance(value, accepted)
