export { attributePath } from "./paths.js";
export { PolicyError } from "./draft.js";
export { log, pseudonym } from "./host.js";
export { definePolicy } from "./policy.js";
export { InvalidConfig, pointer, problem } from "./problem.js";
export { read as readBySchema } from "./schema.js";
export { NodeKind } from "./signals.js";
export { decodeText, encodeText } from "./text.js";
export { asSigned, asUnsigned, int, Raw, toInteger, toNumber, WITHHELD } from "./values.js";
