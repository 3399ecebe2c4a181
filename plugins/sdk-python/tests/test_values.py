"""What crosses the wall comes back as it was."""

import math
import random
import struct
import unittest

import tollgate
from tollgate.anyvalue import decode, encode
from tollgate.columns import Columns, Frame
from tollgate.signals import LOGS
from tollgate.values import Kind, Raw, double_bits, double_of, encode_text, pack


def frame(values):
    """A frame with these values as cells."""
    text = bytearray(b"\x00\x01\x02")
    packed = [pack(value, text) for value in values]
    kinds, numbers = bytes(kind for kind, _ in packed), [number for _, number in packed]
    return Frame(Columns(LOGS, [], b"\x00", [0], [0] * len(values), [0] * len(values), kinds, numbers, bytes(text), 0, 0))


class Random(random.Random):
    """Values of every kind."""

    def text(self):
        alphabet = 'aZ 09"\\\x00\n\u00fc\u20ac\u4e2d\U0001f600\ufeff\uffff'
        return "".join(self.choices(alphabet, k=self.randrange(12)))

    def scalar(self):
        return self.choice(
            [
                None,
                self.text(),
                self.randrange(-(2**63), 2**63),
                self.choice([2**63 - 1, -(2**63), 2**53 + 1, -1, 0]),
                double_of(self.getrandbits(64) & ~(0x7FF << 52) | self.randrange(0x7FF) << 52),
                self.random() < 0.5,
                self.randbytes(self.randrange(6)),
            ]
        )

    def value(self, depth=3):
        kind = self.randrange(4) if depth else 3
        if kind == 0:
            return [self.value(depth - 1) for _ in range(self.randrange(4))]
        if kind == 1:
            return {self.text(): self.value(depth - 1) for _ in range(self.randrange(4))}
        return self.scalar()


class RoundTrip(unittest.TestCase):
    def test_every_value_is_read_as_it_was_written(self):
        made = Random(1)
        for _ in range(200):
            values = [made.value() for _ in range(made.randrange(8))]
            seen = frame(values)
            for cell, value in enumerate(values):
                read = seen.value(cell)
                self.assertEqual(read, value)
                self.assertIs(type(read), type(value))

    def test_a_raw_copy_has_the_same_bytes(self):
        made = Random(2)
        for _ in range(200):
            message = encode(made.value())
            text = bytearray()
            kind, span = pack(Raw(Kind.MAP, message), text)
            self.assertEqual((kind, span, bytes(text)), (Kind.MAP, len(message), message))

    def test_a_span_beyond_four_gigabytes_keeps_its_halves(self):
        value = Columns(LOGS, [], b"", [], [0], [0], bytes([1]), [5 << 32 | 3], b"01234abc89", 0, 0)
        self.assertEqual(Frame(value).value(0), "abc")

    def test_doubles_keep_their_bits(self):
        for bits in (0, 1 << 63, 0x7FF0 << 48, 0xFFF0 << 48, 1, 0x3FB999999999999A):
            self.assertEqual(double_bits(double_of(bits)), bits)
        self.assertTrue(math.isnan(frame([math.nan]).value(0)))


class Integers(unittest.TestCase):
    def test_the_bounds_are_those_of_otlp(self):
        for number in (2**63, -(2**63) - 1, 2**64):
            self.assertRaises(OverflowError, pack, number, bytearray())
            self.assertRaises(OverflowError, encode, number)

    def test_an_unsigned_number_has_the_same_bits(self):
        for number in (0, 1, 2**63 - 1, 2**63, 2**64 - 1):
            signed = tollgate.from_unsigned(number)
            self.assertEqual(struct.pack("<q", signed), struct.pack("<Q", number))
            self.assertEqual(tollgate.to_unsigned(signed), number)
        for number in (-1, 2**64):
            self.assertRaises(OverflowError, tollgate.from_unsigned, number)

    def test_a_boolean_is_no_integer(self):
        self.assertEqual(pack(True, bytearray()), (Kind.BOOLEAN, 1))
        self.assertIsNone(tollgate.to_number(True))


class Texts(unittest.TestCase):
    def test_half_a_surrogate_pair_becomes_the_replacement_character(self):
        self.assertEqual(encode_text("a\ud800b"), "a\ufffdb".encode())
        self.assertEqual(encode_text("\ud83d\ude00"), "\U0001f600".encode())
        self.assertEqual(frame([["\udfff"], {"\ud800": 1}]).value(0), ["\ufffd"])

    def test_a_text_that_is_no_utf_8_reads_as_bytes(self):
        self.assertEqual(decode(b"\x0a\x02\xff\xfe"), b"\xff\xfe")

    def test_what_spells_a_number_is_one(self):
        for text, number in (("1024", 1024.0), (" 0.5 ", 0.5), ("1e3", 1000.0), (".5", 0.5), ("+7", 7.0)):
            self.assertEqual(tollgate.to_number(text), number)
        for text in ("", "NaN", "inf", "1_000", "0x10", "1e999", "\u0661", None, b"1"):
            self.assertIsNone(tollgate.to_number(text))

    def test_what_spells_an_integer_is_one(self):
        for value, number in (("9223372036854775807", 2**63 - 1), (" 3.0 ", 3), (2.0, 2), (5, 5)):
            self.assertEqual(tollgate.to_integer(value), number)
        for value in ("9223372036854775808", "0.5", 0.5, math.nan, True, "x"):
            self.assertIsNone(tollgate.to_integer(value))


class Messages(unittest.TestCase):
    def test_of_a_doubled_key_the_first_counts(self):
        entry = b"\x0a\x07\x0a\x01k\x12\x02\x18"
        self.assertEqual(decode(b"\x32\x12" + entry + b"\x01" + entry + b"\x02"), {"k": 1})

    def test_a_cut_message_ends_where_it_ends(self):
        made = Random(3)
        for _ in range(100):
            message = encode(made.value())
            for end in range(len(message)):
                decode(message[:end])


if __name__ == "__main__":
    unittest.main()
