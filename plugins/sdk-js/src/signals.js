/**
 * Signals and nodes, with the numbers of `wit/policy.wit`.
 */

/** In the order of their numbers. */
export const SIGNALS = Object.freeze(["logs", "traces", "metrics"]);

/** What a node of a batch is. */
export const NodeKind = Object.freeze({
  REQUEST: 0,
  RESOURCE: 1,
  SCOPE: 2,
  LOG_RECORD: 3,
  SPAN: 4,
  METRIC: 5,
  DATA_POINT: 6,
  SPAN_EVENT: 7,
  SPAN_LINK: 8,
  EXEMPLAR: 9,
});

const RECORDS = [NodeKind.LOG_RECORD, NodeKind.SPAN, NodeKind.DATA_POINT];

const ATTRIBUTES = [
  "metadata",
  "resource.attributes",
  "scope.attributes",
  "attributes",
  "attributes",
  "metric.metadata",
  "attributes",
  "spanevent.attributes",
  "spanlink.attributes",
  "exemplar.filtered_attributes",
];

/** The number of a signal. */
export function signalNumber(signal) {
  const number = SIGNALS.indexOf(signal);
  if (number < 0) throw new TypeError(`\`${signal}\` is no signal: there are ${SIGNALS.join(", ")}`);
  return number;
}

/** One signal or several, as numbers. */
export function signalNumbers(signals) {
  return (typeof signals === "string" ? [signals] : [...signals]).map(signalNumber);
}

/** What a record of the signal with this number is. */
export const recordKind = (signal) => RECORDS[signal];

/** Whether nodes of this kind are records. */
export const isRecord = (kind) => RECORDS.includes(kind);

/**
 * What stands before the `["key"]` of an attribute of such a node, in a path. A metric has its metadata, an exemplar its filtered
 * attributes, and the request the client's metadata.
 */
export const attributesPath = (kind) => ATTRIBUTES[kind];
