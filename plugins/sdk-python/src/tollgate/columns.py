"""A batch as it crosses the wall, and what finds a node's cells in it.

Nothing is made of a column before somebody asks: a text is decoded when it is read, and the cells of a node are looked up by their
field once for each node that is asked at all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import paths
from .anyvalue import decode
from .signals import Signal
from .values import WITHHELD, Kind, Raw, double_of

LENGTH = 0xFFFF_FFFF
_TOP = 1 << 63
_ALL = 1 << 64


@dataclass
class Columns:
    """The columns of a view, as ``wit/policy.wit`` describes them."""

    signal: Signal
    fields: Sequence[int]
    node_kind: bytes
    node_parent: Sequence[int]
    cell_node: Sequence[int]
    cell_field: Sequence[int]
    cell_kind: bytes
    cell_value: Sequence[int]
    text: bytes
    now: int
    seed: int


class Frame:
    """Columns, and what was found out about them."""

    __slots__ = ("_cells", "_keys", "_paths", "columns")

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._cells: dict[int, dict[int, int]] = {}
        self._keys: dict[int, str | None] = {}
        self._paths: dict[int, str] = {}

    def span(self, node: int) -> tuple[int, int]:
        """The first cell of a node, and the first that is no longer its own."""
        nodes = self.columns.cell_node
        start = bisect_left(nodes, node)
        return start, bisect_left(nodes, node + 1, start)

    def by_field(self, node: int) -> dict[int, int]:
        """The cells of a node by their field: of several with one field, the first."""
        cells = self._cells.get(node)
        if cells is None:
            start, end = self.span(node)
            # What comes later in a dict wins, so the first cells come last.
            cells = dict(zip(reversed(self.columns.cell_field[start:end]), range(end - 1, start - 1, -1), strict=True))
            self._cells[node] = cells
        return cells

    def bytes_of(self, span: int) -> bytes:
        """The bytes that a span means."""
        start = span >> 32
        return self.columns.text[start : start + (span & LENGTH)]

    def value(self, cell: int) -> Any:
        """The value of a cell."""
        kind = self.columns.cell_kind[cell]
        value = self.columns.cell_value[cell]
        if kind == 1:
            start = value >> 32
            return str(self.columns.text[start : start + (value & LENGTH)], "utf-8")
        if kind == 2:
            return value - _ALL if value >= _TOP else value
        if kind == 3:
            return double_of(value)
        if kind == 4:
            return value != 0
        if kind == 5:
            return self.bytes_of(value)
        if kind in (6, 7):
            return decode(self.bytes_of(value))
        return WITHHELD if kind == 8 else None

    def raw(self, cell: int) -> Any:
        """The value of a cell, arrays and maps as they came."""
        kind = self.columns.cell_kind[cell]
        if kind in (6, 7):
            return Raw(Kind(kind), self.bytes_of(self.columns.cell_value[cell]))
        return self.value(cell)

    def path(self, field: int) -> str:
        """The path of a field of the view."""
        path = self._paths.get(field)
        if path is None:
            path = self._paths[field] = str(self.bytes_of(self.columns.fields[field]), "utf-8")
        return path

    def key(self, field: int) -> str | None:
        """The key of a field of the view, where it is an attribute."""
        try:
            return self._keys[field]
        except KeyError:
            key = self._keys[field] = paths.attribute_key(self.path(field))
            return key
