"""The batch as a policy sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from . import draft as drafts
from . import paths
from .columns import Columns, Frame
from .draft import Draft, Emission
from .node import Node, Record
from .setup import Instrument, Rule
from .signals import RECORD_KINDS, NodeKind, Signal
from .values import Value


class Batch:
    """The records of one request, with what stands above and below them; and the outcome, while it is written."""

    __slots__ = ("_above", "draft", "frame", "number", "signal")

    def __init__(self, columns: Columns) -> None:
        self.frame = Frame(columns)
        self.draft = Draft(columns.seed)
        self.signal: Signal = columns.signal
        """The signal of the request."""
        self.number = int(columns.signal)
        # Records share what stands above them: for each kind the parent that was last asked for it, and the answer.
        self._above: dict[int, tuple[int, int | None]] = {}

    def __len__(self) -> int:
        """How many records there are."""
        return self.frame.columns.node_kind.count(self.signal.record_kind)

    def __iter__(self) -> Iterator[Record]:
        """The records, in the order of the request."""
        return self.nodes(self.signal.record_kind)

    @property
    def now(self) -> int:
        """Unix time in nanoseconds, as the host read it before the call. There is no other clock."""
        return self.frame.columns.now

    @property
    def seed(self) -> int:
        """The seed of the batch's randomness."""
        return self.frame.columns.seed

    def random(self) -> int:
        """A random number of 64 bits, drawn from the seed: the same batch under the same seed gets the same numbers. There is no
        other source: Python's ``random`` and ``secrets`` say the same in every instance."""
        return self.draft.random()

    def nodes(self, kind: NodeKind) -> Iterator[Node]:
        """The nodes of a kind, in the order of the request: resources, scopes, metrics, span events, links, exemplars."""
        kinds = self.frame.columns.node_kind
        index = kinds.find(kind)
        while index >= 0:
            yield Node(self, index, kind)
            index = kinds.find(kind, index + 1)

    def node(self, index: int) -> Node:
        """The node with this index."""
        return Node(self, index, NodeKind(self.frame.columns.node_kind[index]))

    def above(self, index: int, owner: int) -> int | None:
        """The nearest node above one that fields of an owner belong to."""
        columns = self.frame.columns
        parent = columns.node_parent[index]
        if parent >= index:
            return None
        known = self._above.get(owner)
        if known is not None and known[0] == parent:
            return known[1]
        wanted = RECORD_KINDS if owner == paths.RECORD else (owner,)
        at, found = parent, None
        while True:
            if columns.node_kind[at] in wanted:
                found = at
                break
            if columns.node_parent[at] >= at:
                break
            at = columns.node_parent[at]
        self._above[owner] = (parent, found)
        return found

    def set_cell(self, rule: Rule, cell: int, value: Value) -> None:
        """Gives a cell of ``Node.values`` another value."""
        self.draft.edit(drafts.SET, cell, 0, value, rule)

    def delete_cell(self, rule: Rule, cell: int) -> None:
        """Deletes a cell."""
        self.draft.edit(drafts.DELETE, cell, 0, None, rule)

    def rename_cell(self, rule: Rule, cell: int, key: str) -> None:
        """Gives a cell, which must be an attribute or an entry of a map, another key."""
        self.draft.rename(cell, key, rule)

    def measure(self, instrument: Instrument, value: float, attributes: Mapping[str, str] | None = None) -> None:
        """Adds to one of the policy's own metrics: a sum grows, a gauge takes the value, a histogram counts it. The same attributes in
        the same order are one series."""
        self.draft.measure(instrument, value, (attributes or {}).items())

    def emit(self, signal: Signal, request: bytes) -> None:
        """Sends new telemetry on its way: an OTLP export request of that signal, in protobuf. The policy declares ``emits``."""
        self.draft.emissions.append(Emission(signal, request))
