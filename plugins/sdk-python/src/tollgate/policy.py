"""The class a policy is."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Generic, TypeVar, get_args, get_origin

from .batch import Batch
from .config import NoConfig, read, schema_of
from .node import Record
from .setup import Declaration, Setup
from .signals import Signals

C = TypeVar("C")


class Policy(Generic[C]):
    """A policy: judges and edits the records of a batch.

    ``class Cost(Policy[Config], name="cost", version="1.0.0", summary="...")``, where ``Config`` is a dataclass: of it come the JSON
    Schema and the operator's mistakes. ``Policy[None]`` takes no configuration.

    The host makes an instance for each lane, configures it, and calls it for batch after batch; an instance may be thrown away between
    any two calls. So state is a convenience, never a promise.
    """

    name: ClassVar[str] = ""
    version: ClassVar[str] = "0.1.0"
    summary: ClassVar[str] = ""
    config_type: ClassVar[Any] = NoConfig
    schema: ClassVar[str] = ""
    declarations: ClassVar[dict[str, Declaration]] = {}

    drops: ClassVar[Signals] = ()
    """The signals whose nodes it drops: ``drops = LOGS``; likewise the next three."""
    adds: ClassVar[Signals] = ()
    takes: ClassVar[Signals] = ()
    emits: ClassVar[Signals] = ()

    def __init_subclass__(
        cls, *, name: str | None = None, version: str | None = None, summary: str | None = None, schema: str | None = None
    ) -> None:
        """``schema`` is a JSON Schema, in place of the one that is made of the configuration's dataclass."""
        super().__init_subclass__()
        cls.name = name or cls.name or cls.__name__.lower()
        cls.version = version or cls.version
        cls.summary = summary or cls.summary or (cls.__doc__ or "").strip().partition("\n")[0]
        for base in getattr(cls, "__orig_bases__", ()):
            if isinstance(get_origin(base), type) and issubclass(get_origin(base), Policy):
                (config,) = get_args(base)
                cls.config_type = NoConfig if config in (None, type(None)) else config
        if schema is None:
            schema = json.dumps(schema_of(cls.config_type), indent=2, ensure_ascii=False)
        cls.schema = schema
        own = {key: value for key, value in vars(cls).items() if isinstance(value, Declaration)}
        cls.declarations = {**cls.declarations, **own}

    def configure(self, config: C, setup: Setup) -> None:
        """Takes the configuration, and declares in ``setup`` what depends on it. Raises ``InvalidConfig`` with all mistakes."""

    def record(self, record: Record) -> None:
        """Judges one record, and edits it. A record that is not judged is kept."""

    def batch(self, batch: Batch) -> None:
        """Works on the whole batch, where ``record`` is not enough: to edit resources and scopes, or to look at all texts at once. An
        exception fails every record of the batch."""
        judge = self.record
        for record in batch:
            judge(record)


P = TypeVar("P", bound="Policy[Any]")


def configured(policy: type[P], config: str, setup: Setup) -> P:
    """An instance of a policy, configured by JSON. Raises ``InvalidConfig``."""
    instance = policy()
    value = read(policy.config_type, config)
    setup.drops(policy.drops)
    setup.adds(policy.adds)
    setup.takes(policy.takes)
    setup.emits(policy.emits)
    for name, declaration in policy.declarations.items():
        setattr(instance, name, declaration.declare(setup))
    instance.configure(value, setup)
    return instance
