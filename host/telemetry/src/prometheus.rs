//! Metrics as Prometheus reads them: its text format, version 0.0.4, with the names that OpenTelemetry's exporter for Go makes.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::metric::{Attributes, Data, Distribution, Metric, Number, Point};

/// The media type of the answer.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

/// How names are made, and what stands beside the metrics.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Naming {
    /// Names end in their unit.
    pub units: bool,
    /// Names of counters end in `_total`.
    pub type_suffix: bool,
    /// Series name the instrumentation scope: its name and version.
    pub scope: Option<(String, String)>,
    /// Attributes of the resource, shown as `target_info`.
    pub target: Vec<(String, String)>,
    /// Attributes of the resource that every series has.
    pub constant: Vec<(String, String)>,
}

/// Writes metrics out.
#[must_use]
pub fn render(metrics: &[Metric], naming: &Naming) -> String {
    let mut page = Page {
        text: String::with_capacity(metrics.len().saturating_mul(256)),
        constant: constant_labels(naming),
        named: BTreeSet::new(),
    };
    if !naming.target.is_empty() {
        page.head("target_info", "Target metadata", "gauge");
        let labels = labels(
            naming
                .target
                .iter()
                .map(|(key, value)| (key.as_str(), value)),
        );
        page.line("target_info", &labels, "1");
    }
    for metric in metrics {
        page.metric(metric, naming);
    }
    page.text
}

fn constant_labels(naming: &Naming) -> String {
    let scope = naming
        .scope
        .iter()
        .flat_map(|(name, version)| [("otel_scope_name", name), ("otel_scope_version", version)]);
    let constant = naming.constant.iter();
    labels(scope.chain(constant.map(|(key, value)| (key.as_str(), value))))
}

struct Page {
    text: String,
    constant: String,
    named: BTreeSet<String>,
}

impl Page {
    fn metric(&mut self, metric: &Metric, naming: &Naming) {
        let name = name_of(metric, naming);
        // Two names may become one when their characters are replaced. Prometheus refuses a page with a name twice.
        if !self.named.insert(name.clone()) {
            return;
        }
        match &metric.data {
            Data::Sum { monotonic, points } => {
                let kind = if *monotonic { "counter" } else { "gauge" };
                self.head(&name, &metric.description, kind);
                self.numbers(&name, points);
            }
            Data::Gauge(points) => {
                self.head(&name, &metric.description, "gauge");
                self.numbers(&name, points);
            }
            Data::Histogram(points) => {
                self.head(&name, &metric.description, "histogram");
                for point in points {
                    self.distribution(&name, point);
                }
            }
        }
    }

    fn head(&mut self, name: &str, help: &str, kind: &str) {
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn numbers(&mut self, name: &str, points: &[Point<Number>]) {
        let mut shown = BTreeSet::new();
        for point in points {
            let labels = self.labels_of(&point.attributes);
            if shown.insert(labels.clone()) {
                self.line(name, &labels, &number(point.value));
            }
        }
    }

    fn distribution(&mut self, name: &str, point: &Point<Distribution>) {
        let labels = self.labels_of(&point.attributes);
        let separator = if labels.is_empty() { "" } else { "," };
        let bucket = format!("{name}_bucket");
        let mut below: u64 = 0;
        let bounds = point.value.bounds.iter().map(f64::to_string);
        for (bound, count) in bounds.chain(["+Inf".to_owned()]).zip(&point.value.counts) {
            below = below.saturating_add(*count);
            let labels = format!("{labels}{separator}le=\"{bound}\"");
            self.line(&bucket, &labels, &below.to_string());
        }
        self.line(&format!("{name}_sum"), &labels, &double(point.value.sum));
        self.line(&format!("{name}_count"), &labels, &below.to_string());
    }

    fn labels_of(&self, attributes: &Attributes) -> String {
        let own = labels(attributes.iter().map(|(key, value)| (key.as_ref(), value)));
        match (own.is_empty(), self.constant.is_empty()) {
            (_, true) => own,
            (true, false) => self.constant.clone(),
            (false, false) => format!("{own},{}", self.constant),
        }
    }

    fn line(&mut self, name: &str, labels: &str, value: &str) {
        // Writing to a string does not fail.
        let _ = if labels.is_empty() {
            writeln!(self.text, "{name} {value}")
        } else {
            writeln!(self.text, "{name}{{{labels}}} {value}")
        };
    }
}

/// Labels sorted by name; the values of two keys that become one name are joined, as the specification wants it.
fn labels<'a>(attributes: impl Iterator<Item = (&'a str, &'a String)>) -> String {
    let mut all: Vec<(String, String)> = Vec::new();
    for (key, value) in attributes {
        let name = label(key);
        match all.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => {
                known.push(';');
                known.push_str(value);
            }
            None => all.push((name, value.clone())),
        }
    }
    all.sort_unstable();
    let mut text = String::new();
    for (place, (name, value)) in all.iter().enumerate() {
        let separator = if place == 0 { "" } else { "," };
        let value = value
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n");
        // Writing to a string does not fail.
        let _ = write!(text, "{separator}{name}=\"{value}\"");
    }
    text
}

