"""The bill of real telemetry, against a count by hand: the cases of ``examples/cost``.

Prices below are dollars for a million tokens, so tokens times price are millionths of a dollar.
"""

import json
import unittest
from pathlib import Path

import tollgate
from cost import Cost
from tollgate import LOGS, TRACES
from tollgate.testing import Harness, log_record

PRICES = {
    "gpt-5-codex": {"input": 1.25, "cached_input": 0.125, "output": 10.0},
    "claude-opus-4-8": {"input": 5.0, "cached_input": 0.5, "cache_write": 6.25, "output": 25.0},
    "gemini-2.5-pro": {"input": 1.25, "cached_input": 0.31, "output": 10.0},
}

TELEMETRY = Path(__file__).parents[3] / "tests/fixtures/telemetry"


def harness():
    return Harness(Cost, {"prices": PRICES})


def bill(output):
    """What each record of an output was priced at, in millionths of a dollar."""
    return [output.attributes(record)["cost.usd"] * 1e6 for record in range(len(output.records)) if "cost.usd" in output.attributes(record)]


def call(model, **counts):
    return log_record(attributes={"event.name": "api_request", "model": model, "input_tokens": 1, "output_tokens": 1, **counts})


class Bill(unittest.TestCase):
    def assert_bill(self, found, expected):
        self.assertEqual(len(found), len(expected), found)
        for one, other in zip(found, expected):
            self.assertAlmostEqual(one, other, delta=1e-6)

    def test_codex_counts_cached_input_and_reasoning_once_and_each_response_once(self):
        # Two responses, each told of twice. 1,274 and 1,304 tokens in, of which 1,024 cached; 87 out, of which 32 reasoning.
        by_hand = [250 * 1.25 + 1024 * 0.125 + 87 * 10.0, 280 * 1.25 + 1024 * 0.125 + 87 * 10.0]
        output = harness().run((TELEMETRY / "codex/json-prompt-SHELL/logs-01.json").read_text())
        self.assert_bill(bill(output), by_hand)
        self.assertEqual(output.edits, {"priced": 2})

    def test_claude_code_counts_cached_input_beside_input_and_agrees_with_the_client(self):
        # 345 in, 2,048 read from the cache, 111 written to it, 57 out.
        by_hand = 345 * 5.0 + 2048 * 0.5 + 111 * 6.25 + 57 * 25.0
        output = harness().run((TELEMETRY / "claude-code/json-prompt-SHELL/logs-01.json").read_text())
        self.assert_bill(bill(output), [by_hand])
        # The client says so itself.
        self.assertIn("0.00486775", json.dumps(output.json))
        self.assertAlmostEqual(by_hand, 4867.75)

    def test_gemini_counts_thoughts_as_output_tool_use_as_input_and_each_call_once(self):
        # 1,500 in, of which 512 cached, 5 more for tool use; 64 out and 21 of thoughts. Each call is told of again by the generic event.
        by_hand = (988 + 5) * 1.25 + 512 * 0.31 + (64 + 21) * 10.0
        counts = {
            "input_token_count": 1500,
            "output_token_count": 64,
            "cached_content_token_count": 512,
            "thoughts_token_count": 21,
            "tool_token_count": 5,
        }
        response = log_record(attributes={"event.name": "gemini_cli.api_response", "model": "gemini-2.5-pro", **counts})
        self.assert_bill(bill(harness().run(response)), [by_hand])
        details = log_record(attributes={"event.name": "gen_ai.client.inference.operation.details", "gen_ai.usage.input_tokens": 1500})
        self.assert_bill(bill(harness().run(details)), [])

    def test_a_dated_model_has_the_price_of_its_name_and_an_unknown_one_has_none(self):
        self.assert_bill(bill(harness().run(call("claude-opus-4-8-20260115", output_tokens="1"))), [30.0])
        self.assert_bill(bill(harness().run(call("claude-opus"))), [])

    def test_prices_come_from_a_file_too_and_inline_ones_go_before_it(self):
        file = '{"a": {"input": 1, "output": 1}, "b": {"input": 1, "output": 1}}'
        config = {"prices_file": "prices", "prices": {"a": {"input": 7, "output": 7}}}
        priced = Harness(Cost, config, files={"prices": file})
        self.assert_bill(bill(priced.run(call("a"))), [14.0])
        self.assert_bill(bill(priced.run(call("b"))), [2.0])

    def test_it_sees_counts_and_names_and_no_prompt(self):
        access = harness().manifest.access
        self.assertEqual(len(access[LOGS].reads), 14)
        self.assertFalse([path for path in access[LOGS].reads if "*" in path or "prompt" in path or path == "body"])
        self.assertFalse(access[TRACES].asks)

    def test_mistakes_are_found_all_at_once_and_where_they_are(self):
        def places(config):
            with self.assertRaises(tollgate.InvalidConfig) as raised:
                Harness(Cost, config)
            return [problem.at for problem in raised.exception.problems]

        self.assertEqual(places({"prices": {"x": {"input": -1, "output": 1}}, "attribute": ""}), ["/prices/x", "/attribute"])
        self.assertEqual(places({}), [""])
        self.assertEqual(places({"prices_file": "nowhere"}), ["/prices_file"])


if __name__ == "__main__":
    unittest.main()
