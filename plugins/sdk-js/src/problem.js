/**
 * Mistakes in a configuration. Quote keys there, never values: a value may be a secret.
 */

/** What `configure` throws, with all mistakes at once. */
export class InvalidConfig extends Error {
  name = "InvalidConfig";

  constructor(problems) {
    const all = Array.isArray(problems) ? problems : [problems];
    super(all.map(({ at, message }) => `${at || "the configuration"}: ${message}`).join("; "));
    this.problems = all;
  }
}

/** A problem at a JSON pointer such as `/actions/0/key`; `span` says which bytes of the text there are meant. */
export const problem = (at, message, help, span) => ({ at, message, help, span });

/** The JSON pointer of these steps: `pointer("prices", "a/b")` is `/prices/a~1b`. */
export const pointer = (...steps) => steps.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
