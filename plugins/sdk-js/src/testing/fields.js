/**
 * The fields of nodes and where they stand in OTLP/JSON. `docs/fields.md` of tollgate describes them all; those that are made of lists of
 * numbers, and whole metrics, are beyond the kit.
 */
import { NodeKind } from "../signals.js";
import { asSigned, asUnsigned, WITHHELD } from "../values.js";

/** The member that holds the node's object, as `resourceLogs` holds `resource`. */
export const OUTER = "^";
/** The data of a metric, under whatever name its type gives it. */
export const DATA = "*";

/** `severity_text` as OTLP/JSON spells it. */
const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

/** Fields with a prefix, each `name form`, below some members. */
function places(prefix, fields, at = []) {
  return fields.map((field) => {
    const [name, form] = field.split(" ");
    return [prefix + name, { members: [...at, camel(name)], form }];
  });
}

const COUNT = "dropped_attributes_count small";
const place = (path, form, ...members) => [path, { members, form }];

/** By kind of node: path to members and form. */
export const FIELDS = {
  [NodeKind.REQUEST]: [],
  [NodeKind.RESOURCE]: [...places("resource.", [COUNT]), place("resource.schema_url", "text", OUTER, "schemaUrl")],
  [NodeKind.SCOPE]: [
    ...places("scope.", ["name text", "version text", COUNT]),
    place("scope.schema_url", "text", OUTER, "schemaUrl"),
  ],
  [NodeKind.LOG_RECORD]: places("", [
    "time_unix_nano unsigned",
    "observed_time_unix_nano unsigned",
    "severity_number small",
    "severity_text text",
    "body any",
    COUNT,
    "flags small",
    "trace_id id",
    "span_id id",
    "event_name text",
  ]),
  [NodeKind.SPAN]: [
    ...places("", [
      "trace_id id",
      "span_id id",
      "trace_state text",
      "parent_span_id id",
      "flags small",
      "name text",
      "kind small",
      "start_time_unix_nano unsigned",
      "end_time_unix_nano unsigned",
      COUNT,
      "dropped_events_count small",
      "dropped_links_count small",
    ]),
    ...places("status.", ["message text", "code small"], ["status"]),
  ],
  [NodeKind.METRIC]: [
    ...places("metric.", ["name text", "description text", "unit text"]),
    ...places("metric.", ["aggregation_temporality small", "is_monotonic boolean"], [DATA]),
  ],
  [NodeKind.DATA_POINT]: [
    ...places("", [
      "start_time_unix_nano unsigned",
      "time_unix_nano unsigned",
      "flags small",
      "count unsigned",
      "sum double",
      "min double",
      "max double",
      "scale small",
      "zero_count unsigned",
    ]),
    place("value_double", "double", "asDouble"),
    place("value_int", "signed", "asInt"),
  ],
  [NodeKind.SPAN_EVENT]: places("spanevent.", ["time_unix_nano unsigned", "name text", COUNT]),
  [NodeKind.SPAN_LINK]: places("spanlink.", ["trace_id id", "span_id id", "trace_state text", COUNT, "flags small"]),
  [NodeKind.EXEMPLAR]: [
    ...places("exemplar.", ["time_unix_nano unsigned", "span_id id", "trace_id id"]),
    place("exemplar.value_double", "double", "asDouble"),
    place("exemplar.value_int", "signed", "asInt"),
  ],
};

/** The place of a field, or `undefined`. */
export const placeOf = (kind, path) => FIELDS[kind].find(([known]) => known === path)?.[1];

/** The member with the attributes of such a node. */
export function attributesMember(kind) {
  if (kind === NodeKind.METRIC) return "metadata";
  return kind === NodeKind.EXEMPLAR ? "filteredAttributes" : "attributes";
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** A value of OTLP/JSON, as a policy reads it. */
export function parse(form, value) {
  switch (form) {
    case "any":
      return fromAny(value);
    case "id":
      return unhex(value);
    case "unsigned":
      return asSigned(BigInt(value));
    case "signed":
    case "small":
      return BigInt(value);
    case "double":
      return Number(value);
    default:
      return value;
  }
}

const TYPES = { text: "string", signed: "bigint", unsigned: "bigint", small: "bigint", double: "number", boolean: "boolean" };

/** A value that a policy wrote, in OTLP/JSON. Throws where the field takes no such value. */
export function write(form, value) {
  if (form === "any") return toAny(value);
  if (form === "id" ? !(value instanceof Uint8Array) : typeof value !== TYPES[form]) {
    throw new TypeError(`the field takes ${form === "id" ? "bytes" : TYPES[form]}, and got ${typeof value}`);
  }
  switch (form) {
    case "id":
      return hex(value);
    case "unsigned":
      return String(asUnsigned(value));
    case "signed":
      return String(value);
    case "small":
      return Number(value);
    case "double":
      return double(value);
    default:
      return value;
  }
}

/** Whether a field that holds this value is absent from the wire. */
export function isDefault(form, value) {
  if (form === "any" || form === "double" || form === "signed") return false;
  return value === "" || value === 0n || value === false || (value instanceof Uint8Array && value.length === 0);
}

const double = (number) => (Number.isFinite(number) ? number : String(number));

/** An `AnyValue` of OTLP/JSON, as a policy reads it. */
export function fromAny(value) {
  const [[member, content] = []] = Object.entries(value ?? {});
  switch (member) {
    case undefined:
      return null;
    case "intValue":
      return BigInt(content);
    case "doubleValue":
      return Number(content);
    case "bytesValue":
      return Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
    case "arrayValue":
      return (content.values ?? []).map(fromAny);
    case "kvlistValue": {
      const map = new Map();
      for (const { key = "", value: inner } of content.values ?? []) if (!map.has(key)) map.set(key, fromAny(inner));
      return map;
    }
    default:
      return content;
  }
}

/** A value as an `AnyValue` of OTLP/JSON. */
export function toAny(value) {
  if (value === null || value === undefined || value === WITHHELD) return {};
  switch (typeof value) {
    case "boolean":
      return { boolValue: value };
    case "bigint":
      return { intValue: String(value) };
    case "number":
      return { doubleValue: double(value) };
    case "string":
      return { stringValue: value };
  }
  if (value instanceof Uint8Array) return { bytesValue: btoa(String.fromCharCode(...value)) };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toAny) } };
  return { kvlistValue: { values: entries(value) } };
}

/** Attributes in OTLP/JSON, of an object or a map. */
export const entries = (attributes) =>
  [...(attributes instanceof Map ? attributes : Object.entries(attributes))].map(([key, value]) => ({ key, value: toAny(value) }));
