/**
 * The batch as a policy sees it.
 */
import { Draft, Operation } from "./draft.js";
import { Node } from "./node.js";
import { RECORD } from "./paths.js";
import { isRecord, recordKind, SIGNALS } from "./signals.js";

/** The records of one request, with what stands above and below them; and the outcome, while it is written. */
export class Batch {
  // Records share what stands above them: for each owner the parent that was last asked for it, and the answer.
  #above = new Map();

  constructor(columns) {
    this.columns = columns;
    this.draft = new Draft(columns.seed);
    this.signal = SIGNALS[columns.signal];
  }

  /** The records, in the order of the request. */
  [Symbol.iterator]() {
    return this.nodes(recordKind(this.columns.signal));
  }

  /** How many records there are. */
  get length() {
    const kind = recordKind(this.columns.signal);
    return this.columns.nodeKind.reduce((count, candidate) => count + (candidate === kind ? 1 : 0), 0);
  }

  /** Unix time in nanoseconds, as the host read it before the call. There is no other clock. */
  get now() {
    return this.columns.now;
  }

  /** The seed of the batch's randomness. */
  get seed() {
    return this.columns.seed;
  }

  /**
   * A random number of 64 bits, drawn from the seed: the same batch under the same seed gets the same numbers. There is no other source:
   * `Math.random` says the same in every instance.
   */
  random() {
    return this.draft.random();
  }

  /** The nodes of a kind, in the order of the request: resources, scopes, metrics, span events, links, exemplars. */
  *nodes(kind) {
    const kinds = this.columns.nodeKind;
    for (let index = kinds.indexOf(kind); index >= 0; index = kinds.indexOf(kind, index + 1)) {
      yield new Node(this, index, kind);
    }
  }

  /** The node with this index. */
  node(index) {
    return new Node(this, index, this.columns.nodeKind[index]);
  }

  /** The nearest node above one that fields of an owner belong to. */
  above(index, owner) {
    const { nodeKind, nodeParent } = this.columns;
    const parent = nodeParent[index];
    // Parents stand before their children, and the request is its own.
    if (parent >= index) return undefined;
    const known = this.#above.get(owner);
    if (known && known.parent === parent) return known.found;
    const is = (at) => (owner === RECORD ? isRecord(nodeKind[at]) : nodeKind[at] === owner);
    let at = parent;
    while (!is(at) && nodeParent[at] < at) at = nodeParent[at];
    const found = is(at) ? at : undefined;
    this.#above.set(owner, { parent, found });
    return found;
  }

  /** Gives a cell of `node.values()` another value. */
  setCell(rule, cell, value) {
    this.draft.edit(Operation.SET, cell, 0, value, rule);
  }

  /** Deletes a cell. */
  deleteCell(rule, cell) {
    this.draft.edit(Operation.DELETE, cell, 0, null, rule);
  }

  /** Gives a cell, which must be an attribute or an entry of a map, another key. */
  renameCell(rule, cell, key) {
    this.draft.rename(cell, key, rule);
  }

  /**
   * Adds to one of the policy's own metrics: a sum grows, a gauge takes the value, a histogram counts it. The same attributes in the same
   * order are one series.
   */
  measure(instrument, value, attributes = {}) {
    this.draft.measure(instrument, value, attributes);
  }

  /** Sends new telemetry on its way: an OTLP export request of that signal, in protobuf. The policy declares `emits`. */
  emit(signal, request) {
    this.draft.emissions.push({ signal, request });
  }
}
