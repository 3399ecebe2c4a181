"""Paths in OTTL's spelling: whose they are, and the keys in them."""

from __future__ import annotations

import re

from .signals import NodeKind

RECORD = -1
"""The owner of a path without a prefix: the record, whatever the signal."""

_PREFIXES = (
    ("resource.", NodeKind.RESOURCE),
    ("scope.", NodeKind.SCOPE),
    ("metric.", NodeKind.METRIC),
    ("spanevent.", NodeKind.SPAN_EVENT),
    ("spanlink.", NodeKind.SPAN_LINK),
    ("exemplar.", NodeKind.EXEMPLAR),
    ("metadata[", NodeKind.REQUEST),
    ("auth[", NodeKind.REQUEST),
    ("client.", NodeKind.REQUEST),
)

_RECORD_NAMES = {
    NodeKind.LOG_RECORD: "log.",
    NodeKind.SPAN: "span.",
    NodeKind.DATA_POINT: "datapoint.",
}

_ATTRIBUTE = re.compile(r"(?:(?:resource|scope|spanevent|spanlink)\.)?attributes|metric\.metadata|exemplar\.filtered_attributes|metadata")
_STEP = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\[(\*\*?)\]', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def owner(path: str) -> int:
    """Which kind of node a path belongs to, or ``RECORD``."""
    if path == "metric":
        return NodeKind.METRIC
    for prefix, kind in _PREFIXES:
        if path.startswith(prefix):
            return kind
    return RECORD


def canonical(path: str, record: NodeKind) -> str:
    """The path as the host spells it: without OTTL's name for the record, and with the short name of the scope."""
    if path.startswith("instrumentation_scope."):
        return "scope." + path.removeprefix("instrumentation_scope.")
    return path.removeprefix(_RECORD_NAMES[record])


def key_step(key: str) -> str:
    """The step ``["key"]``, escaped as OTTL's string literals are."""
    return '["' + key.replace("\\", "\\\\").replace('"', '\\"') + '"]'


def attribute_path(kind: NodeKind, key: str) -> str:
    """The path of the attribute ``key`` of nodes of this kind: ``resource.attributes["service.name"]``."""
    return kind.attributes_path + key_step(key)


Step = str | int
"""A step into a value: a key, or an index."""


def split(path: str) -> tuple[str, list[Step], str]:
    """A path as the field it starts from, the steps into its value, and the wildcard at its end, ``""`` if there is none."""
    start = path.find("[")
    if start < 0:
        return path, [], ""
    steps: list[Step] = []
    wildcard = ""
    at = start
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None or wildcard:
            raise ValueError(f"`{path}` is no path: a step is a key in quotes, an index or, at the end, a wildcard")
        key, index, wild = step.groups()
        if key is not None:
            steps.append(_ESCAPED.sub(r"\1", key))
        elif index is not None:
            steps.append(int(index))
        else:
            wildcard = wild
        at = step.end()
    return path[:start], steps, wildcard


def attribute_key(path: str) -> str | None:
    """The key, where ``path`` is that of an attribute of any kind of node, and not of something within one."""
    container, bracket, _ = path.partition("[")
    if not bracket or not _ATTRIBUTE.fullmatch(container):
        return None
    step = _STEP.fullmatch(path, len(container))
    if step is None or step.group(1) is None:
        return None
    return _ESCAPED.sub(r"\1", step.group(1))
