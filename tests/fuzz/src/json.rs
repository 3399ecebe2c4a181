//! OTLP/JSON against the structs that `prost` decodes.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
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

/// What a request means, as `prost` would write it: two that are not a number are the same.
fn meant(signal: Signal, wire: &[u8]) -> Option<Vec<u8>> {
    fn again<M: Message + Default>(wire: &[u8]) -> Option<Vec<u8>> {
        M::decode(wire).ok().map(|message| message.encode_to_vec())
    }
    match signal {
        Signal::Logs => again::<ExportLogsServiceRequest>(wire),
        Signal::Traces => again::<ExportTraceServiceRequest>(wire),
        Signal::Metrics => again::<ExportMetricsServiceRequest>(wire),
    }
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
