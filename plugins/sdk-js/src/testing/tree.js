/**
 * A request in OTLP/JSON as a forest of nodes, and every value of a node with its path.
 */
import { keyStep } from "../paths.js";
import { attributesPath, NodeKind } from "../signals.js";
import { NAMES } from "./build.js";
import { attributesMember, DATA, FIELDS, fromAny, isDefault, OUTER, parse, placeOf, toAny, write } from "./fields.js";

const dataOf = (metric) => Object.values(metric).find((part) => Array.isArray(part?.dataPoints)) ?? { dataPoints: [] };

/** A node: its object, the one around it, and the list that it stands in. */
class TreeNode {
  constructor(kind, parent, json, outer = {}, siblings = []) {
    Object.assign(this, { kind, parent, json, outer, siblings });
  }

  /** The object that holds the last of these members. */
  holder(members) {
    let holder = this.json;
    for (const member of members.slice(0, -1)) {
      if (member === OUTER) holder = this.outer;
      else holder = member === DATA ? dataOf(this.json) : (holder[member] ??= {});
    }
    return holder;
  }

  attributes() {
    return (this.json[attributesMember(this.kind)] ??= []);
  }
}

function take(list, gone) {
  const at = list.indexOf(gone);
  if (at >= 0) list.splice(at, 1);
}

/** Where one value stands: a member of an object, an entry of a map, or an element of an array. */
class Slot {
  constructor(path, { form = "any", holder, member, is = "member", isNested = false, container = "" }) {
    Object.assign(this, { path, form, holder, member, is, isNested, container });
  }

  /** The value, as a policy reads it. */
  value() {
    if (this.is === "entry") return fromAny(this.member.value);
    return this.is === "element" ? fromAny(this.member) : parse(this.form, this.holder[this.member]);
  }

  /** Puts another value here. */
  write(value) {
    if (this.is === "entry") this.member.value = toAny(value);
    else if (this.is === "element") {
      for (const member of Object.keys(this.member)) delete this.member[member];
      Object.assign(this.member, toAny(value));
    } else this.holder[this.member] = write(this.form, value);
  }

  /** Takes the value away. */
  delete() {
    if (this.is === "member") delete this.holder[this.member];
    else take(this.holder, this.member);
  }

  /** Gives the entry another key; an entry that has it gives way. */
  rename(key) {
    if (this.is !== "entry") throw new TypeError(`\`${this.path}\` has no key to rename`);
    for (const other of this.holder.filter((other) => other !== this.member && other.key === key)) take(this.holder, other);
    this.member.key = key;
  }
}

/** Every value of a node, nested ones after those that hold them. */
export function* slots(node) {
  for (const [path, { members, form }] of FIELDS[node.kind]) {
    const holder = node.holder(members);
    const member = members.at(-1);
    if (!Object.hasOwn(holder, member) || isDefault(form, parse(form, holder[member]))) continue;
    yield new Slot(path, { form, holder, member });
    if (form === "any") yield* nested(path, holder[member]);
  }
  if (node.kind === NodeKind.REQUEST) return;
  const container = attributesPath(node.kind);
  for (const entry of node.json[attributesMember(node.kind)] ?? []) {
    const path = container + keyStep(entry.key ?? "");
    yield new Slot(path, { holder: node.attributes(), member: entry, is: "entry", container });
    yield* nested(path, entry.value);
  }
}

function* nested(path, value) {
  const entries = value?.kvlistValue?.values ?? [];
  for (const entry of entries) {
    const inner = path + keyStep(entry.key ?? "");
    yield new Slot(inner, { holder: entries, member: entry, is: "entry", isNested: true, container: path });
    yield* nested(inner, entry.value);
  }
  const elements = value?.arrayValue?.values ?? [];
  for (const [index, element] of elements.entries()) {
    const inner = `${path}[${index}]`;
    yield new Slot(inner, { holder: elements, member: element, is: "element", isNested: true, container: path });
    yield* nested(inner, element);
  }
}

/** Gives a node a field: in place of the first that is there, or anew. */
export function put(node, { field, steps }, path, value) {
  for (const slot of slots(node)) if (slot.path === path) return slot.write(value);
  if (steps.length > 0) return putNested(entriesOf(node, field), steps, path, value);
  const place = placeOf(node.kind, field);
  if (!place) throw new TypeError(`the test kit cannot write \`${path}\`: test it with \`tollgate test\``);
  node.holder(place.members)[place.members.at(-1)] = write(place.form, value);
}

function entriesOf(node, field) {
  if (field === attributesPath(node.kind)) return node.attributes();
  const { members } = placeOf(node.kind, field);
  return mapOf((node.holder(members)[members.at(-1)] ??= { kvlistValue: { values: [] } }), field);
}

function putNested(entries, steps, path, value) {
  for (const step of steps.slice(0, -1)) {
    let found = entries.find(({ key }) => key === step);
    if (!found) entries.push((found = { key: step, value: { kvlistValue: { values: [] } } }));
    entries = mapOf(found.value, path);
  }
  if (typeof steps.at(-1) === "number") throw new RangeError(`\`${path}\`: there is no such element`);
  entries.push({ key: steps.at(-1), value: toAny(value) });
}

function mapOf(value, path) {
  if (!value.kvlistValue) throw new TypeError(`\`${path}\`: on the way stands what is no map`);
  return (value.kvlistValue.values ??= []);
}

/** The nodes of a request. A parent stands before its children, and the request is its own. */
export function forest(request, signal) {
  const [outer, inner, leaf] = NAMES[signal];
  const nodes = [new TreeNode(NodeKind.REQUEST, 0, request)];
  const add = (...node) => nodes.push(new TreeNode(...node)) - 1;
  for (const resource of request[outer] ?? []) {
    const above = add(NodeKind.RESOURCE, 0, (resource.resource ??= {}), resource, request[outer]);
    for (const scope of resource[inner] ?? []) {
      const holder = add(NodeKind.SCOPE, above, (scope.scope ??= {}), scope, resource[inner]);
      for (const record of scope[leaf] ?? []) addRecord(add, signal, holder, record, scope[leaf]);
    }
  }
  return nodes;
}

function addRecord(add, signal, scope, json, siblings) {
  if (signal === "logs") add(NodeKind.LOG_RECORD, scope, json, {}, siblings);
  else if (signal === "traces") {
    const index = add(NodeKind.SPAN, scope, json, {}, siblings);
    for (const event of json.events ?? []) add(NodeKind.SPAN_EVENT, index, event, {}, json.events);
    for (const link of json.links ?? []) add(NodeKind.SPAN_LINK, index, link, {}, json.links);
  } else {
    const index = add(NodeKind.METRIC, scope, json, {}, siblings);
    const { dataPoints } = dataOf(json);
    for (const point of dataPoints) {
      const number = add(NodeKind.DATA_POINT, index, point, {}, dataPoints);
      for (const exemplar of point.exemplars ?? []) add(NodeKind.EXEMPLAR, number, exemplar, {}, point.exemplars);
    }
  }
}
