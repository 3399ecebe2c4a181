//! The sums of one section.

use std::borrow::Cow;

use tollgate_attraction::Constant;
use tollgate_metrics::{Amount, Definition, Labels, Number, Shape};
use tollgate_ottl::Error;
use tollgate_sdk::{Batch, Field, NodeView, Problem, Rule, Setup, Value, attribute_path};
use tollgate_tally::{Conditions, Dimension, Named, Plans, Scene, Section, Tally};

use crate::config::{Arithmetic, WrittenSum};

/// Sums of what a section is about.
#[derive(Debug)]
pub(crate) struct Summer {
    pub(crate) section: Section,
    sums: Vec<OneSum>,
}

/// One sum.
#[derive(Debug)]
struct OneSum {
    /// The index of its metric's definition.
    definition: usize,
    /// What is added up; metrics themselves have no attributes.
    source: Option<Field>,
    dimensions: Vec<Dimension>,
    conditions: Conditions,
    /// Whether anything can come of it.
    usable: bool,
    arithmetic: Arithmetic,
    /// Whose records cannot be judged where a condition fails.
    rule: Rule,
}

impl Summer {
    /// Checks the sums of a section, and adds the definitions of their metrics.
    pub(crate) fn configure(
        section: Section,
        sums: Vec<Named<WrittenSum>>,
        arithmetic: Arithmetic,
        definitions: &mut Vec<Definition>,
        plans: &mut Plans,
        setup: &mut Setup,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let signal = section.signal();
        let sums = sums.into_iter().map(|sum| {
            let written = sum.metric;
            let attributes = written.attributes.unwrap_or_default();
            if written.source_attribute.is_empty() {
                let at = format!("{}/source_attribute", sum.at);
                problems.push(Problem::at(at, "there is no attribute to add up").help("name it"));
            }
            if section == Section::Metrics && !attributes.is_empty() {
                let message = "metrics have no attributes to be summed by";
                let problem = Problem::at(format!("{}/attributes", sum.at), message);
                problems.push(problem.help("sum their data points, under `datapoints`"));
            }
            let at = format!("{}/attributes", sum.at);
            let usable = tollgate_tally::check_dimensions(&attributes, &at, setup, problems);
            let kinds = [section.kind()];
            let dimensions = attributes.iter().map(|attribute| {
                Dimension::new(
                    &attribute.key,
                    attribute.default_value.as_ref(),
                    &kinds,
                    signal,
                    setup,
                )
            });
            let dimensions = dimensions.collect();
            let source = (section != Section::Metrics).then(|| {
                setup.reads(
                    &[signal],
                    &attribute_path(section.kind(), &written.source_attribute),
                )
            });
            definitions.push(Definition {
                name: sum.name.clone(),
                description: written.description,
                unit: String::new(),
                shape: Shape::Sum {
                    monotonic: true,
                    compensated: true,
                },
            });
            let texts = written.conditions.unwrap_or_default();
            let at = format!("{}/conditions", sum.at);
            OneSum {
                definition: definitions.len() - 1,
                source,
                dimensions,
                usable,
                conditions: Conditions::compile(section, &texts, &at, plans, problems),
                arithmetic,
                rule: setup.rule(sum.name),
            }
        });
        Self {
            section,
            sums: sums.collect(),
        }
    }

    /// Sums up a batch.
    pub(crate) fn sum<'e, 'b: 'e>(
        &'e self,
        batch: &Batch<'b>,
        tally: &mut Tally<'_, '_>,
        scene: &mut Scene<'e>,
    ) {
        for node in batch.views(self.section.kind()) {
            scene.enter(node);
            for sum in &self.sums {
                match sum.takes(&node, tally.labels, scene) {
                    Ok(true) => {
                        let resource = tally.resources.of(&node, tally.derived);
                        let amount = Amount::Number(Number::Double(sum.amount(&node)));
                        for _ in 0..sum.times() {
                            tally
                                .derived
                                .add(resource, sum.definition, tally.labels, amount);
                        }
                    }
                    Ok(false) => {}
                    Err(error) => tally.failures.add(&node, sum.rule, error),
                }
            }
        }
    }
}

impl OneSum {
    /// Whether a node is added, and under which attributes: these are in `labels` then.
    fn takes<'e>(
        &'e self,
        node: &NodeView<'_>,
        labels: &mut Labels,
        scene: &mut Scene<'e>,
    ) -> Result<bool, Error> {
        labels.clear();
        if !self.usable {
            return Ok(false);
        }
        for dimension in &self.dimensions {
            if !self.label(dimension, node, labels) {
                return Ok(false);
            }
        }
        self.conditions.hold(scene)
    }

    /// Writes the attribute of one dimension, as text if a record has it. Returns whether there is one.
    fn label(&self, dimension: &Dimension, node: &NodeView<'_>, labels: &mut Labels) -> bool {
        let upstream = self.arithmetic == Arithmetic::Upstream;
        match dimension.found(node) {
            Some(value) => {
                let text = match value {
                    value if upstream && counts_as_missing(value) => return false,
                    Value::Double(number) => Cow::Owned(plain(number)),
                    value => tollgate_values::text(value),
                };
                labels.push(&dimension.key, Value::Text(&text));
                true
            }
            None => match dimension.default.as_ref().map(Constant::value) {
                Some(value) if !(upstream && counts_as_missing(value)) => {
                    labels.push(&dimension.key, value);
                    true
                }
                _ => false,
            },
        }
    }

    /// What a node adds. An attribute that is missing or no number adds 0, and the sum is there all the same.
    fn amount(&self, node: &NodeView<'_>) -> f64 {
        let value = self.source.and_then(|field| node.get(field));
        match value {
            Some(Value::Text(text)) => tollgate_values::parse_double(text).unwrap_or_default(),
            Some(Value::Double(number)) => number,
            #[expect(clippy::cast_precision_loss, reason = "the nearest double")]
            Some(Value::Int(number)) => number as f64,
            _ => 0.0,
        }
    }

    /// How often that is added.
    fn times(&self) -> usize {
        match self.arithmetic {
            Arithmetic::Exact => 1,
            Arithmetic::Upstream => self.dimensions.len().max(1),
        }
    }
}

/// What the Collector does not tell from an attribute that is not there.
fn counts_as_missing(value: Value<'_>) -> bool {
    match value {
        Value::Text(text) => text.is_empty(),
        Value::Int(number) => number == 0,
        Value::Double(number) => number == 0.0,
        _ => true,
    }
}

/// A double as the Collector writes it into an attribute.
fn plain(number: f64) -> String {
    let size = number.abs();
    if !size.is_finite() {
        return tollgate_values::decimal(number);
    }
    if size == 0.0 || (1e-4..1e21).contains(&size) {
        return number.to_string();
    }
    // Exponents have a sign, and two digits at least.
    let scientific = format!("{number:e}");
    match scientific.split_once('e') {
        Some((digits, exponent)) => {
            let (sign, exponent) = exponent
                .strip_prefix('-')
                .map_or(('+', exponent), |exponent| ('-', exponent));
            format!("{digits}e{sign}{exponent:0>2}")
        }
        None => scientific,
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    /// What Go's `%v` makes of the same doubles.
    #[test]
    fn doubles_are_written_as_go_writes_them() {
        let cases = [
            (1.5, "1.5"),
            (200.0, "200"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.5e-7, "1.5e-07"),
            (0.0001, "0.0001"),
            (-2e-300, "-2e-300"),
            (f64::INFINITY, "+Inf"),
            (f64::NAN, "NaN"),
        ];
        for (number, text) in cases {
            assert_eq!(plain(number), text);
        }
    }
}
