//! What is read is what is written.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use proptest::prelude::*;
use serde_json::{Value, json};
use tollgate_metrics::{Malformed, Metric};
use tollgate_record::Signal;

/// A metric of OTLP/JSON as its protobuf message.
fn message(metric: &Value) -> Vec<u8> {
    let request = json!({ "resourceMetrics": [{ "scopeMetrics": [{ "metrics": [metric] }] }] });
    let wire = tollgate_json::decode(Signal::Metrics, request.to_string().as_bytes()).unwrap();
    unwrap(unwrap(unwrap(&wire))).to_vec()
}

/// The only field of a message, which is shorter than 16 KiB.
fn unwrap(message: &[u8]) -> &[u8] {
    let long = message.get(1).is_some_and(|byte| byte & 0x80 != 0);
    message.get(if long { 3 } else { 2 }..).unwrap()
}

fn all_kinds() -> Vec<Value> {
    let exemplar = json!({ "filteredAttributes": [{ "key": "x", "value": { "intValue": "0" } }], "timeUnixNano": "9",
        "asInt": "-3", "spanId": "0102030405060708", "traceId": "0102030405060708090a0b0c0d0e0f10" });
    let at = |members: Value| {
        let mut point = json!({ "attributes": [{ "key": "a", "value": { "arrayValue": { "values": [{ "boolValue": false }] } } }],
            "startTimeUnixNano": "1", "timeUnixNano": "2", "flags": 1 });
        for (key, value) in members.as_object().unwrap() {
            point[key] = value.clone();
        }
        point
    };
    let number = at(json!({ "asInt": "0", "exemplars": [exemplar] }));
    let double = at(json!({ "asDouble": -0.5 }));
    let histogram = at(
        json!({ "count": "3", "sum": 0.0, "bucketCounts": ["1", "2"], "explicitBounds": [1.5],
        "exemplars": [exemplar], "min": 0.0, "max": 7.0 }),
    );
    let exponential = at(
        json!({ "count": "3", "sum": 1.0, "scale": -2, "zeroCount": "1", "zeroThreshold": 0.25,
        "positive": { "offset": -3, "bucketCounts": ["1", "300"] }, "negative": { "offset": 4, "bucketCounts": ["1"] },
        "exemplars": [exemplar], "min": -1.0, "max": 7.0 }),
    );
    let summary = at(
        json!({ "count": "3", "sum": 4.0, "quantileValues": [{ "quantile": 0.5, "value": 2.0 }] }),
    );
    let metric = |data: (&str, Value)| {
        let mut metric = json!({ "name": "m", "description": "d", "unit": "By",
            "metadata": [{ "key": "k", "value": { "stringValue": "v" } }] });
        metric[data.0] = data.1;
        metric
    };
    vec![
        metric((
            "gauge",
            json!({ "dataPoints": [number, double, at(json!({}))] }),
        )),
        metric((
            "sum",
            json!({ "dataPoints": [number], "aggregationTemporality": 2, "isMonotonic": true }),
        )),
        metric((
            "histogram",
            json!({ "dataPoints": [histogram], "aggregationTemporality": 1 }),
        )),
        metric((
            "exponentialHistogram",
            json!({ "dataPoints": [exponential], "aggregationTemporality": 1 }),
        )),
        metric(("summary", json!({ "dataPoints": [summary] }))),
        json!({ "name": "nothing" }),
    ]
}

#[test]
fn every_kind_survives() {
    for metric in all_kinds() {
        let message = message(&metric);
        let read = Metric::decode(&message).unwrap();
        let written = read.encode();
        assert_eq!(Metric::decode(&written).unwrap(), read, "{metric}");
        assert_eq!(json_of(&written), json_of(&message));
    }
}

/// A `Metric` message as OTLP/JSON.
fn json_of(message: &[u8]) -> Value {
    let mut wire = message.to_vec();
    for tag in [0x12, 0x12, 0x0a] {
        let length = wire.len();
        let prefix = if length < 128 {
            vec![tag, u8::try_from(length).unwrap()]
        } else {
            let low = u8::try_from(length & 0x7f).unwrap() | 0x80;
            vec![tag, low, u8::try_from(length >> 7).unwrap()]
        };
        wire.splice(0..0, prefix);
    }
    let mut json = Vec::new();
    tollgate_json::encode(Signal::Metrics, &wire, &mut json).unwrap();
    serde_json::from_slice(&json).unwrap()
}

#[test]
fn fields_that_nobody_knows_are_kept() {
    let mut message = message(&all_kinds().swap_remove(0));
    // Field 99, a varint.
    message.extend([0x98, 0x06, 0x2a]);
    let metric = Metric::decode(&message).unwrap();
    assert_eq!(metric.unknown, [0x98, 0x06, 0x2a]);
    assert!(metric.encode().ends_with(&[0x98, 0x06, 0x2a]));
}

#[test]
fn what_is_cut_is_refused() {
    let message = message(&all_kinds().swap_remove(3));
    let whole = Metric::decode(&message).unwrap();
    for end in 1..message.len() {
        match Metric::decode(message.get(..end).unwrap()) {
            Err(Malformed) => {}
            Ok(part) => assert_ne!(part, whole),
        }
    }
}

proptest! {
    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64), place in any::<prop::sample::Index>(), kind in 0_usize..5) {
        let mut message = message(all_kinds().get(kind).unwrap());
        let place = place.index(message.len());
        message.splice(place..place, bytes);
        if let Ok(mut metric) = Metric::decode(&message) {
            let _ = (metric.percentile(50.0, None), metric.count_metric(true, ""), metric.sum_metric(true, ""));
            let _ = metric.scale(2.0);
            metric.aggregate_on_attribute_value(tollgate_metrics::Aggregation::Mean, "a", &[], "");
            let mut seed = 1_u64;
            let _ = metric.exponential_to_histogram(tollgate_metrics::Distribution::Random, &[1.0, 2.0], || { seed = seed.wrapping_mul(25); seed });
            prop_assert!(Metric::decode(&metric.encode()).is_ok());
        }
    }
}
