//! OTLP/JSON against the structs that `prost` decodes.

use std::fmt::Debug;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope};
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Status;
use prost::Message;
use tollgate_record::Signal;
use tollgate_record::testing::{Dice, request};

/// Brackets within brackets that `prost` certainly follows: it gives up at a hundred messages, of which no bracket makes two.
const DEPTH: usize = 90;

/// A text is refused, or means one request, which is the same when it is written as JSON and read again. A request means the same
/// in JSON.
pub fn json(data: &[u8]) {
    let is_text = data.first().is_some_and(|first| b"{ \t\n".contains(first));
    for signal in Signal::ALL {
        if is_text {
            text(signal, data);
        } else {
            let wire = request(signal, &mut Dice::new(data));
            let json = written(signal, &wire).expect("a request can be written");
            let back = tollgate_json::decode(signal, &json).expect("what was written can be read");
            assert_eq!(meant(signal, &back), meant(signal, &wire));
        }
    }
}

fn text(signal: Signal, text: &[u8]) {
    let Ok(wire) = tollgate_json::decode(signal, text) else {
        return;
    };
    assert!(
        serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok() || depth(text) > 100,
        "what is no JSON was read"
    );
    let Some(request) = meant(signal, &wire) else {
        assert!(depth(text) > DEPTH, "prost does not decode what was read");
        return;
    };
    let json = written(signal, &wire).expect("what was read can be written");
    let back = tollgate_json::decode(signal, &json).expect("what was written can be read");
    assert_eq!(meant(signal, &back), Some(request));
    assert_eq!(written(signal, &back), Some(json));
}

fn written(signal: Signal, wire: &[u8]) -> Option<Vec<u8>> {
    let mut json = b"before".to_vec();
    tollgate_json::encode(signal, wire, &mut json).ok()?;
    let json = json.strip_prefix(b"before").expect("it is appended");
    assert!(!json.contains(&b'\n'), "it is one line");
    Some(json.to_vec())
}

/// What a request means: a message that is not there and one that is empty are the same, which the Collector writes alike. So are an
/// identifier of zeros and none.
fn meant(signal: Signal, wire: &[u8]) -> Option<String> {
    fn shown<M: Message + Default + Debug>(wire: &[u8]) -> Option<String> {
        M::decode(wire).ok().map(|message| format!("{message:?}"))
    }
    let shown = match signal {
        Signal::Logs => shown::<ExportLogsServiceRequest>(wire),
        Signal::Traces => shown::<ExportTraceServiceRequest>(wire),
        Signal::Metrics => shown::<ExportMetricsServiceRequest>(wire),
    }?;
    let empty = [
        format!("{:?}", [0; 16]),
        format!("{:?}", [0; 8]),
        format!("{:?}", Some(AnyValue::default())),
        format!("{:?}", Some(Resource::default())),
        format!("{:?}", Some(InstrumentationScope::default())),
        format!("{:?}", Some(Status::default())),
        format!("{:?}", Some(Buckets::default())),
    ];
    let without = |shown: String, empty: &String| {
        shown
            .replace(empty.as_str(), "None")
            .replace("_id: []", "_id: None")
    };
    Some(empty.iter().fold(shown, without))
}

/// How deep brackets stand in brackets, at most: those in texts count, too.
fn depth(text: &[u8]) -> usize {
    let mut open = 0_usize;
    let mut most = 0;
    for byte in text {
        match byte {
            b'{' | b'[' => open += 1,
            b'}' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}
