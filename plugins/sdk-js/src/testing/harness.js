/**
 * Runs a policy natively, and shows what became of a request.
 */
import { Batch } from "../batch.js";
import { Columns } from "../columns.js";
import { Verdict } from "../draft.js";
import { use } from "../host.js";
import { configured, definitionOf } from "../policy.js";
import { asks, Setup } from "../setup.js";
import { isRecord, NodeKind, SIGNALS } from "../signals.js";
import { NAMES, request } from "./build.js";
import { fromAny } from "./fields.js";
import { Host } from "./host.js";
import { Refused, View } from "./view.js";

const CAN_BE_DROPPED = [NodeKind.METRIC, NodeKind.SPAN_EVENT, NodeKind.SPAN_LINK, NodeKind.EXEMPLAR];

/** A policy, configured, with the host of its stage. Throws `InvalidConfig`. */
export function harness(policy, config = {}, { files = {}, keys = {}, compat, seed = 0n, now = 1_700_000_000_000_000_000n } = {}) {
  const host = new Host(files, keys);
  const setup = new Setup(compat);
  const run = host.during(() => configured(definitionOf(policy), JSON.stringify(config), setup), use);
  host.configuring = false;
  return new Harness(run, setup.manifest, host, seed, now);
}

class Harness {
  #run;
  #host;
  #seed;
  #now;

  constructor(run, manifest, host, seed, now) {
    this.#run = run;
    this.manifest = manifest;
    this.#host = host;
    this.#seed = seed;
    this.#now = now;
  }

  /** What is asked of a signal. */
  access(signal) {
    return this.manifest.access[SIGNALS.indexOf(signal)];
  }

  /** Passes records of `logRecord`, `span` or `dataPoint`. */
  run(...records) {
    return this.runJson(request(...records));
  }

  /** Passes a request in OTLP/JSON: text, or its object; `context` is what came beside it: `{ metadata, client }`. */
  runJson(given, { metadata = {}, client } = {}) {
    const whole = withoutNulls(typeof given === "string" ? JSON.parse(given) : given);
    const signal = SIGNALS.find((candidate) => NAMES[candidate][0] in whole) ?? "logs";
    const access = this.access(signal);
    if (!asks(access)) return new Output(whole, signal);
    const context = Object.fromEntries(Object.entries(metadata).map(([key, value]) => [`metadata["${key}"]`, value]));
    if (client !== undefined) context["client.address"] = client;
    const view = new View(whole, signal, access, context);
    this.#host.lines = [];
    const batch = new Batch(new Columns(view.crossing(this.#now, this.#seed++), SIGNALS.indexOf(signal)));
    this.#host.during(() => this.#run(batch), use);
    return this.#output(whole, view, batch.draft.outcome());
  }

  #output(whole, view, { edits, judgements, measurements, emissions }) {
    const { rules, routes, instruments, emits } = this.manifest;
    view.apply(edits, rules.length);
    const output = new Output(whole, view.signal);
    output.logs = this.#host.lines;
    for (const rule of new Uint32Array(edits.rule.buffer)) output.edits[rules[rule]] = (output.edits[rules[rule]] ?? 0) + 1;
    const places = new Map();
    view.nodes.forEach(({ kind }, index) => isRecord(kind) && places.set(index, places.size));
    const [nodes, rule, argument] = [judgements.node, judgements.rule, judgements.argument].map((bytes) => new Uint32Array(bytes.buffer));
    const gone = [];
    nodes.forEach((index, place) => {
      const node = view.nodes[index];
      const verdict = judgements.verdict[place];
      if (verdict !== Verdict.DROP && !isRecord(node.kind)) throw new Refused("records alone can be routed or failed");
      if (verdict === Verdict.ROUTE) {
        output.routed[places.get(index)] = judgements.routeSets[argument[place]].map((route) => routes[route]);
        return;
      }
      if (verdict === Verdict.DROP) {
        if (!view.access.drops || !(isRecord(node.kind) || CAN_BE_DROPPED.includes(node.kind))) {
          throw new Refused("a node was dropped, and the manifest does not say `drops`");
        }
        const name = rules[rule[place]];
        output.drops[name] = (output.drops[name] ?? 0) + 1;
      } else output.failed.push(places.get(index));
      gone.push(node);
    });
    for (const { siblings, json } of gone) siblings.splice(siblings.indexOf(json), 1);
    prune(whole, view.signal);
    output.measurements = measurements.map(({ instrument, value, attributes }) => ({
      instrument: instruments[instrument].name,
      value,
      attributes: Object.fromEntries(attributes),
    }));
    output.emissions = emissions;
    if (emissions.some(({ signal }) => !emits.includes(signal))) {
      throw new Refused("telemetry was made of a signal that the manifest does not say `emits` of");
    }
    return output;
  }
}

/** What became of a request. */
class Output {
  edits = {};
  drops = {};
  failed = [];
  routed = {};
  measurements = [];
  emissions = [];
  logs = [];

  constructor(json, signal) {
    this.json = json;
    this.signal = signal;
  }

  /** The records that are left, each as OTLP/JSON. */
  get records() {
    const [outer, inner, leaf] = NAMES[this.signal];
    const scopes = (this.json[outer] ?? []).flatMap((resource) => resource[inner] ?? []);
    const found = scopes.flatMap((scope) => scope[leaf] ?? []);
    if (this.signal !== "metrics") return found;
    return found.flatMap((metric) => Object.values(metric).flatMap((part) => part?.dataPoints ?? []));
  }

  /** The attributes of a record that is left, with the values that policies read. */
  attributes(record = 0) {
    return Object.fromEntries((this.records[record].attributes ?? []).map(({ key, value }) => [key, fromAny(value)]));
  }
}

/** A copy of JSON without members that are null, which OTLP/JSON treats as absent. */
function withoutNulls(value) {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [key, withoutNulls(member)]),
  );
}

/** Scopes and resources without records leave with their last one; so do metrics without points. */
function prune(whole, signal) {
  const [outer, inner, leaf] = NAMES[signal];
  for (const resource of whole[outer] ?? []) {
    for (const scope of resource[inner] ?? []) {
      if (signal === "metrics") {
        scope[leaf] = scope[leaf].filter((metric) => Object.values(metric).some((part) => part?.dataPoints?.length > 0));
      }
    }
    resource[inner] = (resource[inner] ?? []).filter((scope) => scope[leaf]?.length > 0);
  }
  whole[outer] = (whole[outer] ?? []).filter((resource) => resource[inner].length > 0);
}

