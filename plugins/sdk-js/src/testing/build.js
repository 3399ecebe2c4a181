/**
 * Requests built by hand, for tests where OTLP/JSON would bury what matters. Values are those that policies read and write: a number is a
 * double, a bigint an integer.
 */
import { NodeKind } from "../signals.js";
import { entries, FIELDS, placeOf, write } from "./fields.js";

/** What a request of each signal is made of. */
export const NAMES = {
  logs: ["resourceLogs", "scopeLogs", "logRecords"],
  traces: ["resourceSpans", "scopeSpans", "spans"],
  metrics: ["resourceMetrics", "scopeMetrics", "metrics"],
};

/** A log record. Further fields have OTTL's names: `severity_text: "WARN"`. */
export function logRecord({ attributes, resource = {}, scope = "", ...fields } = {}) {
  return { signal: "logs", json: members(NodeKind.LOG_RECORD, fields, attributes), resource, scope };
}

/** A span, with events (name and attributes) and links (attributes). */
export function span(name, { attributes, events = [], links = [], resource = {}, scope = "", ...fields } = {}) {
  const json = members(NodeKind.SPAN, { name, ...fields }, attributes);
  if (events.length > 0) json.events = events.map(([event, given = {}]) => ({ name: event, attributes: entries(given) }));
  if (links.length > 0) json.links = links.map((given) => ({ attributes: entries(given) }));
  return { signal: "traces", json, resource, scope };
}

/** A data point of a gauge: of doubles, or of integers where the value is a bigint. */
export function dataPoint(metric, value, { unit = "", attributes, resource = {}, scope = "", ...fields } = {}) {
  const kind = typeof value === "bigint" ? "value_int" : "value_double";
  const point = members(NodeKind.DATA_POINT, { [kind]: value, ...fields }, attributes);
  return { signal: "metrics", json: { name: metric, unit, gauge: { dataPoints: [point] } }, resource, scope };
}

/** A request in OTLP/JSON. Neighbours with the same resource and scope share them. */
export function request(...records) {
  const signals = new Set(records.map(({ signal }) => signal));
  if (signals.size !== 1) throw new TypeError("a request has records, and all of one signal");
  const [outer, inner, leaf] = NAMES[records[0].signal];
  const groups = [];
  let last;
  for (const { json, resource, scope } of records) {
    const above = { resource: { attributes: entries(resource) }, scope: scope === "" ? {} : { name: scope } };
    const name = JSON.stringify(above);
    if (name !== last) groups.push({ resource: above.resource, [inner]: [{ scope: above.scope, [leaf]: [] }] });
    groups.at(-1)[inner][0][leaf].push(json);
    last = name;
  }
  return { [outer]: groups };
}

function members(kind, fields, attributes) {
  const json = {};
  for (const [name, value] of Object.entries(fields)) {
    const place = placeOf(kind, name) ?? placeOf(kind, name.replace("status_", "status."));
    if (!place) throw new TypeError(`there is no field \`${name}\` here: there are ${FIELDS[kind].map(([path]) => path).join(", ")}`);
    let holder = json;
    for (const member of place.members.slice(0, -1)) holder = holder[member] ??= {};
    holder[place.members.at(-1)] = write(place.form, value);
  }
  if (attributes) json.attributes = entries(attributes);
  return json;
}
