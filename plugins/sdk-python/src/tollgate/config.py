"""From the configuration's JSON to a policy's dataclass, and from it to a JSON Schema. Mistakes point, help, and never quote a value."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from .problem import InvalidConfig, Problem, pointer

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class NoConfig:
    """The configuration of a policy that takes none."""


_NAMES: dict[Any, str] = {str: "text", int: "an integer", float: "a number", bool: "true or false"}
_TYPES: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


def read(kind: type[T], text: str) -> T:
    """The configuration. One that is left out is an empty object. Raises ``InvalidConfig`` with all mistakes."""
    text = text.strip()
    value = json.loads(text) if text and text != "null" else {}
    problems: list[Problem] = []
    config = _read(kind, value, (), problems)
    if problems:
        raise InvalidConfig(problems)
    return typing.cast(T, config)


def convert(kind: Any, value: Any, *at: str | int) -> Any:
    """A value of JSON, such as the content of a file, as a type. Raises ``InvalidConfig``; ``at`` is where the value stands."""
    problems: list[Problem] = []
    result = _read(kind, value, at, problems)
    if problems:
        raise InvalidConfig(problems)
    return result


def _read(kind: Any, value: Any, at: tuple[str | int, ...], problems: list[Problem]) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return value
    if dataclasses.is_dataclass(kind):
        return _read_object(kind, value, at, problems)
    if origin in (Union, types.UnionType):
        return None if value is None and type(None) in arguments else _read_union(arguments, value, at, problems)
    if origin is Literal:
        if value in arguments and type(value) in {type(choice) for choice in arguments}:
            return value
        problems.append(_unknown("choice", value, arguments, at) if isinstance(value, str) else _mismatch("a choice", value, at))
        return None
    if origin in (list, tuple) or kind is list:
        if isinstance(value, list):
            item = arguments[0] if arguments else Any
            items = [_read(item, entry, (*at, place), problems) for place, entry in enumerate(value)]
            return tuple(items) if origin is tuple else items
        problems.append(_mismatch("a list", value, at))
    elif origin is dict or kind is dict:
        if isinstance(value, dict):
            item = arguments[1] if arguments else Any
            return {key: _read(item, entry, (*at, key), problems) for key, entry in value.items()}
        problems.append(_mismatch("a map", value, at))
    elif kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    elif isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool):
        return value
    else:
        problems.append(_mismatch(_NAMES.get(kind, kind.__name__), value, at))
    return None


def _read_union(arguments: tuple[Any, ...], value: Any, at: tuple[str | int, ...], problems: list[Problem]) -> Any:
    choices = [choice for choice in arguments if choice is not type(None)]
    found: list[Problem] = []
    for choice in choices:
        mistakes: list[Problem] = []
        result = _read(choice, value, at, mistakes)
        if not mistakes:
            return result
        # The mistakes of the choice that was probably meant: the one whose form it has.
        if not found or len(mistakes[0].at) > len(found[0].at):
            found = mistakes
    problems.extend(found)
    return None


def _read_object(kind: Any, value: Any, at: tuple[str | int, ...], problems: list[Problem]) -> Any:
    if not isinstance(value, dict):
        problems.append(_mismatch("a map", value, at))
        return None
    hints = typing.get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind) if field.init}
    before = len(problems)
    given = {}
    for key, entry in value.items():
        if key in fields:
            given[key] = _read(hints[key], entry, (*at, key), problems)
        else:
            problems.append(_unknown("key", key, tuple(fields), at))
    for name, field in fields.items():
        if name not in value and _is_required(field):
            problems.append(Problem(pointer(*at), f"`{name}` is missing", f"add `{name}`"))
    return kind(**given) if len(problems) == before else None


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _mismatch(expected: str, value: Any, at: tuple[str | int, ...]) -> Problem:
    found = {type(None): "nothing", dict: "a map", list: "a list", bool: "a boolean", float: "a number with a fraction"}
    name = found.get(type(value)) or _NAMES.get(type(value), "something else")
    return Problem(pointer(*at), f"this is {name}, and {expected} is expected", f"write {expected} here")


def _unknown(what: str, name: str, known: tuple[Any, ...], at: tuple[str | int, ...]) -> Problem:
    names = [str(candidate) for candidate in known]
    nearest = min(names, key=lambda candidate: (_distance(name, candidate), candidate), default=None)
    if nearest is None:
        cure = f"remove it: no {what} is known here"
    elif _distance(name, nearest) <= -(-len(name) // 3):
        cure = f"did you mean `{nearest}`?"
    else:
        cure = f"known here: {', '.join(names)}"
    return Problem(pointer(*at), f"unknown {what} `{name}`", cure)


def _distance(source: str, target: str) -> int:
    """How many characters to insert, remove or replace."""
    row = list(range(len(target) + 1))
    for line, character in enumerate(source, 1):
        above, row = row, [line]
        for place, other in enumerate(target):
            row.append(min(row[place] + 1, above[place + 1] + 1, above[place] + (character != other)))
    return row[-1]


def schema_of(kind: Any) -> dict[str, Any]:
    """The JSON Schema of a type. A field's description is ``field(metadata={"description": ...})``; other metadata are keywords of the
    schema, such as ``minimum``."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return {}
    if dataclasses.is_dataclass(kind):
        return _object_schema(kind)
    if origin in (Union, types.UnionType):
        choices = [schema_of(choice) for choice in arguments if choice is not type(None)]
        return choices[0] if len(choices) == 1 else {"anyOf": choices}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (list, tuple) or kind is list:
        return {"type": "array", "items": schema_of(arguments[0] if arguments else Any)}
    if origin is dict or kind is dict:
        return {"type": "object", "additionalProperties": schema_of(arguments[1] if arguments else Any)}
    return {"type": _TYPES[kind]}


def _object_schema(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    properties: dict[str, Any] = {}
    required = []
    for field in dataclasses.fields(kind):
        properties[field.name] = {**field.metadata, **schema_of(hints[field.name])}
        if field.default is not dataclasses.MISSING and field.default is not None:
            properties[field.name]["default"] = field.default
        if _is_required(field):
            required.append(field.name)
    schema: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**schema, "required": required} if required else schema
