//! One request in protobuf: of which signal it is.
//!
//! Protobuf does not say what it is. A request is of the signal whose messages account for all of its bytes; what a newer OTLP adds may
//! be left over, but not much.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use tollgate_json::{WireError, count, encode};
use tollgate_record::Signal;

const SIGNALS: [Signal; 3] = [Signal::Logs, Signal::Traces, Signal::Metrics];

/// Why bytes are no request of a signal that could be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Untold {
    /// They could be of any of these.
    Ambiguous(Vec<Signal>),
    /// They end before they should: so many bytes are there, so many were announced.
    Cut { there: usize, announced: usize },
    /// They are no OTLP.
    Other,
}

/// Whether bytes that would pass for text are rather a request: its first field, with a length that fits.
pub(super) fn is_likely(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x0a)
        && length(bytes.get(1..).unwrap_or_default()).is_some_and(|(length, rest)| {
            length > 0 && length <= rest.len() && signal(bytes, None).is_ok()
        })
}

/// Tells the signal of a request; `hint` decides where it could be several.
pub(super) fn signal(wire: &[u8], hint: Option<Signal>) -> Result<Signal, Untold> {
    let mut fits: Vec<Fit> = SIGNALS
        .into_iter()
        .filter_map(|signal| fit(signal, wire))
        .collect();
    if fits.iter().any(|fit| fit.is_plausible) {
        fits.retain(|fit| fit.is_plausible);
    }
    let most = fits.iter().map(|fit| fit.accounted).max();
    let most = most.unwrap_or_default();
    fits.retain(|fit| fit.accounted == most);
    // Half of the bytes must be OTLP.
    if fits.is_empty() || most.saturating_mul(2) < wire.len() {
        return Err(cut(wire).unwrap_or(Untold::Other));
    }
    let fits: Vec<Signal> = fits.into_iter().map(|fit| fit.signal).collect();
    match (fits.as_slice(), hint) {
        ([signal], _) => Ok(*signal),
        (several, Some(hint)) if several.contains(&hint) => Ok(hint),
        _ => Err(Untold::Ambiguous(fits)),
    }
}

/// How well bytes are a request of a signal.
struct Fit {
    signal: Signal,
    /// How many of them its messages account for.
    accounted: usize,
    /// Whether its records have what every record has. A log record of a body alone would otherwise be a span of a name alone.
    is_plausible: bool,
}

fn fit(signal: Signal, wire: &[u8]) -> Option<Fit> {
    let (accounted, is_plausible) = match signal {
        Signal::Logs => known(wire, |request: &ExportLogsServiceRequest| {
            let scopes = request.resource_logs.iter().flat_map(|one| &one.scope_logs);
            let mut records = scopes.flat_map(|scope| &scope.log_records);
            records.all(|record| {
                matches!(record.trace_id.len(), 0 | 16) && matches!(record.span_id.len(), 0 | 8)
            })
        }),
        Signal::Traces => known(wire, |request: &ExportTraceServiceRequest| {
            let scopes = request
                .resource_spans
                .iter()
                .flat_map(|one| &one.scope_spans);
            let mut spans = scopes.flat_map(|scope| &scope.spans);
            spans.all(|span| span.trace_id.len() == 16 && span.span_id.len() == 8)
        }),
        Signal::Metrics => known(wire, |request: &ExportMetricsServiceRequest| {
            let scopes = request
                .resource_metrics
                .iter()
                .flat_map(|one| &one.scope_metrics);
            let mut metrics = scopes.flat_map(|scope| &scope.metrics);
            metrics.all(|metric| !metric.name.is_empty() && metric.data.is_some())
        }),
    }?;
    encode(signal, wire, &mut Vec::new()).ok()?;
    Some(Fit {
        signal,
        accounted,
        is_plausible,
    })
}

fn known<M: Message + Default>(
    wire: &[u8],
    is_plausible: impl Fn(&M) -> bool,
) -> Option<(usize, bool)> {
    let request = M::decode(wire).ok()?;
    Some((request.encoded_len(), is_plausible(&request)))
}

/// A request whose elements are whole up to where the bytes end.
fn cut(wire: &[u8]) -> Option<Untold> {
    let mut rest = wire;
    loop {
        let (tag, after) = rest.split_first()?;
        if *tag != 0x0a {
            return None;
        }
        match length(after) {
            Some((length, content)) if length > content.len() => {
                let is_cut = SIGNALS
                    .into_iter()
                    .any(|signal| count(signal, wire) == Err(WireError::Cut));
                return is_cut.then_some(Untold::Cut {
                    there: content.len(),
                    announced: length,
                });
            }
            Some((length, content)) => rest = content.get(length..)?,
            None => return None,
        }
    }
}

/// A length as protobuf writes it, and what follows.
pub(super) fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0u64;
    for (at, shift) in (0..35).step_by(7).enumerate() {
        let byte = bytes.get(at)?;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if *byte < 0x80 {
            let rest = bytes.get(at.saturating_add(1)..)?;
            return Some((usize::try_from(value).ok()?, rest));
        }
    }
    None
}
