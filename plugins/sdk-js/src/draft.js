/**
 * The outcome while it is written: edits and judgements as columns, and what is sent beside them.
 */
import { encode } from "./anyvalue.js";
import { Bytes, decodeText, encodeText } from "./text.js";
import { checked, Kind, Raw } from "./values.js";

/** What an edit does, with the numbers of `wit/policy.wit`. */
export const Operation = Object.freeze({ SET: 0, PUT: 1, DELETE: 2, RENAME: 3, ADD: 4 });

/** What becomes of a node. */
export const Verdict = Object.freeze({ DROP: 1, ROUTE: 3, FAIL: 4 });

/** What the policy did wrong. The batch fails with it, because half an edit is worse than none. */
export class PolicyError extends Error {
  name = "PolicyError";
}

/** Bytes of the value of a measurement's attribute that cross; the rest is cut off. */
const LONGEST_VALUE = 256;

const bytesOf = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const column = (numbers) => bytesOf(Uint32Array.from(numbers));

const scratch = new Float64Array(1);
const scratchHalves = new Uint32Array(scratch.buffer);
const scratchInt = new BigInt64Array(scratch.buffer);

export class Draft {
  #op = [];
  #target = [];
  #field = [];
  #kind = [];
  /** Two for each edit: the low half, then the high one. */
  #halves = [];
  #rule = [];
  #fields = [];
  #text = new Bytes();
  #paths = new Map();
  #keys = new Map();
  #judged = new Map();
  #routeSets = new Map();
  #series = new Map();
  #random;
  measurements = [];
  emissions = [];

  constructor(seed) {
    this.#random = seed;
  }

  /** Appends an edit. `field` is for put and add. */
  edit(op, target, field, value, rule) {
    const kind = this.#value(value);
    this.#push(op, target, field, kind, rule);
  }

  /** Appends an edit that gives a node a field. */
  put(node, path, value, rule) {
    let place = this.#paths.get(path);
    if (place === undefined) {
      place = this.#fields.length / 2;
      const start = this.#text.appendText(path);
      this.#fields.push(this.#text.length - start, start);
      this.#paths.set(path, place);
    }
    this.edit(Operation.PUT, node, place, value, rule);
  }

  /** Appends a rename. A new key crosses once, however many entries get it. */
  rename(cell, key, rule) {
    let span = this.#keys.get(key);
    if (!span) {
      const start = this.#text.appendText(key);
      span = [this.#text.length - start, start];
      this.#keys.set(key, span);
    }
    this.#halves.push(...span);
    this.#push(Operation.RENAME, cell, 0, Kind.TEXT, rule);
  }

  #push(op, target, field, kind, rule) {
    this.#op.push(op);
    this.#target.push(target);
    this.#field.push(field);
    this.#kind.push(kind);
    this.#rule.push(rule.number);
  }

  /** Appends both halves of a value; returns its kind. */
  #value(value) {
    switch (typeof value) {
      case "string": {
        const start = this.#text.appendText(value);
        this.#halves.push(this.#text.length - start, start);
        return Kind.TEXT;
      }
      case "number":
        scratch[0] = value;
        this.#halves.push(scratchHalves[0], scratchHalves[1]);
        return Kind.DOUBLE;
      case "bigint":
        scratchInt[0] = checked(value);
        this.#halves.push(scratchHalves[0], scratchHalves[1]);
        return Kind.INT;
      case "boolean":
        this.#halves.push(value ? 1 : 0, 0);
        return Kind.BOOLEAN;
    }
    if (value === null || value === undefined) {
      this.#halves.push(0, 0);
      return Kind.EMPTY;
    }
    const bytes = value instanceof Uint8Array ? value : value instanceof Raw ? value.message : encode(value);
    const start = this.#text.append(bytes);
    this.#halves.push(bytes.length, start);
    if (value instanceof Uint8Array) return Kind.BYTES;
    if (value instanceof Raw) return value.kind;
    return Array.isArray(value) ? Kind.ARRAY : Kind.MAP;
  }

  /** Judges a node, once. */
  judge(node, verdict, rule, argument = 0) {
    if (this.#judged.has(node)) throw new PolicyError("a node was judged twice");
    this.#judged.set(node, [verdict, rule.number, argument]);
  }

  /** Routes a record. Sets are written once, however many records share one. */
  route(node, rule, routes) {
    const set = [...new Set(routes.map((route) => route.number))].sort((one, other) => one - other);
    if (set.length === 0) throw new PolicyError("a record was routed nowhere: drop it instead");
    const name = set.join();
    if (!this.#routeSets.has(name)) this.#routeSets.set(name, { place: this.#routeSets.size, set });
    this.judge(node, Verdict.ROUTE, rule, this.#routeSets.get(name).place);
  }

  /** Adds to a series. What is no number, or would take away from a sum, is left out: it came from a record. */
  measure(instrument, value, attributes) {
    const isSum = instrument.kind === "delta-sum";
    if (!Number.isFinite(value) || (isSum && value < 0)) return;
    const series = Object.entries(attributes).map(([key, text]) => [key, shortened(text)]);
    const name = JSON.stringify([instrument.number, series]);
    const known = this.#series.get(name);
    if (!known || instrument.kind === "histogram") {
      const made = { instrument: instrument.number, value, attributes: series };
      this.#series.set(name, made);
      this.measurements.push(made);
      return;
    }
    const total = known.value + value;
    known.value = isSum && Number.isFinite(total) ? total : value;
  }

  /** The next number of the batch's randomness: SplitMix64 over the seed. */
  random() {
    const wrapped = (number) => BigInt.asUintN(64, number);
    this.#random = wrapped(this.#random + 0x9e3779b97f4a7c15n);
    let mixed = wrapped((this.#random ^ (this.#random >> 30n)) * 0xbf58476d1ce4e5b9n);
    mixed = wrapped((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
    return mixed ^ (mixed >> 31n);
  }

  /** The outcome, in the form of the world for scripts. */
  outcome() {
    const judged = [...this.#judged.values()];
    return {
      judgements: {
        node: column([...this.#judged.keys()]),
        verdict: Uint8Array.from(judged, ([verdict]) => verdict),
        rule: column(judged.map(([, rule]) => rule)),
        argument: column(judged.map(([, , argument]) => argument)),
        routeSets: [...this.#routeSets.values()].map(({ set }) => set),
      },
      edits: {
        op: Uint8Array.from(this.#op),
        target: column(this.#target),
        field: column(this.#field),
        kind: Uint8Array.from(this.#kind),
        value: column(this.#halves),
        rule: column(this.#rule),
        fields: column(this.#fields),
        text: this.#text.taken(),
      },
      decisions: { key: new Uint8Array(), keep: new Uint8Array(), rule: new Uint8Array(), text: new Uint8Array() },
      measurements: this.measurements,
      emissions: this.emissions,
    };
  }
}

/** As much of a text as a measurement's attribute may have, and no half character. */
export function shortened(text) {
  const bytes = encodeText(text);
  if (bytes.length <= LONGEST_VALUE) return text;
  let end = LONGEST_VALUE;
  while ((bytes[end] & 0xc0) === 0x80) end--;
  return decodeText(bytes, 0, end);
}
