/**
 * Paths in OTTL's spelling: whose they are, and the keys in them.
 */
import { attributesPath, NodeKind } from "./signals.js";

/** The owner of a path without a prefix: the record, whatever the signal. */
export const RECORD = -1;

const PREFIXES = [
  ["resource.", NodeKind.RESOURCE],
  ["scope.", NodeKind.SCOPE],
  ["metric.", NodeKind.METRIC],
  ["spanevent.", NodeKind.SPAN_EVENT],
  ["spanlink.", NodeKind.SPAN_LINK],
  ["exemplar.", NodeKind.EXEMPLAR],
  ["metadata[", NodeKind.REQUEST],
  ["auth[", NodeKind.REQUEST],
  ["client.", NodeKind.REQUEST],
];

const RECORD_NAMES = { [NodeKind.LOG_RECORD]: "log.", [NodeKind.SPAN]: "span.", [NodeKind.DATA_POINT]: "datapoint." };

const CONTAINER = /^(?:(?:(?:resource|scope|spanevent|spanlink)\.)?attributes|metric\.metadata|exemplar\.filtered_attributes|metadata)$/;
const STEP = /\["((?:[^"\\]|\\[^])*)"\]|\[(\d+)\]|\[(\*\*?)\]/y;

const unescaped = (key) => key.replace(/\\([^])/g, "$1");

/** Which kind of node a path belongs to, or `RECORD`. */
export function owner(path) {
  if (path === "metric") return NodeKind.METRIC;
  for (const [prefix, kind] of PREFIXES) if (path.startsWith(prefix)) return kind;
  return RECORD;
}

/** The path as the host spells it: without OTTL's name for the record, and with the short name of the scope. */
export function canonical(path, record) {
  if (path.startsWith("instrumentation_scope.")) return `scope.${path.slice("instrumentation_scope.".length)}`;
  const name = RECORD_NAMES[record];
  return path.startsWith(name) ? path.slice(name.length) : path;
}

/** The step `["key"]`, escaped as OTTL's string literals are. */
export const keyStep = (key) => `["${key.replace(/["\\]/g, "\\$&")}"]`;

/** The path of the attribute `key` of nodes of this kind: `resource.attributes["service.name"]`. */
export const attributePath = (kind, key) => attributesPath(kind) + keyStep(key);

/** A path as the field it starts from, the steps into its value, and the wildcard at its end, `""` if there is none. */
export function split(path) {
  const start = path.indexOf("[");
  if (start < 0) return { field: path, steps: [], wildcard: "" };
  const steps = [];
  let wildcard = "";
  for (let at = start; at < path.length; at = STEP.lastIndex) {
    STEP.lastIndex = at;
    const step = STEP.exec(path);
    if (!step || wildcard) {
      throw new SyntaxError(`\`${path}\` is no path: a step is a key in quotes, an index or, at the end, a wildcard`);
    }
    if (step[1] !== undefined) steps.push(unescaped(step[1]));
    else if (step[2] !== undefined) steps.push(Number(step[2]));
    else wildcard = step[3];
  }
  return { field: path.slice(0, start), steps, wildcard };
}

/** The key, where `path` is that of an attribute of any kind of node, and not of something within one. */
export function attributeKey(path) {
  const start = path.indexOf("[");
  if (start < 0 || !CONTAINER.test(path.slice(0, start))) return undefined;
  STEP.lastIndex = start;
  const step = STEP.exec(path);
  return step && STEP.lastIndex === path.length && step[1] !== undefined ? unescaped(step[1]) : undefined;
}
