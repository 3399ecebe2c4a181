"""Runs a policy natively, and shows what became of a request."""

from __future__ import annotations

import copy
import hmac
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from .. import draft as drafts
from .. import host
from ..batch import Batch
from ..policy import Policy, configured
from ..setup import Compat, Manifest, Setup
from ..signals import RECORD_KINDS, NodeKind, Signal
from .build import NAMES, Built, request
from .fields import from_any
from .tree import TreeNode
from .view import Refused, View

P = TypeVar("P", bound="Policy[Any]")

_CAN_BE_DROPPED = {*RECORD_KINDS, NodeKind.METRIC, NodeKind.SPAN_EVENT, NodeKind.SPAN_LINK, NodeKind.EXEMPLAR}


@dataclass
class Output:
    """What became of a request."""

    json: dict[str, Any]
    """What is left of it, in OTLP/JSON."""
    edits: dict[str, int] = field(default_factory=dict)
    """How many edits each rule made."""
    drops: dict[str, int] = field(default_factory=dict)
    """How many nodes each rule dropped."""
    failed: list[int] = field(default_factory=list)
    """The records that failed, by their place in the request. They are not in what is left."""
    routed: dict[int, list[str]] = field(default_factory=dict)
    """The records that were routed, by their place in the request, each with its destinations."""
    measurements: list[tuple[str, float, dict[str, str]]] = field(default_factory=list)
    """What was measured: instrument, value, attributes."""
    emissions: list[tuple[Signal, bytes]] = field(default_factory=list)
    """New telemetry."""
    logs: list[tuple[host.Level, str]] = field(default_factory=list)
    """Lines of the log."""

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records that are left, each as OTLP/JSON."""
        outer, inner, leaf = next((names for names in NAMES.values() if names[0] in self.json), NAMES[Signal.LOGS])
        groups = [scope for resource in self.json.get(outer, ()) for scope in resource.get(inner, ())]
        found = [record for scope in groups for record in scope.get(leaf, ())]
        if leaf != "metrics":
            return found
        data = [part for metric in found for part in metric.values() if isinstance(part, dict)]
        return [point for part in data for point in part.get("dataPoints", ())]

    def attributes(self, record: int = 0) -> dict[str, Any]:
        """The attributes of a record that is left, with Python's values."""
        return {entry["key"]: from_any(entry.get("value", {})) for entry in self.records[record].get("attributes", ())}


class Harness(Generic[P]):
    """A policy, configured, with the host of its stage. Raises ``InvalidConfig``."""

    def __init__(
        self,
        policy: type[P],
        config: Any = None,
        *,
        files: Mapping[str, str | bytes] | None = None,
        keys: Mapping[str, bytes] | None = None,
        compat: Compat = Compat.TOLLGATE,
        seed: int = 0,
        now: int = 1_700_000_000_000_000_000,
    ) -> None:
        self._host = _Host(dict(files or {}), dict(keys or {}))
        self.seed = seed
        self.now = now
        setup = Setup(compat)
        self.manifest: Manifest = setup.manifest
        self._host.configuring = True
        with self._host.in_place():
            self.policy: P = configured(policy, json.dumps({} if config is None else config), setup)
        self._host.configuring = False

    def run(self, *given: Built | dict[str, Any] | str, metadata: Mapping[str, str] | None = None, client: str | None = None) -> Output:
        """Passes a request: records of ``log_record``, ``span`` or ``data_point``, or OTLP/JSON."""
        whole = _request(given)
        signal = next((signal for signal, names in NAMES.items() if names[0] in whole), Signal.LOGS)
        access = self.manifest.access[signal]
        if not access.asks:
            return Output(whole)
        context: dict[str, Any] = {f'metadata["{key}"]': value for key, value in (metadata or {}).items()}
        if client is not None:
            context["client.address"] = client
        view = View(whole, signal, access, context)
        self._host.lines = []
        with self._host.in_place():
            batch = Batch(view.columns(self.now, self.seed))
            self.policy.batch(batch)
        self.seed += 1
        return self._output(whole, view, batch.draft)

    def _output(self, whole: dict[str, Any], view: View, draft: drafts.Draft) -> Output:
        view.apply(draft, self.manifest)
        rules = self.manifest.rules
        output = Output(whole, edits=dict(Counter(rules[rule] for rule in draft.rule)), logs=self._host.lines)
        places = {index: place for place, index in enumerate(index for index, node in enumerate(view.nodes) if node.kind in RECORD_KINDS)}
        sets = list(draft.route_sets)
        drops: Counter[str] = Counter()
        gone: list[TreeNode] = []
        for index, (verdict, rule, argument) in draft.judged.items():
            node = view.nodes[index]
            if verdict != drafts.DROP and node.kind not in RECORD_KINDS:
                raise Refused("records alone can be routed or failed")
            if verdict == drafts.DROP:
                if not view.access.drops or node.kind not in _CAN_BE_DROPPED:
                    raise Refused("a node was dropped, and the manifest does not say `drops`")
                drops[rules[rule]] += 1
                gone.append(node)
            elif verdict == drafts.FAIL:
                output.failed.append(places[index])
                gone.append(node)
            else:
                output.routed[places[index]] = [self.manifest.routes[route] for route in sets[argument]]
        output.drops = dict(drops)
        for node in gone:
            node.siblings[:] = [other for other in node.siblings if other is not node.json]
        _prune(whole, view.signal)
        output.measurements = [
            (self.manifest.instruments[made.instrument].name, made.value, dict(made.attributes)) for made in draft.measurements
        ]
        output.emissions = [(made.signal, made.request) for made in draft.emissions]
        if any(signal not in self.manifest.emits for signal, _ in output.emissions):
            raise Refused("telemetry was made of a signal that the manifest does not say `emits` of")
        return output


