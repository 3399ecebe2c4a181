// The bill of real telemetry, against a count by hand: the cases of examples/cost.
//
// Prices below are dollars for a million tokens, so tokens times price are millionths of a dollar.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { InvalidConfig } from "@tollgate/sdk";
import { harness, logRecord } from "@tollgate/sdk/testing";
import { policy } from "../policy.js";

const prices = {
  "gpt-5-codex": { input: 1.25, cached_input: 0.125, output: 10.0 },
  "claude-opus-4-8": { input: 5.0, cached_input: 0.5, cache_write: 6.25, output: 25.0 },
  "gemini-2.5-pro": { input: 1.25, cached_input: 0.31, output: 10.0 },
};

const priced = () => harness(policy, { prices });

const telemetry = (file) => readFileSync(new URL(`../../../tests/fixtures/telemetry/${file}`, import.meta.url), "utf8");

/** What each record of an output was priced at, in millionths of a dollar. */
const bill = (output) =>
  output.records.map((_, record) => output.attributes(record)["cost.usd"]).filter((cost) => cost !== undefined).map((cost) => cost * 1e6);

function assertBill(found, expected) {
  assert.equal(found.length, expected.length, `calls priced: ${found}`);
  found.forEach((cost, call) => assert.ok(Math.abs(cost - expected[call]) < 1e-6, `${cost} is not ${expected[call]}`));
}

const call = (model, counts = {}) =>
  logRecord({ attributes: { "event.name": "api_request", model, input_tokens: 1n, output_tokens: 1n, ...counts } });

test("codex counts cached input and reasoning once, and each response once", () => {
  // Two responses, each told of twice. 1,274 and 1,304 tokens in, of which 1,024 cached; 87 out, of which 32 reasoning.
  const byHand = [250 * 1.25 + 1024 * 0.125 + 87 * 10.0, 280 * 1.25 + 1024 * 0.125 + 87 * 10.0];
  const output = priced().runJson(telemetry("codex/json-prompt-SHELL/logs-01.json"));
  assertBill(bill(output), byHand);
  assert.deepEqual(output.edits, { priced: 2 });
});

test("claude code counts cached input beside input, and agrees with the client", () => {
  // 345 in, 2,048 read from the cache, 111 written to it, 57 out.
  const byHand = 345 * 5.0 + 2048 * 0.5 + 111 * 6.25 + 57 * 25.0;
  const output = priced().runJson(telemetry("claude-code/json-prompt-SHELL/logs-01.json"));
  assertBill(bill(output), [byHand]);
  // The client says so itself.
  assert.match(JSON.stringify(output.json), /0\.00486775/);
  assert.ok(Math.abs(byHand - 4867.75) < 1e-9);
});

test("gemini counts thoughts as output, tool use as input, and each call once", () => {
  // 1,500 in, of which 512 cached, 5 more for tool use; 64 out and 21 of thoughts. Each call is told of again by the generic event.
  const byHand = (988 + 5) * 1.25 + 512 * 0.31 + (64 + 21) * 10.0;
  const response = logRecord({
    attributes: {
      "event.name": "gemini_cli.api_response",
      model: "gemini-2.5-pro",
      input_token_count: 1500n,
      output_token_count: 64n,
      cached_content_token_count: 512n,
      thoughts_token_count: 21n,
      tool_token_count: 5n,
    },
  });
  assertBill(bill(priced().run(response)), [byHand]);
  const details = { "event.name": "gen_ai.client.inference.operation.details", "gen_ai.usage.input_tokens": 1500n };
  assertBill(bill(priced().run(logRecord({ attributes: details }))), []);
});

test("a dated model has the price of its name, and an unknown one has none", () => {
  assertBill(bill(priced().run(call("claude-opus-4-8-20260115", { output_tokens: "1" }))), [30.0]);
  assertBill(bill(priced().run(call("claude-opus"))), []);
});

test("prices come from a file too, and inline ones go before it", () => {
  const file = '{"a": {"input": 1, "output": 1}, "b": {"input": 1, "output": 1}}';
  const config = { prices_file: "prices", prices: { a: { input: 7, output: 7 } } };
  const both = harness(policy, config, { files: { prices: file } });
  assertBill(bill(both.run(call("a"))), [14.0]);
  assertBill(bill(both.run(call("b"))), [2.0]);
});

test("it sees counts and names, and no prompt", () => {
  const { reads } = priced().access("logs");
  assert.equal(reads.length, 14);
  assert.deepEqual(reads.filter((path) => path.includes("*") || path.includes("prompt") || path === "body"), []);
  assert.deepEqual(priced().access("traces").reads, []);
});

test("mistakes are found all at once and where they are", () => {
  const places = (config) => {
    try {
      harness(policy, config);
    } catch (error) {
      assert.ok(error instanceof InvalidConfig);
      return error.problems.map(({ at }) => at);
    }
    return [];
  };
  assert.deepEqual(places({ prices: { x: { input: -1, output: 1 } }, attribute: "" }), ["/prices/x", "/attribute"]);
  assert.deepEqual(places({}), [""]);
  assert.deepEqual(places({ prices_file: "nowhere" }), ["/prices_file"]);
});
