//! What leaves a policy beside the batch: measurements and new telemetry.

use std::sync::Arc;

use bytes::Bytes;

use crate::access::{Grant, InstrumentKind, Limits, RequestContext};
use crate::batch::Batch;
use crate::error::Refusal;
use crate::fields::plan::Plan;
use crate::outcome::{Emission, Measurement};

/// Measurements of one outcome.
const MOST_MEASUREMENTS: usize = 65_536;
/// Attributes of one measurement.
const MOST_ATTRIBUTES: usize = 16;
/// Bytes of an attribute's key.
const LONGEST_KEY: usize = 128;
/// Bytes of an attribute's value.
const LONGEST_VALUE: usize = 256;

/// Checks that every measurement fits its instrument.
pub(super) fn measurements(measured: &[Measurement], grant: &Grant<'_>) -> Result<(), Refusal> {
    if measured.len() > MOST_MEASUREMENTS {
        return Err(Refusal::TooLarge);
    }
    for (index, measurement) in measured.iter().enumerate() {
        let objection = objection(measurement, grant);
        if let Some(reason) = objection {
            return Err(Refusal::Measurement { index, reason });
        }
    }
    Ok(())
}

fn objection(measurement: &Measurement, grant: &Grant<'_>) -> Option<&'static str> {
    let Some(instrument) = grant.instruments.get(measurement.instrument as usize) else {
        return Some("names an instrument that the manifest does not declare");
    };
    if !measurement.value.is_finite() {
        return Some("is not a finite number");
    }
    if instrument.kind == InstrumentKind::DeltaSum && measurement.value < 0.0 {
        return Some("takes away from a sum that only grows");
    }
    let attributes = &measurement.attributes;
    if attributes.len() > MOST_ATTRIBUTES {
        return Some("has more than 16 attributes");
    }
    let is_key = |key: &String| (1..=LONGEST_KEY).contains(&key.len());
    if !attributes.iter().all(|(key, _)| is_key(key)) {
        return Some("has an attribute whose key is empty, or longer than 128 bytes");
    }
    if attributes
        .iter()
        .any(|(_, value)| value.len() > LONGEST_VALUE)
    {
        return Some("has an attribute whose value is longer than 256 bytes");
    }
    let is_again = |(place, (key, _)): (usize, &(String, String))| {
        attributes.iter().take(place).any(|(known, _)| known == key)
    };
    if attributes.iter().enumerate().any(is_again) {
        return Some("has an attribute twice");
    }
    None
}

/// Checks that every emission is a request of its signal, down to its last leaf, so that indexing it again cannot fail.
pub(super) fn emissions(
    emitted: &[Emission],
    grant: &Grant<'_>,
    limits: Limits,
) -> Result<(), Refusal> {
    for (index, emission) in emitted.iter().enumerate() {
        if !grant.emits.contains(&emission.signal) {
            return Err(Refusal::Emission {
                index,
                reason: "is of a signal that the manifest does not declare under `emits`",
            });
        }
        let plan = Arc::clone(Plan::everything(emission.signal));
        let context = Arc::new(RequestContext::default());
        let wire = Bytes::copy_from_slice(&emission.request);
        if Batch::read(emission.signal, wire, &context, plan, limits).is_err() {
            return Err(Refusal::Emission {
                index,
                reason: "is not a well-formed export request of its signal, or too large",
            });
        }
    }
    Ok(())
}
