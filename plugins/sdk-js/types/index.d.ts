/** The signal of a request. A request carries one. */
export type Signal = "logs" | "traces" | "metrics";

/** One signal, or several: what declarations take. */
export type Signals = Signal | Iterable<Signal>;

/** What a node of a batch is. */
export const NodeKind: {
  readonly REQUEST: 0;
  readonly RESOURCE: 1;
  readonly SCOPE: 2;
  readonly LOG_RECORD: 3;
  readonly SPAN: 4;
  readonly METRIC: 5;
  readonly DATA_POINT: 6;
  readonly SPAN_EVENT: 7;
  readonly SPAN_LINK: 8;
  readonly EXEMPLAR: 9;
};
export type NodeKind = (typeof NodeKind)[keyof typeof NodeKind];

/** What a value reads as of which only the key was asked for, as `*` does of everything that is no text. */
export const WITHHELD: unique symbol;

/** An array or a map as the message it came in, for copies that are exact down to the last byte. */
export class Raw {
  private constructor();
  readonly kind: number;
  readonly message: Uint8Array;
}

/** What a policy reads: `null` is a value that is empty, a bigint an integer, a number a double. */
export type Value = null | string | bigint | number | boolean | Uint8Array | Value[] | Map<string, Value> | typeof WITHHELD;

/** What a policy writes. */
export type NewValue =
  | null
  | string
  | bigint
  | number
  | boolean
  | Uint8Array
  | readonly NewValue[]
  | ReadonlyMap<string, NewValue>
  | { readonly [key: string]: NewValue }
  | Raw;

/** The integer of OTLP with this value. Throws `RangeError` for what is none. */
export function int(number: number | bigint): bigint;
/** The unsigned number with the same bits: counts and times of OTLP are unsigned, and are read as their two's complement. */
export function asUnsigned(number: bigint): bigint;
/** An unsigned number of 64 bits as the integer that has the same bits. Throws `RangeError` for what is none. */
export function asSigned(number: bigint): bigint;
/** The number that a value is or spells, such as `"1024"`. Never infinite, never NaN. */
export function toNumber(value: unknown): number | undefined;
/** The integer that a value is or spells: an integer, a whole double, or a text of one. */
export function toInteger(value: unknown): bigint | undefined;
/** The text of bytes that are UTF-8, or `undefined`. The engine has no `TextDecoder`. */
export function decodeText(bytes: Uint8Array, start?: number, end?: number): string | undefined;
/** A text as UTF-8. The engine has no `TextEncoder`. */
export function encodeText(text: string): Uint8Array;

/** The path of the attribute `key` of nodes of this kind: `resource.attributes["service.name"]`. */
export function attributePath(kind: NodeKind, key: string): string;

/** A rule by name: every edit and every judgement says which one asked for it. */
export interface Rule {
  readonly number: number;
}

/** A destination of records: of a connector, a pipeline that it feeds. */
export interface Route {
  readonly number: number;
}

/** What an instrument does with what is added to it. */
export type InstrumentKind = "delta-sum" | "histogram" | "gauge";

/** A metric of the policy's own. */
export interface Instrument {
  readonly number: number;
  readonly kind: InstrumentKind;
}

/** A declared field. It is good for every signal it was declared for. */
export interface Field {
  readonly path: string;
}

/** A mistake in a configuration. Quote keys, never values: a value may be a secret. */
export interface Problem {
  /** Where it is: a JSON pointer into the configuration, empty for the whole. */
  readonly at: string;
  /** What is wrong. */
  readonly message: string;
  /** What would mend it. */
  readonly help?: string | undefined;
  /** Which bytes of the text at that place are meant: the first, and the one after the last. */
  readonly span?: readonly [number, number] | undefined;
}

/** A problem at a JSON pointer such as `/actions/0/key`. */
export function problem(at: string, message: string, help?: string, span?: readonly [number, number]): Problem;
/** The JSON pointer of these steps: `pointer("prices", "a/b")` is `/prices/a~1b`. */
export function pointer(...steps: (string | number)[]): string;

