"""The OTLP ``AnyValue`` message, in which arrays and maps cross the wall."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .values import Raw, Value, checked, encode_text

_double = struct.Struct("<d")
_TOP = 1 << 63
_ALL = 1 << 64


def encode(value: Value) -> bytes:
    """The value as an OTLP ``AnyValue`` message."""
    if isinstance(value, str):
        return _field(1, encode_text(value))
    if value is None:
        return b""
    if isinstance(value, bool):
        return b"\x10\x01" if value else b"\x10\x00"
    if isinstance(value, int):
        return b"\x18" + _varint(checked(value))
    if isinstance(value, float):
        return b"\x21" + _double.pack(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _field(7, bytes(value))
    if isinstance(value, Raw):
        return value.message
    if isinstance(value, Mapping):
        entries = (_field(1, encode_text(key)) + _field(2, encode(item)) for key, item in value.items())
        return _field(6, b"".join(_field(1, entry) for entry in entries))
    if isinstance(value, Sequence):
        return _field(5, b"".join(_field(1, encode(item)) for item in value))
    raise TypeError(f"{type(value).__name__} is no value of OTLP: give None, str, int, float, bool, bytes, a list or a dict")


def _field(number: int, content: bytes) -> bytes:
    return bytes((number << 3 | 2,)) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def decode(message: bytes | memoryview) -> Any:
    """The value of an ``AnyValue`` message: of several, as of any ``oneof``, the last. Where a message is cut, reading ends."""
    value: Any = None
    for number, content in _fields(memoryview(message)):
        if number == 1 and isinstance(content, memoryview):
            value = _text_or_bytes(content)
        elif number == 2 and isinstance(content, int):
            value = content != 0
        elif number == 3 and isinstance(content, int):
            value = content - _ALL if content >= _TOP else content
        elif number == 4 and isinstance(content, float):
            value = content
        elif number == 5 and isinstance(content, memoryview):
            value = [decode(item) for field, item in _fields(content) if field == 1 and isinstance(item, memoryview)]
        elif number == 6 and isinstance(content, memoryview):
            value = _entries(content)
        elif number == 7 and isinstance(content, memoryview):
            value = bytes(content)
        else:
            value = None
    return value


def _entries(content: memoryview) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for number, entry in _fields(content):
        if number != 1 or not isinstance(entry, memoryview):
            continue
        key, value = "", None
        for field, part in _fields(entry):
            if field == 1 and isinstance(part, memoryview):
                key = str(part, "utf-8", "replace")
            elif field == 2 and isinstance(part, memoryview):
                value = decode(part)
        entries.setdefault(key, value)
    return entries


def _text_or_bytes(content: memoryview) -> str | bytes:
    try:
        return str(content, "utf-8")
    except UnicodeDecodeError:
        return bytes(content)


def _fields(message: memoryview) -> Iterator[tuple[int, int | float | memoryview]]:
    """The fields of a message, up to its end or to the first byte that cannot be right."""
    at, end = 0, len(message)
    try:
        while at < end:
            tag, at = _read_varint(message, at)
            wire = tag & 7
            if wire == 0:
                number, at = _read_varint(message, at)
                yield tag >> 3, number
            elif wire == 1:
                yield tag >> 3, _double.unpack(message[at : at + 8])[0]
                at += 8
            elif wire == 2:
                length, at = _read_varint(message, at)
                if at + length > end:
                    return
                yield tag >> 3, message[at : at + length]
                at += length
            elif wire == 5:
                at += 4
            else:
                return
    except (IndexError, struct.error):
        return


def _read_varint(message: memoryview, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        byte = message[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number & (_ALL - 1), at
    raise IndexError
