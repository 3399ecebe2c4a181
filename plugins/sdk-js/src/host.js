/**
 * What a policy may ask of the host: in a component through its imports, natively through the test kit.
 */
import { encodeText } from "./text.js";

const none = (what) => new Error(`there is no host that has ${what}: run the policy in the harness of @tollgate/sdk/testing`);

let host = {
  log() {},
  pseudonym(key) {
    throw none(`the key \`${key}\``);
  },
  file(name) {
    throw none(`the file \`${name}\``);
  },
};

/** Puts a host in place, and returns the one that was there. */
export function use(other) {
  const before = host;
  host = other;
  return before;
}

const write = (level) => (message) => host.log(level, String(message));

/** Lines of the stage's log. They may hold content of records: the host shows them only where the stage's `gate` allows it. */
export const log = Object.freeze({ debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") });

/** HMAC-SHA-256 under a key that the operator named in the stage's `gate`; the key stays with the host. Throws where there is none. */
export const pseudonym = (key, data) => host.pseudonym(key, typeof data === "string" ? encodeText(data) : data);

/** The content of a file that the operator listed in the stage's `gate`. While the policy is configured, not later. */
export const file = (name) => host.file(name);
