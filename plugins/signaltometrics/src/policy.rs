//! The policy: goes through the records, and emits the metrics of a batch.

use std::collections::BTreeMap;

use tollgate_metrics::{Definition, Derived, Labels};
use tollgate_sdk::{
    Batch, Compat, Description, NodeKind, NodeView, Policy, Problem, Setup, Signal, Value, log,
};
use tollgate_tally::{Plans, Scene, Section, Tally, Workspace};

use crate::config::{ErrorMode, Written, WrittenMetric};
use crate::metric::{Metric, Trouble};

/// The scope of the metrics: the Collector's name for it, so that dashboards find them.
const SCOPE: &str =
    "github.com/open-telemetry/opentelemetry-collector-contrib/connector/signaltometricsconnector";
/// The attribute of who makes the metrics.
const INSTANCE: &str = "signal_to_metrics.service.instance.id";

/// Makes metrics of what comes in.
#[derive(Debug)]
pub struct SignalToMetrics {
    definitions: Vec<Definition>,
    sections: Vec<Metrics>,
    workspace: Workspace,
    error_mode: ErrorMode,
    instance: Option<String>,
    /// Whether the Collector's behaviour was asked for.
    whole: bool,
}

/// The metrics of one section.
#[derive(Debug)]
struct Metrics {
    section: Section,
    metrics: Vec<Metric>,
}

impl Policy for SignalToMetrics {
    type Config = Written;

    fn describe() -> Description {
        let summary = "Makes sums, gauges and histograms of spans, data points and log records, by attributes and under conditions.";
        Description::new("signaltometrics", env!("CARGO_PKG_VERSION"), summary)
            .schema(include_str!("../schema.json"))
    }

    fn configure(written: Written, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut definitions = Vec::new();
        let mut plans = Plans::of_values();
        let mut sections = Vec::new();
        for (section, metrics) in [
            (Section::Spans, &written.spans),
            (Section::DataPoints, &written.datapoints),
            (Section::Logs, &written.logs),
        ] {
            let metrics = metrics.as_deref().unwrap_or_default();
            if !metrics.is_empty() {
                let metrics = configure_section(
                    section,
                    metrics,
                    &mut definitions,
                    &mut plans,
                    setup,
                    &mut problems,
                );
                sections.push(Metrics { section, metrics });
            }
        }
        if sections.is_empty() && written.profiles.is_none() {
            let problem = Problem::at("", "no metric is made");
            problems.push(problem.help("describe one under `spans`, `datapoints` or `logs`"));
        }
        tollgate_tally::warn_of_profiles(written.profiles.as_ref(), setup);
        setup.takes(Signal::ALL);
        setup.emits(&[Signal::Metrics]);
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            definitions,
            sections,
            workspace: Workspace::new(plans, setup),
            error_mode: written.error_mode,
            whole: setup.compat() == Compat::Collector,
            instance: written.service_instance_id.filter(|id| !id.is_empty()),
        })
    }

    fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        let derived = Derived::new(SCOPE, &self.definitions);
        let signal = batch.signal();
        let Some(Metrics { section, metrics }) = self
            .sections
            .iter()
            .find(|metrics| metrics.section.signal() == signal)
        else {
            return Ok(());
        };
        let passage = Passage {
            section: *section,
            metrics,
            error_mode: self.error_mode,
            instance: self.instance.as_deref(),
            whole: self.whole,
        };
        self.workspace.run(batch, derived, |batch, tally, scene| {
            passage.go(batch, tally, scene);
        })
    }
}

fn configure_section(
    section: Section,
    metrics: &[WrittenMetric],
    definitions: &mut Vec<Definition>,
    plans: &mut Plans,
    setup: &mut Setup,
    problems: &mut Vec<Problem>,
) -> Vec<Metric> {
    let checked = metrics.iter().enumerate().filter_map(|(nth, metric)| {
        let at = format!("/{}/{nth}", section.key());
        Metric::configure(metric, section, &at, definitions, plans, setup, problems)
    });
    let checked: Vec<Metric> = checked.collect();
    if checked.iter().any(|metric| metric.resource.is_empty()) {
        setup.reads(&[section.signal()], "resource.attributes[*]");
    }
    checked
}

/// One batch on its way.
struct Passage<'p> {
    section: Section,
    metrics: &'p [Metric],
    error_mode: ErrorMode,
    instance: Option<&'p str>,
    whole: bool,
}

impl<'p> Passage<'p> {
    fn go<'e, 'b: 'e>(&self, batch: &Batch<'b>, tally: &mut Tally<'_, '_>, scene: &mut Scene<'e>)
    where
        'p: 'e,
    {
        let metrics: &'p [Metric] = self.metrics;
        let mut of_resource = Labels::default();
        // For each metric the resource that was last asked for, and its place among the derived.
        let mut places: BTreeMap<usize, (u32, usize)> = BTreeMap::new();
        let mut skipped = 0_u64;
        for node in batch.views(self.section.kind()) {
            scene.enter(node);
            let above = node.ancestor_index(NodeKind::Resource).unwrap_or(u32::MAX);
            for (nth, metric) in metrics.iter().enumerate() {
                if !metric.may_take(&node) {
                    continue;
                }
                let lenient = self.error_mode != ErrorMode::Propagate;
                let mut take = || -> Result<(), Trouble> {
                    if !metric.takes(&node, tally.labels, scene, lenient)? {
                        return Ok(());
                    }
                    let place = match places.get(&nth) {
                        Some((last, place)) if *last == above => *place,
                        _ => {
                            of_resource.clear();
                            self.write_resource(metric, &node, &mut of_resource, scene)?;
                            let place = tally.derived.resource_like(&of_resource);
                            places.insert(nth, (above, place));
                            place
                        }
                    };
                    if let Some(amount) = metric.amount(scene)? {
                        tally
                            .derived
                            .add(place, metric.definition, tally.labels, amount);
                    }
                    Ok(())
                };
                let fails = match take() {
                    Ok(()) => continue,
                    // The Collector treats these alike under all modes.
                    Err(Trouble::Keys(error)) if self.whole => Some(error),
                    Err(Trouble::Keys(error) | Trouble::Value(error)) => {
                        (self.error_mode == ErrorMode::Propagate).then_some(error)
                    }
                };
                match fails {
                    Some(error) => tally.failures.add(&node, metric.rule, error),
                    None => skipped += 1,
                }
            }
        }
        if skipped > 0 && self.error_mode == ErrorMode::Ignore {
            log::error(format!(
                "{skipped} values were left out, because an expression failed"
            ));
        }
    }

    /// Writes the attributes of the resource that a metric stands under.
    fn write_resource<'e>(
        &self,
        metric: &'e Metric,
        node: &NodeView<'_>,
        labels: &mut Labels,
        scene: &mut Scene<'e>,
    ) -> Result<(), Trouble> {
        if let Some(resource) = node.resource() {
            if metric.resource.is_empty() {
                // Sorted, because resources with the same attributes are one.
                let attributes: BTreeMap<&str, Value<'_>> = resource.attributes().collect();
                for (key, value) in attributes
                    .into_iter()
                    .filter(|(key, _)| *key != INSTANCE || self.instance.is_none())
                {
                    labels.push(key, value);
                }
            } else {
                metric
                    .resource
                    .write(node, &resource, labels, scene)
                    .map_err(Trouble::Keys)?;
            }
        }
        if let Some(instance) = self.instance {
            labels.push(INSTANCE, Value::Text(instance));
        }
        Ok(())
    }
}
