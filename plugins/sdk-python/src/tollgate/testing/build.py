"""Requests built by hand, for tests where OTLP/JSON would bury what matters. Values are Python's: text, int, float, bool, bytes, lists,
dicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from ..signals import LOGS, METRICS, TRACES, NodeKind, Signal
from .fields import FIELDS, entries, write

Attributes = Mapping[str, Any]

NAMES = {
    LOGS: ("resourceLogs", "scopeLogs", "logRecords"),
    TRACES: ("resourceSpans", "scopeSpans", "spans"),
    METRICS: ("resourceMetrics", "scopeMetrics", "metrics"),
}
"""What a request of each signal is made of."""


@dataclass
class Built:
    """A record, with what stands above it."""

    signal: Signal
    json: dict[str, Any]
    resource: Attributes = field(default_factory=dict)
    scope: str = ""


def log_record(
    body: Any = None, *, attributes: Attributes | None = None, resource: Attributes | None = None, scope: str = "", **fields: Any
) -> Built:
    """A log record. Further fields have OTTL's names: ``severity_text="WARN"``."""
    json = _members(NodeKind.LOG_RECORD, fields if body is None else {"body": body, **fields}, attributes)
    return Built(LOGS, json, resource or {}, scope)


def span(
    name: str,
    *,
    attributes: Attributes | None = None,
    events: Sequence[tuple[str, Attributes]] = (),
    links: Sequence[Attributes] = (),
    resource: Attributes | None = None,
    scope: str = "",
    **fields: Any,
) -> Built:
    """A span, with events (name and attributes) and links (attributes)."""
    json = _members(NodeKind.SPAN, {"name": name, **fields}, attributes)
    if events:
        json["events"] = [{"name": event, "attributes": list(entries(dict(given)))} for event, given in events]
    if links:
        json["links"] = [{"attributes": list(entries(dict(given)))} for given in links]
    return Built(TRACES, json, resource or {}, scope)


def data_point(
    metric: str,
    value: float,
    *,
    unit: str = "",
    attributes: Attributes | None = None,
    resource: Attributes | None = None,
    scope: str = "",
    **fields: Any,
) -> Built:
    """A data point of a gauge: of doubles, or of integers where the value is one."""
    kind = "value_int" if isinstance(value, int) else "value_double"
    point = _members(NodeKind.DATA_POINT, {kind: value, **fields}, attributes)
    json = {"name": metric, "unit": unit, "gauge": {"dataPoints": [point]}}
    return Built(METRICS, json, resource or {}, scope)


def request(*records: Built) -> dict[str, Any]:
    """A request in OTLP/JSON. Neighbours with the same resource and scope share them."""
    signals = {record.signal for record in records}
    if len(signals) != 1:
        raise ValueError("a request has records, and all of one signal")
    outer, inner, leaf = NAMES[signals.pop()]
    groups = []
    for _, group in groupby(records, key=lambda record: (dict(record.resource), record.scope)):
        members = list(group)
        scope = {"name": members[0].scope} if members[0].scope else {}
        groups.append(
            {
                "resource": {"attributes": list(entries(dict(members[0].resource)))},
                inner: [{"scope": scope, leaf: [record.json for record in members]}],
            }
        )
    return {outer: groups}


def _members(kind: NodeKind, fields: Mapping[str, Any], attributes: Attributes | None) -> dict[str, Any]:
    json: dict[str, Any] = {}
    for name, value in fields.items():
        name = name if name in FIELDS[kind] else name.replace("status_", "status.")
        if name not in FIELDS[kind]:
            raise TypeError(f"there is no field `{name}` here: there are {', '.join(FIELDS[kind])}")
        place = FIELDS[kind][name]
        holder = json
        for member in place.members[:-1]:
            holder = holder.setdefault(member, {})
        holder[place.members[-1]] = write(place.form, value)
    if attributes:
        json["attributes"] = list(entries(dict(attributes)))
    return json
