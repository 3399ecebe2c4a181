/**
 * Tests of policies, natively: a request in OTLP/JSON becomes the view that the host would show, and the answer is applied to it.
 *
 * The kit knows the fields of `docs/fields.md` but for lists of numbers, whole metrics and added nodes; the component itself is tested with
 * `tollgate test`.
 */
export { dataPoint, logRecord, request, span } from "./build.js";
export { harness } from "./harness.js";
export { Refused } from "./view.js";
