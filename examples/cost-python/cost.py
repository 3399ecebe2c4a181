"""``cost``: adds to each model call of a coding agent what it cost.

``usage`` knows how the clients tell of a call, and what counts twice if one is careless; ``prices`` knows what a token costs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import prices
import tollgate
from prices import Price
from tollgate import LOGS, NodeKind, Problem, Record, Setup
from usage import Clients


@dataclass
class Config:
    """What stands under ``config:`` in the configuration."""

    prices: dict[str, Price] = field(
        default_factory=dict,
        metadata={"description": "Prices by model, for a million tokens. A name also stands for the models that begin with it and `-`."},
    )
    prices_file: str | None = field(
        default=None, metadata={"description": "A JSON file of the same form, by its name under `gate: {files: ...}`."}
    )
    attribute: str = field(default="cost.usd", metadata={"description": "The attribute that takes the cost."})


class Cost(
    tollgate.Policy[Config],
    name="cost",
    version="0.1.0",
    summary="Adds to each model call of a coding agent what it cost.",
):
    """The policy, configured."""

    priced = tollgate.rule("priced")

    def configure(self, config: Config, setup: Setup) -> None:
        problems: list[Problem] = []
        known = dict(config.prices)
        if config.prices_file is not None:
            try:
                known = prices.from_file(setup, config.prices_file) | known
            except tollgate.InvalidConfig as invalid:
                problems += invalid.problems
        if not known and not problems:
            problems.append(Problem("", "no prices", "give `prices`, or `prices_file`"))
        problems += prices.mistakes(known)
        if not config.attribute:
            problems.append(Problem("/attribute", "is empty", "name the attribute that takes the cost"))
        if problems:
            raise tollgate.InvalidConfig(problems)
        # What is not declared is neither delivered nor taken: this policy never sees a prompt.
        self.target = setup.writes(LOGS, tollgate.attribute_path(NodeKind.LOG_RECORD, config.attribute))
        self.clients = Clients(setup)
        self.prices = prices.Prices(known)

    def record(self, record: Record) -> None:
        call = self.clients.call(record)
        if call is None:
            return
        price = self.prices.of(call.model)
        if price is not None:
            record.set(self.priced, self.target, price.of(call.tokens))


Policy = tollgate.export(Cost)
