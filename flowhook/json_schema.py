"""Structured output: check a schema, and a model's answer against it.

A schema has at most 100 properties in at most 5 levels of objects, every property required
and `additionalProperties` false, as OpenAI's strict mode requires. Schemas are untrusted: `$ref`
stays inside the schema, patterns run on RE2 (linear time, no look-around), and the work of one
check is bounded.

Errors: invalid_input.
Source: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas,
https://python-jsonschema.readthedocs.io
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson
import re2  # type: ignore[import-untyped]
import referencing
import referencing.exceptions
from jsonschema import Draft202012Validator, FormatChecker, SchemaError, ValidationError
from jsonschema.validators import extend

from flowhook import errors
from flowhook.turns import in_turns
from flowhook.whole_words import cut

MAX_PROPERTIES = 100
MAX_LEVELS = 5
MAX_PATTERN_CHARACTERS = 500
MAX_ERRORS = 20
MAX_MESSAGE_CHARACTERS = 300
_MAX_DEPTH = 100
_MAX_NODES = 1_000  # some 0.2 ms each, unless they are plain
_MAX_ITEMS = 1_000  # in a list or object of one schema, such as `required` or `enum`
_MAX_STEPS = 200_000  # keywords that one check of an answer may evaluate, some 10 us each
_REFERENCE_STEPS = 20  # cost of following a reference, in steps
_OF_ONE = ("items", "contains", "additionalProperties", "propertyNames", "unevaluatedItems")
_OF_LIST = ("anyOf", "oneOf", "prefixItems")
_OF_NAMES = ("properties", "$defs", "definitions")
_NOT_TAKEN = frozenset(
    {
        *("$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$vocabulary"),
        *("allOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas"),
        *("dependencies", "patternProperties", "unevaluatedProperties"),
    }
)
_TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
_PLAIN = {"type": str, "title": str, "description": str, "enum": list, "default": object}
_NO_FORMATS = FormatChecker(formats=())


class _Unfit(Exception):
    """A refused schema: where, and why."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(problem)
        self.path = path
        self.problem = problem


class _TooMuchWork(Exception):
    """The check of an answer exceeded its bound of steps."""


def check_schema(schema: object, field: str = "schema") -> dict[str, Any]:
    """Return a schema that keeps every rule; raises InvalidInput naming the place that does not."""
    try:
        if not isinstance(schema, dict) or schema.get("type") != "object":
            raise _Unfit("", 'must be a JSON Schema of {"type": "object"}')
        _check_safe(schema)
        _check_rules(schema)
        _check_vocabulary(schema)
    except _Unfit as unfit:
        raise _refusal(unfit, field) from None
    return schema


def check_lenient_schema(schema: dict[str, Any], field: str = "schema") -> dict[str, Any]:
    """Return an object schema, for answers without strict mode, that is safe to evaluate."""
    try:
        _check_safe(schema)
        _check_vocabulary(schema)
    except _Unfit as unfit:
        raise _refusal(unfit, field) from None
    return schema


def _refusal(unfit: _Unfit, field: str) -> errors.InvalidInput:
    problem = f"{field}{unfit.path}: {unfit.problem}"
    return errors.InvalidInput(problem, fields={field: [problem]})


def validate_answer(value: object, schema: dict[str, Any]) -> list[str]:
    """List what is wrong with a model's answer, in at most 20 lines for the model to correct.

    They may quote the answer: use them in a retry, never in a log or an error.
    """
    try:
        _check_safe(schema)
    except _Unfit as unfit:
        return [f"the schema cannot be used: {unfit.problem}"]
    validator = _bounded_validator()(schema, registry=referencing.Registry())
    try:
        return [_line(error) for error in islice(validator.iter_errors(value), MAX_ERRORS)]
    except (_TooMuchWork, RecursionError):
        return ["the answer takes too long to compare with the schema"]
    except (ArithmeticError, TypeError, ValueError, referencing.exceptions.Unresolvable):
        return ["the answer cannot be compared with the schema"]