def _request(given: tuple[Built | dict[str, Any] | str, ...]) -> dict[str, Any]:
    first = given[0] if given else {}
    if isinstance(first, Built):
        return copy.deepcopy(request(*(record for record in given if isinstance(record, Built))))
    whole: dict[str, Any] = _without_nulls(json.loads(first) if isinstance(first, str) else first)
    return whole


def _without_nulls(value: Any) -> Any:
    """A copy of JSON without members that are null, which OTLP/JSON treats as absent."""
    if isinstance(value, dict):
        return {key: _without_nulls(entry) for key, entry in value.items() if entry is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _prune(whole: dict[str, Any], signal: Signal) -> None:
    """Scopes and resources without records leave with their last one; so do metrics without points."""
    outer, inner, leaf = NAMES[signal]
    for resource in whole.get(outer, ()):
        for scope in resource.get(inner, ()):
            if signal is Signal.METRICS:
                scope[leaf] = [metric for metric in scope.get(leaf, ()) if _has_points(metric)]
        resource[inner] = [scope for scope in resource.get(inner, ()) if scope.get(leaf)]
    whole[outer] = [resource for resource in whole.get(outer, ()) if resource[inner]]


def _has_points(metric: dict[str, Any]) -> bool:
    return any(isinstance(part, dict) and part.get("dataPoints") for part in metric.values())


class _Host:
    """What the host of one stage holds."""

    def __init__(self, files: dict[str, str | bytes], keys: dict[str, bytes]) -> None:
        self._files = files
        self._keys = keys
        self.lines: list[tuple[host.Level, str]] = []
        self.configuring = False

    def in_place(self) -> _InPlace:
        return _InPlace(self)

    def log(self, level: host.Level, message: str) -> None:
        self.lines.append((level, message))

    def pseudonym(self, key: str, data: bytes) -> bytes:
        if key not in self._keys:
            raise LookupError(f"the stage lists no key `{key}`")
        return hmac.digest(self._keys[key], data, "sha256")

    def file(self, name: str) -> bytes:
        if not self.configuring:
            raise OSError("files can be read while the policy is configured, not later")
        if name not in self._files:
            raise OSError(f"the stage lists no file `{name}`")
        content = self._files[name]
        return content.encode() if isinstance(content, str) else content


class _InPlace:
    def __init__(self, of: _Host) -> None:
        self._of = of

    def __enter__(self) -> None:
        self._before = host.use(self._of)

    def __exit__(self, *_: object) -> None:
        host.use(self._before)
