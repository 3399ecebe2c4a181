"""What a token costs."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field

import tollgate
from tollgate import Problem, Setup
from usage import Tokens

UNIT = 1_000_000.0
"""Tokens that a price is given for."""


@dataclass
class Price:
    """Prices of one model, for a million tokens."""

    input: float = field(metadata={"description": "input that no cache held", "minimum": 0})
    output: float = field(metadata={"description": "output, reasoning included", "minimum": 0})
    cached_input: float | None = field(default=None, metadata={"description": "input that a cache held", "minimum": 0})
    cache_write: float | None = field(default=None, metadata={"description": "input that was written to a cache", "minimum": 0})

    def of(self, tokens: Tokens) -> float:
        """What these tokens cost."""
        cached = self.input if self.cached_input is None else self.cached_input
        written = self.input if self.cache_write is None else self.cache_write
        total = tokens.input * self.input + tokens.cached_input * cached + tokens.cache_write * written + tokens.output * self.output
        return total / UNIT

    def is_price(self) -> bool:
        """Whether all of it is a number, zero or more."""
        given = (self.input, self.output, self.cached_input, self.cache_write)
        return all(price is None or (math.isfinite(price) and price >= 0) for price in given)


class Prices:
    """Prices by model."""

    def __init__(self, prices: dict[str, Price]) -> None:
        self._prices = prices

    def of(self, model: str) -> Price | None:
        """The price of a model: its own, or that of the longest name it begins with, as in ``gpt-5-codex-2026-01-15``."""
        name = model
        while name not in self._prices:
            name, dash, _ = name.rpartition("-")
            if not dash:
                return None
        return self._prices[name]


def from_file(setup: Setup, name: str) -> dict[str, Price]:
    """Reads the prices that the operator listed as a file of the stage."""
    help = "list a JSON file of model names and prices under `gate: {files: ...}`"
    try:
        return tollgate.convert(dict[str, Price], json.loads(setup.file(name)))
    except OSError as error:
        raise tollgate.InvalidConfig(Problem("/prices_file", str(error), help)) from None
    except (ValueError, tollgate.InvalidConfig) as error:
        raise tollgate.InvalidConfig(Problem("/prices_file", f"is no table of prices: {error}", help)) from None


def mistakes(prices: dict[str, Price]) -> list[Problem]:
    """Prices that are none."""
    return [
        Problem(tollgate.pointer("prices", model), "a price is a number, zero or more", "give the price of a million tokens")
        for model, price in sorted(prices.items())
        if not price.is_price()
    ]