def _check_safe(schema: dict[str, Any]) -> None:
    """Refuse outside references, patterns that RE2 does not run, and unbounded recursion."""
    for count, (path, node, depth) in enumerate(in_turns(_nodes(schema))):
        if depth > _MAX_DEPTH or count > _MAX_NODES:
            raise _Unfit("", "is too large")
        _check_lists(path, node)
        for keyword in node:
            if keyword in _NOT_TAKEN:
                raise _Unfit(f"{path}.{keyword}", "is not supported in structured output")
        if "$ref" in node:
            _target(schema, node["$ref"], path)
        pattern = node.get("pattern")
        if pattern is not None and _compiled(pattern) is None:
            problem = "must be a regular expression without look-around or back-references"
            raise _Unfit(f"{path}.pattern", problem)


def _check_lists(path: str, node: dict[str, Any]) -> None:
    """Refuse long lists, and those whose items cannot be sorted to find one that stands twice."""
    for keyword, value in node.items():
        if isinstance(value, list | dict) and len(value) > _MAX_ITEMS:
            raise _Unfit(f"{path}.{keyword}", f"is too large; at most {_MAX_ITEMS} items")
    for keyword in ("required", "type"):
        found = node.get(keyword)
        if isinstance(found, list) and not all(isinstance(item, str) for item in found):
            raise _Unfit(f"{path}.{keyword}", "must be a list of texts")


def _check_rules(schema: dict[str, Any]) -> None:
    properties = 0
    for path, node, _ in _nodes(schema):
        if not _is_object(node):
            continue
        names = node.get("properties", {})
        required = node.get("required", [])
        if not isinstance(names, dict) or not isinstance(required, list):
            raise _Unfit(path, "properties must be an object and required a list")
        properties += len(names)
        if node.get("additionalProperties") is not False:
            raise _Unfit(path, "additionalProperties must be false")
        listed = frozenset(required)
        for name in names:
            if name not in listed:
                raise _Unfit(f"{path}.properties.{name}", "must be listed in required")
        if not listed <= names.keys():
            raise _Unfit(f"{path}.required", "names a property that is not there")
    if properties > MAX_PROPERTIES:
        raise _Unfit("", f"has {properties} properties; at most {MAX_PROPERTIES} are allowed")
    _check_levels(schema)


def _check_levels(root: dict[str, Any]) -> None:
    """Refuse more than 5 levels of objects, also through references; a recursive one adds none."""
    depths: dict[int, int] = {}
    pending = [("", root, 0)]
    while pending:
        path, node, level = pending.pop()
        level += _is_object(node)
        below = 0
        if "$ref" in node:
            below = _depth(root, _target(root, node["$ref"], path), depths, 0)
        if level + below > MAX_LEVELS:
            raise _Unfit(path, f"is nested deeper than {MAX_LEVELS} levels")
        pending += [
            (path + step, inner, level)
            for step, inner in _children(node)
            if not step.startswith((".$defs", ".definitions"))
        ]


def _depth(root: dict[str, Any], node: dict[str, Any], depths: dict[int, int], steps: int) -> int:
    """Count the levels of objects in a definition; `depths` caches them, 0 during the search."""
    if node is root:
        return 0
    if steps > 2 * _MAX_DEPTH:
        raise _Unfit("", "is too large")
    if id(node) in depths:
        return depths[id(node)]
    depths[id(node)] = 0
    below = [_depth(root, inner, depths, steps + 1) for _, inner in _children(node)]
    if "$ref" in node:
        below.append(_depth(root, _target(root, node["$ref"], ""), depths, steps + 1))
    depths[id(node)] = _is_object(node) + max(below, default=0)
    return depths[id(node)]


def _check_vocabulary(schema: dict[str, Any]) -> None:
    """Refuse a keyword whose value is not what JSON Schema 2020-12 requires."""
    for path, node, _ in in_turns(_nodes(schema)):
        if _is_plain(node):
            continue
        try:
            Draft202012Validator.check_schema(_alone(node), format_checker=_NO_FORMATS)
        except SchemaError as problem:
            steps = "".join(f".{step}" for step in problem.absolute_path)
            raise _Unfit(path + steps, "is not valid JSON Schema") from None


def _is_plain(node: dict[str, Any]) -> bool:
    """Whether a schema has only the keywords that most have, right at a glance."""
    return all(
        keyword in _PLAIN and isinstance(value, _PLAIN[keyword]) for keyword, value in node.items()
    ) and (node.get("type", "string") in _TYPES)


