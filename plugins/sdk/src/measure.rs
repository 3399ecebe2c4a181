//! Additions to a policy's own instruments, summed up within a batch.

use std::collections::BTreeMap;

use crate::bindings::tollgate::policy::batch::Measurement;
use crate::{Instrument, InstrumentKind};

/// Bytes of an attribute's value that cross; the rest is cut off.
const LONGEST_VALUE: usize = 256;

/// What was measured in one batch.
#[derive(Default)]
pub(crate) struct Measured {
    pub(crate) all: Vec<Measurement>,
    /// By hash of instrument and attributes, the place of their measurement; one that is taken leads on to the next number.
    places: BTreeMap<u64, usize>,
}

impl Measured {
    /// Adds to a series. What is no number, or would take away from a sum, is left out: it came from a record.
    pub(crate) fn add(&mut self, instrument: Instrument, value: f64, attributes: &[(&str, &str)]) {
        let is_sum = instrument.kind == InstrumentKind::DeltaSum;
        if !value.is_finite() || (is_sum && value < 0.0) {
            return;
        }
        if instrument.kind == InstrumentKind::Histogram {
            self.push(instrument, value, attributes);
            return;
        }
        let mut hash = hash(instrument, attributes);
        while let Some(place) = self.places.get(&hash).copied() {
            let known = self.all.get_mut(place);
            if let Some(known) = known.filter(|known| is_series(known, instrument, attributes)) {
                let sum = known.value + value;
                known.value = if is_sum && sum.is_finite() {
                    sum
                } else {
                    value
                };
                return;
            }
            hash = hash.wrapping_add(1);
        }
        self.places.insert(hash, self.all.len());
        self.push(instrument, value, attributes);
    }

    fn push(&mut self, instrument: Instrument, value: f64, attributes: &[(&str, &str)]) {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), shortened(value).to_owned());
        self.all.push(Measurement {
            instrument: instrument.index,
            value,
            attributes: attributes.iter().map(owned).collect(),
        });
    }
}

fn is_series(known: &Measurement, instrument: Instrument, attributes: &[(&str, &str)]) -> bool {
    known.instrument == instrument.index
        && known.attributes.len() == attributes.len()
        && known
            .attributes
            .iter()
            .zip(attributes)
            .all(|(known, (key, value))| known.0 == *key && known.1 == shortened(value))
}

fn shortened(value: &str) -> &str {
    let end = value.floor_char_boundary(LONGEST_VALUE);
    value.get(..end).unwrap_or_default()
}

/// FNV-1a over instrument, keys and values.
fn hash(instrument: Instrument, attributes: &[(&str, &str)]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(instrument.index);
    let mut take = |bytes: &[u8]| {
        for byte in bytes.iter().chain(&[0xff]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for (key, value) in attributes {
        take(key.as_bytes());
        take(shortened(value).as_bytes());
    }
    hash
}
