//! How much a request holds, by stepping over it.

use tollgate_record::signal::Signal;

use crate::error::WireError;
use crate::wire::{WireValue, take_field};

/// How much a request holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// `ResourceLogs`, `ResourceSpans` or `ResourceMetrics`.
    pub resources: u64,
    /// Metrics; none for other signals.
    pub metrics: u64,
    /// Log records, spans or data points.
    pub records: u64,
}

/// Counts what a request in protobuf holds.
pub fn count(signal: Signal, wire: &[u8]) -> Result<Counts, WireError> {
    let mut counts = Counts::default();
    each(wire, |number| number == 1, &mut |resource| {
        bump(&mut counts.resources);
        each(resource, |number| number == 2, &mut |scope| {
            each(scope, |number| number == 2, &mut |item| {
                if signal != Signal::Metrics {
                    bump(&mut counts.records);
                    return Ok(());
                }
                bump(&mut counts.metrics);
                let is_data = |number| matches!(number, 5 | 7 | 9 | 10 | 11);
                each(item, is_data, &mut |data| {
                    each(data, |number| number == 1, &mut |_| {
                        bump(&mut counts.records);
                        Ok(())
                    })
                })
            })
        })
    })?;
    Ok(counts)
}

/// Calls `visit` for the embedded messages that have a wanted number.
fn each(
    mut wire: &[u8],
    wanted: impl Fn(u32) -> bool,
    visit: &mut dyn FnMut(&[u8]) -> Result<(), WireError>,
) -> Result<(), WireError> {
    while let Some((number, value)) = take_field(&mut wire)? {
        if wanted(number) {
            match value {
                WireValue::Length(message) => visit(message)?,
                _ => return Err(WireError::Type),
            }
        }
    }
    Ok(())
}

fn bump(count: &mut u64) {
    *count = count.saturating_add(1);
}
