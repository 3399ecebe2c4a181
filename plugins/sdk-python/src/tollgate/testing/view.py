"""The view that a policy gets of a request, under its manifest; and what becomes of the request by the policy's answer."""

from __future__ import annotations

from typing import Any

from .. import draft as drafts
from .. import paths
from ..columns import Columns, Frame
from ..draft import Draft
from ..setup import Access, Manifest
from ..signals import NodeKind, Signal
from ..values import WITHHELD, Kind, Raw, encode_text, pack, pack_span
from .tree import Slot, TreeNode, forest, put, slots

_BELOW = {"spanevent.": NodeKind.SPAN_EVENT, "spanlink.": NodeKind.SPAN_LINK, "exemplar.": NodeKind.EXEMPLAR}


class Refused(Exception):
    """The answer goes beyond the manifest, or points where nothing is. In the host it fails every record of the batch."""


def covers(pattern: str, slot: Slot) -> bool:
    """Whether a path of the manifest means the value."""
    if pattern == slot.path:
        return True
    if pattern.endswith("[**]"):
        base = pattern.removesuffix("[**]")
        return slot.path == base or (slot.path.startswith(base + "[") and (not slot.is_nested or _is_leaf(slot)))
    return pattern.endswith("[*]") and slot.container == pattern.removesuffix("[*]")


def may_write(access: Access, path: str) -> bool:
    """Whether the manifest allows a write of a path. Who may write a value may write what lies inside it."""
    for pattern in access.writes:
        base = pattern.removesuffix("[**]").removesuffix("[*]")
        if pattern in (path, "*") or path.startswith(base + "[") or (path == base and pattern.endswith("[**]")):
            return True
    return False


def _is_leaf(slot: Slot) -> bool:
    return not isinstance(slot.value(), (list, dict))


class View:
    """A request as nodes and cells."""

    def __init__(self, request: dict[str, Any], signal: Signal, access: Access, context: dict[str, Any]) -> None:
        self.signal = signal
        self.access = access
        wanted = {kind for prefix, kind in _BELOW.items() if any(path.startswith(prefix) for path in access.reads + access.writes)}
        self.nodes = _kept(forest(request, signal), set(_BELOW.values()) if "*" in access.reads else wanted)
        self.cells: list[Slot] = []
        self._text = bytearray()
        self._fields: dict[str, int] = {}
        self._columns: tuple[list[int], list[int], bytearray, list[int]] = ([], [], bytearray(), [])
        for path in access.reads:
            self._fields[path] = len(self._fields)
        delivered = [(index, slot, value) for index, node in enumerate(self.nodes) for slot, value in self._seen(node, context)]
        for _, slot, _ in delivered:
            self._fields.setdefault(slot.path, len(self._fields))
        self.fields = [pack_span(encode_text(path), self._text) for path in self._fields]
        for index, slot, value in delivered:
            self._cell(index, slot, value)

    def _seen(self, node: TreeNode, context: dict[str, Any]) -> Any:
        if node.kind is NodeKind.REQUEST:
            found = (Slot(path, None, context, path) for path in context)  # type: ignore[arg-type]
            yield from ((slot, context[slot.path]) for slot in found if any(covers(path, slot) for path in self.access.reads))
            return
        for slot in slots(node):
            value = slot.value()
            if any(covers(pattern, slot) for pattern in self.access.reads):
                yield slot, value
            elif "*" in self.access.reads:
                if isinstance(value, str) or (isinstance(value, bytes) and slot.form.name == "any" and _is_text(value)):
                    yield slot, value
                elif slot.is_entry:
                    yield slot, WITHHELD

    def _cell(self, node: int, slot: Slot, value: Any) -> None:
        nodes, fields, kinds, values = self._columns
        kind, number = (Kind.WITHHELD, 0) if value is WITHHELD else pack(value, self._text)
        nodes.append(node)
        fields.append(self._fields[slot.path])
        kinds.append(kind)
        values.append(number)
        self.cells.append(slot)

    def columns(self, now: int, seed: int) -> Columns:
        """The view as it crosses the wall."""
        nodes, fields, kinds, values = self._columns
        return Columns(
            self.signal,
            self.fields,
            bytes(node.kind for node in self.nodes),
            [node.parent for node in self.nodes],
            nodes,
            fields,
            bytes(kinds),
            values,
            bytes(self._text),
            now,
            seed,
        )

    def apply(self, draft: Draft, manifest: Manifest) -> None:
        """Applies an answer, all or none of which counts: this raises ``Refused`` for the first thing that is wrong."""
        answer = Columns(self.signal, draft.fields, b"", [], [], [], bytes(draft.kind), draft.value, bytes(draft.text), 0, 0)
        frame = Frame(answer)
        for index, (op, target, rule) in enumerate(zip(draft.op, draft.target, draft.rule, strict=True)):
            if rule >= len(manifest.rules):
                raise Refused("an edit names a rule that the manifest does not have")
            value = frame.raw(index)
            value = value.decoded() if isinstance(value, Raw) else value
            if op == drafts.ADD:
                raise NotImplementedError("the test kit adds no nodes: test this with `tollgate test`")
            try:
                self._edit(op, target, value, frame, draft.field[index])
            except (ValueError, TypeError) as error:
                raise Refused(str(error)) from None

    def _edit(self, op: int, target: int, value: Any, frame: Frame, field: int) -> None:
        if op == drafts.PUT:
            path = frame.path(field)
            self._allow(path)
            node = self.nodes[target]
            owner = paths.owner(path)
            if owner != (paths.RECORD if node.kind in (NodeKind.LOG_RECORD, NodeKind.SPAN, NodeKind.DATA_POINT) else node.kind):
                raise Refused(f"`{path}` is no field of this node")
            base, steps, wildcard = paths.split(path)
            if wildcard:
                raise Refused(f"`{path}` is no single field")
            if base == node.kind.attributes_path and not steps:
                raise NotImplementedError("the test kit replaces no whole map: test this with `tollgate test`")
            put(node, base, steps, path, value)
            return
        slot = self.cells[target]
        self._allow(slot.path)
        if op == drafts.SET:
            slot.write(value)
        elif op == drafts.DELETE:
            slot.delete()
        else:
            self._allow(slot.container + paths.key_step(value))
            slot.rename(value)

    def _allow(self, path: str) -> None:
        if not may_write(self.access, path):
            raise Refused(f"`{path}` is not under the manifest's `writes`")


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _kept(nodes: list[TreeNode], below: set[NodeKind]) -> list[TreeNode]:
    """The nodes without those below records that nobody asked for."""
    places: dict[int, int] = {}
    kept: list[TreeNode] = []
    for index, node in enumerate(nodes):
        if node.kind in _BELOW.values() and node.kind not in below:
            continue
        places[index] = len(kept)
        node.parent = places[node.parent] if index else 0
        kept.append(node)
    return kept
