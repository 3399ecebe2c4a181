"""Nodes: records, and what stands above and below them. What is read is the state before the call; edits show in the next stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from . import draft as drafts
from . import paths
from .draft import PolicyError
from .setup import UNREAD, Field, Instrument, Route, Rule
from .signals import RECORD_KINDS, NodeKind, Signal
from .values import Value

if TYPE_CHECKING:
    from .batch import Batch

_PARENTS = {
    NodeKind.RESOURCE: NodeKind.REQUEST,
    NodeKind.SCOPE: NodeKind.RESOURCE,
    NodeKind.LOG_RECORD: NodeKind.SCOPE,
    NodeKind.SPAN: NodeKind.SCOPE,
    NodeKind.METRIC: NodeKind.SCOPE,
    NodeKind.DATA_POINT: NodeKind.METRIC,
    NodeKind.SPAN_EVENT: NodeKind.SPAN,
    NodeKind.SPAN_LINK: NodeKind.SPAN,
    NodeKind.EXEMPLAR: NodeKind.DATA_POINT,
}


class Node:
    """A node that can be read, edited and judged."""

    __slots__ = ("_own", "batch", "index", "kind")

    def __init__(self, batch: Batch, index: int, kind: NodeKind) -> None:
        self.batch = batch
        self.index = index
        """Its index in the batch."""
        self.kind = kind
        """What it is."""
        self._own: int = paths.RECORD if kind in RECORD_KINDS else kind

    @property
    def signal(self) -> Signal:
        """The signal of the batch."""
        return self.batch.signal

    # Reading

    def get(self, field: Field, default: Any = None) -> Any:
        """The value of a field: the node's own, or that of the ancestor it belongs to (``resource.attributes["service.name"]`` of a
        record). ``default`` where there is none, or where it was not declared as read for this signal."""
        cell = self._cell(field)
        return default if cell is None else self.batch.frame.value(cell)

    def __getitem__(self, field: Field) -> Any:
        cell = self._cell(field)
        if cell is None:
            raise KeyError(field.path)
        return self.batch.frame.value(cell)

    def __contains__(self, field: Field) -> bool:
        return self._cell(field) is not None

    def raw(self, field: Field) -> Any:
        """Like ``get``, but arrays and maps as they came: a ``Raw``, for exact copies."""
        cell = self._cell(field)
        return None if cell is None else self.batch.frame.raw(cell)

    def attribute(self, key: str, default: Any = None) -> Any:
        """The attribute with this key: of a metric its metadata, of an exemplar its filtered attributes, of the request the client's
        metadata. A declared field is faster."""
        for cell in self._attribute_cells(key):
            return self.batch.frame.value(cell)
        return default

    def attributes(self) -> Iterator[tuple[str, Any]]:
        """The attributes that the policy reads, in the order of the request; not what is nested in them."""
        frame = self.batch.frame
        for cell in range(*frame.span(self.index)):
            key = frame.key(frame.columns.cell_field[cell])
            if key is not None:
                yield key, frame.value(cell)

    def values(self) -> Iterator[tuple[int, str, Any]]:
        """The index of each cell of the node, with its path and its value: nested leaves, too."""
        frame = self.batch.frame
        for cell in range(*frame.span(self.index)):
            yield cell, frame.path(frame.columns.cell_field[cell]), frame.value(cell)

    def ancestor(self, kind: NodeKind) -> Node | None:
        """The nearest node of this kind above it."""
        columns = self.batch.frame.columns
        index = self.index
        # Parents stand before their children, and the request is its own.
        while (parent := columns.node_parent[index]) < index:
            if columns.node_kind[parent] == kind:
                return self.batch.node(parent)
            index = parent
        return None

    def children(self) -> Iterator[Node]:
        """The nodes directly under it: the events and links of a span, the exemplars of a data point, the records of a scope."""
        parents = self.batch.frame.columns.node_parent
        for index in range(self.index + 1, len(parents)):
            if parents[index] < self.index:
                return
            if parents[index] == self.index:
                yield self.batch.node(index)

    # Editing

    def set(self, rule: Rule, field: Field | str, value: Value) -> None:
        """Sets a field, in place of what is there or anew. A field of an ancestor is set there. A path may be given instead."""
        draft = self.batch.draft
        if isinstance(field, Field):
            cell = self._cell(field)
            if cell is not None:
                draft.edit(drafts.SET, cell, 0, value, rule)
                return
            owner, path = field.owner, field.path
        else:
            owner, path = paths.owner(field), field
        draft.put(self._target(owner), path, value, rule)

    def set_attribute(self, rule: Rule, key: str, value: Value) -> None:
        """Sets the attribute with this key, in place of what is there or anew."""
        for cell in self._attribute_cells(key):
            self.batch.draft.edit(drafts.SET, cell, 0, value, rule)
            return
        self.batch.draft.put(self.index, paths.attribute_path(self.kind, key), value, rule)

    def delete(self, rule: Rule, field: Field | str) -> bool:
        """Deletes a field, as often as it stands there; returns whether it was there. The policy must read what it deletes."""
        return self._delete(rule, self._cells("delete", field))

    def delete_attribute(self, rule: Rule, key: str) -> bool:
        """Deletes the attribute with this key, as often as it stands there; returns whether it was there."""
        return self._delete(rule, list(self._attribute_cells(key)))

    def rename(self, rule: Rule, field: Field | str, key: str) -> bool:
        """Gives a field, which must be an attribute or an entry of a map, another key; returns whether it was there."""
        return self._rename(rule, self._cells("rename", field), key)

    def rename_attribute(self, rule: Rule, key: str, new_key: str) -> bool:
        """Gives the attribute with this key another one; returns whether it was there."""
        return self._rename(rule, list(self._attribute_cells(key)), new_key)

    def add(self, rule: Rule, child: NodeKind, message: bytes) -> None:
        """Adds a node of a kind, as an OTLP message, at the end of its kind: to this node, or to the one above that has such nodes."""
        target = self._target(_PARENTS.get(child, NodeKind.REQUEST))
        self.batch.draft.edit(drafts.ADD, target, child, message, rule)

    # Judging

    def drop(self, rule: Rule) -> None:
        """It leaves the pipeline here, on purpose. Records, span events, links, exemplars and metrics can."""
        self.batch.draft.judge(self.index, drafts.DROP, rule)

    def fail(self, rule: Rule) -> None:
        """It could not be judged: the stage's ``on_error`` says what becomes of it. Records alone."""
        self.batch.draft.judge(self.index, drafts.FAIL, rule)

    def route(self, rule: Rule, *routes: Route) -> None:
        """It goes on to these destinations and to no other. Records alone."""
        self.batch.draft.route(self.index, rule, routes)

    def measure(self, instrument: Instrument, value: float, attributes: Mapping[str, str] | None = None) -> None:
        """Adds to one of the policy's own metrics."""
        self.batch.measure(instrument, value, attributes)

    # Finding

    def _cell(self, field: Field) -> int | None:
        batch = self.batch
        slot = field.slots[batch.number]
        if slot == UNREAD:
            return None
        node: int | None = self.index if field.owner == self._own else batch.above(self.index, field.owner)
        return None if node is None else batch.frame.by_field(node).get(slot)

    def _target(self, owner: int) -> int:
        # Without such a node above it, it is this one, and the host says what is wrong.
        if owner == self._own:
            return self.index
        above = self.batch.above(self.index, owner)
        return self.index if above is None else above

    def _attribute_cells(self, key: str) -> Iterator[int]:
        frame = self.batch.frame
        fields = frame.columns.cell_field
        return (cell for cell in range(*frame.span(self.index)) if frame.key(fields[cell]) == key)

    def _cells(self, verb: str, field: Field | str) -> list[int]:
        frame = self.batch.frame
        path = field.path if isinstance(field, Field) else field
        if isinstance(field, Field) and field.slots[self.batch.number] == UNREAD:
            raise PolicyError(f"the policy would {verb} `{path}`, but does not read it: declare it with `edits`")
        node = self._target(paths.owner(path))
        fields = frame.columns.cell_field
        return [cell for cell in range(*frame.span(node)) if frame.path(fields[cell]) == path]

    def _delete(self, rule: Rule, cells: Iterable[int]) -> bool:
        found = False
        for cell in cells:
            found = True
            self.batch.draft.edit(drafts.DELETE, cell, 0, None, rule)
        return found

    def _rename(self, rule: Rule, cells: list[int], key: str) -> bool:
        for cell in cells[:1]:
            self.batch.draft.rename(cell, key, rule)
        return bool(cells)


Record = Node
"""A log record, a span or a data point."""
