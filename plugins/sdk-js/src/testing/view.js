/**
 * The view that a policy gets of a request, under its manifest; and what becomes of the request by the policy's answer.
 */
import { decode, encode } from "../anyvalue.js";
import { Columns } from "../columns.js";
import { Operation } from "../draft.js";
import { keyStep, owner, RECORD, split } from "../paths.js";
import { attributesPath, isRecord, NodeKind, SIGNALS } from "../signals.js";
import { Bytes } from "../text.js";
import { Kind, Raw, WITHHELD } from "../values.js";
import { forest, put, slots } from "./tree.js";

const BELOW = [
  ["spanevent.", NodeKind.SPAN_EVENT],
  ["spanlink.", NodeKind.SPAN_LINK],
  ["exemplar.", NodeKind.EXEMPLAR],
];

/** The answer goes beyond the manifest, or points where nothing is. In the host it fails every record of the batch. */
export class Refused extends Error {
  name = "Refused";
}

const isLeaf = (slot) => {
  const value = slot.value();
  return !Array.isArray(value) && !(value instanceof Map);
};

/** Whether a path of the manifest means the value. */
function covers(pattern, slot) {
  if (pattern === slot.path) return true;
  if (pattern.endsWith("[**]")) {
    const base = pattern.slice(0, -4);
    return slot.path === base || (slot.path.startsWith(`${base}[`) && (!slot.isNested || isLeaf(slot)));
  }
  return pattern.endsWith("[*]") && slot.container === pattern.slice(0, -3);
}

/** Whether the manifest allows a write of a path. Who may write a value may write what lies inside it. */
function mayWrite({ writes }, path) {
  return writes.some((pattern) => {
    const base = pattern.replace(/\[\*\*?\]$/, "");
    return pattern === path || pattern === "*" || path.startsWith(`${base}[`) || (path === base && pattern.endsWith("[**]"));
  });
}

function isText(bytes) {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Packs values as cells, or as a policy's edits are packed. */
export class Packer {
  text = new Bytes();
  kinds = [];
  values = new DataView(new ArrayBuffer(8 * 64));

  /** Appends a value. */
  push(value) {
    const at = 8 * this.kinds.length;
    if (at === this.values.byteLength) {
      const larger = new Uint8Array(2 * at);
      larger.set(new Uint8Array(this.values.buffer));
      this.values = new DataView(larger.buffer);
    }
    this.kinds.push(this.#pack(value, at));
  }

  #pack(value, at) {
    switch (typeof value) {
      case "string":
        return this.#span(Kind.TEXT, at, this.text.appendText(value));
      case "bigint":
        this.values.setBigInt64(at, value, true);
        return Kind.INT;
      case "number":
        this.values.setFloat64(at, value, true);
        return Kind.DOUBLE;
      case "boolean":
        this.values.setUint32(at, value ? 1 : 0, true);
        return Kind.BOOLEAN;
    }
    if (value === WITHHELD) return Kind.WITHHELD;
    if (value === null) return Kind.EMPTY;
    if (value instanceof Uint8Array) return this.#span(Kind.BYTES, at, this.text.append(value));
    return this.#span(Array.isArray(value) ? Kind.ARRAY : Kind.MAP, at, this.text.append(encode(value)));
  }

  #span(kind, at, start) {
    this.values.setUint32(at, this.text.length - start, true);
    this.values.setUint32(at + 4, start, true);
    return kind;
  }

  /** The numbers of all values. */
  column() {
    return new Uint8Array(this.values.buffer.slice(0, 8 * this.kinds.length));
  }
}

const column = (numbers) => new Uint8Array(Uint32Array.from(numbers).buffer);
const halves = (number) => [Number(number & 0xffffffffn), Number(number >> 32n)];

/** A request as nodes and cells. */
export class View {
  cells = [];

