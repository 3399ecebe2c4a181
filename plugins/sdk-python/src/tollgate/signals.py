"""Signals and nodes, with the numbers of ``wit/policy.wit``."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Union


class Signal(IntEnum):
    """The signal of a request. A request carries one."""

    LOGS = 0
    TRACES = 1
    METRICS = 2

    @property
    def record_kind(self) -> NodeKind:
        """What a record of this signal is."""
        return _RECORDS[self]


class NodeKind(IntEnum):
    """What a node of a batch is."""

    REQUEST = 0
    RESOURCE = 1
    SCOPE = 2
    LOG_RECORD = 3
    SPAN = 4
    METRIC = 5
    DATA_POINT = 6
    SPAN_EVENT = 7
    SPAN_LINK = 8
    EXEMPLAR = 9

    @property
    def attributes_path(self) -> str:
        """What stands before the ``["key"]`` of an attribute of such a node, in a path.

        A metric has its metadata, an exemplar its filtered attributes, and the request the client's metadata.
        """
        return _ATTRIBUTES[self]


LOGS = Signal.LOGS
TRACES = Signal.TRACES
METRICS = Signal.METRICS

Signals = Union[Signal, Iterable[Signal]]
"""One signal, or several: what declarations take."""

_RECORDS = (NodeKind.LOG_RECORD, NodeKind.SPAN, NodeKind.DATA_POINT)

RECORD_KINDS = frozenset(_RECORDS)

_ATTRIBUTES = (
    "metadata",
    "resource.attributes",
    "scope.attributes",
    "attributes",
    "attributes",
    "metric.metadata",
    "attributes",
    "spanevent.attributes",
    "spanlink.attributes",
    "exemplar.filtered_attributes",
)


def listed(signals: Signals) -> tuple[Signal, ...]:
    """One signal or several, as several."""
    return (signals,) if isinstance(signals, Signal) else tuple(signals)
