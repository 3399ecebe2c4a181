/**
 * What a token costs.
 */
import { decodeText, InvalidConfig, pointer, problem, readBySchema } from "@tollgate/sdk";

/** Tokens that a price is given for. */
const UNIT = 1_000_000;

const price = (description) => ({ description, type: "number", minimum: 0 });

/** The schema of a table of prices. */
export const PRICES = {
  type: "object",
  additionalProperties: {
    type: "object",
    additionalProperties: false,
    required: ["input", "output"],
    properties: {
      input: price("input that no cache held"),
      output: price("output, reasoning included"),
      cached_input: price("input that a cache held"),
      cache_write: price("input that was written to a cache"),
    },
  },
};

/** What these tokens cost. */
export function costOf({ input, output, cached_input = input, cache_write = input }, tokens) {
  const sum = tokens.input * input + tokens.cachedInput * cached_input + tokens.cacheWrite * cache_write + tokens.output * output;
  return sum / UNIT;
}

/** The price of a model: its own, or that of the longest name it begins with, as in `gpt-5-codex-2026-01-15`. */
export function priceOf(prices, model) {
  for (let name = model; ; name = name.slice(0, name.lastIndexOf("-"))) {
    if (prices.has(name)) return prices.get(name);
    if (!name.includes("-")) return undefined;
  }
}

/** Reads the prices that the operator listed as a file of the stage. */
export function fromFile(setup, name) {
  const mistake = (message) =>
    new InvalidConfig(
      problem("/prices_file", message, "list a JSON file of model names and prices under `gate: {files: ...}`"),
    );
  let content;
  try {
    content = setup.file(name);
  } catch (error) {
    throw mistake(error.message);
  }
  const problems = [];
  let table;
  try {
    table = readBySchema(PRICES, JSON.parse(decodeText(content)), problems);
  } catch (error) {
    throw mistake(`is no table of prices: ${error.message}`);
  }
  if (problems.length > 0) throw mistake(`is no table of prices: ${problems[0].at}: ${problems[0].message}`);
  return Object.entries(table);
}

/** Prices that are none. */
export function mistakes(prices) {
  const isPrice = (price) => Object.values(price).every((part) => Number.isFinite(part) && part >= 0);
  return [...prices]
    .filter(([, price]) => !isPrice(price))
    .map(([model]) => problem(pointer("prices", model), "a price is a number, zero or more", "give the price of a million tokens"))
    .sort((one, other) => (one.at < other.at ? -1 : 1));
}
