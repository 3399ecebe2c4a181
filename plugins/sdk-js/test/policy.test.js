// A policy as an author writes it: reads, edits, drops, routes, measurements, and mistakes in its configuration.
import assert from "node:assert/strict";
import { test } from "node:test";
import { attributePath, definePolicy, InvalidConfig, NodeKind, toNumber } from "../src/index.js";
import { attributeKey, split } from "../src/paths.js";
import { dataPoint, harness, logRecord, Refused, request, span } from "../src/testing/index.js";

const SIGNALS = ["logs", "traces"];

const billing = definePolicy({
  name: "billing",
  version: "1.0.0",
  summary: "Adds what a record cost.",
  schema: {
    type: "object",
    additionalProperties: false,
    required: ["price"],
    properties: {
      price: { type: "number" },
      mode: { enum: ["add", "replace"], default: "add" },
      labels: { type: "object", additionalProperties: { type: "string" } },
    },
  },
  configure(config, setup) {
    setup.drops(SIGNALS);
    const model = setup.reads(SIGNALS, 'attributes["model"]');
    const tokens = setup.reads(SIGNALS, 'attributes["tokens"]');
    const service = setup.reads(SIGNALS, 'resource.attributes["service.name"]');
    const cost = setup.writes(SIGNALS, 'attributes["cost"]');
    const [billed, nameless, unpriced] = ["billed", "nameless", "unpriced"].map((name) => setup.rule(name));
    const audit = setup.route("logs/audit");
    const spent = setup.instrument("delta-sum", "spent", "{token}", "Tokens.");
    return {
      record(record) {
        if (!record.has(service)) return record.drop(nameless);
        if (record.get(model) === "unknown") return record.fail(unpriced);
        const count = toNumber(record.get(tokens));
        if (count !== undefined) {
          record.set(billed, cost, count * config.price);
          record.measure(spent, count, { model: record.get(model) ?? "" });
        }
        if (record.get(model) === "secret") record.route(billed, audit);
      },
    };
  },
});

const agent = { "service.name": "agent" };

test("an edit reaches the record it was made for", () => {
  const output = harness(billing, { price: 0.5 }).run(
    logRecord({ resource: agent, attributes: { model: "m", tokens: "8" } }),
    logRecord({ resource: agent, attributes: { tokens: 2n, cost: 99 } }),
    logRecord({ resource: agent, body: "stays" }),
  );
  assert.deepEqual(output.attributes(0), { model: "m", tokens: "8", cost: 4 });
  assert.deepEqual(output.attributes(1), { tokens: 2n, cost: 1 });
  assert.deepEqual(output.records[2], { body: { stringValue: "stays" } });
  assert.deepEqual(output.edits, { billed: 2 });
  assert.deepEqual(output.measurements, [
    { instrument: "spent", value: 8, attributes: { model: "m" } },
    { instrument: "spent", value: 2, attributes: { model: "" } },
  ]);
});

test("a verdict is about its record alone", () => {
  const output = harness(billing, { price: 1 }).run(
    logRecord({ attributes: { tokens: 1n } }),
    logRecord({ resource: agent, attributes: { model: "unknown" } }),
    logRecord({ resource: agent, attributes: { model: "secret" } }),
  );
  assert.deepEqual([output.drops, output.failed, output.routed], [{ nameless: 1 }, [1], { 2: ["logs/audit"] }]);
  assert.equal(output.json.resourceLogs.length, 1);
});

test("a signal without access is left alone", () => {
  const whole = request(dataPoint("m", 1, { attributes: { tokens: 3n } }));
  assert.deepEqual(harness(billing, { price: 1 }).runJson(whole).json, whole);
});

test("the manifest is what was declared", () => {
  const { manifest } = harness(billing, { price: 1 });
  const [logs, traces] = manifest.access;
  assert.deepEqual(logs, traces);
  assert.deepEqual(traces.reads, ['attributes["model"]', 'attributes["tokens"]', 'resource.attributes["service.name"]']);
  assert.deepEqual([traces.writes, traces.drops, traces.adds], [['attributes["cost"]'], true, false]);
  assert.deepEqual(manifest.rules, ["billed", "nameless", "unpriced"]);
});

