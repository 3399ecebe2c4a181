//! Laws of both directions, for arbitrary requests and arbitrary bytes.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    missing_docs,
    unreachable_pub,
    reason = "a test may panic"
)]

mod generate;

use generate::Choices;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use prost::Message;
use serde::de::IgnoredAny;
use tollgate_json::{count, decode, encode};
use tollgate_record::signal::Signal;

/// A request goes to JSON and back; what comes back is the request.
fn round_trip<M: Message + Default + PartialEq + std::fmt::Debug>(signal: Signal, request: &M) {
    let wire = request.encode_to_vec();
    let mut json = b"before".to_vec();
    encode(signal, &wire, &mut json).unwrap();
    let json = json.strip_prefix(b"before").unwrap();
    assert!(!json.contains(&b'\n'));
    serde_json::from_slice::<serde_json::Value>(json).unwrap();
    let back = decode(signal, json).unwrap();
    assert_eq!(&M::decode(back.as_slice()).unwrap(), request);
}

proptest! {
    #[test]
    fn logs_come_back(choices in vec(any::<u8>(), 0..1500)) {
        round_trip(Signal::Logs, &Choices(&choices).logs());
    }

    #[test]
    fn traces_come_back(choices in vec(any::<u8>(), 0..1500)) {
        round_trip(Signal::Traces, &Choices(&choices).traces());
    }

    #[test]
    fn metrics_come_back(choices in vec(any::<u8>(), 0..1500)) {
        round_trip(Signal::Metrics, &Choices(&choices).metrics());
    }

    #[test]
    fn counts_are_those_of_the_decoded_request(choices in vec(any::<u8>(), 0..1500)) {
        let request = Choices(&choices).logs();
        let counts = count(Signal::Logs, &request.encode_to_vec()).unwrap();
        let scopes = request.resource_logs.iter().flat_map(|resource| &resource.scope_logs);
        prop_assert_eq!(counts.resources, request.resource_logs.len() as u64);
        prop_assert_eq!(counts.records, scopes.map(|scope| scope.log_records.len() as u64).sum::<u64>());
    }

    #[test]
    fn wire_that_is_damaged_gives_json_or_an_error(
        choices in vec(any::<u8>(), 0..800),
        at in any::<proptest::sample::Index>(),
        flip in 1u8..,
        cut in any::<bool>(),
    ) {
        let mut wire = Choices(&choices).metrics().encode_to_vec();
        wire.push(0);
        let at = at.index(wire.len());
        if cut {
            wire.truncate(at);
        } else {
            wire[at] ^= flip;
        }
        for signal in [Signal::Logs, Signal::Traces, Signal::Metrics] {
            let mut json = b"before".to_vec();
            if encode(signal, &wire, &mut json).is_ok() {
                serde_json::from_slice::<IgnoredAny>(&json[6..]).unwrap();
            } else {
                prop_assert_eq!(&json, b"before");
            }
        }
    }

    #[test]
    fn text_that_is_damaged_gives_a_request_or_an_error(
        choices in vec(any::<u8>(), 0..800),
        at in any::<proptest::sample::Index>(),
        flip in 1u8..,
        cut in any::<bool>(),
    ) {
        let mut json = Vec::new();
        encode(Signal::Traces, &Choices(&choices).traces().encode_to_vec(), &mut json).unwrap();
        let at = at.index(json.len());
        if cut {
            json.truncate(at);
            prop_assert!(decode(Signal::Traces, &json).is_err());
        } else {
            json[at] ^= flip;
            if let Ok(wire) = decode(Signal::Traces, &json) {
                ExportTraceServiceRequest::decode(wire.as_slice()).unwrap();
            }
        }
    }

    #[test]
    fn what_is_ignored_must_be_json(pieces in vec(proptest::sample::select(PIECES), 0..12)) {
        let text = format!("{{\"unknown\":{}}}", pieces.concat());
        let theirs = serde_json::from_str::<IgnoredAny>(&text);
        prop_assert_eq!(decode(Signal::Logs, text.as_bytes()).is_ok(), theirs.is_ok(), "{}", text);
    }

    #[test]
    fn bytes_do_no_harm(bytes in vec(any::<u8>(), 0..300)) {
        for signal in [Signal::Logs, Signal::Traces, Signal::Metrics] {
            let _ = decode(signal, &bytes);
            let _ = encode(signal, &bytes, &mut Vec::new());
            let _ = count(signal, &bytes);
        }
    }
}

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"a\"",
    "\"a\":",
    "\"",
    "\\n",
    "\\x",
    "null",
    "true",
    "false",
    "nul",
    "0",
    "1",
    "-",
    ".",
    "e",
    "+",
    "01",
    " ",
    "\t",
    "\u{1}",
    "é",
    "{}",
    "[]",
    "[1,2]",
    "{\"a\":1}",
    "-1.5e+3",
];

#[test]
fn the_smallest_requests_come_back() {
    round_trip(Signal::Logs, &ExportLogsServiceRequest::default());
    round_trip(Signal::Traces, &ExportTraceServiceRequest::default());
    round_trip(Signal::Metrics, &ExportMetricsServiceRequest::default());
}
