//! Sampling of spans: what is known of earlier sampling stands in their trace state.

use tollgate_sdk::{Field, Record, Setup, Signal, Value, Verdict};
use tollgate_values::parse_double;

use crate::config::Config;
use crate::hash;
use crate::policy::Rules;
use crate::probability::{Randomness, Threshold};
use crate::sampler::{Arrived, Method, Sampler};
use crate::tracestate::TraceState;

const TRACES: &[Signal] = &[Signal::Traces];

/// The sampler of spans.
#[derive(Debug)]
pub(crate) struct Spans {
    sampler: Sampler,
    rules: Rules,
    trace_id: Field,
    trace_state: Field,
    priority: Field,
    /// Where trace states are written, kept from span to span.
    written: String,
}

impl Spans {
    pub(crate) fn configure(config: &Config, rules: Rules, setup: &mut Setup) -> Self {
        setup.drops(TRACES);
        Self {
            sampler: Sampler::of(config),
            rules,
            trace_id: setup.reads(TRACES, "trace_id"),
            trace_state: setup.edits(TRACES, "trace_state"),
            priority: setup.reads(TRACES, r#"attributes["sampling.priority"]"#),
            written: String::new(),
        }
    }

    pub(crate) fn judge(&mut self, span: &mut Record<'_>) -> Verdict {
        let id = trace_id(span.get(self.trace_id));
        let text = span
            .get(self.trace_state)
            .and_then(Value::as_text)
            .unwrap_or_default();
        let (mut state, sound) = TraceState::parse(text);
        let arrived = Arrived {
            sampling: state.sampling,
            sound,
        };
        let draw = match self.sampler.method {
            Method::Hash { seed, .. } => {
                let hashed = id.map(|id| hash::randomness(id, seed));
                // A span without a trace id that is kept all the same is marked as one that every sampler keeps.
                Sampler::draw_hashed(arrived, hashed, hashed.or(Some(Randomness::KEPT_AT_ANY)))
            }
            _ => self.sampler.draw(arrived, id),
        };
        let decision = self
            .sampler
            .decide(draw, span.get(self.priority).and_then(priority));
        if let Some(sampling) = decision.carried {
            state.sampling = sampling;
            self.written.clear();
            state.write(&mut self.written);
            if self.written != text {
                span.set(
                    self.rules.of(decision.reason),
                    self.trace_state,
                    self.written.as_str(),
                );
            }
        }
        self.rules.judged(span, &decision)
    }
}

/// A trace id that is one: 16 bytes, and not all of them zero.
pub(crate) fn trace_id(value: Option<Value<'_>>) -> Option<&[u8; 16]> {
    let id: &[u8; 16] = value?.as_bytes()?.try_into().ok()?;
    (*id != [0; 16]).then_some(id)
}

/// The priority of OpenTracing's conventions: 0 never, more always, less says nothing.
fn priority(value: Value<'_>) -> Option<Threshold> {
    #[expect(clippy::cast_precision_loss, reason = "the sign is all that counts")]
    let number = match value {
        Value::Int(number) => number as f64,
        Value::Double(number) => number,
        Value::Text(text) => parse_double(text)?,
        _ => return None,
    };
    if number == 0.0 {
        return Some(Threshold::NEVER);
    }
    (number > 0.0).then_some(Threshold::ALWAYS)
}
