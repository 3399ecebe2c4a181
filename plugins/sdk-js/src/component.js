/**
 * What a component needs beside its policy: the host behind its imports. A component's entry imports this first:
 *
 *     import "@tollgate/sdk/component";
 *     export { policy } from "./policy.js";
 */
import imports from "tollgate:policy/host@0.1.0";
import { log, use } from "./host.js";

use({
  log: (level, message) => imports.log(level, message),
  pseudonym: (key, data) => imports.pseudonym(key, data),
  file: (name) => imports.file(name),
});

// A component has no standard output: what is printed goes to the stage's log.
const line = (write) => (...values) => write(values.map((value) => (typeof value === "string" ? value : told(value))).join(" "));
const told = (value) => (typeof value === "bigint" || value instanceof Error ? String(value) : (JSON.stringify(value) ?? String(value)));

globalThis.console = {
  log: line(log.debug),
  debug: line(log.debug),
  info: line(log.info),
  warn: line(log.warn),
  error: line(log.error),
};
