/**
 * Nodes: records, and what stands above and below them. What is read is the state before the call; edits show in the next stage.
 */
import { Operation, PolicyError, Verdict } from "./draft.js";
import { attributePath, owner, RECORD } from "./paths.js";
import { isRecord, NodeKind } from "./signals.js";
import { UNREAD } from "./setup.js";

const PARENTS = {
  [NodeKind.RESOURCE]: NodeKind.REQUEST,
  [NodeKind.SCOPE]: NodeKind.RESOURCE,
  [NodeKind.LOG_RECORD]: NodeKind.SCOPE,
  [NodeKind.SPAN]: NodeKind.SCOPE,
  [NodeKind.METRIC]: NodeKind.SCOPE,
  [NodeKind.DATA_POINT]: NodeKind.METRIC,
  [NodeKind.SPAN_EVENT]: NodeKind.SPAN,
  [NodeKind.SPAN_LINK]: NodeKind.SPAN,
  [NodeKind.EXEMPLAR]: NodeKind.DATA_POINT,
};

/** A node that can be read, edited and judged. */
export class Node {
  #own;

  constructor(batch, index, kind) {
    this.batch = batch;
    this.index = index;
    this.kind = kind;
    this.#own = isRecord(kind) ? RECORD : kind;
  }

  /**
   * The value of a field: the node's own, or that of the ancestor it belongs to. `undefined` where there is none, or where it was not
   * declared as read for this signal.
   */
  get(field) {
    const cell = this.#cell(field);
    return cell === undefined ? undefined : this.batch.columns.value(cell);
  }

  has(field) {
    return this.#cell(field) !== undefined;
  }

  /** Like `get`, but arrays and maps as they came: a `Raw`, for exact copies. */
  raw(field) {
    const cell = this.#cell(field);
    return cell === undefined ? undefined : this.batch.columns.raw(cell);
  }

  /** The attribute with this key. A declared field is faster. */
  attribute(key) {
    const [cell] = this.#attributeCells(key);
    return cell === undefined ? undefined : this.batch.columns.value(cell);
  }

  /** The attributes that the policy reads, in the order of the request; not what is nested in them. */
  *attributes() {
    for (const { key, value } of this.values()) if (key !== undefined) yield [key, value];
  }

  /** Its cells: index, path and value of each, nested leaves too; `key` where it is an attribute. */
  *values() {
    const { columns } = this.batch;
    for (let cell = columns.start(this.index); columns.cellNode[cell] === this.index; cell++) {
      const field = columns.cellField[cell];
      yield { cell, path: columns.path(field), key: columns.key(field), value: columns.value(cell) };
    }
  }

  /** The nearest node of this kind above it. */
  ancestor(kind) {
    const above = this.batch.above(this.index, kind);
    return above === undefined ? undefined : this.batch.node(above);
  }

  /** The nodes directly under it: the events and links of a span, the exemplars of a data point, the records of a scope. */
  *children() {
    const parents = this.batch.columns.nodeParent;
    for (let index = this.index + 1; index < parents.length && parents[index] >= this.index; index++) {
      if (parents[index] === this.index) yield this.batch.node(index);
    }
  }

  /** Sets a field, in place of what is there or anew. A field of an ancestor is set there. A path may be given instead. */
  set(rule, field, value) {
    const { draft } = this.batch;
    if (typeof field === "string") {
      draft.put(this.#target(owner(field)), field, value, rule);
      return;
    }
    const cell = this.#cell(field);
    if (cell === undefined) draft.put(this.#target(field.owner), field.path, value, rule);
    else draft.edit(Operation.SET, cell, 0, value, rule);
  }

  /** Sets the attribute with this key, in place of what is there or anew. */
  setAttribute(rule, key, value) {
    const [cell] = this.#attributeCells(key);
    if (cell === undefined) this.batch.draft.put(this.index, attributePath(this.kind, key), value, rule);
    else this.batch.draft.edit(Operation.SET, cell, 0, value, rule);
  }

  /** Deletes a field, as often as it stands there; returns whether it was there. The policy must read what it deletes. */
  delete(rule, field) {
    return this.#delete(rule, this.#cells("delete", field));
  }

  /** Deletes the attribute with this key, as often as it stands there; returns whether it was there. */
  deleteAttribute(rule, key) {
    return this.#delete(rule, this.#attributeCells(key));
  }

  /** Gives a field, which must be an attribute or an entry of a map, another key; returns whether it was there. */
  rename(rule, field, key) {
    return this.#rename(rule, this.#cells("rename", field), key);
  }

  /** Gives the attribute with this key another one; returns whether it was there. */
  renameAttribute(rule, key, newKey) {
    return this.#rename(rule, this.#attributeCells(key), newKey);
  }

  /** Adds a node of a kind, as an OTLP message, at the end of its kind: to this node, or to the one above that has such nodes. */
  add(rule, kind, message) {
    this.batch.draft.edit(Operation.ADD, this.#target(PARENTS[kind] ?? NodeKind.REQUEST), kind, message, rule);
  }

  /** It leaves the pipeline here, on purpose. */
  drop(rule) {
    this.batch.draft.judge(this.index, Verdict.DROP, rule);
  }

  /** It could not be judged: the stage's `on_error` says what becomes of it. */
  fail(rule) {
    this.batch.draft.judge(this.index, Verdict.FAIL, rule);
  }

  /** It goes on to these destinations and to no other. */
  route(rule, ...routes) {
    this.batch.draft.route(this.index, rule, routes);
  }

  /** Adds to one of the policy's own metrics. */
  measure(instrument, value, attributes = {}) {
    this.batch.draft.measure(instrument, value, attributes);
  }

  #cell(field) {
    const { batch } = this;
    const slot = field.slots[batch.columns.signal];
    if (slot === UNREAD) return undefined;
    const node = field.owner === this.#own ? this.index : batch.above(this.index, field.owner);
    return node === undefined ? undefined : batch.columns.find(node, slot);
  }

  /** The node that a put goes to. Without such a node above it, it is this one, and the host says what is wrong. */
  #target(of) {
    return of === this.#own ? this.index : (this.batch.above(this.index, of) ?? this.index);
  }

  #cellsWhere(node, is) {
    const { columns } = this.batch;
    const cells = [];
    for (let cell = columns.start(node); columns.cellNode[cell] === node; cell++) {
      if (is(columns.cellField[cell])) cells.push(cell);
    }
    return cells;
  }

  #attributeCells(key) {
    return this.#cellsWhere(this.index, (field) => this.batch.columns.key(field) === key);
  }

  #cells(verb, field) {
    const path = typeof field === "string" ? field : field.path;
    if (typeof field !== "string" && field.slots[this.batch.columns.signal] === UNREAD) {
      throw new PolicyError(`the policy would ${verb} \`${path}\`, but does not read it: declare it with \`edits\``);
    }
    return this.#cellsWhere(this.#target(owner(path)), (candidate) => this.batch.columns.path(candidate) === path);
  }

  #delete(rule, cells) {
    for (const cell of cells) this.batch.draft.edit(Operation.DELETE, cell, 0, null, rule);
    return cells.length > 0;
  }

  #rename(rule, [cell], key) {
    if (cell !== undefined) this.batch.draft.rename(cell, key, rule);
    return cell !== undefined;
  }
}
