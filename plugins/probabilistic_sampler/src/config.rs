//! The configuration: as written, then as meant.

use serde::Deserialize;
use tollgate_sdk::Problem;

use crate::digits::DIGITS;
use crate::probability::MIN_PROBABILITY;

/// The configuration as written: the keys of the Collector's `probabilistic_sampler`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    sampling_percentage: Option<f32>,
    hash_seed: Option<u32>,
    mode: Option<String>,
    fail_closed: Option<bool>,
    sampling_precision: Option<i64>,
    attribute_source: Option<String>,
    from_attribute: Option<String>,
    sampling_priority: Option<String>,
}

/// How records are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// By a hash, which is what the mode left out means, too.
    HashSeed,
    /// To one probability.
    Equalizing,
    /// By one probability, on top of the incoming one.
    Proportional,
}

/// The configuration as meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// 0 and up; 100 and more keep everything.
    pub sampling_percentage: f32,
    /// What is hashed before the bytes.
    pub hash_seed: u32,
    /// How records are judged.
    pub mode: Mode,
    /// Whether a record that cannot be judged is dropped.
    pub fail_closed: bool,
    /// Hexadecimal digits of a threshold, 1 to 14.
    pub sampling_precision: u8,
    /// Logs: whether the trace id is what is hashed.
    pub hashes_trace_id: bool,
    /// Logs: the attribute that is hashed in its place, or when it is absent.
    pub from_attribute: Option<String>,
    /// Logs: the attribute that holds a percentage of its own.
    pub sampling_priority: Option<String>,
}

impl Written {
    /// Checks what was written. All mistakes are reported at once.
    pub fn check(self) -> Result<Config, Vec<Problem>> {
        let mut problems = Vec::new();
        let config = Config {
            sampling_percentage: keep(
                &mut problems,
                percentage(self.sampling_percentage.unwrap_or(0.0)),
            ),
            hash_seed: self.hash_seed.unwrap_or(0),
            mode: keep(
                &mut problems,
                mode(self.mode.as_deref().unwrap_or_default()),
            )
            .unwrap_or(Mode::HashSeed),
            fail_closed: self.fail_closed.unwrap_or(true),
            sampling_precision: keep(
                &mut problems,
                precision(self.sampling_precision.unwrap_or(4)),
            ),
            hashes_trace_id: keep(
                &mut problems,
                attribute_source(self.attribute_source.as_deref()),
            ),
            from_attribute: self.from_attribute.filter(|key| !key.is_empty()),
            sampling_priority: self.sampling_priority.filter(|key| !key.is_empty()),
        };
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(problems)
        }
    }
}

fn keep<T: Default>(problems: &mut Vec<Problem>, checked: Result<T, Problem>) -> T {
    checked.unwrap_or_else(|problem| {
        problems.push(problem);
        T::default()
    })
}

fn percentage(percentage: f32) -> Result<f32, Problem> {
    const AT: &str = "/sampling_percentage";
    if !percentage.is_finite() || percentage < 0.0 {
        return Err(Problem::at(AT, "not a percentage")
            .help("write a number from 0 (keep nothing) to 100 (keep everything)"));
    }
    if percentage > 0.0 && f64::from(percentage) / 100.0 < MIN_PROBABILITY {
        let help = "write 0 to keep nothing, or at least 1.4e-15";
        return Err(Problem::at(AT, "a percentage too small to be expressed").help(help));
    }
    Ok(percentage)
}

fn mode(mode: &str) -> Result<Option<Mode>, Problem> {
    match mode {
        "" => Ok(None),
        "hash_seed" => Ok(Some(Mode::HashSeed)),
        "equalizing" => Ok(Some(Mode::Equalizing)),
        "proportional" => Ok(Some(Mode::Proportional)),
        _ => Err(Problem::at("/mode", "not a mode")
            .help("write `hash_seed`, `equalizing` or `proportional`")),
    }
}

fn precision(digits: i64) -> Result<u8, Problem> {
    u8::try_from(digits)
        .ok()
        .filter(|digits| (1..=DIGITS).contains(&usize::from(*digits)))
        .ok_or_else(|| {
            Problem::at("/sampling_precision", "not a number of digits")
                .help("write a number from 1 to 14; the default is 4")
        })
}

/// Whether the trace id is the source. An empty source is neither of the two, as upstream has it.
fn attribute_source(source: Option<&str>) -> Result<bool, Problem> {
    match source.unwrap_or("traceID") {
        "traceID" => Ok(true),
        "record" | "" => Ok(false),
        _ => Err(
            Problem::at("/attribute_source", "not a source of randomness")
                .help("write `traceID` or `record`"),
        ),
    }
}