/** What `configure` throws, with all mistakes at once. */
export class InvalidConfig extends Error {
  constructor(problems: Problem | Problem[]);
  readonly problems: Problem[];
}

/** What the policy did wrong. The batch fails with it. */
export class PolicyError extends Error {}

/** A JSON Schema: types, keys, choices and defaults of it are what the SDK goes by. */
export type Schema = boolean | { readonly [keyword: string]: unknown };

/** A value of JSON held against a schema, with the schema's defaults; what is wrong with it goes to `problems`. */
export function readBySchema(schema: Schema, value: unknown, problems: Problem[], at?: (string | number)[]): unknown;

/** The rights a policy asks for, for one signal. */
export interface Access {
  readonly reads: string[];
  readonly writes: string[];
  readonly drops: boolean;
  readonly adds: boolean;
  readonly takes: boolean;
}

/** Everything a policy may do under one configuration. */
export interface Manifest {
  /** Of logs, traces, metrics. */
  readonly access: readonly [Access, Access, Access];
  readonly rules: string[];
  readonly routes: string[];
  readonly instruments: { name: string; unit: string; description: string; kind: InstrumentKind }[];
  readonly emits: Signal[];
  readonly warnings: Problem[];
}

/** Where a policy declares what it needs while it is configured. */
export interface Setup {
  /** Whose behaviour the operator asked for. */
  readonly compat: "tollgate" | "collector";
  readonly manifest: Manifest;
  /** Names a rule. The same name is the same rule. */
  rule(name: string): Rule;
  /** Declares that the policy reads a path, or a wildcard such as `attributes[*]`, of these signals. */
  reads(signals: Signals, path: string): Field;
  /** Declares that the policy sets, puts, deletes or renames a path, or what a wildcard covers. */
  writes(signals: Signals, path: string): Field;
  /** Declares both, which is what `delete` and `rename` need. */
  edits(signals: Signals, path: string): Field;
  /** Declares that the policy drops nodes of these signals. */
  drops(signals: Signals): void;
  /** Declares that the policy adds nodes to these signals. */
  adds(signals: Signals): void;
  /** Declares that the policy may stand in a pipeline of these signals, even where there is nothing to do. */
  takes(signals: Signals): void;
  /** Names a destination of records: of a connector, the id of a pipeline, such as `logs/audit`. */
  route(name: string): Route;
  /** Declares that the policy makes telemetry of these signals. */
  emits(signals: Signals): void;
  /** Names a metric of the policy's own. The same name is the same metric. */
  instrument(kind: InstrumentKind, name: string, unit: string, description: string): Instrument;
  /** Says what the operator should know of the configuration, although it works. */
  warn(problem: Problem): void;
  /** The content of a file that the operator listed under `gate: {files: ...}`, by its name there. Throws where there is none. */
  file(name: string): Uint8Array;
}