  constructor(request, signal, access, context) {
    this.signal = signal;
    this.access = access;
    const wantsAll = access.reads.includes("*");
    const named = [...access.reads, ...access.writes];
    const wanted = BELOW.filter(([prefix]) => wantsAll || named.some((path) => path.startsWith(prefix))).map(([, kind]) => kind);
    this.nodes = kept(forest(request, signal), wanted);
    this.fields = [...access.reads];
    const packer = new Packer();
    const found = this.nodes.flatMap((node, index) => [...this.#seen(node, context)].map((seen) => ({ index, ...seen })));
    for (const { slot } of found) if (!this.fields.includes(slot.path)) this.fields.push(slot.path);
    const spans = this.fields.flatMap((path) => {
      const start = packer.text.appendText(path);
      return [packer.text.length - start, start];
    });
    for (const { value } of found) packer.push(value);
    this.cells = found.map(({ slot }) => slot);
    this.wire = {
      signal,
      fields: column(spans),
      nodes: { kind: Uint8Array.from(this.nodes, ({ kind }) => kind), parent: column(this.nodes.map(({ parent }) => parent)) },
      cells: {
        node: column(found.map(({ index }) => index)),
        field: column(found.map(({ slot }) => this.fields.indexOf(slot.path))),
        kind: Uint8Array.from(packer.kinds),
        value: packer.column(),
      },
      text: packer.text.taken(),
    };
  }

  *#seen(node, context) {
    const { reads } = this.access;
    if (node.kind === NodeKind.REQUEST) {
      for (const [path, value] of Object.entries(context)) {
        const container = path.replace(/\[.*$/, "");
        if (reads.some((pattern) => covers(pattern, { path, container }))) yield { slot: { path }, value };
      }
      return;
    }
    for (const slot of slots(node)) {
      const value = slot.value();
      if (reads.some((pattern) => covers(pattern, slot))) yield { slot, value };
      else if (reads.includes("*")) {
        const isReadable = typeof value === "string" || (value instanceof Uint8Array && slot.form === "any" && isText(value));
        if (isReadable) yield { slot, value };
        else if (slot.is === "entry") yield { slot, value: WITHHELD };
      }
    }
  }

  /** The view as it crosses the wall. */
  crossing(now, seed) {
    return { ...this.wire, now: halves(now), seed: halves(seed) };
  }

  /** Applies edits, all or none of which count: this throws `Refused` for the first thing that is wrong. */
  apply(edits, rules) {
    const empty = new Uint8Array();
    const cells = { node: empty, field: empty, kind: edits.kind, value: edits.value };
    const nodes = { kind: empty, parent: empty };
    const number = SIGNALS.indexOf(this.signal);
    const answer = new Columns({ fields: edits.fields, nodes, cells, text: edits.text, now: [0, 0], seed: [0, 0] }, number);
    const [target, field, rule] = [edits.target, edits.field, edits.rule].map((bytes) => new Uint32Array(bytes.buffer));
    edits.op.forEach((op, index) => {
      if (rule[index] >= rules) throw new Refused("an edit names a rule that the manifest does not have");
      const raw = answer.raw(index);
      const value = raw instanceof Raw ? decode(raw.message) : raw;
      try {
        this.#edit(op, target[index], value, () => answer.path(field[index]));
      } catch (error) {
        throw error instanceof TypeError || error instanceof RangeError ? new Refused(error.message) : error;
      }
    });
  }

  #edit(op, target, value, path) {
    if (op === Operation.ADD) throw new Error("the test kit adds no nodes: test this with `tollgate test`");
    if (op === Operation.PUT) return this.#put(this.nodes[target], path(), value);
    const slot = this.cells[target];
    this.#allow(slot.path);
    if (op === Operation.SET) slot.write(value);
    else if (op === Operation.DELETE) slot.delete();
    else {
      this.#allow(slot.container + keyStep(value));
      slot.rename(value);
    }
  }

  #put(node, path, value) {
    this.#allow(path);
    const of = owner(path);
    if (of === RECORD ? !isRecord(node.kind) : of !== node.kind) throw new Refused(`\`${path}\` is no field of this node`);
    const { field, steps, wildcard } = split(path);
    if (wildcard) throw new Refused(`\`${path}\` is no single field`);
    if (field === attributesPath(node.kind) && steps.length === 0) {
      throw new Error("the test kit replaces no whole map: test this with `tollgate test`");
    }
    put(node, { field, steps }, path, value);
  }

  #allow(path) {
    if (!mayWrite(this.access, path)) throw new Refused(`\`${path}\` is not under the manifest's \`writes\``);
  }
}

/** The nodes without those below records that nobody asked for. */
function kept(nodes, wanted) {
  const below = BELOW.map(([, kind]) => kind);
  const places = new Map();
  const all = [];
  nodes.forEach((node, index) => {
    if (below.includes(node.kind) && !wanted.includes(node.kind)) return;
    places.set(index, all.length);
    node.parent = places.get(node.parent) ?? 0;
    all.push(node);
  });
  return all;
}