test("a star is every text, and of all else the key", () => {
  const loud = definePolicy({
    name: "loud",
    version: "1.0.0",
    summary: "Writes in capitals, and takes keys away.",
    configure(_, setup) {
      setup.edits(SIGNALS, "*");
      const rule = setup.rule("loud");
      return {
        batch(batch) {
          for (const kind of Object.values(NodeKind)) {
            for (const node of batch.nodes(kind)) {
              for (const { cell, path, value } of node.values()) {
                if (typeof value === "string") batch.setCell(rule, cell, value.toUpperCase());
                else if (path.endsWith('["secret"]')) batch.deleteCell(rule, cell);
              }
            }
          }
        },
      };
    },
  });
  const output = harness(loud).run(
    span("name", {
      status_message: "went wrong",
      attributes: { a: ["x", { y: "z", n: 1n }], secret: 7n, n: 2n },
      events: [["event", { e: "f" }]],
      resource: agent,
    }),
  );
  const [record] = output.records;
  assert.deepEqual(output.attributes(), { a: ["X", new Map([["y", "Z"], ["n", 1n]])], n: 2n });
  assert.deepEqual([record.name, record.status.message], ["NAME", "WENT WRONG"]);
  assert.deepEqual(record.events, [{ name: "EVENT", attributes: [{ key: "e", value: { stringValue: "F" } }] }]);
  assert.match(JSON.stringify(output.json.resourceSpans[0].resource), /AGENT/);
});

test("a key survives its path", () => {
  for (const key of ["model", 'a"b\\c', "", '\u00fc["]', "\\"]) {
    for (const kind of [NodeKind.SPAN, NodeKind.RESOURCE, NodeKind.EXEMPLAR, NodeKind.REQUEST]) {
      assert.equal(attributeKey(attributePath(kind, key)), key);
    }
    assert.deepEqual(split(attributePath(NodeKind.SPAN, key)).steps, [key]);
  }
  for (const path of ['attributes["a"]["b"]', 'attributes["a"][0]', 'body["a"]', 'auth["sub"]', "attributes[*]", "name"]) {
    assert.equal(attributeKey(path), undefined);
  }
});

/** A policy in one line. */
function made(signals, { reads = [], writes = [] }, judge) {
  return harness(
    definePolicy({
      name: "made",
      version: "1.0.0",
      summary: "",
      configure(_, setup) {
        for (const path of reads) setup.reads(signals, path);
        for (const path of writes) setup.writes(signals, path);
        const rule = setup.rule("r");
        return { record: (record) => judge(record, rule) };
      },
    }),
  );
}

test("what is not declared is refused", () => {
  const record = logRecord({ body: "y" });
  const reads = ["body"];
  assert.throws(() => made("logs", { reads }, (record, rule) => record.set(rule, "body", "x")).run(record), Refused);
  assert.throws(() => made("logs", { reads }, (record, rule) => record.drop(rule)).run(record), Refused);
});

test("a node is judged once", () => {
  const twice = (record, rule) => {
    record.fail(rule);
    record.fail(rule);
  };
  assert.throws(() => made("logs", { reads: ["body"] }, twice).run(logRecord({ body: "y" })), { name: "PolicyError" });
});

test("what is renamed keeps its place, and others give way", () => {
  const all = { reads: ["attributes[*]"], writes: ["attributes[*]"] };
  const output = made("logs", all, (record, rule) => record.renameAttribute(rule, "a", "b")).run(
    logRecord({ attributes: { a: 1n, b: 2n, c: 3n } }),
  );
  assert.deepEqual(output.attributes(), { b: 1n, c: 3n });
});

test("time and randomness come with the batch", () => {
  const drawn = [];
  made("metrics", { reads: ["value_double"] }, ({ batch }) => drawn.push(batch.random())).run(dataPoint("m", 1));
  // The first number of SplitMix64 under the seed 0.
  assert.deepEqual(drawn, [0xe220a8397b1dcdafn]);
});

test("mistakes in a configuration are found all at once and where they are", () => {
  const mistakes = (config) => {
    try {
      harness(billing, config);
    } catch (error) {
      assert.ok(error instanceof InvalidConfig);
      return error.problems.map(({ at, message, help }) => [at, message, help]);
    }
    return [];
  };
  assert.deepEqual(mistakes({ prise: 1, mode: "ad", labels: { "a/b": 7 } }), [
    ["", "unknown key `prise`", "did you mean `price`?"],
    ["/mode", "unknown choice `ad`", "did you mean `add`?"],
    ["/labels/a~1b", "this is an integer, and text is expected", "write text here"],
    ["", "`price` is missing", "add `price`"],
  ]);
  // What has the name of an object's own method is a key like any other.
  assert.equal(mistakes({ price: 1, constructor: 1 })[0][1], "unknown key `constructor`");
});
