/**
 * From a policy as its author writes it to what the component exports.
 */
import { Batch } from "./batch.js";
import { Columns } from "./columns.js";
import { InvalidConfig } from "./problem.js";
import { read } from "./schema.js";
import { asks, Setup } from "./setup.js";
import { signalNumber, SIGNALS } from "./signals.js";

const DEFINITION = Symbol("definition");
const NO_CONFIG = { type: "object", additionalProperties: false };

/** Makes a policy: `export const policy = definePolicy({ name, version, summary, schema, configure })`. */
export function definePolicy(definition) {
  const { name, version, summary, schema = NO_CONFIG } = definition;
  let running;
  return {
    [DEFINITION]: definition,

    describe: () => ({ name, version, summary, configSchema: JSON.stringify(schema, null, 2) }),

    configure(config, compat) {
      const setup = new Setup(compat);
      try {
        running = configured(definition, config, setup);
      } catch (error) {
        if (error instanceof InvalidConfig) throw error.problems.map(crossing);
        throw [crossing({ at: "", message: `the policy failed: ${told(error)}` })];
      }
      return manifest(setup.manifest);
    },

    process(view) {
      if (!running) throw "process was called before configure";
      try {
        const batch = new Batch(new Columns(view, signalNumber(view.signal)));
        running(batch);
        return batch.draft.outcome();
      } catch (error) {
        throw told(error);
      }
    },
  };
}

/** The definition that a policy was made of. */
export const definitionOf = (policy) => policy[DEFINITION] ?? policy;

/** What a configured policy does with a batch. Throws `InvalidConfig`. */
export function configured({ schema = NO_CONFIG, configure }, text, setup) {
  const trimmed = text.trim();
  const problems = [];
  const config = read(schema, trimmed === "" || trimmed === "null" ? {} : JSON.parse(trimmed), problems);
  if (problems.length > 0) throw new InvalidConfig(problems);
  const policy = configure(config, setup);
  if (policy.batch) return (batch) => policy.batch(batch);
  return (batch) => {
    for (const record of batch) policy.record(record);
  };
}

/** An error with the places that it came through. */
export function told(error) {
  if (!(error instanceof Error)) return String(error);
  const places = (error.stack ?? "").split("\n").map((line) => line.trim());
  return [`${error.name}: ${error.message}`, ...places.filter((line) => line.startsWith("at "))].join("; ");
}

const crossing = ({ at, message, help, span }) => ({ at, message, help: help ?? null, span: span ?? null });

function manifest({ access, rules, routes, instruments, emits, warnings }) {
  const asked = access.map(({ reads, writes, drops, adds, takes }, number) => {
    const signal = SIGNALS[number];
    return { signal, reads, writes, drops, adds, takes };
  });
  return {
    access: asked.filter(asks).map(({ takes, ...granted }) => granted),
    rules,
    routes,
    instruments,
    emits,
    partitionBy: null,
    tickEvery: null,
    warnings: warnings.map(crossing),
  };
}
