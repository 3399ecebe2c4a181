"""From the component's exports to a policy: ``Policy = export(Cost)`` at the end of its module."""

from __future__ import annotations

import io
import sys
from typing import Any

from . import host
from .batch import Batch
from .columns import Columns
from .draft import Draft
from .policy import Policy, configured
from .problem import InvalidConfig, Problem
from .setup import Compat, Manifest, Setup
from .signals import Signal


def export(policy: type[Policy[Any]]) -> type:
    """Makes a policy the component's export, which the builder looks for under the name ``Policy``. Natively it is the policy."""
    try:
        import wit_world  # type: ignore[import-not-found]  # noqa: F401 (only there while a component is made)
    except ImportError:
        return policy
    from componentize_py_types import Err  # type: ignore[import-not-found]
    from wit_world.exports import policy as wit  # type: ignore[import-not-found]
    from wit_world.imports import batch as wit_batch  # type: ignore[import-not-found]
    from wit_world.imports import host as wit_host

    host.use(_Imported(wit_host, Err))
    # A component has no standard output: what is printed goes to the stage's log.
    sys.stdout = sys.stderr = _Lines()

    # The builder's runtime makes an object for each call: what lasts stands outside of it.
    instance: Policy[Any] | None = None

    class Exported:
        def describe(self) -> Any:
            return wit.Description(policy.name, policy.version, policy.summary, policy.schema)

        def configure(self, config: str, compat: Any) -> Any:
            nonlocal instance
            setup = Setup(Compat(compat.value))
            try:
                instance = configured(policy, config, setup)
            except InvalidConfig as invalid:
                raise Err([_problem(wit, problem) for problem in invalid.problems]) from None
            except Exception as error:
                raise Err([wit.Problem("", f"the policy failed: {told(error)}", None, None)]) from None
            return _manifest(wit, wit_batch, setup.manifest)

        def process(self, view: Any) -> Any:
            if instance is None:
                raise Err("process was called before configure")
            batch = Batch(_columns(view))
            try:
                instance.batch(batch)
            except Exception as error:
                raise Err(told(error)) from None
            return _outcome(wit_batch, batch.draft)

        def tick(self, now: int, seed: int) -> Any:
            raise Err("this policy asked for no ticks")

    return Exported


def told(error: BaseException) -> str:
    """An exception with the places that it came through, the last one first."""
    # The standard library's `traceback` looks for the files of these places, and a component has none.
    places = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        places.append(f"in {code.co_name} ({code.co_filename.rpartition('/')[2]}:{step.tb_lineno})")
        step = step.tb_next
    return "; ".join([f"{type(error).__name__}: {error}", *reversed(places)])


class _Imported:
    """The host behind the component's imports."""

    def __init__(self, imports: Any, err: Any) -> None:
        self._imports = imports
        self._err = err

    def log(self, level: host.Level, message: str) -> None:
        self._imports.log(self._imports.Level(level.value), message)

    def pseudonym(self, key: str, data: bytes) -> bytes:
        try:
            return bytes(self._imports.pseudonym(key, data))
        except self._err as error:
            raise LookupError(error.value) from None

    def file(self, name: str) -> bytes:
        try:
            return bytes(self._imports.file(name))
        except self._err as error:
            raise OSError(error.value) from None


class _Lines(io.TextIOBase):
    """Whole lines of what is printed."""

    def __init__(self) -> None:
        self._rest = ""

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            host.log(host.Level.DEBUG, line)
        return len(text)


def _columns(view: Any) -> Columns:
    nodes, cells = view.nodes, view.cells
    return Columns(
        Signal(view.signal.value),
        view.fields,
        nodes.kind,
        nodes.parent,
        cells.node,
        cells.field,
        cells.kind,
        cells.value,
        view.text,
        view.now,
        view.seed,
    )


def _problem(wit: Any, problem: Problem) -> Any:
    return wit.Problem(problem.at, problem.message, problem.help, problem.span)


def _manifest(wit: Any, batch: Any, manifest: Manifest) -> Any:
    return wit.Manifest(
        [
            wit.Access(batch.Signal(signal.value), access.reads, access.writes, access.drops, access.adds)
            for signal, access in zip(Signal, manifest.access, strict=True)
            if access.asks
        ],
        manifest.rules,
        manifest.routes,
        [wit.Instrument(made.name, made.unit, made.description, wit.InstrumentKind(made.kind.value)) for made in manifest.instruments],
        [batch.Signal(signal.value) for signal in manifest.emits],
        None,
        None,
        [_problem(wit, warning) for warning in manifest.warnings],
    )


def _outcome(batch: Any, draft: Draft) -> Any:
    verdicts, rules, arguments = zip(*draft.judged.values(), strict=True) if draft.judged else ((), (), ())
    return batch.Outcome(
        batch.Judgements(list(draft.judged), bytes(verdicts), list(rules), list(arguments), [list(routes) for routes in draft.route_sets]),
        batch.Edits(
            bytes(draft.op),
            draft.target,
            draft.field,
            bytes(draft.kind),
            draft.value,
            draft.rule,
            draft.fields,
            bytes(draft.text),
        ),
        batch.Decisions([], b"", [], b""),
        [batch.Measurement(made.instrument, made.value, list(made.attributes)) for made in draft.measurements],
        [batch.Emission(batch.Signal(made.signal.value), made.request) for made in draft.emissions],
    )