def _alone(node: dict[str, Any]) -> dict[str, Any]:
    """A schema without the schemas inside it, which are checked by themselves."""
    alone = dict(node)
    for keyword in _OF_ONE:
        if isinstance(node.get(keyword), dict):
            alone[keyword] = {}
    for keyword in _OF_LIST:
        if isinstance(found := node.get(keyword), list):
            alone[keyword] = [{}] * bool(found) + [x for x in found if not isinstance(x, dict)]
    for keyword in _OF_NAMES:
        if isinstance(found := node.get(keyword), dict):
            alone[keyword] = {key: x for key, x in found.items() if not isinstance(x, dict)}
    return alone


def _nodes(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], int]]:
    """Yield every schema in the schema, with its path and depth, without following references."""
    pending: list[tuple[str, dict[str, Any], int]] = [("", schema, 0)]
    while pending:
        path, node, depth = pending.pop()
        yield path, node, depth
        pending += [(path + step, inner, depth + 1) for step, inner in _children(node)]


def _children(node: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    inner: list[tuple[str, Any]] = [(f".{keyword}", node.get(keyword)) for keyword in _OF_ONE]
    for keyword in _OF_LIST:
        if isinstance(found := node.get(keyword), list):
            inner += [(f".{keyword}[{place}]", value) for place, value in enumerate(found)]
    for keyword in _OF_NAMES:
        if isinstance(found := node.get(keyword), dict):
            inner += [(f".{keyword}.{name}", value) for name, value in found.items()]
    return ((step, value) for step, value in inner if isinstance(value, dict))


def _is_object(node: dict[str, Any]) -> bool:
    kind = node.get("type")
    return kind == "object" or (isinstance(kind, list) and "object" in kind) or "properties" in node


def _target(root: dict[str, Any], reference: object, path: str) -> dict[str, Any]:
    """The schema that a `$ref` names, which must be `#` or one of the schema's own definitions."""
    steps = reference.split("/") if isinstance(reference, str) else []
    if steps == ["#"]:
        return root
    if len(steps) == 3 and steps[0] == "#" and steps[1] in {"$defs", "definitions"}:
        definitions = root.get(steps[1])
        if isinstance(definitions, dict) and "%" not in steps[2]:
            found = definitions.get(steps[2].replace("~1", "/").replace("~0", "~"))
            if isinstance(found, dict):
                return found
    raise _Unfit(f"{path}.$ref", 'must be "#" or "#/$defs/<name>" of this schema')


@functools.lru_cache(maxsize=256)
def _compile(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeError):
        return None


def _compiled(pattern: object) -> Any:
    if not isinstance(pattern, str) or len(pattern) > MAX_PATTERN_CHARACTERS:
        return None
    return _compile(pattern)


def _check_pattern(
    validator: Any, pattern: object, instance: object, _schema: Any
) -> Iterator[ValidationError]:
    if validator.is_type(instance, "string"):
        found = _compiled(pattern)
        if found is None or not found.search(str(instance)):
            yield ValidationError(f"does not match the pattern {pattern!r}")


def _check_unique(
    validator: Any, unique: object, instance: object, _schema: Any
) -> Iterator[ValidationError]:
    """Compare items by their JSON texts: one step for each item, not for each pair."""
    if unique is True and isinstance(instance, list):
        texts = {orjson.dumps(item, option=orjson.OPT_SORT_KEYS) for item in instance}
        if len(texts) < len(instance):
            yield ValidationError("has items that are the same")


def _bounded_validator() -> Any:
    """Make a validator class for one check, which counts its steps."""
    steps = in_turns(range(_MAX_STEPS))

    def counted(keyword: str, check: Any) -> Any:
        def run(validator: Any, value: Any, instance: object, schema: Any) -> Any:
            cost = _REFERENCE_STEPS if keyword == "$ref" else 1
            if isinstance(value, list):  # each item is looked at
                cost += len(value)
            if len(list(islice(steps, cost))) < cost:
                raise _TooMuchWork
            return check(validator, value, instance, schema)

        return run

    own = {"pattern": _check_pattern, "uniqueItems": _check_unique}
    checks = {**Draft202012Validator.VALIDATORS, **own}
    return extend(Draft202012Validator, {name: counted(name, checks[name]) for name in checks})


def _line(error: ValidationError) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
    return cut(f"answer{''.join(steps)}: {error.message}", MAX_MESSAGE_CHARACTERS)
