//! Sampling of log records: what is known of earlier sampling stands in two attributes.

use tollgate_sdk::{Field, Record, Setup, Signal, Value, Verdict};

use crate::config::Config;
use crate::hash::{self, Seed};
use crate::policy::Rules;
use crate::probability::{Randomness, Threshold};
use crate::sampler::{Arrived, Method, Sampler};
use crate::sampling::Sampling;
use crate::spans::trace_id;

const LOGS: &[Signal] = &[Signal::Logs];

/// The sampler of log records. What is `None` is not asked for.
#[derive(Debug)]
pub(crate) struct Logs {
    sampler: Sampler,
    rules: Rules,
    threshold: Field,
    randomness: Field,
    trace_id: Option<Field>,
    attribute: Option<Field>,
    priority: Option<Field>,
}

impl Logs {
    pub(crate) fn configure(config: &Config, rules: Rules, setup: &mut Setup) -> Self {
        setup.drops(LOGS);
        let sampler = Sampler::of(config);
        let hashes = matches!(sampler.method, Method::Hash { .. });
        let reads_id = if hashes {
            config.hashes_trace_id
        } else {
            sampler.method != Method::Never
        };
        let randomness =
            tollgate_sdk::attribute_path(Signal::Logs.record_kind(), "sampling.randomness");
        let mut attribute = |key: &Option<String>| {
            let path = tollgate_sdk::attribute_path(Signal::Logs.record_kind(), key.as_deref()?);
            Some(setup.reads(LOGS, &path))
        };
        let from_attribute = attribute(&config.from_attribute.clone().filter(|_| hashes));
        let priority = attribute(&config.sampling_priority);
        Self {
            sampler,
            rules,
            threshold: setup.edits(LOGS, r#"attributes["sampling.threshold"]"#),
            randomness: if hashes {
                setup.edits(LOGS, &randomness)
            } else {
                setup.reads(LOGS, &randomness)
            },
            trace_id: reads_id.then(|| setup.reads(LOGS, "trace_id")),
            attribute: from_attribute,
            priority,
        }
    }

    pub(crate) fn judge(&self, record: &mut Record<'_>) -> Verdict {
        let arrived = self.arrived(record);
        let id = self.trace_id.and_then(|field| trace_id(record.get(field)));
        let draw = match self.sampler.method {
            Method::Hash { seed, .. } => {
                let hashed = id
                    .map(|id| hash::randomness(id, seed))
                    .or_else(|| self.hash_attribute(record, seed));
                Sampler::draw_hashed(arrived, hashed, hashed)
            }
            _ => self.sampler.draw(arrived, id),
        };
        let decision = self.sampler.decide(draw, self.asked(record));
        if let Some(sampling) = decision.carried {
            let rule = self.rules.of(decision.reason);
            // What is spelled as it came needs no writing.
            if sampling
                .threshold
                .is_some_and(|threshold| threshold.text.is_none())
            {
                sampling.write_threshold(|digits| record.set(rule, self.threshold, digits));
            }
            if sampling
                .randomness
                .is_some_and(|randomness| randomness.text.is_none())
            {
                sampling.write_randomness(|digits| record.set(rule, self.randomness, digits));
            }
        }
        self.rules.judged(record, &decision)
    }

    fn arrived<'a>(&self, record: &Record<'a>) -> Arrived<'a> {
        let text = |field| {
            record
                .get(field)
                .and_then(Value::as_text)
                .filter(|text| !text.is_empty())
        };
        let (sampling, sound) = Sampling::parse(text(self.randomness), text(self.threshold));
        Arrived { sampling, sound }
    }

    fn hash_attribute(&self, record: &Record<'_>, seed: Seed) -> Option<Randomness> {
        let value = record.get(self.attribute?)?;
        let text;
        let bytes = match value {
            Value::Bytes(bytes) => bytes,
            value => {
                text = tollgate_values::text(value);
                text.as_bytes()
            }
        };
        (!bytes.is_empty()).then(|| hash::randomness(bytes, seed))
    }

    /// The threshold of the percentage that the record asks for, if it asks for one that can be.
    fn asked(&self, record: &Record<'_>) -> Option<Threshold> {
        #[expect(clippy::cast_precision_loss, reason = "a percentage")]
        let percentage = match record.get(self.priority?)? {
            Value::Double(number) => number,
            Value::Int(number) => number as f64,
            _ => return None,
        };
        self.sampler.asked(percentage)
    }
}
