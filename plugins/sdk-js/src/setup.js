/**
 * What a policy declares while it is configured: rules, access by field, and what it sends beside its records.
 */
import { file } from "./host.js";
import { canonical, owner } from "./paths.js";
import { recordKind, signalNumbers, SIGNALS } from "./signals.js";

/** Stands for the place of a path among the fields of the view where it is not read. */
export const UNREAD = -1;

const access = () => ({ reads: [], writes: [], drops: false, adds: false, takes: false });

export class Setup {
  constructor(compat = "tollgate") {
    this.compat = compat;
    this.manifest = { access: [access(), access(), access()], rules: [], routes: [], instruments: [], emits: [], warnings: [] };
  }

  /** Names a rule. The same name is the same rule. */
  rule(name) {
    return { number: place(this.manifest.rules, name) };
  }

  /** Declares that the policy reads a path, or a wildcard such as `attributes[*]`, of these signals. */
  reads(signals, path) {
    const slots = [UNREAD, UNREAD, UNREAD];
    for (const signal of signalNumbers(signals)) {
      slots[signal] = place(this.manifest.access[signal].reads, canonical(path, recordKind(signal)));
    }
    return field(signals, path, slots);
  }

  /**
   * Declares that the policy sets, puts, deletes or renames a path, or what a wildcard covers. What it also wants to get, delete or
   * rename it must read as well: `edits` declares both.
   */
  writes(signals, path) {
    for (const signal of signalNumbers(signals)) {
      place(this.manifest.access[signal].writes, canonical(path, recordKind(signal)));
    }
    return field(signals, path, [UNREAD, UNREAD, UNREAD]);
  }

  /** Declares that the policy reads and writes a path. */
  edits(signals, path) {
    this.writes(signals, path);
    return this.reads(signals, path);
  }

  /** Declares that the policy drops nodes of these signals. */
  drops(signals) {
    for (const signal of signalNumbers(signals)) this.manifest.access[signal].drops = true;
  }

  /** Declares that the policy adds nodes to these signals. */
  adds(signals) {
    for (const signal of signalNumbers(signals)) this.manifest.access[signal].adds = true;
  }

  /** Declares that the policy may stand in a pipeline of these signals, even under a configuration with nothing to do there. */
  takes(signals) {
    for (const signal of signalNumbers(signals)) this.manifest.access[signal].takes = true;
  }

  /** Names a destination of records. In a connector it is the id of a pipeline, such as `logs/audit`. */
  route(name) {
    return { number: place(this.manifest.routes, name) };
  }

  /** Declares that the policy makes telemetry of these signals. */
  emits(signals) {
    for (const signal of signalNumbers(signals)) place(this.manifest.emits, SIGNALS[signal]);
  }

  /** Names a metric of the policy's own, which the host exports with its own. The same name is the same metric. */
  instrument(kind, name, unit, description) {
    const { instruments } = this.manifest;
    let number = instruments.findIndex((known) => known.name === name);
    if (number < 0) number = instruments.push({ name, unit, description, kind }) - 1;
    return { number, kind: instruments[number].kind };
  }

  /** Says what the operator should know of the configuration, although it works. */
  warn(problem) {
    this.manifest.warnings.push(problem);
  }

  /** The content of a file that the operator listed under `gate: {files: ...}`, by its name there. Throws where there is none. */
  file(name) {
    return file(name);
  }
}

function place(names, name) {
  const at = names.indexOf(name);
  return at < 0 ? names.push(name) - 1 : at;
}

function field(signals, path, slots) {
  // One spelling serves all signals of a handle: a record's name can only stand before the path of its own signal.
  const spelled = canonical(path, recordKind(signalNumbers(signals)[0]));
  return { path: spelled, owner: owner(spelled), slots };
}

/** Whether a policy may stand in a pipeline of the signal. */
export const asks = ({ reads, writes, drops, adds, takes }) => reads.length > 0 || writes.length > 0 || drops || adds || takes;
