//! The decision, the same for logs and traces.

use crate::config::{Config, Mode};
use crate::hash::{self, Seed};
use crate::probability::{MIN_PROBABILITY, Randomness, Threshold};
use crate::sampling::{Sampling, Spelled};

/// How a record is judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// Nothing is kept, unless its priority asks for it.
    Never,
    /// By a hash of the trace id or of an attribute.
    Hash {
        /// What is hashed before the bytes.
        seed: Seed,
        /// What the hash is compared with.
        threshold: Threshold,
    },
    /// To one probability, whatever was sampled before.
    Equalizing {
        /// The threshold of that probability.
        threshold: Threshold,
    },
    /// By one probability, on top of what was sampled before.
    Proportional {
        /// That probability.
        ratio: f64,
    },
}

/// What a record says about its own sampling, as it came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrived<'t> {
    /// What could be read.
    pub sampling: Sampling<'t>,
    /// Whether all of it could be read.
    pub sound: bool,
}

/// What the decision is made with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Draw<'t> {
    /// Randomness of the record; `None` when it has none.
    pub randomness: Option<Randomness>,
    /// What a kept record will carry; `None` leaves it as it came.
    pub carried: Option<Sampling<'t>>,
    /// Whether the record can be judged. If not, `fail_closed` decides.
    pub sound: bool,
}

/// Which part of the configuration decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// `sampling_percentage`.
    Percentage,
    /// `fail_closed`: the record could not be judged.
    Failure,
    /// The priority that the record carries.
    Priority,
}

/// What becomes of a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision<'t> {
    /// Whether it is kept.
    pub kept: bool,
    /// Why.
    pub reason: Reason,
    /// What a kept record has to carry; `None` leaves it as it came.
    pub carried: Option<Sampling<'t>>,
}

/// The sampler of one signal.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampler {
    /// How a record is judged.
    pub method: Method,
    precision: u8,
    fail_closed: bool,
}

impl Sampler {
    /// The sampler that a checked configuration asks for.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self {
            method: method(config),
            precision: config.sampling_precision,
            fail_closed: config.fail_closed,
        }
    }

    /// Draws for the modes that compare with the randomness of the trace, and for the one that never keeps.
    #[must_use]
    pub fn draw<'t>(&self, arrived: Arrived<'t>, trace_id: Option<&[u8; 16]>) -> Draw<'t> {
        if self.method == Method::Never {
            // The randomness is not used: only a priority can keep the record.
            let randomness = Some(Randomness::KEPT_AT_ANY);
            return Draw {
                randomness,
                carried: Some(arrived.sampling),
                sound: arrived.sound,
            };
        }
        if !arrived.sound {
            return Draw {
                randomness: None,
                carried: None,
                sound: false,
            };
        }
        let explicit = arrived.sampling.randomness.map(|found| found.number);
        let randomness = explicit.or_else(|| trace_id.map(Randomness::of_trace_id));
        Draw {
            randomness,
            carried: Some(arrived.sampling),
            sound: true,
        }
    }

    /// Draws for the mode that hashes. A record that takes part in consistent sampling already is none for this mode.
    #[must_use]
    pub fn draw_hashed(
        arrived: Arrived<'_>,
        hashed: Option<Randomness>,
        written: Option<Randomness>,
    ) -> Draw<'_> {
        let untouched =
            arrived.sampling.randomness.is_none() && arrived.sampling.threshold.is_none();
        if !arrived.sound || !untouched {
            return Draw {
                randomness: hashed,
                carried: None,
                sound: false,
            };
        }
        let randomness = written.map(Spelled::found);
        Draw {
            randomness: hashed,
            carried: Some(Sampling {
                randomness,
                threshold: None,
            }),
            sound: true,
        }
    }

    /// Decides. `priority` gives the threshold that the record itself asks for.
    #[must_use]
    pub fn decide<'t>(&self, draw: Draw<'t>, priority: Option<Threshold>) -> Decision<'t> {
        let mut carried = draw.carried;
        let judged = draw.sound && consistent(draw.randomness, carried.as_mut());
        let (mut threshold, mut reason) = match (judged, self.fail_closed) {
            (true, _) => (self.threshold(carried), Reason::Percentage),
            (false, true) => (Threshold::NEVER, Reason::Failure),
            (false, false) => (Threshold::ALWAYS, Reason::Failure),
        };
        if let Some(asked) = priority {
            (threshold, reason) = (asked, Reason::Priority);
        }
        let kept = threshold.keeps(draw.randomness.unwrap_or(Randomness::KEPT_AT_ANY));
        if let Some(sampling) = carried.as_mut() {
            raise(sampling, threshold);
        }
        Decision {
            kept,
            reason,
            carried: carried.filter(|_| kept),
        }
    }

    /// The threshold of a percentage that a record asks for itself.
    #[must_use]
    pub fn asked(&self, percentage: f64) -> Option<Threshold> {
        Threshold::of_probability(percentage / 100.0, self.precision)
    }

    fn threshold(&self, carried: Option<Sampling<'_>>) -> Threshold {
        let arrived = carried
            .and_then(|sampling| sampling.threshold)
            .map(|found| found.number);
        match self.method {
            Method::Never => Threshold::NEVER,
            Method::Hash { threshold, .. } => threshold,
            Method::Equalizing { threshold } => {
                arrived.map_or(threshold, |arrived| arrived.max(threshold))
            }
            // A product too small to be expressed keeps nothing.
            Method::Proportional { ratio } => {
                let incoming = arrived.map_or(1.0, Threshold::probability);
                Threshold::of_probability(incoming * ratio, self.precision)
                    .unwrap_or(Threshold::NEVER)
            }
        }
    }
}

/// A threshold that the record cannot have passed is a lie: it is forgotten, and the record cannot be judged.
fn consistent(randomness: Option<Randomness>, carried: Option<&mut Sampling<'_>>) -> bool {
    let Some(randomness) = randomness else {
        return false;
    };
    let Some(sampling) = carried else { return true };
    let passed = sampling
        .threshold
        .is_none_or(|found| found.number.keeps(randomness));
    if !passed {
        sampling.threshold = None;
    }
    passed
}

/// Sets the threshold, unless that would claim a higher probability than the record came with.
fn raise(sampling: &mut Sampling<'_>, threshold: Threshold) {
    if sampling
        .threshold
        .is_none_or(|present| present.number <= threshold)
    {
        sampling.threshold = (threshold != Threshold::NEVER).then_some(Spelled::found(threshold));
    }
}

fn method(config: &Config) -> Method {
    let percentage = config.sampling_percentage.min(100.0);
    if percentage == 0.0 {
        return Method::Never;
    }
    // Single precision first, as the configuration is read; then double, so that the division loses nothing.
    let ratio = (f64::from(percentage) / 100.0).max(MIN_PROBABILITY);
    match config.mode {
        Mode::Equalizing => Threshold::of_probability(ratio, config.sampling_precision)
            .map_or(Method::Never, |threshold| Method::Equalizing { threshold }),
        Mode::Proportional => Method::Proportional { ratio },
        Mode::HashSeed => {
            hash::threshold(percentage).map_or(Method::Never, |threshold| Method::Hash {
                seed: Seed::of(config.hash_seed),
                threshold,
            })
        }
    }
}
