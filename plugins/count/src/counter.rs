//! The counts of one section.

use tollgate_metrics::{Amount, Definition, Derived, Labels, Number, Shape};
use tollgate_ottl::Error;
use tollgate_sdk::{Batch, Field, NodeKind, NodeView, Problem, Rule, Setup, Value};
use tollgate_tally::{Conditions, Dimension, Named, Plans, Scene, Section, Tally};

use crate::config::WrittenCount;

/// Counts of what a section is about.
#[derive(Debug)]
pub(crate) struct Counter {
    pub(crate) section: Section,
    counts: Vec<Count>,
    /// When what is counted was seen: the first time that a node has, and the last.
    times: Vec<Field>,
}

/// One count.
#[derive(Debug)]
struct Count {
    /// The index of its metric's definition.
    definition: usize,
    dimensions: Vec<Dimension>,
    conditions: Conditions,
    /// Whether anything can come of it.
    usable: bool,
    /// Whose records cannot be judged where a condition fails.
    rule: Rule,
}

/// When the nodes of one resource were seen.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    first: u64,
    last: u64,
}

impl Seen {
    fn at(&mut self, time: u64) {
        if time != 0 {
            self.first = if self.first == 0 {
                time
            } else {
                self.first.min(time)
            };
            self.last = self.last.max(time);
        }
    }
}

impl Counter {
    /// Checks the counts of a section, and adds the definitions of their metrics.
    pub(crate) fn configure(
        section: Section,
        counts: Vec<Named<WrittenCount>>,
        definitions: &mut Vec<Definition>,
        plans: &mut Plans,
        setup: &mut Setup,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let signal = section.signal();
        let paths: &[&str] = match section {
            Section::Spans => &["start_time_unix_nano", "end_time_unix_nano"],
            Section::SpanEvents => &["spanevent.time_unix_nano"],
            Section::Metrics => &[],
            Section::DataPoints | Section::Logs => &["time_unix_nano"],
        };
        let times = paths
            .iter()
            .map(|path| setup.reads(&[signal], path))
            .collect();
        let counts = counts.into_iter().map(|count| {
            let written = count.metric;
            let attributes = written.attributes.unwrap_or_default();
            if section == Section::Metrics && !attributes.is_empty() {
                let message = "metrics have no attributes to be counted by";
                let problem = Problem::at(format!("{}/attributes", count.at), message);
                problems.push(problem.help("count their data points, under `datapoints`"));
            }
            let at = format!("{}/attributes", count.at);
            let usable = tollgate_tally::check_dimensions(&attributes, &at, setup, problems);
            // What a record has itself goes before what stands above it.
            let kinds = [section.kind(), NodeKind::Scope, NodeKind::Resource];
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
            let texts = written.conditions.unwrap_or_default();
            let at = format!("{}/conditions", count.at);
            definitions.push(Definition {
                name: count.name.clone(),
                description: written.description,
                unit: String::new(),
                shape: Shape::Sum {
                    monotonic: true,
                    compensated: false,
                },
            });
            Count {
                definition: definitions.len() - 1,
                dimensions,
                usable,
                conditions: Conditions::compile(section, &texts, &at, plans, problems),
                rule: setup.rule(count.name),
            }
        });
        Self {
            section,
            counts: counts.collect(),
            times,
        }
    }

    /// Counts a batch.
    pub(crate) fn count<'e, 'b: 'e>(
        &'e self,
        batch: &Batch<'b>,
        tally: &mut Tally<'_, '_>,
        scene: &mut Scene<'e>,
    ) {
        let now = batch.now();
        // Nodes come resource by resource.
        let mut current: Option<u32> = None;
        let mut seen = Seen::default();
        let mut place = None;
        for node in batch.views(self.section.kind()) {
            scene.enter(node);
            let resource = node.ancestor_index(NodeKind::Resource);
            if resource != current {
                self.say_when(place.take(), std::mem::take(&mut seen), now, tally.derived);
                current = resource;
            }
            for time in &self.times {
                seen.at(time_of(node.get(*time)));
            }
            for count in &self.counts {
                match count.takes(&node, tally.labels, scene) {
                    Ok(true) => {
                        let resource = tally.resources.of(&node, tally.derived);
                        place = Some(resource);
                        tally
                            .derived
                            .add(resource, count.definition, tally.labels, ONE);
                    }
                    Ok(false) => {}
                    Err(error) => tally.failures.add(&node, count.rule, error),
                }
            }
        }
        self.say_when(place, seen, now, tally.derived);
    }

    /// Says of the counts of one resource when their nodes were seen: where none has a time, now.
    fn say_when(&self, place: Option<usize>, seen: Seen, now: u64, derived: &mut Derived<'_>) {
        let Some(place) = place else { return };
        let seen = if seen.last == 0 {
            Seen {
                first: now,
                last: now,
            }
        } else {
            seen
        };
        for count in &self.counts {
            derived.seen(place, count.definition, seen.first, seen.last);
        }
    }
}

impl Count {
    /// Whether a node is counted, and under which attributes: these are in `labels` then.
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
            match dimension.value(node) {
                Some(value) => labels.push(&dimension.key, value),
                None => return Ok(false),
            }
        }
        self.conditions.hold(scene)
    }
}

const ONE: Amount = Amount::Number(Number::Int(1));

fn time_of(value: Option<Value<'_>>) -> u64 {
    value
        .and_then(Value::as_i64)
        .unwrap_or_default()
        .cast_unsigned()
}
