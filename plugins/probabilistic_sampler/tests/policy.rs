//! What the policy promises beyond the Collector's own cases: what it may see, who decided, and configuration mistakes.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]
#![allow(
    clippy::needless_pass_by_value,
    reason = "reads best with `json!` at the place of use"
)]

use serde_json::{Value, json};
use tollgate_probabilistic_sampler::ProbabilisticSampler;
use tollgate_sdk::testing::{Harness, Request, log_record, span};
use tollgate_sdk::{Problem, Signal};

const KEPT_ID: &str = "000000000000000000ffffffffffffff";
const DROPPED_ID: &str = "00000000000000000000000000000001";

fn sampler(config: Value) -> Harness<ProbabilisticSampler> {
    Harness::configure(config).unwrap()
}

fn mistakes(config: Value) -> Vec<Problem> {
    Harness::<ProbabilisticSampler>::configure(config)
        .err()
        .unwrap()
}

#[test]
fn no_prompt_is_ever_in_view() {
    let sampler = sampler(json!({ "sampling_percentage": 10 }));
    let manifest = sampler.manifest();
    let logs = [
        r#"attributes["sampling.threshold"]"#,
        r#"attributes["sampling.randomness"]"#,
        "trace_id",
    ];
    let spans = [
        "trace_id",
        "trace_state",
        r#"attributes["sampling.priority"]"#,
    ];
    assert_eq!(manifest.reads(Signal::Logs), logs);
    assert_eq!(manifest.reads(Signal::Traces), spans);
    assert_eq!(manifest.writes(Signal::Traces), ["trace_state"]);
    assert!(manifest.drops(Signal::Logs) && manifest.drops(Signal::Traces));
}

#[test]
fn logs_are_asked_only_for_what_the_configuration_names() {
    let config = json!({ "sampling_percentage": 10, "attribute_source": "record", "from_attribute": "id", "sampling_priority": "p" });
    let sampler = sampler(config);
    let reads = sampler.manifest().reads(Signal::Logs);
    assert!(!reads.contains(&"trace_id".to_owned()));
    assert!(
        reads.contains(&r#"attributes["id"]"#.to_owned())
            && reads.contains(&r#"attributes["p"]"#.to_owned())
    );
}

#[test]
fn metrics_are_not_sampled() {
    let sampler = sampler(json!({ "sampling_percentage": 10 }));
    assert!(sampler.manifest().access(Signal::Metrics).is_empty());
}

#[test]
fn each_drop_names_the_key_that_decided() {
    let mut sampler = sampler(
        json!({ "sampling_percentage": 50, "mode": "equalizing", "sampling_priority": "p" }),
    );
    let records = [
        log_record().field("traceId", KEPT_ID),
        log_record().field("traceId", DROPPED_ID),
        log_record().field("traceId", DROPPED_ID).attribute("p", 1),
        log_record(),
    ];
    let output = sampler.run(&Request::of(records).unwrap()).unwrap();
    assert_eq!(output.dropped(), 3);
    assert_eq!(output.drops_of("sampling_percentage"), 1);
    assert_eq!(output.drops_of("sampling_priority"), 1);
    assert_eq!(output.drops_of("fail_closed"), 1);
}

#[test]
fn a_span_that_is_kept_says_for_how_many_it_stands() {
    let mut sampler = sampler(json!({ "sampling_percentage": 25, "mode": "proportional" }));
    let request = span("s")
        .field("traceId", KEPT_ID)
        .field("traceState", "vendor=x,ot=th:8;a:b")
        .build();
    let output = sampler.run(&request).unwrap();
    let kept = &output.json()["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    assert_eq!(kept["traceState"], "ot=th:e;a:b,vendor=x");
    assert_eq!(output.edits_of("sampling_percentage"), 1);
}

#[test]
fn a_trace_id_of_another_length_is_none() {
    let mut sampler = sampler(json!({ "sampling_percentage": 50, "fail_closed": false }));
    // A span with a trace id of two bytes, which OTLP does not allow: resource_spans { scope_spans { spans { trace_id } } }.
    let wire: &[u8] = &[0x0a, 0x08, 0x12, 0x06, 0x12, 0x04, 0x0a, 0x02, 0xab, 0xcd];
    let output = sampler.run_wire(Signal::Traces, wire);
    assert!(output.is_err() || output.is_ok_and(|output| output.dropped() == 0));
}

#[test]
fn all_mistakes_are_shown_at_once() {
    let config = json!({ "sampling_percentage": -1, "mode": "fair", "sampling_precision": 0, "attribute_source": "body" });
    let mut at: Vec<String> = mistakes(config)
        .into_iter()
        .map(|problem| problem.at)
        .collect();
    at.sort();
    assert_eq!(
        at,
        [
            "/attribute_source",
            "/mode",
            "/sampling_percentage",
            "/sampling_precision"
        ]
    );
    assert_eq!(
        mistakes(json!({ "sampling_percentage": 1e-20 }))[0].at,
        "/sampling_percentage"
    );
    assert_eq!(
        mistakes(json!({ "sampling_precision": 15 }))[0].at,
        "/sampling_precision"
    );
    assert!(
        mistakes(json!({ "sampling_percent": 5 }))[0]
            .at
            .starts_with('/')
    );
}

#[test]
fn keys_without_a_value_have_their_defaults() {
    let config = json!({ "sampling_percentage": 100, "mode": null, "fail_closed": null, "attribute_source": null, "hash_seed": null });
    let output = sampler(config)
        .run(&log_record().field("traceId", KEPT_ID).build())
        .unwrap();
    assert_eq!(output.dropped(), 0);
}
