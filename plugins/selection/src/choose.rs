//! Conditions at work.

use std::borrow::Cow;

use tollgate_sdk::{Field, NodeKind, NodeView, Setup, Signal, Value, attribute_path};
use tollgate_values::text;

use crate::any_library;
use crate::check::{Library, Properties, Severity};
use crate::texts::{Expected, Matches};

/// What the Collector takes for the name of a service that has none.
const NO_SERVICE: &str = "<nil-service-name>";

/// The filter of one signal: a record is acted upon when it is included and not excluded.
#[derive(Debug)]
pub struct Filter {
    include: Option<Conditions>,
    exclude: Option<Conditions>,
    parent: NodeKind,
}

impl Filter {
    /// Declares what the conditions read. Without conditions there is no filter.
    pub(crate) fn configure(
        include: Option<Properties>,
        exclude: Option<Properties>,
        signal: Signal,
        setup: &mut Setup,
    ) -> Option<Self> {
        if include.is_none() && exclude.is_none() {
            return None;
        }
        let parent = if signal == Signal::Metrics {
            NodeKind::Metric
        } else {
            NodeKind::Scope
        };
        let mut conditions = |properties: Option<Properties>| {
            properties.map(|found| Conditions::configure(found, signal, setup))
        };
        Some(Self {
            include: conditions(include),
            exclude: conditions(exclude),
            parent,
        })
    }

    /// A choice among the records of one batch.
    #[must_use]
    pub fn start(&self) -> Choice<'_> {
        Choice {
            filter: self,
            parent: None,
            included: false,
            excluded: false,
        }
    }
}

/// A choice among the records of one batch. What holds for a whole scope or metric is found out once for it.
#[derive(Debug)]
pub struct Choice<'f> {
    filter: &'f Filter,
    parent: Option<u32>,
    included: bool,
    excluded: bool,
}

impl Choice<'_> {
    /// Whether a record is acted upon.
    pub fn holds(&mut self, record: &NodeView<'_>) -> bool {
        let Filter {
            include,
            exclude,
            parent,
        } = self.filter;
        let parent = record.ancestor_index(*parent);
        if parent.is_none() || parent != self.parent {
            self.parent = parent;
            self.included = include
                .as_ref()
                .is_none_or(|conditions| conditions.hold_above(record));
            self.excluded = exclude
                .as_ref()
                .is_some_and(|conditions| conditions.hold_above(record));
        }
        self.included
            && include
                .as_ref()
                .is_none_or(|conditions| conditions.hold_for(record))
            && !(self.excluded
                && exclude
                    .as_ref()
                    .is_some_and(|conditions| conditions.hold_for(record)))
    }
}

/// Conditions with the fields they are about. All must hold.
#[derive(Debug, Default)]
struct Conditions {
    /// Of what stands above the record.
    above: Vec<Condition>,
    /// Of the record itself.
    own: Vec<Condition>,
}

#[derive(Debug)]
enum Condition {
    /// The text of a field; an absent one is empty.
    Text(Field, Matches),
    Service(Field, Matches),
    SpanKind(Field, Matches),
    Severity(Field, Severity),
    Attribute(Field, Expected),
    Library {
        name: Field,
        version: Field,
        any: bool,
        libraries: Vec<Library>,
    },
}

impl Conditions {
    fn configure(properties: Properties, signal: Signal, setup: &mut Setup) -> Self {
        let any = any_library(setup.compat());
        let mut reads = |path: &str| setup.reads(&[signal], path);
        let mut conditions = Self::default();
        let Self { above, own } = &mut conditions;
        above.extend(properties.services.map(|found| {
            Condition::Service(reads(r#"resource.attributes["service.name"]"#), found)
        }));
        above.extend(
            properties
                .metric_names
                .map(|found| Condition::Text(reads("metric.name"), found)),
        );
        for (key, expected) in properties.resources {
            above.push(Condition::Attribute(
                reads(&attribute_path(NodeKind::Resource, &key)),
                expected,
            ));
        }
        if !properties.libraries.is_empty() {
            let (name, version) = (reads("scope.name"), reads("scope.version"));
            above.push(Condition::Library {
                name,
                version,
                any,
                libraries: properties.libraries,
            });
        }
        own.extend(
            properties
                .span_names
                .map(|found| Condition::Text(reads("name"), found)),
        );
        own.extend(
            properties
                .span_kinds
                .map(|found| Condition::SpanKind(reads("kind"), found)),
        );
        own.extend(
            properties
                .log_severity_texts
                .map(|found| Condition::Text(reads("severity_text"), found)),
        );
        own.extend(
            properties
                .log_severity_number
                .map(|found| Condition::Severity(reads("severity_number"), found)),
        );
        own.extend(
            properties
                .log_bodies
                .map(|found| Condition::Text(reads("body"), found)),
        );
        for (key, expected) in properties.attributes {
            own.push(Condition::Attribute(
                reads(&attribute_path(signal.record_kind(), &key)),
                expected,
            ));
        }
        conditions
    }

    fn hold_above(&self, record: &NodeView<'_>) -> bool {
        self.above.iter().all(|condition| condition.holds(record))
    }

    fn hold_for(&self, record: &NodeView<'_>) -> bool {
        self.own.iter().all(|condition| condition.holds(record))
    }
}

impl Condition {
    fn holds(&self, record: &NodeView<'_>) -> bool {
        match self {
            Self::Text(field, matches) => {
                matches.any(&text(record.get(*field).unwrap_or(Value::Empty)))
            }
            Self::Service(field, matches) => {
                matches.any(&record.get(*field).map_or(Cow::Borrowed(NO_SERVICE), text))
            }
            Self::SpanKind(field, matches) => matches.any(span_kind(number(record, *field))),
            Self::Severity(field, severity) => match number(record, *field) {
                0 => severity.match_undefined,
                number => number >= severity.min,
            },
            Self::Attribute(field, expected) => record
                .get(*field)
                .is_some_and(|value| expected.holds(value)),
            Self::Library {
                name,
                version,
                any,
                libraries,
            } => {
                let scope = |field| {
                    record
                        .get(field)
                        .and_then(Value::as_text)
                        .unwrap_or_default()
                };
                let (name, version) = (scope(*name), scope(*version));
                let matches = |library: &Library| {
                    library.name.any(name)
                        && library
                            .version
                            .as_ref()
                            .is_none_or(|versions| versions.any(version))
                };
                if *any {
                    libraries.iter().any(matches)
                } else {
                    libraries.iter().all(matches)
                }
            }
        }
    }
}

fn number(record: &NodeView<'_>, field: Field) -> i64 {
    record
        .get(field)
        .and_then(Value::as_i64)
        .unwrap_or_default()
}

fn span_kind(number: i64) -> &'static str {
    match number {
        0 => "SPAN_KIND_UNSPECIFIED",
        1 => "SPAN_KIND_INTERNAL",
        2 => "SPAN_KIND_SERVER",
        3 => "SPAN_KIND_CLIENT",
        4 => "SPAN_KIND_PRODUCER",
        5 => "SPAN_KIND_CONSUMER",
        _ => "",
    }
}
