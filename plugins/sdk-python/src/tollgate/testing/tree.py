"""A request in OTLP/JSON as a forest of nodes, and every value of a node with its path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..paths import Step, key_step
from ..signals import NodeKind, Signal
from .build import NAMES
from .fields import ANY, DATA, FIELDS, OUTER, Form, attributes_member, from_any, is_default, parse, to_any, write


@dataclass
class TreeNode:
    """A node: its object, the one around it, and the list that it stands in."""

    kind: NodeKind
    parent: int
    json: dict[str, Any]
    outer: dict[str, Any] = field(default_factory=dict)
    siblings: list[Any] = field(default_factory=list)

    def holder(self, members: tuple[str, ...]) -> dict[str, Any]:
        """The object that holds the last of these members."""
        holder = self.json
        for member in members[:-1]:
            if member == OUTER:
                holder = self.outer
            elif member == DATA:
                holder = next((part for part in self.json.values() if isinstance(part, dict) and "dataPoints" in part), {})
            else:
                holder = holder.setdefault(member, {})
        return holder

    def attributes(self) -> list[Any]:
        """Its attributes."""
        attributes: list[Any] = self.json.setdefault(attributes_member(self.kind), [])
        return attributes


@dataclass
class Slot:
    """Where one value stands: a member of an object, an entry of a map, or an element of an array."""

    path: str
    form: Form
    holder: Any
    member: Any
    """The member's name; of an entry or an element the object itself."""
    is_entry: bool = False
    is_element: bool = False
    is_nested: bool = False
    container: str = ""

    def value(self) -> Any:
        """The value, as a policy reads it."""
        if self.is_entry:
            return from_any(self.member.get("value", {}))
        return from_any(self.member) if self.is_element else parse(self.form, self.holder[self.member])

    def write(self, value: Any) -> None:
        """Puts another value here."""
        if self.is_entry:
            self.member["value"] = to_any(value)
        elif self.is_element:
            self.member.clear()
            self.member.update(to_any(value))
        else:
            self.holder[self.member] = write(self.form, value)

    def delete(self) -> None:
        """Takes the value away."""
        if self.is_entry or self.is_element:
            self.holder[:] = [other for other in self.holder if other is not self.member]
        else:
            self.holder.pop(self.member, None)

    def rename(self, key: str) -> None:
        """Gives the entry another key; an entry that has it gives way."""
        if not self.is_entry:
            raise ValueError(f"`{self.path}` has no key to rename")
        self.holder[:] = [other for other in self.holder if other is self.member or other.get("key") != key]
        self.member["key"] = key


def slots(node: TreeNode) -> Iterator[Slot]:
    """Every value of a node, nested ones after those that hold them."""
    for path, place in FIELDS[node.kind].items():
        holder, member = node.holder(place.members), place.members[-1]
        if member in holder and not is_default(place.form, parse(place.form, holder[member])):
            yield Slot(path, place.form, holder, member)
            if place.form is ANY:
                yield from _nested(path, holder[member])
    if node.kind is not NodeKind.REQUEST:
        container = node.kind.attributes_path
        for entry in node.json.get(attributes_member(node.kind), ()):
            path = container + key_step(entry.get("key", ""))
            yield Slot(path, ANY, node.attributes(), entry, is_entry=True, container=container)
            yield from _nested(path, entry.get("value", {}))


def _nested(path: str, value: dict[str, Any]) -> Iterator[Slot]:
    entries = value.get("kvlistValue", {}).get("values", [])
    for entry in entries:
        inner = path + key_step(entry.get("key", ""))
        yield Slot(inner, ANY, entries, entry, is_entry=True, is_nested=True, container=path)
        yield from _nested(inner, entry.get("value", {}))
    elements = value.get("arrayValue", {}).get("values", [])
    for index, element in enumerate(elements):
        inner = f"{path}[{index}]"
        yield Slot(inner, ANY, elements, element, is_element=True, is_nested=True, container=path)
        yield from _nested(inner, element)


def put(node: TreeNode, field_path: str, steps: list[Step], path: str, value: Any) -> None:
    """Gives a node a field: in place of the first that is there, or anew."""
    existing = next((slot for slot in slots(node) if slot.path == path), None)
    if existing is not None:
        existing.write(value)
    elif not steps:
        place = FIELDS[node.kind].get(field_path)
        if place is None:
            raise ValueError(f"the test kit cannot write `{path}`: test it with `tollgate test`")
        node.holder(place.members)[place.members[-1]] = write(place.form, value)
    else:
        _put_nested(_entries_of(node, field_path, steps), steps, path, value)


def _entries_of(node: TreeNode, field_path: str, steps: list[Step]) -> list[Any]:
    if field_path == node.kind.attributes_path:
        return node.attributes()
    place = FIELDS[node.kind][field_path]
    body = node.holder(place.members).setdefault(place.members[-1], {"kvlistValue": {"values": []}})
    return _map(body, field_path)


def _put_nested(entries: list[Any], steps: list[Step], path: str, value: Any) -> None:
    for step in steps[:-1]:
        found = next((entry for entry in entries if entry.get("key") == step), None)
        if found is None:
            found = {"key": step, "value": {"kvlistValue": {"values": []}}}
            entries.append(found)
        entries = _map(found["value"], path)
    if isinstance(steps[-1], int):
        raise ValueError(f"`{path}`: there is no such element")
    entries.append({"key": steps[-1], "value": to_any(value)})


def _map(value: dict[str, Any], path: str) -> list[Any]:
    if "kvlistValue" not in value:
        raise ValueError(f"`{path}`: on the way stands what is no map")
    entries: list[Any] = value["kvlistValue"].setdefault("values", [])
    return entries


def forest(request: dict[str, Any], signal: Signal) -> list[TreeNode]:
    """The nodes of a request. A parent stands before its children, and the request is its own."""
    outer, inner, leaf = NAMES[signal]
    nodes = [TreeNode(NodeKind.REQUEST, 0, request)]

    def add(kind: NodeKind, parent: int, json: dict[str, Any], around: dict[str, Any], siblings: list[Any]) -> int:
        nodes.append(TreeNode(kind, parent, json, around, siblings))
        return len(nodes) - 1

    for resource in request.get(outer, ()):
        above = add(NodeKind.RESOURCE, 0, resource.setdefault("resource", {}), resource, request[outer])
        for scope in resource.get(inner, ()):
            holder = add(NodeKind.SCOPE, above, scope.setdefault("scope", {}), scope, resource[inner])
            for record in scope.get(leaf, ()):
                _record(add, signal, holder, record, scope[leaf])
    return nodes


def _record(add: Any, signal: Signal, scope: int, json: dict[str, Any], siblings: list[Any]) -> None:
    if signal is Signal.LOGS:
        add(NodeKind.LOG_RECORD, scope, json, {}, siblings)
    elif signal is Signal.TRACES:
        index = add(NodeKind.SPAN, scope, json, {}, siblings)
        for event in json.get("events", ()):
            add(NodeKind.SPAN_EVENT, index, event, {}, json["events"])
        for link in json.get("links", ()):
            add(NodeKind.SPAN_LINK, index, link, {}, json["links"])
    else:
        index = add(NodeKind.METRIC, scope, json, {}, siblings)
        data: dict[str, Any] = next((part for part in json.values() if isinstance(part, dict) and "dataPoints" in part), {"dataPoints": []})
        for point in data["dataPoints"]:
            number = add(NodeKind.DATA_POINT, index, point, {}, data["dataPoints"])
            for exemplar in point.get("exemplars", ()):
                add(NodeKind.EXEMPLAR, number, exemplar, {}, point["exemplars"])
