//! Tables taken from the tests of the Collector's sampler; each file in `vectors` names its source.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use serde_json::{Value, json};
use tollgate_probabilistic_sampler::ProbabilisticSampler;
use tollgate_probabilistic_sampler::hash::{self, Seed};
use tollgate_probabilistic_sampler::probability::Threshold;
use tollgate_probabilistic_sampler::tracestate::TraceState;
use tollgate_sdk::testing::{Harness, span};
use tollgate_values::parse_double;

fn rows(table: &str) -> Vec<Value> {
    let table: Value = serde_json::from_str(table).unwrap();
    table["rows"].as_array().unwrap().clone()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// `rv` and `th` as they were read, empty where there is none.
fn sampling(state: &TraceState<'_>) -> (String, String) {
    let (mut randomness, mut threshold) = (String::new(), String::new());
    state
        .sampling
        .write_randomness(|digits| randomness.push_str(digits));
    state
        .sampling
        .write_threshold(|digits| threshold.push_str(digits));
    (randomness, threshold)
}

#[test]
fn thresholds_are_rounded_to_their_precision() {
    for row in rows(include_str!("vectors/table_threshold_precision.json")) {
        let probability = parse_double(text(&row["prob_hex"])).unwrap();
        let precision = u8::try_from(row["precision"].as_u64().unwrap()).unwrap();
        let threshold = Threshold::of_probability(probability, precision).unwrap();
        assert_eq!(
            threshold.digits().unwrap().as_str(),
            text(&row["tvalue"]),
            "{row}"
        );
    }
}

#[test]
fn the_member_ot_is_read() {
    for row in rows(include_str!("vectors/table_tracestate_parse_ot.json")) {
        let whole = format!("ot={}", text(&row["input"]));
        let (state, sound) = TraceState::parse(&whole);
        assert_eq!(sound, row["error"].is_null(), "{row}");
        if sound {
            assert_eq!(
                sampling(&state),
                (
                    text(&row["rvalue"]).to_owned(),
                    text(&row["tvalue"]).to_owned()
                ),
                "{row}"
            );
            let others: Vec<String> = state
                .ot_others()
                .iter()
                .map(|(key, value)| format!("{key}:{value}"))
                .collect();
            let expected: Vec<String> = row["extra"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|other| text(other).to_owned())
                .collect();
            assert_eq!(others, expected, "{row}");
        }
    }
}

#[test]
fn trace_states_are_read() {
    for row in rows(include_str!("vectors/table_tracestate_parse_w3c.json")) {
        let (state, sound) = TraceState::parse(text(&row["input"]));
        assert_eq!(sound, row["error"].is_null(), "{row}");
        if sound {
            assert_eq!(
                sampling(&state),
                (
                    text(&row["rvalue"]).to_owned(),
                    text(&row["tvalue"]).to_owned()
                ),
                "{row}"
            );
            let expected = row["extra"].as_object().cloned().unwrap_or_default();
            assert_eq!(state.others().len(), expected.len(), "{row}");
            for (key, value) in state.others() {
                assert_eq!(expected.get(*key).map(text), Some(*value), "{row}");
            }
        }
    }
}

#[test]
fn trace_ids_are_hashed_as_ever() {
    for row in rows(include_str!("vectors/table_hash_seed_upstream_100.json")) {
        let id = u128::from_str_radix(text(&row["trace_id"]), 16)
            .unwrap()
            .to_be_bytes();
        let seed = u32::try_from(row["hash_seed"].as_u64().unwrap()).unwrap();
        let randomness = hash::randomness(&id, Seed::of(seed));
        let threshold = hash::threshold(50.0).unwrap();
        assert_eq!(
            threshold.keeps(randomness),
            row["sampled"].as_bool().unwrap(),
            "{row}"
        );
        if let Some(written) = row["tracestate_out"].as_str() {
            assert_eq!(
                written,
                format!("ot=rv:{};th:8", randomness.digits().as_str()),
                "{row}"
            );
        }
    }
}

#[test]
fn what_was_read_is_written_again() {
    let (state, sound) = TraceState::parse(" a=1,ot=x:y;th:C0;rv:ABCDEFabcdef01, b@c=2 ");
    assert!(sound);
    let mut written = String::new();
    state.write(&mut written);
    assert_eq!(written, "ot=rv:ABCDEFabcdef01;th:C0;x:y,a=1,b@c=2");
}

#[test]
fn the_32nd_member_is_one_too_many() {
    let members = |count: usize| vec!["x=y"; count].join(",");
    assert!(TraceState::parse(&members(31)).1);
    assert!(!TraceState::parse(&members(32)).1);
}

#[test]
fn spans_carry_a_priority_of_any_type() {
    for row in rows(include_str!("vectors/table_span_sampling_priority.json")) {
        let priority = &row["sampling.priority"];
        // At 0 percent a span stays only if its priority keeps it, at 100 it goes only if its priority drops it.
        let kept = [0, 100].map(|percentage| {
            let config = json!({ "sampling_percentage": percentage });
            let mut sampler = Harness::<ProbabilisticSampler>::configure(config).unwrap();
            let span = span("s").field("traceId", "000000000000000000ffffffffffffff");
            let span = if priority.is_null() {
                span
            } else {
                span.attribute("sampling.priority", priority.clone())
            };
            sampler.run(&span.build()).unwrap().dropped() == 0
        });
        let expected = match text(&row["decision"]) {
            "keep" => [true, true],
            "drop" => [false, false],
            _ => [false, true],
        };
        assert_eq!(kept, expected, "{row}");
    }
}
