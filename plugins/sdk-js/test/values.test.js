// What crosses the wall comes back as it was.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "../src/anyvalue.js";
import { Columns } from "../src/columns.js";
import { Draft, Operation, shortened } from "../src/draft.js";
import { asSigned, asUnsigned, int, Raw, toInteger, toNumber } from "../src/index.js";
import { Bytes, decodeText, encodeText } from "../src/text.js";
import { Packer } from "../src/testing/view.js";

const empty = new Uint8Array();

/** Columns with these cells, behind so many bytes: what comes out of an engine stands where it will. */
function columns(kind, value, text, shift = 0) {
  const moved = new Uint8Array(value.length + shift);
  moved.set(value, shift);
  const cells = { node: new Uint8Array(4 * kind.length), field: new Uint8Array(4 * kind.length), kind, value: moved.subarray(shift) };
  return new Columns({ fields: empty, nodes: { kind: empty, parent: empty }, cells, text, now: [0, 0], seed: [0, 0] }, 0);
}

/** What is read of what was written: by the packer of the kit and by the draft of edits. */
function read(values, shift) {
  const packer = new Packer();
  for (const value of values) packer.push(value);
  const draft = new Draft(0n);
  for (const value of values) draft.edit(Operation.SET, 0, 0, value, { number: 0 });
  const { edits } = draft.outcome();
  return [
    columns(Uint8Array.from(packer.kinds), packer.column(), packer.text.taken(), shift),
    columns(edits.kind, edits.value, edits.text, shift),
  ];
}

/** Mulberry32: the same values in every run. */
function random(seed) {
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound) => Math.floor(next() * bound);
  const text = () => Array.from({ length: below(12) }, () => [..."aZ 09\"\\\0\n\u00fc\u20ac\u4e2d\u{1f600}\ufeff\uffff"][below(15)]).join("");
  const bits = () => (BigInt(below(2 ** 32)) << 32n) | BigInt(below(2 ** 32));
  const scalars = [
    () => null,
    text,
    () => BigInt.asIntN(64, bits()),
    () => [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, -1n, 0n][below(5)],
    () => [0.1, -0, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, NaN][below(7)],
    () => next() < 0.5,
    () => Uint8Array.from({ length: below(6) }, () => below(256)),
  ];
  const value = (depth = 3) => {
    const kind = depth > 0 ? below(4) : 3;
    if (kind === 0) return Array.from({ length: below(4) }, () => value(depth - 1));
    if (kind === 1) return new Map(Array.from({ length: below(4) }, () => [text(), value(depth - 1)]));
    return scalars[below(scalars.length)]();
  };
  return { below, value };
}

test("every value is read as it was written, wherever its column stands", () => {
  const { below, value } = random(1);
  for (let round = 0; round < 200; round++) {
    const values = Array.from({ length: below(8) }, () => value());
    for (const seen of read(values, below(9))) {
      values.forEach((written, cell) => assert.deepStrictEqual(seen.value(cell), written));
    }
  }
});

test("a raw copy has the same bytes", () => {
  const { value } = random(2);
  for (let round = 0; round < 200; round++) {
    const message = encode(value());
    const draft = new Draft(0n);
    draft.edit(Operation.SET, 0, 0, new Raw(7, message), { number: 0 });
    const { edits } = draft.outcome();
    assert.deepEqual(columns(edits.kind, edits.value, edits.text).raw(0), new Raw(7, message));
  }
});

test("texts of any length and alphabet are the ones of TextEncoder", () => {
  const repeated = ["a", "\u00fc", "\u4e2d", "\u{1f600}", "a\u20ac"].flatMap((text) => [1, 255, 4096, 4097, 10_000].map((n) => text.repeat(n)));
  for (const text of repeated) {
    const bytes = encodeText(text);
    assert.deepEqual(bytes, new TextEncoder().encode(text));
    assert.equal(decodeText(bytes), text);
  }
});

test("half a surrogate pair becomes the replacement character", () => {
  assert.equal(decodeText(encodeText("a\ud800b\udfff")), "a\ufffdb\ufffd");
  assert.deepEqual(decode(encode({ "\ud800": ["\udc00"] })), new Map([["\ufffd", ["\ufffd"]]]));
  assert.equal(decodeText(encodeText("\ud83d\ude00")), "\u{1f600}");
});

test("a text that is no UTF-8 reads as bytes", () => {
  assert.equal(decodeText(Uint8Array.of(0xff, 0xfe)), undefined);
  assert.deepEqual(decode(Uint8Array.of(0x0a, 2, 0xff, 0xfe)), Uint8Array.of(0xff, 0xfe));
  // Half a character, one that is too long, and half a pair.
  for (const bytes of [[0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80]]) assert.equal(decodeText(Uint8Array.from(bytes)), undefined);
});

test("integers have the bounds of OTLP", () => {
  for (const number of [2n ** 63n, -(2n ** 63n) - 1n, 2n ** 64n]) {
    assert.throws(() => new Draft(0n).edit(0, 0, 0, number, { number: 0 }), RangeError);
    assert.throws(() => encode(number), RangeError);
    assert.throws(() => int(number), RangeError);
  }
});

test("an unsigned number has the same bits", () => {
  for (const number of [0n, 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]) assert.equal(asUnsigned(asSigned(number)), number);
  assert.equal(asSigned(2n ** 64n - 1n), -1n);
  for (const number of [-1n, 2n ** 64n]) assert.throws(() => asSigned(number), RangeError);
});

test("what spells a number is one", () => {
  for (const [text, number] of [["1024", 1024], [" 0.5 ", 0.5], ["1e3", 1000], [".5", 0.5], ["+7", 7], [8n, 8]]) {
    assert.equal(toNumber(text), number);
  }
  for (const text of ["", "NaN", "Infinity", "1_000", "0x10", "1e999", "\u0661", true, null]) assert.equal(toNumber(text), undefined);
  for (const [value, number] of [["9223372036854775807", 2n ** 63n - 1n], [" 3.0 ", 3n], [2, 2n], ["+5", 5n]]) {
    assert.equal(toInteger(value), number);
  }
  for (const value of ["9223372036854775808", "0.5", 0.5, NaN, true, "x"]) assert.equal(toInteger(value), undefined);
});

test("of a doubled key the first counts", () => {
  const entry = (number) => [0x0a, 7, 0x0a, 1, 0x6b, 0x12, 2, 0x18, number];
  assert.deepEqual(decode(Uint8Array.from([0x32, 18, ...entry(1), ...entry(2)])), new Map([["k", 1n]]));
});

test("a message that is cut ends where it ends", () => {
  const { value } = random(3);
  for (let round = 0; round < 100; round++) {
    const message = encode(value());
    for (let end = 0; end < message.length; end++) decode(message.subarray(0, end));
  }
});

test("bytes grow, and a measurement's text is cut between characters", () => {
  const bytes = new Bytes();
  for (let count = 0; count < 100; count++) assert.equal(bytes.appendText("0123456789"), count * 10);
  assert.equal(bytes.taken().length, 1000);
  assert.equal(shortened("\u20ac".repeat(100)), "\u20ac".repeat(85));
  assert.equal(shortened("short"), "short");
});