fn number(value: Number) -> String {
    match value {
        Number::Int(value) => value.to_string(),
        Number::Double(value) => double(value),
    }
}

fn double(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        value.to_string()
    }
}

fn name_of(metric: &Metric, naming: &Naming) -> String {
    let mut name = escaped(&metric.name, true);
    let monotonic = matches!(
        metric.data,
        Data::Sum {
            monotonic: true,
            ..
        }
    );
    if naming.units
        && let Some(unit) = unit_suffix(&metric.unit, matches!(metric.data, Data::Gauge(_)))
        && !name.ends_with(&unit)
    {
        name.push('_');
        name.push_str(&unit);
    }
    if naming.type_suffix && monotonic && !name.ends_with("_total") {
        name.push_str("_total");
    }
    name
}

fn label(key: &str) -> String {
    escaped(key, false)
}

/// A name in the characters that Prometheus has always taken.
fn escaped(name: &str, colon: bool) -> String {
    let mut escaped: String = name
        .chars()
        .map(|c| {
            let fits = c.is_ascii_alphanumeric() || c == '_' || (colon && c == ':');
            if fits { c } else { '_' }
        })
        .collect();
    if escaped.starts_with(|c: char| c.is_ascii_digit()) || escaped.is_empty() {
        escaped.insert(0, '_');
    }
    escaped
}

/// The words of a unit in UCUM's spelling: `By/s` is `bytes_per_second`. Annotations in braces are no unit.
fn unit_suffix(unit: &str, gauge: bool) -> Option<String> {
    if unit == "1" {
        return gauge.then(|| "ratio".to_owned());
    }
    let mut parts = unit.splitn(2, '/');
    let main = parts.next().and_then(|unit| word(unit, MAIN));
    let per = parts.next().and_then(|unit| word(unit, PER));
    match (main, per) {
        (Some(main), Some(per)) => Some(format!("{main}_per_{per}")),
        (None, Some(per)) => Some(format!("per_{per}")),
        (main, None) => main,
    }
}

const MAIN: &[(&str, &str)] = &[
    ("d", "days"),
    ("h", "hours"),
    ("min", "minutes"),
    ("s", "seconds"),
    ("ms", "milliseconds"),
    ("us", "microseconds"),
    ("ns", "nanoseconds"),
    ("By", "bytes"),
    ("KiBy", "kibibytes"),
    ("MiBy", "mebibytes"),
    ("GiBy", "gibibytes"),
    ("%", "percent"),
];
const PER: &[(&str, &str)] = &[
    ("s", "second"),
    ("m", "minute"),
    ("h", "hour"),
    ("d", "day"),
    ("w", "week"),
    ("mo", "month"),
    ("y", "year"),
];

fn word(unit: &str, words: &[(&str, &str)]) -> Option<String> {
    let unit = unit.trim();
    if unit.is_empty() || unit.contains(['{', '}']) {
        return None;
    }
    let known = words.iter().find(|(code, _)| *code == unit);
    Some(known.map_or_else(|| escaped(unit, false), |(_, word)| (*word).to_owned()))
}
