/**
 * The OTLP `AnyValue` message, in which arrays and maps cross the wall.
 */
import { Bytes, decodeText } from "./text.js";
import { checked, Raw } from "./values.js";

const double = new DataView(new ArrayBuffer(8));

/** The value as a message. */
export function encode(value) {
  const out = new Bytes();
  write(value, out);
  return out.taken();
}

function write(value, out) {
  switch (typeof value) {
    case "string": {
      const text = new Bytes();
      text.appendText(value);
      return field(1, text.taken(), out);
    }
    case "boolean":
      return out.append([0x10, value ? 1 : 0]);
    case "bigint":
      out.append([0x18]);
      return varint(BigInt.asUintN(64, checked(value)), out);
    case "number":
      double.setFloat64(0, value, true);
      out.append([0x21]);
      return out.append(new Uint8Array(double.buffer));
  }
  if (value === null || value === undefined) return undefined;
  if (value instanceof Uint8Array) return field(7, value, out);
  if (value instanceof Raw) return out.append(value.message);
  const list = new Bytes();
  if (Array.isArray(value)) {
    for (const item of value) field(1, encode(item), list);
    return field(5, list.taken(), out);
  }
  if (typeof value !== "object") throw new TypeError(`a ${typeof value} is no value of OTLP`);
  for (const [key, item] of value instanceof Map ? value : Object.entries(value)) {
    const entry = new Bytes();
    const name = new Bytes();
    name.appendText(key);
    field(1, name.taken(), entry);
    field(2, encode(item), entry);
    field(1, entry.taken(), list);
  }
  return field(6, list.taken(), out);
}

function field(number, content, out) {
  out.append([(number << 3) | 2]);
  varint(BigInt(content.length), out);
  out.append(content);
}

function varint(number, out) {
  while (number >= 0x80n) {
    out.append([Number(number & 0x7fn) | 0x80]);
    number >>= 7n;
  }
  out.append([Number(number)]);
}

/** The value of a message: of several, as of any `oneof`, the last. Where a message is cut, reading ends. */
export function decode(message) {
  let value = null;
  for (const [number, content] of fields(message)) {
    const bytes = content instanceof Uint8Array ? content : undefined;
    if (number === 1 && bytes) value = decodeText(bytes) ?? bytes.slice();
    else if (number === 2 && typeof content === "bigint") value = content !== 0n;
    else if (number === 3 && typeof content === "bigint") value = BigInt.asIntN(64, content);
    else if (number === 4 && typeof content === "number") value = content;
    else if (number === 5 && bytes) value = elements(bytes).map(decode);
    else if (number === 6 && bytes) value = entries(bytes);
    else if (number === 7 && bytes) value = bytes.slice();
    else value = null;
  }
  return value;
}

function elements(list) {
  const found = [];
  for (const [number, content] of fields(list)) if (number === 1 && content instanceof Uint8Array) found.push(content);
  return found;
}

function entries(list) {
  const map = new Map();
  for (const entry of elements(list)) {
    let key = "";
    let value = null;
    for (const [number, content] of fields(entry)) {
      if (!(content instanceof Uint8Array)) continue;
      if (number === 1) key = decodeText(content) ?? "\ufffd";
      else if (number === 2) value = decode(content);
    }
    if (!map.has(key)) map.set(key, value);
  }
  return map;
}

/** The fields of a message, up to its end or to the first byte that cannot be right. */
function* fields(message) {
  const reader = new Reader(message);
  while (reader.at < message.length) {
    const tag = reader.varint();
    if (tag === undefined) return;
    const number = Number(tag >> 3n);
    let content;
    switch (Number(tag & 7n)) {
      case 0:
        content = reader.varint();
        break;
      case 1: {
        const eight = reader.take(8);
        content = eight && new DataView(eight.buffer, eight.byteOffset, 8).getFloat64(0, true);
        break;
      }
      case 2: {
        const length = reader.varint();
        content = length === undefined ? undefined : reader.take(Number(length));
        break;
      }
      case 5:
        content = reader.take(4) && null;
        break;
    }
    if (content === undefined) return;
    yield [number, content];
  }
}

class Reader {
  at = 0;

  constructor(message) {
    this.message = message;
  }

  take(length) {
    const end = this.at + length;
    if (end > this.message.length) return undefined;
    const taken = this.message.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  varint() {
    let number = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.message[this.at++];
      if (byte === undefined) return undefined;
      number |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, number);
    }
    return undefined;
  }
}
