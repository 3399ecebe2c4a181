//! Instruments of a policy's own, checked by OpenTelemetry's rules.

use std::collections::HashSet;

use tollgate_record::{Instrument, InstrumentKind};

use crate::bindings::exports::tollgate::policy::policy as wit;
use crate::manifest::ManifestError;
use crate::text::presentable;

/// Instruments of one policy.
const MOST: usize = 100;
/// Bytes of a name ...
const LONGEST_NAME: usize = 255;
/// ... of a unit ...
const LONGEST_UNIT: usize = 63;
/// ... and of a description, of which the rest is cut off.
const LONGEST_DESCRIPTION: usize = 1024;

pub(crate) fn check(asked: Vec<wit::Instrument>) -> Result<Vec<Instrument>, ManifestError> {
    if asked.len() > MOST {
        return Err(ManifestError::TooMany {
            what: "instruments",
            limit: MOST,
        });
    }
    let mut known = HashSet::new();
    for (index, instrument) in asked.iter().enumerate() {
        let reason = if !is_name(&instrument.name) {
            "a name that is no instrument's: a letter, then letters, digits, `_`, `.`, `-` and `/`, 255 at most"
        } else if !is_unit(&instrument.unit) {
            "a unit that is longer than 63 characters, or not printable ASCII"
        } else if !known.insert(instrument.name.to_ascii_lowercase()) {
            "a name that another instrument has"
        } else {
            continue;
        };
        return Err(ManifestError::Instrument { index, reason });
    }
    Ok(asked.into_iter().map(instrument).collect())
}

fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/');
    name.len() <= LONGEST_NAME
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(is_part)
}

fn is_unit(unit: &str) -> bool {
    unit.len() <= LONGEST_UNIT && unit.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

fn instrument(instrument: wit::Instrument) -> Instrument {
    Instrument {
        name: instrument.name,
        unit: instrument.unit,
        description: presentable(&instrument.description, LONGEST_DESCRIPTION),
        kind: match instrument.kind {
            wit::InstrumentKind::DeltaSum => InstrumentKind::DeltaSum,
            wit::InstrumentKind::Histogram => InstrumentKind::Histogram,
            wit::InstrumentKind::Gauge => InstrumentKind::Gauge,
        },
    }
}
