/**
 * A batch as it crosses the wall: columns of bytes, read through typed arrays. Nothing is made of a column before somebody asks.
 */
import { decode } from "./anyvalue.js";
import { attributeKey } from "./paths.js";
import { decodeText } from "./text.js";
import { Kind, Raw, WITHHELD } from "./values.js";

/** An array of numbers over bytes; a copy, where they stand at an odd place. */
function over(type, bytes) {
  const at = bytes.byteOffset % type.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new type(at.buffer, at.byteOffset, at.byteLength / type.BYTES_PER_ELEMENT);
}

/** So many questions about a node cost less than noting its cells. */
const FEW = 4;

const joined = ([low, high]) => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);

export class Columns {
  /** The node that was last looked for, and its first cell. */
  #node = -1;
  #start = 0;
  /** The node whose fields were last asked for, and how often. */
  #asked = -1;
  #questions = 0;
  #cells = new Map();
  #keys = new Map();
  #paths = new Map();

  /** Of a view of the world for scripts; `signal` is its number. */
  constructor(view, signal) {
    this.signal = signal;
    this.fields = over(Uint32Array, view.fields);
    this.nodeKind = view.nodes.kind;
    this.nodeParent = over(Uint32Array, view.nodes.parent);
    this.cellNode = over(Uint32Array, view.cells.node);
    this.cellField = over(Uint32Array, view.cells.field);
    this.cellKind = view.cells.kind;
    // The same memory in its three meanings: halves of spans, integers, doubles. Big-endian machines run no WebAssembly.
    this.ints = over(BigInt64Array, view.cells.value);
    this.halves = new Uint32Array(this.ints.buffer, this.ints.byteOffset, this.ints.length * 2);
    this.doubles = new Float64Array(this.ints.buffer, this.ints.byteOffset, this.ints.length);
    this.text = view.text;
    this.now = joined(view.now);
    this.seed = joined(view.seed);
  }

  /** The first cell of a node. */
  start(node) {
    if (node === this.#node) return this.#start;
    const { cellNode } = this;
    let start;
    if (node > this.#node) {
      // Nodes are mostly asked in their order, and the cells of the next one are the next cells.
      start = this.#start;
      while (cellNode[start] === this.#node) start++;
    }
    if (start === undefined || cellNode[start] < node) start = this.#search(node);
    this.#node = node;
    this.#start = start;
    return start;
  }

  #search(node) {
    let low = 0;
    let high = this.cellNode.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.cellNode[middle] < node) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first cell of a node with this field. A node that is asked again and again has its cells noted by their fields. */
  find(node, field) {
    const start = this.start(node);
    if (node !== this.#asked) {
      this.#asked = node;
      this.#questions = 0;
    }
    if (++this.#questions > FEW) return this.#noted(node, start).get(field);
    const { cellNode, cellField } = this;
    for (let cell = start; cellNode[cell] === node; cell++) if (cellField[cell] === field) return cell;
    return undefined;
  }

  #noted(node, start) {
    let cells = this.#cells.get(node);
    if (!cells) {
      cells = new Map();
      for (let cell = start; this.cellNode[cell] === node; cell++) {
        const field = this.cellField[cell];
        if (!cells.has(field)) cells.set(field, cell);
      }
      this.#cells.set(node, cells);
    }
    return cells;
  }

  /** The bytes of a cell's span. */
  bytes(cell) {
    const start = this.halves[2 * cell + 1];
    return this.text.slice(start, start + this.halves[2 * cell]);
  }

  /** The value of a cell. */
  value(cell) {
    switch (this.cellKind[cell]) {
      case Kind.TEXT: {
        const start = this.halves[2 * cell + 1];
        return decodeText(this.text, start, start + this.halves[2 * cell]) ?? this.bytes(cell);
      }
      case Kind.INT:
        return this.ints[cell];
      case Kind.DOUBLE:
        return this.doubles[cell];
      case Kind.BOOLEAN:
        return this.halves[2 * cell] !== 0;
      case Kind.BYTES:
        return this.bytes(cell);
      case Kind.ARRAY:
      case Kind.MAP:
        return decode(this.bytes(cell));
      case Kind.WITHHELD:
        return WITHHELD;
      default:
        return null;
    }
  }

  /** The value of a cell, arrays and maps as they came. */
  raw(cell) {
    const kind = this.cellKind[cell];
    return kind === Kind.ARRAY || kind === Kind.MAP ? new Raw(kind, this.bytes(cell)) : this.value(cell);
  }

  /** The path of a field of the view. */
  path(field) {
    let path = this.#paths.get(field);
    if (path === undefined) {
      const start = this.fields[2 * field + 1];
      path = decodeText(this.text, start, start + this.fields[2 * field]) ?? "";
      this.#paths.set(field, path);
    }
    return path;
  }

  /** The key of a field of the view, where it is an attribute. */
  key(field) {
    if (!this.#keys.has(field)) this.#keys.set(field, attributeKey(this.path(field)));
    return this.#keys.get(field);
  }
}
