"""Values: what a policy reads and writes, and the OTLP ``AnyValue`` message that lists and maps cross the wall in.

| OTLP | Python |
|---|---|
| empty | ``None`` |
| text | ``str`` |
| int | ``int``, from -2**63 to 2**63 - 1 |
| double | ``float`` |
| boolean | ``bool`` |
| bytes | ``bytes`` |
| array | ``list`` |
| map | ``dict``; of a key that stands there twice, the first value |
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, Union


class Kind(IntEnum):
    """Kinds of values, as they cross the wall."""

    EMPTY = 0
    TEXT = 1
    INT = 2
    DOUBLE = 3
    BOOLEAN = 4
    BYTES = 5
    ARRAY = 6
    MAP = 7
    WITHHELD = 8


class _Withheld:
    def __repr__(self) -> str:
        return "WITHHELD"


WITHHELD: Final = _Withheld()
"""What a value reads as of which only the key was asked for, as ``*`` does of everything that is no text."""


@dataclass(frozen=True)
class Raw:
    """An array or a map as the message it came in, for copies that are exact down to the last byte: ``record.raw(field)``."""

    kind: Kind
    message: bytes

    def decoded(self) -> Any:
        """The list or the dict."""
        from .anyvalue import decode

        return decode(self.message)


Value = Union[None, str, int, float, bool, bytes, Sequence[Any], Mapping[str, Any], Raw]
"""What a policy may write."""

_TOP: Final = 1 << 63
_ALL: Final = 1 << 64


def from_unsigned(number: int) -> int:
    """An unsigned number of 64 bits, such as a time far away, as the ``int`` that has the same bits."""
    if not 0 <= number < _ALL:
        raise OverflowError("an unsigned integer of OTLP has 64 bits")
    return number - _ALL if number >= _TOP else number


def to_unsigned(number: int) -> int:
    """The unsigned number with the same bits: counts and times of OTLP are unsigned, and are read as their two's complement."""
    return number & (_ALL - 1)


def encode_text(text: str) -> bytes:
    """UTF-8. Half a surrogate pair, which has none, becomes U+FFFD; both halves become their character."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


_double = struct.Struct("<d")
_bits = struct.Struct("<Q")


def double_bits(number: float) -> int:
    """The bits of a double."""
    bits: int = _bits.unpack(_double.pack(number))[0]
    return bits


def double_of(bits: int) -> float:
    """The double with these bits."""
    number: float = _double.unpack(_bits.pack(bits))[0]
    return number


def pack(value: Value, text: bytearray) -> tuple[int, int]:
    """Appends to ``text`` what the value has there; returns its kind and its number, as they cross the wall."""
    if isinstance(value, str):
        return Kind.TEXT, pack_span(encode_text(value), text)
    if value is None:
        return Kind.EMPTY, 0
    if isinstance(value, bool):
        return Kind.BOOLEAN, int(value)
    if isinstance(value, int):
        return Kind.INT, checked(value)
    if isinstance(value, float):
        return Kind.DOUBLE, double_bits(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return Kind.BYTES, pack_span(value, text)
    if isinstance(value, Raw):
        return value.kind, pack_span(value.message, text)
    if isinstance(value, (Mapping, Sequence)):
        from .anyvalue import encode

        return Kind.MAP if isinstance(value, Mapping) else Kind.ARRAY, pack_span(encode(value), text)
    raise TypeError(f"{type(value).__name__} is no value of OTLP: give None, str, int, float, bool, bytes, a list or a dict")


def pack_span(content: bytes | bytearray | memoryview, text: bytearray) -> int:
    """Appends bytes and returns their span."""
    offset = len(text)
    text += content
    return offset << 32 | len(content)


def checked(number: int) -> int:
    """The 64 bits of an integer that has a sign."""
    if not -_TOP <= number < _TOP:
        raise OverflowError("an integer of OTLP has 64 bits and a sign; `from_unsigned` makes one of an unsigned number")
    return number & (_ALL - 1)


_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def to_number(value: object) -> float | None:
    """The number that a value is or spells, such as ``"1024"`` or ``" 0.5 "``, since some clients send their numbers as text. Never
    infinite, never NaN."""
    if isinstance(value, str):
        value = value.strip()
        if not _NUMBER.fullmatch(value):
            return None
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    number = float(value)
    return number if abs(number) < float("inf") else None


def to_integer(value: object) -> int | None:
    """The integer that a value is or spells: an integer, a whole double, or a text of one. One of OTLP, so of 64 bits."""
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]+", value.strip()):
        number = int(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    else:
        double = to_number(value)
        if double is None or double != int(double):
            return None
        number = int(double)
    return number if -_TOP <= number < _TOP else None
