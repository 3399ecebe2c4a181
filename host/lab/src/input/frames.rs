//! Requests in protobuf, one after the other: protobuf has no end, so a length stands before each.

use tollgate_record::Signal;

use super::protobuf::{self, Untold};
use super::{InputError, compression, json};
use crate::Telemetry;

/// Reads one request, or several with their lengths.
pub(super) fn read(
    bytes: &[u8],
    name: &str,
    named: Option<Signal>,
) -> Result<Vec<Telemetry>, InputError> {
    let untold = match protobuf::signal(bytes, named) {
        Ok(signal) => return Ok(vec![Telemetry::new(signal, bytes.to_vec(), name)]),
        Err(untold) => untold,
    };
    for frames in [grpc, exporter, delimited] {
        let Some(frames) = frames(bytes) else {
            continue;
        };
        if let Ok(all) = all(&frames, name, named) {
            return Ok(all);
        }
    }
    Err(error(&untold, name))
}

fn error(untold: &Untold, name: &str) -> InputError {
    match untold {
        Untold::Ambiguous(signals) => {
            let signals: Vec<_> = signals.iter().map(|signal| signal.as_str()).collect();
            InputError::of(
                name,
                format!("it is OTLP/protobuf without a record, and could be {}", signals.join(" or ")),
            )
            .help("say which: --signal logs|traces|metrics, or name the file logs-01.binpb")
        }
        Untold::Cut { there, announced } => InputError::of(
            name,
            format!("it looks like OTLP/protobuf that is cut short: an element of {announced} bytes is announced, and {there} are there"),
        )
        .help("copy the file again, in binary mode"),
        Untold::Other => InputError::of(
            name,
            "it is neither text nor OTLP/protobuf of logs, traces or metrics",
        )
        .help("telemetry is OTLP/JSON, OTLP/protobuf (an export request, or several with their lengths), or lines of text"),
    }
}

/// Every frame is a request of its own, compressed or not.
fn all(frames: &[&[u8]], name: &str, named: Option<Signal>) -> Result<Vec<Telemetry>, InputError> {
    let mut all = Vec::new();
    for (number, frame) in (1..).zip(frames) {
        let source = format!("{name}#{number}");
        let plain = compression::plain(frame, &source)?;
        if let Ok(text) = std::str::from_utf8(&plain)
            && json::is_json(text)
        {
            all.extend(json::read(text, &source, named)?);
            continue;
        }
        let signal = protobuf::signal(&plain, named).map_err(|untold| error(&untold, &source))?;
        all.push(Telemetry::new(signal, plain.into_owned(), source));
    }
    Ok(all)
}

/// As gRPC has it: a flag, a length of four bytes, a message.
fn grpc(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    frames(bytes, |bytes| {
        let (flag, rest) = bytes.split_first()?;
        if *flag > 1 {
            return None;
        }
        four_bytes(rest)
    })
}

/// As the Collector's file exporter has it with `format: proto`, or compressed: a length of four bytes, a message.
fn exporter(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    frames(bytes, four_bytes)
}

/// As protobuf's own libraries have it: a length as a varint, a message.
fn delimited(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    frames(bytes, protobuf::length)
}

/// Messages up to the end; none if they do not end with it.
fn frames<'b>(
    mut bytes: &'b [u8],
    length: impl Fn(&'b [u8]) -> Option<(usize, &'b [u8])>,
) -> Option<Vec<&'b [u8]>> {
    let mut frames = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = length(bytes)?;
        let (frame, rest) = rest.split_at_checked(length)?;
        frames.push(frame);
        bytes = rest;
    }
    Some(frames)
}

fn four_bytes(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    Some((usize::try_from(u32::from_be_bytes(*length)).ok()?, rest))
}
