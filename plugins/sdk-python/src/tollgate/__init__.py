"""Write a tollgate policy in Python: one class, a dataclass for the configuration, native tests.

::

    import tollgate
    from tollgate import LOGS, Record


    class Quiet(tollgate.Policy[None], name="quiet", version="1.0.0", summary="Drops debug logs."):
        level = tollgate.reads(LOGS, "severity_text")
        debug = tollgate.rule("debug")
        drops = LOGS

        def record(self, record: Record) -> None:
            if record.get(self.level) == "DEBUG":
                record.drop(self.debug)


    Policy = tollgate.export(Quiet)
"""

from .batch import Batch
from .component import export
from .config import NoConfig, convert
from .draft import PolicyError
from .host import Level, file, log, pseudonym
from .node import Node, Record
from .paths import attribute_path
from .policy import Policy
from .problem import InvalidConfig, Problem, pointer
from .setup import Compat, Field, Instrument, InstrumentKind, Route, Rule, Setup, edits, instrument, reads, route, rule, writes
from .signals import LOGS, METRICS, TRACES, NodeKind, Signal
from .values import WITHHELD, Raw, Value, from_unsigned, to_integer, to_number, to_unsigned

__all__ = [
    "LOGS",
    "METRICS",
    "TRACES",
    "WITHHELD",
    "Batch",
    "Compat",
    "Field",
    "Instrument",
    "InstrumentKind",
    "InvalidConfig",
    "Level",
    "NoConfig",
    "Node",
    "NodeKind",
    "Policy",
    "PolicyError",
    "Problem",
    "Raw",
    "Record",
    "Route",
    "Rule",
    "Setup",
    "Signal",
    "Value",
    "attribute_path",
    "convert",
    "edits",
    "export",
    "file",
    "from_unsigned",
    "instrument",
    "log",
    "pointer",
    "pseudonym",
    "reads",
    "route",
    "rule",
    "to_integer",
    "to_number",
    "to_unsigned",
    "writes",
]
