"""What a policy declares: rules, access by field, and what it sends beside its records.

What never changes is declared in the class, and every instance has the handle under its name::

    class Quiet(tollgate.Policy[None]):
        level = tollgate.reads(LOGS, "severity_text")
        debug = tollgate.rule("debug")

What depends on the configuration is declared in ``configure``, by the same names: ``setup.reads(...)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, TypeVar, cast

from . import host, paths
from .problem import Problem
from .signals import Signal, Signals, listed

UNREAD = -1
"""Stands for the place of a path among the fields of the view where it is not read."""


class Compat(Enum):
    """Whose behaviour the operator asked for, where a policy bears the name of a Collector component and differs from it."""

    TOLLGATE = 0
    COLLECTOR = 1


class InstrumentKind(Enum):
    """What an instrument does with what is added to it."""

    DELTA_SUM = 0
    HISTOGRAM = 1
    GAUGE = 2


class Rule(NamedTuple):
    """A rule by name: every edit and every judgement says which one asked for it."""

    number: int


class Route(NamedTuple):
    """A destination of records: of a connector, a pipeline that it feeds."""

    number: int


class Instrument(NamedTuple):
    """A metric of the policy's own."""

    number: int
    kind: InstrumentKind


class Field(NamedTuple):
    """A declared field. It is good for every signal it was declared for."""

    path: str
    owner: int
    slots: tuple[int, int, int]


@dataclass
class InstrumentDescription:
    """A metric of the policy's own, as it was declared."""

    name: str
    unit: str
    description: str
    kind: InstrumentKind


@dataclass
class Access:
    """The rights a policy asks for, for one signal."""

    reads: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    drops: bool = False
    adds: bool = False
    takes: bool = False

    @property
    def asks(self) -> bool:
        """Whether the policy may stand in a pipeline of the signal."""
        return bool(self.reads or self.writes or self.drops or self.adds or self.takes)


@dataclass
class Manifest:
    """Everything a policy may do under one configuration."""

    access: tuple[Access, Access, Access] = field(default_factory=lambda: (Access(), Access(), Access()))
    rules: list[str] = field(default_factory=list)
    routes: list[str] = field(default_factory=list)
    instruments: list[InstrumentDescription] = field(default_factory=list)
    emits: list[Signal] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


class Setup:
    """Where a policy declares what it needs while it is configured."""

    def __init__(self, compat: Compat = Compat.TOLLGATE) -> None:
        self.compat = compat
        self.manifest = Manifest()

    def rule(self, name: str) -> Rule:
        """Names a rule. The same name is the same rule."""
        return Rule(_place(self.manifest.rules, name))

    def reads(self, signals: Signals, path: str) -> Field:
        """Declares that the policy reads a path, or a wildcard such as ``attributes[*]``, of these signals."""
        slots = [UNREAD, UNREAD, UNREAD]
        for signal in listed(signals):
            slots[signal] = _place(self.manifest.access[signal].reads, paths.canonical(path, signal.record_kind))
        return _field(signals, path, slots)

    def writes(self, signals: Signals, path: str) -> Field:
        """Declares that the policy sets, puts, deletes or renames a path, or what a wildcard covers.

        What it also wants to get, delete or rename it must read as well: ``edits`` declares both.
        """
        for signal in listed(signals):
            _place(self.manifest.access[signal].writes, paths.canonical(path, signal.record_kind))
        return _field(signals, path, [UNREAD, UNREAD, UNREAD])

    def edits(self, signals: Signals, path: str) -> Field:
        """Declares that the policy reads and writes a path."""
        self.writes(signals, path)
        return self.reads(signals, path)

    def drops(self, signals: Signals) -> None:
        """Declares that the policy drops nodes of these signals."""
        for signal in listed(signals):
            self.manifest.access[signal].drops = True

    def adds(self, signals: Signals) -> None:
        """Declares that the policy adds nodes to these signals."""
        for signal in listed(signals):
            self.manifest.access[signal].adds = True

    def takes(self, signals: Signals) -> None:
        """Declares that the policy may stand in a pipeline of these signals, even under a configuration with nothing to do there."""
        for signal in listed(signals):
            self.manifest.access[signal].takes = True

    def route(self, name: str) -> Route:
        """Names a destination of records. In a connector it is the id of a pipeline, such as ``logs/audit``."""
        return Route(_place(self.manifest.routes, name))

    def emits(self, signals: Signals) -> None:
        """Declares that the policy makes telemetry of these signals."""
        for signal in listed(signals):
            if signal not in self.manifest.emits:
                self.manifest.emits.append(signal)

    def instrument(self, kind: InstrumentKind, name: str, unit: str, description: str) -> Instrument:
        """Names a metric of the policy's own, which the host exports with its own. The same name is the same metric."""
        instruments = self.manifest.instruments
        for index, known in enumerate(instruments):
            if known.name == name:
                return Instrument(index, known.kind)
        instruments.append(InstrumentDescription(name, unit, description, kind))
        return Instrument(len(instruments) - 1, kind)

    def warn(self, warning: Problem) -> None:
        """Says what the operator should know of the configuration, although it works."""
        self.manifest.warnings.append(warning)

    def file(self, name: str) -> bytes:
        """The content of a file that the operator listed under ``gate: {files: ...}``, by its name there. Raises ``OSError``."""
        return host.file(name)


def _place(names: list[str], name: str) -> int:
    if name not in names:
        names.append(name)
    return names.index(name)


def _field(signals: Signals, path: str, slots: list[int]) -> Field:
    # One spelling serves all signals of a handle: a record's name can only stand before the path of its own signal.
    path = paths.canonical(path, listed(signals)[0].record_kind)
    return Field(path, paths.owner(path), (slots[0], slots[1], slots[2]))


class Declaration:
    """Stands in a policy's class for the handle that its instances have."""

    def __init__(self, declare: Callable[[Setup], Any]) -> None:
        self.declare = declare


T = TypeVar("T")


def _declared(kind: type[T], declare: Callable[[Setup], T]) -> T:
    # To a type checker a declaration is what the instances have in its place.
    return cast(T, Declaration(declare))


def reads(signals: Signals, path: str) -> Field:
    """In a policy's class: a path that it reads."""
    return _declared(Field, lambda setup: setup.reads(signals, path))


def writes(signals: Signals, path: str) -> Field:
    """In a policy's class: a path that it writes."""
    return _declared(Field, lambda setup: setup.writes(signals, path))


def edits(signals: Signals, path: str) -> Field:
    """In a policy's class: a path that it reads and writes."""
    return _declared(Field, lambda setup: setup.edits(signals, path))


def rule(name: str) -> Rule:
    """In a policy's class: one of its rules."""
    return _declared(Rule, lambda setup: setup.rule(name))


def route(name: str) -> Route:
    """In a policy's class: one of its destinations."""
    return _declared(Route, lambda setup: setup.route(name))


def instrument(kind: InstrumentKind, name: str, unit: str, description: str) -> Instrument:
    """In a policy's class: a metric of its own."""
    return _declared(Instrument, lambda setup: setup.instrument(kind, name, unit, description))
