// Compiled, not run: the declarations say what the SDK does.
import { attributePath, definePolicy, int, NodeKind, toNumber, type Value } from "@tollgate/sdk";
import { harness, logRecord, span } from "@tollgate/sdk/testing";

interface Config {
  price: number;
}

const policy = definePolicy<Config>({
  name: "billing",
  version: "1.0.0",
  summary: "Adds what a record cost.",
  schema: { type: "object", required: ["price"], properties: { price: { type: "number" } } },
  configure({ price }, setup) {
    const tokens = setup.reads(["logs", "traces"], 'attributes["tokens"]');
    const cost = setup.writes("logs", attributePath(NodeKind.LOG_RECORD, "cost"));
    const billed = setup.rule("billed");
    return {
      record(record) {
        const count = toNumber(record.get(tokens));
        if (count !== undefined) record.set(billed, cost, { total: count * price, tokens: int(count), parts: [1n, "x", null] });
        // @ts-expect-error: an edit says which rule asked for it.
        record.set(cost, 1);
        // @ts-expect-error: a date is no value of OTLP.
        record.set(billed, cost, new Date());
      },
    };
  },
});

// @ts-expect-error: a policy has a name.
definePolicy({ version: "1.0.0", summary: "", configure: () => ({ record() {} }) });

const output = harness(policy, { price: 1 }).run(logRecord({ body: "x", attributes: { tokens: 1n } }));
const value: Value | undefined = output.attributes()["cost"];
harness(policy, { price: 1 }, { files: { prices: "{}" } }).run(span("s", { events: [["e", { a: 1 }]], links: [{ a: true }] }));
export { value };
