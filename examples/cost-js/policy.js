/**
 * `cost`: adds to each model call of a coding agent what it cost.
 *
 * `usage.js` knows how the clients tell of a call, and what counts twice if one is careless; `prices.js` knows what a token costs.
 */
import { attributePath, definePolicy, InvalidConfig, NodeKind, problem } from "@tollgate/sdk";
import { costOf, fromFile, mistakes, priceOf, PRICES } from "./prices.js";
import { clients } from "./usage.js";

export const policy = definePolicy({
  name: "cost",
  version: "0.1.0",
  summary: "Adds to each model call of a coding agent what it cost.",

  schema: {
    type: "object",
    additionalProperties: false,
    properties: {
      prices: {
        description: "Prices by model, for a million tokens. A name also stands for the models that begin with it and `-`.",
        ...PRICES,
      },
      prices_file: {
        description: "A JSON file of the same form, by its name under `gate: {files: ...}`.",
        type: "string",
      },
      attribute: {
        description: "The attribute that takes the cost.",
        type: "string",
        default: "cost.usd",
      },
    },
  },

  configure(config, setup) {
    const problems = [];
    const prices = new Map(Object.entries(config.prices ?? {}));
    if (config.prices_file !== undefined) {
      try {
        for (const [model, price] of fromFile(setup, config.prices_file)) if (!prices.has(model)) prices.set(model, price);
      } catch (error) {
        if (!(error instanceof InvalidConfig)) throw error;
        problems.push(...error.problems);
      }
    }
    if (prices.size === 0 && problems.length === 0) problems.push(problem("", "no prices", "give `prices`, or `prices_file`"));
    problems.push(...mistakes(prices));
    if (config.attribute === "") problems.push(problem("/attribute", "is empty", "name the attribute that takes the cost"));
    if (problems.length > 0) throw new InvalidConfig(problems);

    // What is not declared is neither delivered nor taken: this policy never sees a prompt.
    const target = setup.writes("logs", attributePath(NodeKind.LOG_RECORD, config.attribute));
    const callOf = clients(setup);
    const priced = setup.rule("priced");

    return {
      record(record) {
        const call = callOf(record);
        const price = call && priceOf(prices, call.model);
        if (price) record.set(priced, target, costOf(price, call.tokens));
      },
    };
  },
});
