//! The bill of real telemetry, against a count by hand.
//!
//! Prices below are dollars for a million tokens, so tokens times price are millionths of a dollar.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use cost::Cost;
use serde_json::{Value, json};
use tollgate_sdk::Signal;
use tollgate_sdk::testing::{Harness, log_record};

fn harness() -> Harness<Cost> {
    let prices = json!({
        "gpt-5-codex": { "input": 1.25, "cached_input": 0.125, "output": 10.0 },
        "claude-opus-4-8": { "input": 5.0, "cached_input": 0.5, "cache_write": 6.25, "output": 25.0 },
        "gemini-2.5-pro": { "input": 1.25, "cached_input": 0.31, "output": 10.0 },
    });
    Harness::configure(json!({ "prices": prices })).unwrap()
}

/// What each record of an output was priced at, in millionths of a dollar.
fn bill(output: &Value) -> Vec<f64> {
    let attributes = |record: &Value| record["attributes"].as_array().cloned().unwrap_or_default();
    let records = output["resourceLogs"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|resource| resource["scopeLogs"].as_array().unwrap());
    records
        .flat_map(|scope| scope["logRecords"].as_array().unwrap())
        .flat_map(attributes)
        .filter(|attribute| attribute["key"] == "cost.usd")
        .map(|attribute| attribute["value"]["doubleValue"].as_f64().unwrap() * 1e6)
        .collect()
}

fn telemetry(file: &str) -> Vec<u8> {
    std::fs::read(format!(
        "{}/../../tests/fixtures/telemetry/{file}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap()
}

fn assert_bill(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "calls priced: {found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
    }
}

#[test]
fn codex_counts_cached_input_and_reasoning_once_and_each_response_once() {
    // Two responses, each told of twice. 1,274 and 1,304 tokens in, of which 1,024 cached; 87 out, of which 32 reasoning.
    let by_hand = [
        250.0 * 1.25 + 1024.0 * 0.125 + 87.0 * 10.0,
        280.0 * 1.25 + 1024.0 * 0.125 + 87.0 * 10.0,
    ];
    let json = String::from_utf8(telemetry("codex/json-prompt-SHELL/logs-01.json")).unwrap();
    let output = harness().run_json(Signal::Logs, &json).unwrap();
    assert_bill(&bill(&output.json()), &by_hand);
    assert_eq!(output.edits_of("priced"), 2);
}

#[test]
fn codex_is_billed_the_same_in_protobuf() {
    let output = harness()
        .run_wire(
            Signal::Logs,
            telemetry("codex/grpc-prompt-SHELL/logs-01.binpb"),
        )
        .unwrap();
    let found = bill(&output.json());
    assert!(!found.is_empty());
    // The prompt of each turn is longer than the one before, and nothing else differs.
    assert!(
        found
            .iter()
            .all(|cost| *cost > 128.0 + 870.0 && *cost < 2000.0),
        "{found:?}"
    );
}

#[test]
fn claude_code_counts_cached_input_beside_input_and_agrees_with_the_client() {
    // 345 in, 2,048 read from the cache, 111 written to it, 57 out.
    let by_hand = 345.0 * 5.0 + 2048.0 * 0.5 + 111.0 * 6.25 + 57.0 * 25.0;
    let json = String::from_utf8(telemetry("claude-code/json-prompt-SHELL/logs-01.json")).unwrap();
    let output = harness().run_json(Signal::Logs, &json).unwrap();
    assert_bill(&bill(&output.json()), &[by_hand]);
    // The client says so itself.
    assert!(output.text().contains("0.00486775"));
    assert!((by_hand - 4867.75).abs() < 1e-9);
}

#[test]
fn gemini_counts_thoughts_as_output_tool_use_as_input_and_each_call_once() {
    // 1,500 in, of which 512 cached, 5 more for tool use; 64 out and 21 of thoughts. Each call is told of again by the generic event.
    let by_hand = (988.0 + 5.0) * 1.25 + 512.0 * 0.31 + (64.0 + 21.0) * 10.0;
    let mut call = log_record()
        .attribute("event.name", json!("gemini_cli.api_response"))
        .attribute("model", json!("gemini-2.5-pro"));
    for (key, tokens) in [
        ("input_token_count", 1500),
        ("output_token_count", 64),
        ("cached_content_token_count", 512),
        ("thoughts_token_count", 21),
        ("tool_token_count", 5),
    ] {
        call = call.attribute(key, json!(tokens));
    }
    let output = harness().run(&call.build()).unwrap();
    assert_bill(&bill(&output.json()), &[by_hand]);

    let details = log_record()
        .attribute(
            "event.name",
            json!("gen_ai.client.inference.operation.details"),
        )
        .attribute("gen_ai.usage.input_tokens", json!(1500));
    assert_bill(&bill(&harness().run(&details.build()).unwrap().json()), &[]);
}

#[test]
fn a_dated_model_has_the_price_of_its_name_and_an_unknown_one_has_none() {
    let call = |model: &str| {
        log_record()
            .attribute("event.name", json!("api_request"))
            .attribute("model", json!(model))
            .attribute("input_tokens", json!(1))
            .attribute("output_tokens", json!("1"))
            .build()
    };
    let bill_of = |model| bill(&harness().run(&call(model)).unwrap().json());
    assert_bill(&bill_of("claude-opus-4-8-20260115"), &[30.0]);
    assert_bill(&bill_of("claude-opus"), &[]);
}

#[test]
fn prices_come_from_a_file_too_and_inline_ones_go_before_it() {
    let file = r#"{"a": {"input": 1, "output": 1}, "b": {"input": 1, "output": 1}}"#;
    let config = json!({ "prices_file": "prices", "prices": { "a": { "input": 7, "output": 7 } } });
    let mut harness = Harness::<Cost>::with_file("prices", file)
        .configure(config)
        .unwrap();
    let call = |model: &str| {
        let count = json!(1);
        log_record()
            .attribute("event.name", json!("api_request"))
            .attribute("model", json!(model))
            .attribute("input_tokens", count.clone())
            .attribute("output_tokens", count)
            .build()
    };
    assert_bill(&bill(&harness.run(&call("a")).unwrap().json()), &[14.0]);
    assert_bill(&bill(&harness.run(&call("b")).unwrap().json()), &[2.0]);
}

#[test]
fn it_sees_counts_and_names_and_no_prompt() {
    let harness = harness();
    let reads = harness.manifest().reads(Signal::Logs);
    assert!(!reads.is_empty());
    assert!(
        reads
            .iter()
            .all(|path| !path.contains('*') && !path.contains("prompt") && path != "body"),
        "{reads:?}"
    );
    assert!(harness.manifest().reads(Signal::Traces).is_empty());
}

#[test]
fn mistakes_are_found_all_at_once_and_where_they_are() {
    let config = json!({ "prices": { "x": { "input": -1, "output": 1 } }, "attribute": "" });
    let problems = Harness::<Cost>::configure(config).err().unwrap();
    let places: Vec<_> = problems.iter().map(|problem| problem.at.as_str()).collect();
    assert_eq!(places, ["/prices/x", "/attribute"]);
    let nothing = Harness::<Cost>::configure(json!({})).err().unwrap();
    assert_eq!(nothing.len(), 1);
}
