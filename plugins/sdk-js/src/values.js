/**
 * Values: what a policy reads and writes.
 *
 * | OTLP | JavaScript |
 * |---|---|
 * | empty | `null` |
 * | text | string |
 * | int | bigint |
 * | double | number |
 * | boolean | boolean |
 * | bytes | Uint8Array |
 * | array | Array |
 * | map | Map; of a key that stands there twice, the first value. A plain object can be written, too |
 */

/** Kinds of values, as they cross the wall. */
export const Kind = Object.freeze({ EMPTY: 0, TEXT: 1, INT: 2, DOUBLE: 3, BOOLEAN: 4, BYTES: 5, ARRAY: 6, MAP: 7, WITHHELD: 8 });

/** What a value reads as of which only the key was asked for, as `*` does of everything that is no text. */
export const WITHHELD = Symbol("withheld");

/** An array or a map as the message it came in, for copies that are exact down to the last byte: `record.raw(field)`. */
export class Raw {
  constructor(kind, message) {
    this.kind = kind;
    this.message = message;
  }
}

/** The integer of OTLP with this value. Counts and times are unsigned there: `asUnsigned` reads, `asSigned` writes them. */
export function int(number) {
  return checked(typeof number === "bigint" ? number : BigInt(number));
}

/** The unsigned number with the same bits. */
export const asUnsigned = (number) => BigInt.asUintN(64, number);

/** An unsigned number of 64 bits, such as a time far away, as the integer that has the same bits. */
export function asSigned(number) {
  if (BigInt.asUintN(64, number) !== number) throw new RangeError("an unsigned integer of OTLP has 64 bits");
  return BigInt.asIntN(64, number);
}

/** An integer that has 64 bits and a sign. */
export function checked(number) {
  if (BigInt.asIntN(64, number) !== number) {
    throw new RangeError("an integer of OTLP has 64 bits and a sign; `asSigned` makes one of an unsigned number");
  }
  return number;
}

const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/**
 * The number that a value is or spells, such as `"1024"` or `" 0.5 "`, since some clients send their numbers as text. Never infinite,
 * never NaN.
 */
export function toNumber(value) {
  let number;
  if (typeof value === "string") {
    const text = value.trim();
    if (!DECIMAL.test(text)) return undefined;
    number = Number(text);
  } else if (typeof value === "bigint" || typeof value === "number") number = Number(value);
  else return undefined;
  return Number.isFinite(number) ? number : undefined;
}

/** The integer that a value is or spells: an integer, a whole double, or a text of one. One of OTLP, so of 64 bits. */
export function toInteger(value) {
  let integer;
  if (typeof value === "bigint") integer = value;
  else if (typeof value === "string" && /^[+-]?[0-9]+$/.test(value.trim())) integer = BigInt(value.trim().replace(/^\+/, ""));
  else {
    const number = toNumber(value);
    if (number === undefined || !Number.isInteger(number)) return undefined;
    integer = BigInt(number);
  }
  return BigInt.asIntN(64, integer) === integer ? integer : undefined;
}
