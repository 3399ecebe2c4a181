//! What must hold of a metric beside its expressions.

use tollgate_metrics::Shape;
use tollgate_sdk::Problem;

use crate::config::{WrittenAttribute, WrittenMetric};

/// Bounds of a histogram that has none of its own.
const BOUNDS: [f64; 16] = [
    2.0, 4.0, 6.0, 8.0, 10.0, 50.0, 100.0, 200.0, 400.0, 800.0, 1000.0, 1400.0, 2000.0, 5000.0,
    10_000.0, 15_000.0,
];
/// How many buckets an exponential histogram has for each sign without a word.
const USUAL_SIZE: usize = 160;
const SIZES: std::ops::RangeInclusive<i64> = 2..=16_384;

/// What a metric is made of: its shape, and the texts of its expressions with the keys they stand under.
pub(crate) struct Made<'w> {
    pub(crate) shape: Shape,
    pub(crate) value: (&'w str, &'static str),
    pub(crate) count: Option<(&'w str, &'static str)>,
}

/// The one shape of a metric. `at` is where the metric stands.
pub(crate) fn made<'w>(
    metric: &'w WrittenMetric,
    at: &str,
    problems: &mut Vec<Problem>,
) -> Option<Made<'w>> {
    let mut found = Vec::new();
    if let Some(histogram) = &metric.histogram {
        let bounds = histogram
            .buckets
            .as_deref()
            .filter(|bounds| !bounds.is_empty());
        found.push(Made {
            shape: Shape::Histogram {
                bounds: bounds.unwrap_or(&BOUNDS).to_vec(),
            },
            value: (&histogram.value, "histogram"),
            count: given(&histogram.count, "histogram"),
        });
    }
    if let Some(histogram) = &metric.exponential_histogram {
        found.push(Made {
            shape: Shape::Exponential {
                max_size: size(histogram.max_size, at, problems),
            },
            value: (&histogram.value, "exponential_histogram"),
            count: given(&histogram.count, "exponential_histogram"),
        });
    }
    if let Some(sum) = &metric.sum {
        found.push(Made {
            shape: Shape::Sum {
                monotonic: sum.monotonic,
                compensated: false,
            },
            value: (&sum.value, "sum"),
            count: None,
        });
    }
    if let Some(gauge) = &metric.gauge {
        if gauge.value.contains(GROK) && !grok_is_selected(&gauge.value) {
            let problem = Problem::at(
                format!("{at}/gauge/value"),
                "the patterns find a map, and a gauge needs one value of it",
            );
            problems.push(problem.help("name its key: ExtractGrokPatterns(...)[\"key\"]"));
        }
        found.push(Made {
            shape: Shape::Gauge,
            value: (&gauge.value, "gauge"),
            count: None,
        });
    }
    if found.len() != 1 {
        let message = format!("a metric is made in one way, and here are {}", found.len());
        let help = "give it one of sum, gauge, histogram and exponential_histogram";
        problems.push(Problem::at(at, message).help(help));
        return None;
    }
    let made = found.pop()?;
    if made.value.0.is_empty() {
        let at = format!("{at}/{}/value", made.value.1);
        problems.push(Problem::at(at, "there is no expression for the value"));
        return None;
    }
    Some(made)
}

fn given<'w>(text: &'w str, under: &'static str) -> Option<(&'w str, &'static str)> {
    (!text.is_empty()).then_some((text, under))
}

fn size(size: i64, at: &str, problems: &mut Vec<Problem>) -> usize {
    if size == 0 {
        return USUAL_SIZE;
    }
    if !SIZES.contains(&size) {
        let at = format!("{at}/exponential_histogram/max_size");
        let message = format!("{size} buckets are too few or too many");
        let help = format!("use {} to {}", SIZES.start(), SIZES.end());
        problems.push(Problem::at(at, message).help(help));
    }
    usize::try_from(size).unwrap_or(USUAL_SIZE)
}

const GROK: &str = "ExtractGrokPatterns";

/// Whether a key follows a call of the function: `ExtractGrokPatterns(...)["key"]`.
fn grok_is_selected(text: &str) -> bool {
    text.match_indices(GROK).any(|(place, _)| {
        let selected = || {
            let arguments = text.get(place + GROK.len()..)?.strip_prefix('(')?;
            let (_, after) = arguments.split_once(')')?;
            let (key, _) = after.trim_start().strip_prefix('[')?.split_once(']')?;
            Some(!key.is_empty())
        };
        selected().unwrap_or(false)
    })
}

/// What must hold of attributes. `at` is where their list stands.
pub(crate) fn attributes(attributes: &[WrittenAttribute], at: &str, problems: &mut Vec<Problem>) {
    for (nth, attribute) in attributes.iter().enumerate() {
        let at = format!("{at}/{nth}");
        if attribute.key.is_empty() == attribute.keys_expression.is_empty() {
            let problem = Problem::at(
                &at,
                "an attribute is named by `key` or by `keys_expression`",
            );
            problems.push(problem.help("give it one of the two"));
        }
        let before = attributes.iter().take(nth);
        if !attribute.key.is_empty() && before.into_iter().any(|other| other.key == attribute.key) {
            problems.push(Problem::at(
                format!("{at}/key"),
                "the attribute is named before",
            ));
        }
        if attribute.optional && attribute.default_value.is_some() {
            let problem = Problem::at(&at, "an attribute with a default value is never missing");
            problems.push(problem.help("give it one of `optional` and `default_value`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::grok_is_selected;

    #[test]
    fn a_key_follows_the_call() {
        assert!(grok_is_selected(
            r#"ExtractGrokPatterns(body, "%{NUMBER:n}")["n"]"#
        ));
        assert!(grok_is_selected(
            r#"Int(ExtractGrokPatterns(body, "x")  ["n"])"#
        ));
        assert!(!grok_is_selected(r#"ExtractGrokPatterns(body, "x")"#));
        assert!(!grok_is_selected(r#"ExtractGrokPatterns(body, "x")[]"#));
    }
}
