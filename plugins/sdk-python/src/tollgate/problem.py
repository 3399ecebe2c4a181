"""Mistakes in a configuration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """A mistake in a configuration. Quote keys, never values: a value may be a secret."""

    at: str
    """Where it is: a JSON pointer into the configuration, such as ``/actions/0/key``; empty for the whole."""
    message: str
    """What is wrong."""
    help: str | None = None
    """What would mend it."""
    span: tuple[int, int] | None = None
    """Which bytes of the text at that place are meant: the first, and the one after the last."""


class InvalidConfig(Exception):
    """What ``configure`` raises, with all mistakes at once."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: list[Problem] = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("; ".join(f"{problem.at or 'the configuration'}: {problem.message}" for problem in self.problems))


def pointer(*steps: str | int) -> str:
    """The JSON pointer of these steps: ``pointer("prices", "a/b")`` is ``/prices/a~1b``."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
