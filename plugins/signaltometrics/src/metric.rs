//! One metric: from a record to an amount.

use tollgate_metrics::{Amount, Definition, Labels, Number, Shape};
use tollgate_ottl::Error;
use tollgate_sdk::{NodeKind, NodeView, Problem, Rule, Setup};
use tollgate_tally::{Conditions, Formula, Outcome, Plans, Scene, Section};

use crate::check;
use crate::config::WrittenMetric;
use crate::entries::Entries;

/// A metric that was checked.
#[derive(Debug)]
pub(crate) struct Metric {
    /// The index of its definition: metrics of equal name, description, unit and kind share one.
    pub(crate) definition: usize,
    /// Attributes of its resources, where not all are kept.
    pub(crate) resource: Entries,
    attributes: Entries,
    conditions: Conditions,
    kind: Kind,
    value: Formula,
    count: Option<Formula>,
    /// Whose records cannot be judged where an expression fails.
    pub(crate) rule: Rule,
}

/// What went wrong with a record.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trouble {
    /// Its attributes could not be named.
    Keys(Error),
    /// A condition or a value could not be told.
    Value(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Value(error)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sum,
    Gauge,
    Histogram,
}

/// What OTTL says of a key that a map has not.
const NO_SUCH_KEY: &str = "the key is not in the map";

impl Metric {
    /// Checks a metric of a section, which stands at `at`; adds its definition, if it is a new one.
    pub(crate) fn configure(
        written: &WrittenMetric,
        section: Section,
        at: &str,
        definitions: &mut Vec<Definition>,
        plans: &mut Plans,
        setup: &mut Setup,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        if written.name.is_empty() {
            problems.push(Problem::at(format!("{at}/name"), "the metric has no name"));
        }
        let listed = |list: &Option<Vec<_>>| list.clone().unwrap_or_default();
        let (kept, told_apart) = (
            listed(&written.include_resource_attributes),
            listed(&written.attributes),
        );
        let kept_at = format!("{at}/include_resource_attributes");
        let told_apart_at = format!("{at}/attributes");
        check::attributes(&kept, &kept_at, problems);
        check::attributes(&told_apart, &told_apart_at, problems);
        let made = check::made(written, at, problems);
        let resource = Entries::configure(
            &kept,
            NodeKind::Resource,
            section,
            &kept_at,
            plans,
            setup,
            problems,
        );
        let attributes = Entries::configure(
            &told_apart,
            section.kind(),
            section,
            &told_apart_at,
            plans,
            setup,
            problems,
        );
        let texts = written.conditions.clone().unwrap_or_default();
        let conditions = Conditions::compile(
            section,
            &texts,
            &format!("{at}/conditions"),
            plans,
            problems,
        );
        let made = made?;
        let (text, under) = made.value;
        let value = Formula::compile(
            section,
            text,
            &format!("{at}/{under}/value"),
            plans,
            problems,
        );
        let count = made.count.map(|(text, under)| {
            Formula::compile(
                section,
                text,
                &format!("{at}/{under}/count"),
                plans,
                problems,
            )
        });
        let kind = match made.shape {
            Shape::Sum { .. } => Kind::Sum,
            Shape::Gauge => Kind::Gauge,
            Shape::Histogram { .. } | Shape::Exponential { .. } => Kind::Histogram,
        };
        let definition = Definition {
            name: written.name.clone(),
            description: written.description.clone(),
            unit: written.unit.clone(),
            shape: made.shape,
        };
        Some(Self {
            definition: place_of(definition, definitions),
            resource,
            attributes,
            conditions,
            kind,
            value: value?,
            // One that was wrong is reported, and the whole configuration refused.
            count: count.flatten(),
            rule: setup.rule(&written.name),
        })
    }

    /// Whether a record may count at all.
    pub(crate) fn may_take(&self, node: &NodeView<'_>) -> bool {
        self.attributes.are_there(node)
    }

    /// Whether a record counts, and under which attributes: these are in `labels` then.
    pub(crate) fn takes<'e>(
        &'e self,
        node: &NodeView<'_>,
        labels: &mut Labels,
        scene: &mut Scene<'e>,
        lenient: bool,
    ) -> Result<bool, Trouble> {
        labels.clear();
        self.attributes
            .write(node, node, labels, scene)
            .map_err(Trouble::Keys)?;
        if lenient {
            Ok(self.conditions.hold_leniently(scene))
        } else {
            Ok(self.conditions.hold(scene)?)
        }
    }

    /// What a record adds; nothing, where there is nothing to add.
    pub(crate) fn amount<'e>(&'e self, scene: &mut Scene<'e>) -> Result<Option<Amount>, Trouble> {
        let value = match (self.kind, self.value.evaluate(scene)) {
            // A pattern that does not match has no such key.
            (Kind::Gauge, Err(error)) if error.to_string().contains(NO_SUCH_KEY) => {
                return Ok(None);
            }
            (_, value) => value?,
        };
        let number = match value {
            Outcome::Int(number) => Number::Int(number),
            Outcome::Double(number) => Number::Double(number),
            Outcome::Nil if self.kind == Kind::Gauge => return Ok(None),
            other => return Err(Error::expected("int64 or float64", other.kind()).into()),
        };
        if self.kind != Kind::Histogram {
            return Ok(Some(Amount::Number(number)));
        }
        let times = match &self.count {
            None => 1,
            Some(count) => match count.evaluate(scene)? {
                Outcome::Int(number) => number,
                Outcome::Double(number) => Number::Double(number).to_int(),
                other => return Err(Error::expected("int64 or float64", other.kind()).into()),
            },
        };
        let times = u64::try_from(times).map_err(|_| Error::failed("the count is negative"))?;
        Ok((times > 0).then_some(Amount::Seen {
            value: number.to_double(),
            times,
        }))
    }
}

/// The index of a definition. Two of the same name, description, unit and kind are one metric, as in the Collector: the first says
/// the rest.
fn place_of(definition: Definition, definitions: &mut Vec<Definition>) -> usize {
    let same = |other: &Definition| {
        other.name == definition.name
            && other.description == definition.description
            && other.unit == definition.unit
            && std::mem::discriminant(&other.shape) == std::mem::discriminant(&definition.shape)
    };
    definitions.iter().position(same).unwrap_or_else(|| {
        definitions.push(definition);
        definitions.len() - 1
    })
}
