/**
 * The host's part natively: what a policy logs and asks for while the harness runs it.
 */
import { createHmac } from "node:crypto";
import { encodeText } from "../text.js";

export class Host {
  lines = [];
  configuring = true;
  #files;
  #keys;

  constructor(files, keys) {
    this.#files = files;
    this.#keys = keys;
  }

  /** Runs `call` with this host in place. */
  during(call, use) {
    const before = use(this);
    try {
      return call();
    } finally {
      use(before);
    }
  }

  log(level, message) {
    this.lines.push({ level, message });
  }

  pseudonym(key, data) {
    if (!Object.hasOwn(this.#keys, key)) throw new Error(`the stage lists no key \`${key}\``);
    return new Uint8Array(createHmac("sha256", this.#keys[key]).update(data).digest());
  }

  file(name) {
    if (!this.configuring) throw new Error("files can be read while the policy is configured, not later");
    if (!Object.hasOwn(this.#files, name)) throw new Error(`the stage lists no file \`${name}\``);
    const content = this.#files[name];
    return typeof content === "string" ? encodeText(content) : content;
  }
}
