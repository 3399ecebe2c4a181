"""What a policy may ask of the host: in a component through its imports, natively through the test kit."""

from __future__ import annotations

from enum import Enum
from typing import Protocol


class Level(Enum):
    """How much a log line matters."""

    DEBUG = 0
    """For the author of the policy."""
    INFO = 1
    """For the operator."""
    WARN = 2
    """Something to look at."""
    ERROR = 3
    """Something to mend."""


class Host(Protocol):
    """The host of a stage."""

    def log(self, level: Level, message: str) -> None: ...

    def pseudonym(self, key: str, data: bytes) -> bytes: ...

    def file(self, name: str) -> bytes: ...


class _Nobody:
    def log(self, level: Level, message: str) -> None:
        pass

    def pseudonym(self, key: str, data: bytes) -> bytes:
        raise LookupError(f"there is no host that has the key `{key}`: run the policy in the harness of `tollgate.testing`")

    def file(self, name: str) -> bytes:
        raise FileNotFoundError(f"there is no host to give the file `{name}`: run the policy in the harness of `tollgate.testing`")


_current: Host = _Nobody()


def use(host: Host) -> Host:
    """Puts a host in place, and returns the one that was there."""
    global _current
    before, _current = _current, host
    return before


def log(level: Level, message: str) -> None:
    """Writes a line of the stage's log. It may hold content of records: the host shows lines only where the stage's ``gate``
    allows it."""
    _current.log(level, message)


def pseudonym(key: str, data: str | bytes) -> bytes:
    """HMAC-SHA-256 of ``data`` under a key that the operator named in the stage's ``gate``; the key stays with the host.

    Raises ``LookupError`` where the stage lists no such key."""
    return _current.pseudonym(key, data.encode() if isinstance(data, str) else data)


def file(name: str) -> bytes:
    """The content of a file that the operator listed in the stage's ``gate``. While the policy is configured, not later. Raises
    ``OSError``."""
    return _current.file(name)
