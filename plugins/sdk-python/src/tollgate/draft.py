"""The outcome while it is written: edits and judgements as columns, and what is sent beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .setup import Instrument, InstrumentKind, Route, Rule
from .signals import Signal
from .values import Kind, Value, encode_text, pack, pack_span

SET, PUT, DELETE, RENAME, ADD = range(5)
"""What an edit does, with the numbers of ``wit/policy.wit``."""

DROP, ROUTE, FAIL = 1, 3, 4
"""What becomes of a node."""

LONGEST_VALUE = 256
"""Bytes of the value of a measurement's attribute that cross; the rest is cut off."""


class PolicyError(Exception):
    """What the policy did wrong. The batch fails with it, because half an edit is worse than none."""


@dataclass
class Measurement:
    """One addition to an instrument."""

    instrument: int
    value: float
    attributes: tuple[tuple[str, str], ...]


@dataclass
class Emission:
    """New telemetry."""

    signal: Signal
    request: bytes


class Draft:
    """Judgements, edits, measurements and emissions of one batch, and the randomness that was drawn for it."""

    def __init__(self, seed: int) -> None:
        self.op = bytearray()
        self.target: list[int] = []
        self.field: list[int] = []
        self.kind = bytearray()
        self.value: list[int] = []
        self.rule: list[int] = []
        self.fields: list[int] = []
        self.text = bytearray()
        self.judged: dict[int, tuple[int, int, int]] = {}
        self.route_sets: dict[tuple[int, ...], int] = {}
        self.measurements: list[Measurement] = []
        self.emissions: list[Emission] = []
        self._paths: dict[str, int] = {}
        self._keys: dict[str, int] = {}
        self._series: dict[tuple[int, tuple[tuple[str, str], ...]], Measurement] = {}
        self._random = seed

    def edit(self, op: int, target: int, field: int, value: Value, rule: Rule) -> None:
        """Appends an edit. ``field`` is for put and add."""
        kind, number = pack(value, self.text)
        self._push(op, target, field, kind, number, rule)

    def put(self, node: int, path: str, value: Value, rule: Rule) -> None:
        """Appends an edit that gives a node a field."""
        place = self._paths.get(path)
        if place is None:
            place = self._paths[path] = len(self.fields)
            self.fields.append(pack_span(encode_text(path), self.text))
        self.edit(PUT, node, place, value, rule)

    def rename(self, cell: int, key: str, rule: Rule) -> None:
        """Appends a rename. A new key crosses once, however many entries get it."""
        span = self._keys.get(key)
        if span is None:
            span = self._keys[key] = pack_span(encode_text(key), self.text)
        self._push(RENAME, cell, 0, Kind.TEXT, span, rule)

    def _push(self, op: int, target: int, field: int, kind: int, number: int, rule: Rule) -> None:
        self.op.append(op)
        self.target.append(target)
        self.field.append(field)
        self.kind.append(kind)
        self.value.append(number)
        self.rule.append(rule.number)

    def judge(self, node: int, verdict: int, rule: Rule, argument: int = 0) -> None:
        """Judges a node, once."""
        if node in self.judged:
            raise PolicyError("a node was judged twice")
        self.judged[node] = (verdict, rule.number, argument)

    def route(self, node: int, rule: Rule, routes: Iterable[Route]) -> None:
        """Routes a record. Sets are written once, however many records share one."""
        destinations = tuple(sorted({route.number for route in routes}))
        if not destinations:
            raise PolicyError("a record was routed nowhere: drop it instead")
        self.judge(node, ROUTE, rule, self.route_sets.setdefault(destinations, len(self.route_sets)))

    def measure(self, instrument: Instrument, value: float, attributes: Iterable[tuple[str, str]]) -> None:
        """Adds to a series. What is no number, or would take away from a sum, is left out: it came from a record."""
        value = float(value)
        is_sum = instrument.kind is InstrumentKind.DELTA_SUM
        if value - value != 0 or (is_sum and value < 0):
            return
        series = tuple((key, shortened(text)) for key, text in attributes)
        known = self._series.get((instrument.number, series))
        if known is None or instrument.kind is InstrumentKind.HISTOGRAM:
            known = self._series[instrument.number, series] = Measurement(instrument.number, value, series)
            self.measurements.append(known)
            return
        total = known.value + value
        known.value = total if is_sum and total - total == 0 else value

    def random(self) -> int:
        """The next number of the batch's randomness: SplitMix64 over the seed."""
        mask = 0xFFFF_FFFF_FFFF_FFFF
        self._random = (self._random + 0x9E37_79B9_7F4A_7C15) & mask
        mixed = ((self._random ^ (self._random >> 30)) * 0xBF58_476D_1CE4_E5B9) & mask
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB) & mask
        return mixed ^ (mixed >> 31)


def shortened(text: str) -> str:
    """As much of a text as a measurement's attribute may have, and no half character."""
    content = encode_text(text)
    return text if len(content) <= LONGEST_VALUE else str(content[:LONGEST_VALUE], "utf-8", "ignore")
