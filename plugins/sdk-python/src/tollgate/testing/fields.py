"""The fields of nodes and where they stand in OTLP/JSON. ``docs/fields.md`` of tollgate describes them all; those that are made of lists of
numbers, and whole metrics, are beyond the kit."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..signals import NodeKind
from ..values import WITHHELD, from_unsigned, to_unsigned

OUTER = "^"
"""The member that holds the node's object, as ``resourceLogs`` holds ``resource``."""
DATA = "*"
"""The data of a metric, under whatever name its type gives it."""


class Form(NamedTuple):
    """How a value is written in OTLP/JSON."""

    name: str


TEXT, SIGNED, UNSIGNED, SMALL, DOUBLE, BOOLEAN, ID, ANY = (
    Form(name) for name in ("text", "signed", "unsigned", "small", "double", "boolean", "id", "any")
)


class Place(NamedTuple):
    """Where a field stands: members to step through, and its form."""

    members: tuple[str, ...]
    form: Form


def _places(prefix: str, *fields: tuple[str, Form], at: tuple[str, ...] = ()) -> dict[str, Place]:
    return {prefix + name: Place((*at, camel(name)), form) for name, form in fields}


def camel(name: str) -> str:
    """``severity_text`` as OTLP/JSON spells it."""
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


_ATTRIBUTES_COUNT = ("dropped_attributes_count", SMALL)

FIELDS: dict[NodeKind, dict[str, Place]] = {
    NodeKind.REQUEST: {},
    NodeKind.RESOURCE: {
        **_places("resource.", _ATTRIBUTES_COUNT),
        "resource.schema_url": Place((OUTER, "schemaUrl"), TEXT),
    },
    NodeKind.SCOPE: {
        **_places("scope.", ("name", TEXT), ("version", TEXT), _ATTRIBUTES_COUNT),
        "scope.schema_url": Place((OUTER, "schemaUrl"), TEXT),
    },
    NodeKind.LOG_RECORD: _places(
        "",
        ("time_unix_nano", UNSIGNED),
        ("observed_time_unix_nano", UNSIGNED),
        ("severity_number", SMALL),
        ("severity_text", TEXT),
        ("body", ANY),
        _ATTRIBUTES_COUNT,
        ("flags", SMALL),
        ("trace_id", ID),
        ("span_id", ID),
        ("event_name", TEXT),
    ),
    NodeKind.SPAN: {
        **_places(
            "",
            ("trace_id", ID),
            ("span_id", ID),
            ("trace_state", TEXT),
            ("parent_span_id", ID),
            ("flags", SMALL),
            ("name", TEXT),
            ("kind", SMALL),
            ("start_time_unix_nano", UNSIGNED),
            ("end_time_unix_nano", UNSIGNED),
            _ATTRIBUTES_COUNT,
            ("dropped_events_count", SMALL),
            ("dropped_links_count", SMALL),
        ),
        **_places("status.", ("message", TEXT), ("code", SMALL), at=("status",)),
    },
    NodeKind.METRIC: {
        **_places("metric.", ("name", TEXT), ("description", TEXT), ("unit", TEXT)),
        **_places("metric.", ("aggregation_temporality", SMALL), ("is_monotonic", BOOLEAN), at=(DATA,)),
    },
    NodeKind.DATA_POINT: {
        **_places(
            "",
            ("start_time_unix_nano", UNSIGNED),
            ("time_unix_nano", UNSIGNED),
            ("flags", SMALL),
            ("count", UNSIGNED),
            ("sum", DOUBLE),
            ("min", DOUBLE),
            ("max", DOUBLE),
            ("scale", SMALL),
            ("zero_count", UNSIGNED),
        ),
        "value_double": Place(("asDouble",), DOUBLE),
        "value_int": Place(("asInt",), SIGNED),
    },
    NodeKind.SPAN_EVENT: _places("spanevent.", ("time_unix_nano", UNSIGNED), ("name", TEXT), _ATTRIBUTES_COUNT),
    NodeKind.SPAN_LINK: _places("spanlink.", ("trace_id", ID), ("span_id", ID), ("trace_state", TEXT), _ATTRIBUTES_COUNT, ("flags", SMALL)),
    NodeKind.EXEMPLAR: {
        **_places("exemplar.", ("time_unix_nano", UNSIGNED), ("span_id", ID), ("trace_id", ID)),
        "exemplar.value_double": Place(("asDouble",), DOUBLE),
        "exemplar.value_int": Place(("asInt",), SIGNED),
    },
}


def attributes_member(kind: NodeKind) -> str:
    """The member with the attributes of such a node."""
    return {NodeKind.METRIC: "metadata", NodeKind.EXEMPLAR: "filteredAttributes"}.get(kind, "attributes")


def parse(form: Form, value: Any) -> Any:
    """A value of OTLP/JSON, as a policy reads it."""
    if form is ANY:
        return from_any(value)
    if form is ID:
        return bytes.fromhex(value)
    if form is UNSIGNED:
        return from_unsigned(int(value))
    if form in (SIGNED, SMALL):
        return int(value)
    return float(value) if form is DOUBLE else value


def write(form: Form, value: Any) -> Any:
    """A value that a policy wrote, in OTLP/JSON. Raises ``TypeError`` where the field takes no such value."""
    wanted = {TEXT: str, SIGNED: int, UNSIGNED: int, SMALL: int, DOUBLE: float, BOOLEAN: bool, ID: bytes}.get(form)
    if wanted and (not isinstance(value, wanted) or isinstance(value, bool) is not (wanted is bool)):
        raise TypeError(f"the field takes {form.name}, and got {type(value).__name__}")
    if form is ANY:
        return to_any(value)
    if form is ID:
        return value.hex()
    if form is UNSIGNED:
        return str(to_unsigned(value))
    return str(value) if form is SIGNED else _number(value) if form is DOUBLE else value


def is_default(form: Form, value: Any) -> bool:
    """Whether a field that holds this value is absent from the wire."""
    return value in ("", 0, b"", False) and form in (TEXT, UNSIGNED, SMALL, ID, BOOLEAN)


def _number(value: float) -> Any:
    return value if math.isfinite(value) else "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def from_any(value: dict[str, Any]) -> Any:
    """An ``AnyValue`` of OTLP/JSON, as a policy reads it."""
    for member, content in value.items():
        if member == "intValue":
            return int(content)
        if member == "doubleValue":
            return float(content)
        if member == "bytesValue":
            return base64.b64decode(content)
        if member == "arrayValue":
            return [from_any(item) for item in content.get("values", ())]
        if member == "kvlistValue":
            entries: dict[str, Any] = {}
            for entry in content.get("values", ()):
                entries.setdefault(entry.get("key", ""), from_any(entry.get("value", {})))
            return entries
        return content
    return None


def to_any(value: Any) -> dict[str, Any]:
    """A value as an ``AnyValue`` of OTLP/JSON."""
    if value is None or value is WITHHELD:
        return {}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": _number(value)}
    if isinstance(value, bytes):
        return {"bytesValue": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": list(entries(value))}}
    if isinstance(value, (list, tuple)):
        return {"arrayValue": {"values": [to_any(item) for item in value]}}
    return {"stringValue": str(value)}


def entries(attributes: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Attributes in OTLP/JSON."""
    for key, value in attributes.items():
        yield {"key": key, "value": to_any(value)}