/** A node that can be read, edited and judged. What is read is the state before the call. */
export interface Node {
  readonly batch: Batch;
  /** Its index in the batch. */
  readonly index: number;
  readonly kind: NodeKind;
  /** The value of a field: the node's own, or that of the ancestor it belongs to. `undefined` where there is none. */
  get(field: Field): Value | undefined;
  has(field: Field): boolean;
  /** Like `get`, but arrays and maps as they came. */
  raw(field: Field): Exclude<Value, Value[] | Map<string, Value>> | Raw | undefined;
  /** The attribute with this key. A declared field is faster. */
  attribute(key: string): Value | undefined;
  /** The attributes that the policy reads, in the order of the request. */
  attributes(): IterableIterator<[string, Value]>;
  /** Its cells, nested leaves too; `key` where it is an attribute. */
  values(): IterableIterator<{ cell: number; path: string; key: string | undefined; value: Value }>;
  /** The nearest node of this kind above it. */
  ancestor(kind: NodeKind): Node | undefined;
  /** The nodes directly under it. */
  children(): IterableIterator<Node>;
  /** Sets a field, in place of what is there or anew. A field of an ancestor is set there. A path may be given instead. */
  set(rule: Rule, field: Field | string, value: NewValue): void;
  setAttribute(rule: Rule, key: string, value: NewValue): void;
  /** Deletes a field, as often as it stands there; returns whether it was there. */
  delete(rule: Rule, field: Field | string): boolean;
  deleteAttribute(rule: Rule, key: string): boolean;
  /** Gives a field, which must be an attribute or an entry of a map, another key; returns whether it was there. */
  rename(rule: Rule, field: Field | string, key: string): boolean;
  renameAttribute(rule: Rule, key: string, newKey: string): boolean;
  /** Adds a node of a kind, as an OTLP message, at the end of its kind. */
  add(rule: Rule, kind: NodeKind, message: Uint8Array): void;
  /** It leaves the pipeline here, on purpose. */
  drop(rule: Rule): void;
  /** It could not be judged: the stage's `on_error` says what becomes of it. Records alone. */
  fail(rule: Rule): void;
  /** It goes on to these destinations and to no other. Records alone. */
  route(rule: Rule, ...routes: [Route, ...Route[]]): void;
  /** Adds to one of the policy's own metrics. */
  measure(instrument: Instrument, value: number, attributes?: Record<string, string>): void;
}

/** A log record, a span or a data point. */
export type TelemetryRecord = Node;

/** The records of one request, with what stands above and below them; and the outcome, while it is written. */
export interface Batch extends Iterable<Node> {
  readonly signal: Signal;
  /** How many records there are. */
  readonly length: number;
  /** Unix time in nanoseconds. There is no other clock. */
  readonly now: bigint;
  readonly seed: bigint;
  /** A random number of 64 bits, drawn from the seed. */
  random(): bigint;
  /** The nodes of a kind, in the order of the request. */
  nodes(kind: NodeKind): IterableIterator<Node>;
  /** The node with this index. */
  node(index: number): Node;
  setCell(rule: Rule, cell: number, value: NewValue): void;
  deleteCell(rule: Rule, cell: number): void;
  renameCell(rule: Rule, cell: number, key: string): void;
  measure(instrument: Instrument, value: number, attributes?: Record<string, string>): void;
  /** Sends new telemetry on its way: an OTLP export request of that signal, in protobuf. */
  emit(signal: Signal, request: Uint8Array): void;
}

/** A policy under one configuration: `record` judges and edits one record, `batch` the whole batch, where that is not enough. */
export type Configured = { record(record: Node): void; batch?: never } | { batch(batch: Batch): void; record?: never };

/** A policy as its author writes it. */
export interface Definition<Config> {
  /** In the spelling of a Collector component type: `[a-z][a-z0-9_]*`. */
  readonly name: string;
  readonly version: string;
  /** One sentence. */
  readonly summary: string;
  /** JSON Schema of the configuration; without one it takes none. */
  readonly schema?: Schema;
  /** Takes the configuration, and declares in `setup` what the policy touches. Throws `InvalidConfig`. */
  configure(config: Config, setup: Setup): Configured;
}

/** What the component exports. */
export interface Policy {
  describe(): { name: string; version: string; summary: string; configSchema: string };
  configure(config: string, compat: "tollgate" | "collector"): unknown;
  process(view: unknown): unknown;
}

/** Makes a policy: `export const policy = definePolicy<Config>({ ... })`. */
export function definePolicy<Config = Record<string, never>>(definition: Definition<Config>): Policy;

/** Lines of the stage's log. They may hold content of records: the host shows them only where the stage's `gate` allows it. */
export const log: {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
};

/** HMAC-SHA-256 under a key that the operator named in the stage's `gate`; the key stays with the host. Throws where there is none. */
export function pseudonym(key: string, data: string | Uint8Array): Uint8Array;
