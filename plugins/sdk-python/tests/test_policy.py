"""A policy as an author writes it: reads, edits, drops, routes, measurements, and mistakes in its configuration."""

import json
import unittest
from dataclasses import dataclass, field
from typing import Literal

import tollgate
from tollgate import LOGS, METRICS, TRACES, InstrumentKind, NodeKind
from tollgate.paths import attribute_key, attribute_path, split
from tollgate.testing import Harness, Refused, data_point, log_record, request, span


@dataclass
class Config:
    price: float
    mode: Literal["add", "replace"] = "add"
    labels: dict[str, str] = field(default_factory=dict)


class Billing(tollgate.Policy[Config], name="billing", version="1.0.0", summary="Adds what a record cost."):
    model = tollgate.reads((LOGS, TRACES), 'attributes["model"]')
    tokens = tollgate.reads((LOGS, TRACES), 'attributes["tokens"]')
    service = tollgate.reads((LOGS, TRACES), 'resource.attributes["service.name"]')
    cost = tollgate.writes((LOGS, TRACES), 'attributes["cost"]')
    billed = tollgate.rule("billed")
    nameless = tollgate.rule("nameless")
    unpriced = tollgate.rule("unpriced")
    audit = tollgate.route("logs/audit")
    spent = tollgate.instrument(InstrumentKind.DELTA_SUM, "spent", "{token}", "Tokens.")
    drops = (LOGS, TRACES)

    def configure(self, config, setup):
        self.price = config.price

    def record(self, record):
        if self.service not in record:
            record.drop(self.nameless)
            return
        if record.get(self.model) == "unknown":
            record.fail(self.unpriced)
            return
        tokens = tollgate.to_number(record.get(self.tokens))
        if tokens is not None:
            record.set(self.billed, self.cost, tokens * self.price)
            record.measure(self.spent, tokens, {"model": record.get(self.model, "")})
        if record.get(self.model) == "secret":
            record.route(self.billed, self.audit)


AGENT = {"service.name": "agent"}


class Records(unittest.TestCase):
    def setUp(self):
        self.billing = Harness(Billing, {"price": 0.5})

    def test_an_edit_reaches_the_record_it_was_made_for(self):
        output = self.billing.run(
            log_record(resource=AGENT, attributes={"model": "m", "tokens": "8"}),
            log_record(resource=AGENT, attributes={"tokens": 2, "cost": 99.0}),
            log_record("stays", resource=AGENT),
        )
        self.assertEqual(output.attributes(0), {"model": "m", "tokens": "8", "cost": 4.0})
        self.assertEqual(output.attributes(1), {"tokens": 2, "cost": 1.0})
        self.assertEqual(output.records[2], {"body": {"stringValue": "stays"}})
        self.assertEqual(output.edits, {"billed": 2})
        self.assertEqual(output.measurements, [("spent", 8.0, {"model": "m"}), ("spent", 2.0, {"model": ""})])

    def test_a_verdict_is_about_its_record_alone(self):
        output = self.billing.run(
            log_record(attributes={"tokens": 1}),
            log_record(resource=AGENT, attributes={"model": "unknown"}),
            log_record(resource=AGENT, attributes={"model": "secret"}),
        )
        self.assertEqual((output.drops, output.failed, output.routed), ({"nameless": 1}, [1], {2: ["logs/audit"]}))
        self.assertEqual(len(output.json["resourceLogs"]), 1)

    def test_a_signal_without_access_is_left_alone(self):
        whole = request(data_point("m", 1.0, attributes={"tokens": 3}))
        self.assertEqual(self.billing.run(whole).json, whole)

    def test_the_manifest_is_what_was_declared(self):
        access = self.billing.manifest.access[TRACES]
        self.assertEqual(access.reads, ['attributes["model"]', 'attributes["tokens"]', 'resource.attributes["service.name"]'])
        self.assertEqual((access.writes, access.drops, access.adds), (['attributes["cost"]'], True, False))
        self.assertEqual(self.billing.manifest.rules, ["billed", "nameless", "unpriced"])


class Everywhere(tollgate.Policy[None]):
    """Writes in capitals, and takes keys away."""

    all = tollgate.edits((LOGS, TRACES), "*")
    loud = tollgate.rule("loud")

    def batch(self, batch):
        for kind in NodeKind:
            for node in batch.nodes(kind):
                for cell, path, value in node.values():
                    if isinstance(value, str):
                        batch.set_cell(self.loud, cell, value.upper())
                    elif path.endswith('["secret"]'):
                        batch.delete_cell(self.loud, cell)


