import type { Access, Manifest, NewValue, Policy, Signal, Value } from "./index.js";

/** A record that was built by hand, with what stands above it. */
export interface Built {
  readonly signal: Signal;
  readonly json: object;
  readonly resource: Attributes;
  readonly scope: string;
}

export type Attributes = { readonly [key: string]: NewValue };

/** What every record takes; further fields have OTTL's names: `severity_text: "WARN"`. */
export interface Fields {
  attributes?: Attributes;
  resource?: Attributes;
  scope?: string;
  [field: string]: NewValue | Attributes | undefined | readonly (readonly [string, Attributes?])[] | readonly Attributes[];
}

/** A log record. */
export function logRecord(fields?: Fields): Built;
/** A span, with events (name and attributes) and links (attributes). */
export function span(name: string, fields?: Fields & { events?: [string, Attributes?][]; links?: Attributes[] }): Built;
/** A data point of a gauge: of doubles, or of integers where the value is a bigint. */
export function dataPoint(metric: string, value: number | bigint, fields?: Fields & { unit?: string }): Built;
/** A request in OTLP/JSON. Neighbours with the same resource and scope share them. */
export function request(...records: Built[]): object;

/** The answer goes beyond the manifest, or points where nothing is. In the host it fails every record of the batch. */
export class Refused extends Error {}

/** What became of a request. */
export interface Output {
  /** What is left of it, in OTLP/JSON. */
  readonly json: any;
  readonly signal: Signal;
  /** The records that are left, each as OTLP/JSON. */
  readonly records: any[];
  /** The attributes of a record that is left, with the values that policies read. */
  attributes(record?: number): { [key: string]: Value };
  /** How many edits each rule made. */
  readonly edits: { [rule: string]: number };
  /** How many nodes each rule dropped. */
  readonly drops: { [rule: string]: number };
  /** The records that failed, by their place in the request. */
  readonly failed: number[];
  /** The records that were routed, by their place in the request, each with its destinations. */
  readonly routed: { [record: number]: string[] };
  readonly measurements: { instrument: string; value: number; attributes: { [key: string]: string } }[];
  readonly emissions: { signal: Signal; request: Uint8Array }[];
  readonly logs: { level: "debug" | "info" | "warn" | "error"; message: string }[];
}

/** A policy, configured, with the host of its stage. */
export interface Harness {
  readonly manifest: Manifest;
  /** What is asked of a signal. */
  access(signal: Signal): Access;
  /** Passes records. */
  run(...records: Built[]): Output;
  /** Passes a request in OTLP/JSON, with what came beside it. */
  runJson(request: string | object, beside?: { metadata?: { [key: string]: string }; client?: string }): Output;
}

/** What the host of the stage holds. */
export interface Circumstances {
  files?: { [name: string]: string | Uint8Array };
  keys?: { [name: string]: string | Uint8Array };
  compat?: "tollgate" | "collector";
  seed?: bigint;
  now?: bigint;
}

/** Configures a policy. Throws `InvalidConfig`. */
export function harness(policy: Policy, config?: unknown, circumstances?: Circumstances): Harness;