class Reading(unittest.TestCase):
    def test_a_star_is_every_text_and_of_all_else_the_key(self):
        output = Harness(Everywhere).run(
            span(
                "name",
                status_message="went wrong",
                attributes={"a": ["x", {"y": "z", "n": 1}], "secret": 7, "n": 2},
                events=[("event", {"e": "f"})],
                resource={"service.name": "agent"},
            )
        )
        (record,) = output.records
        self.assertEqual(output.attributes(), {"a": ["X", {"y": "Z", "n": 1}], "n": 2})
        self.assertEqual((record["name"], record["status"]["message"]), ("NAME", "WENT WRONG"))
        self.assertEqual(record["events"], [{"name": "EVENT", "attributes": [{"key": "e", "value": {"stringValue": "F"}}]}])
        self.assertIn("AGENT", json.dumps(output.json["resourceSpans"][0]["resource"]))

    def test_a_key_survives_its_path(self):
        for key in ("model", 'a"b\\c', "", '\u00fc["]', "\\"):
            for kind in (NodeKind.SPAN, NodeKind.RESOURCE, NodeKind.EXEMPLAR, NodeKind.REQUEST):
                self.assertEqual(attribute_key(attribute_path(kind, key)), key)
            self.assertEqual(split(attribute_path(NodeKind.SPAN, key))[1], [key])
        for path in ('attributes["a"]["b"]', 'attributes["a"][0]', 'body["a"]', 'auth["sub"]', "attributes[*]", "name"):
            self.assertIsNone(attribute_key(path))


def policy(signals, *, reads=(), writes=(), judge):
    """A policy in one line."""

    class Made(tollgate.Policy[None]):
        rule = tollgate.rule("r")

        def configure(self, config, setup):
            self.fields = {path: setup.reads(signals, path) for path in reads}
            for path in writes:
                setup.writes(signals, path)

        def record(self, record):
            judge(self, record)

    return Harness(Made)


class Limits(unittest.TestCase):
    def test_what_is_not_declared_is_refused(self):
        made = policy(LOGS, reads=["body"], judge=lambda made, record: record.set(made.rule, "body", "x"))
        self.assertRaises(Refused, made.run, log_record("y"))
        made = policy(LOGS, reads=["body"], judge=lambda made, record: record.drop(made.rule))
        self.assertRaises(Refused, made.run, log_record("y"))

    def test_a_node_is_judged_once(self):
        def twice(made, record):
            record.fail(made.rule)
            record.fail(made.rule)

        self.assertRaises(tollgate.PolicyError, policy(LOGS, reads=["body"], judge=twice).run, log_record("y"))

    def test_what_is_renamed_keeps_its_place_and_others_give_way(self):
        made = policy(
            LOGS,
            reads=["attributes[*]"],
            writes=["attributes[*]"],
            judge=lambda made, record: record.rename_attribute(made.rule, "a", "b"),
        )
        self.assertEqual(made.run(log_record(attributes={"a": 1, "b": 2, "c": 3})).attributes(), {"b": 1, "c": 3})

    def test_time_and_randomness_come_with_the_batch(self):
        drawn = []
        made = policy(METRICS, reads=["value_double"], judge=lambda made, record: drawn.append(record.batch.random()))
        made.run(data_point("m", 1.0))
        # The first number of SplitMix64 under the seed 0.
        self.assertEqual(drawn, [0xE220A8397B1DCDAF])


class Mistakes(unittest.TestCase):
    def problems(self, config):
        with self.assertRaises(tollgate.InvalidConfig) as raised:
            Harness(Billing, config)
        return [(problem.at, problem.message, problem.help) for problem in raised.exception.problems]

    def test_they_are_found_all_at_once_and_where_they_are(self):
        self.assertEqual(
            self.problems({"prise": 1, "mode": "ad", "labels": {"a/b": 7}}),
            [
                ("", "unknown key `prise`", "did you mean `price`?"),
                ("/mode", "unknown choice `ad`", "did you mean `add`?"),
                ("/labels/a~1b", "this is an integer, and text is expected", "write text here"),
                ("", "`price` is missing", "add `price`"),
            ],
        )

    def test_the_schema_is_that_of_the_dataclass(self):
        schema = json.loads(Billing.schema)
        self.assertEqual(schema["required"], ["price"])
        self.assertEqual(schema["properties"]["mode"], {"enum": ["add", "replace"], "default": "add"})
        self.assertFalse(schema["additionalProperties"])


if __name__ == "__main__":
    unittest.main()
