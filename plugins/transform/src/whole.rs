//! Statements over whole metrics: read once, run on, and written back where they changed.

use std::collections::BTreeMap;

use tollgate_metrics::{Aggregation, Distribution, Metric, Temporality, bucket_limit};
use tollgate_ottl::{Context, Entries, Error, Telemetry, Value};
use tollgate_sdk::{Batch, Field, NewValue, NodeKind, NodeView, Rule, Value as Cell};
use tollgate_statements::{Failures, Scene, Writings, convert, node_kind};

use crate::explain;
use crate::functions::action;
use crate::metric::Whole;
use crate::point::{Point, point};
use crate::program::{Group, Program};
use crate::run::{Alone, Failed, Watcher, group_on};

/// A metric that is run on.
struct Held<'e> {
    /// Its node; none of one that a function made.
    node: Option<NodeView<'e>>,
    metric: Metric,
    /// The last rule that ran on it, or the one that made it.
    rule: Option<Rule>,
    failed: bool,
}

/// The metrics of a scope, those that were made at the end.
struct ScopeOf<'e> {
    node: NodeView<'e>,
    metrics: Vec<Held<'e>>,
}

/// Runs all statements of a program on whole metrics.
pub(crate) fn run(
    program: &Program,
    field: Field,
    failures: &mut Failures,
    all: bool,
    batch: &mut Batch<'_>,
) -> Result<(), String> {
    let mut scene = Scene::new(&program.layout, batch.now(), batch.seed());
    let mut scopes = read(field, batch)?;
    let mut failed = Failed::new(all);
    let mut caches = BTreeMap::new();
    let mut writings = Writings::default();
    for group in &program.groups {
        match group.context {
            Context::Metric | Context::DataPoint => {
                for scope in &mut scopes {
                    on_scope(
                        group,
                        scope,
                        &mut scene,
                        &mut caches,
                        failures,
                        &mut failed,
                        batch,
                    );
                }
            }
            context => {
                for node in batch.views(node_kind(context)) {
                    scene.enter(node);
                    let trail = batch.trail();
                    let ran = cached(group, &mut scene, &mut caches, |scene| match trail {
                        None => group_on(group, scene, failures, &mut Alone),
                        Some(trail) => {
                            explain::group_on(group, scene, failures, trail, &mut writings)
                        }
                    });
                    if let Err(rule) = ran {
                        failed.fail(node, rule, batch);
                    }
                }
            }
        }
    }
    failed.end(batch);
    if !failed.all_failed() {
        scene.flush(batch);
        write(field, &scopes, &failed, batch);
    }
    Ok(())
}

/// Runs with the cache that a group is to have.
fn cached<'e, R>(
    group: &Group,
    scene: &mut Scene<'e>,
    caches: &mut BTreeMap<Context, Entries<'e>>,
    ran: impl FnOnce(&mut Scene<'e>) -> R,
) -> R {
    if group.shared_cache {
        scene.put_cache(caches.remove(&group.context).unwrap_or_default());
    }
    let result = ran(scene);
    if group.shared_cache {
        caches.insert(group.context, scene.take_cache());
    }
    result
}

fn read<'b>(field: Field, batch: &Batch<'b>) -> Result<Vec<ScopeOf<'b>>, String> {
    let mut scopes: Vec<ScopeOf<'b>> = Vec::new();
    for node in batch.views(NodeKind::Metric) {
        let Some(scope) = node.scope() else {
            continue;
        };
        let bytes = match node.get(field) {
            Some(Cell::Bytes(bytes)) => bytes,
            _ => &[],
        };
        let held = Held {
            node: Some(node),
            metric: Metric::decode(bytes).map_err(|error| error.to_string())?,
            rule: None,
            failed: false,
        };
        match scopes.last_mut() {
            Some(last) if last.node.index() == scope.index() => last.metrics.push(held),
            _ => scopes.push(ScopeOf {
                node: scope,
                metrics: vec![held],
            }),
        }
    }
    Ok(scopes)
}

/// Runs a group on the metrics of a scope, or their points. Metrics that it makes come at the end, and it runs on them, too.
fn on_scope<'e>(
    group: &'e Group,
    scope: &mut ScopeOf<'e>,
    scene: &mut Scene<'e>,
    caches: &mut BTreeMap<Context, Entries<'e>>,
    failures: &mut Failures,
    failed: &mut Failed,
    batch: &mut Batch<'_>,
) {
    let mut place = 0;
    while let Some(held) = scope.metrics.get_mut(place) {
        place = place.saturating_add(1);
        let mut added = Vec::new();
        let mut points = 0_usize;
        loop {
            let on_point = group.context == Context::DataPoint;
            if held.failed || (on_point && points >= held.metric.data.len()) {
                break;
            }
            scene.enter(scope.node);
            let ran = cached(group, scene, caches, |scene| {
                let mut whole = Whole {
                    scene,
                    metric: &mut held.metric,
                    point: on_point.then_some(points),
                    added: &mut added,
                    rule: held.rule,
                };
                let ran = match batch.trail().zip(held.node) {
                    None => group_on(group, &mut whole, failures, &mut Alone),
                    Some((trail, node)) => {
                        explain::group_on_whole(group, &mut whole, node, failures, trail)
                    }
                };
                held.rule = whole.rule;
                ran
            });
            if let Err(rule) = ran {
                held.failed = true;
                failed.fail(held.node.unwrap_or(scope.node), rule, batch);
            }
            if !on_point {
                break;
            }
            points = points.saturating_add(1);
        }
        let rule = held.rule;
        scope.metrics.extend(added.into_iter().map(|metric| Held {
            node: None,
            metric,
            rule,
            failed: false,
        }));
        if scope.metrics.len() > MOST {
            // A function that is given what it makes would go on for ever.
            break;
        }
    }
}

impl<'s, 'e> Watcher<Whole<'s, 'e>> for Alone {
    fn rule(&self, whole: &mut Whole<'s, 'e>, rule: Rule) {
        whole.rule(rule);
    }
}

/// The most metrics of one scope.
const MOST: usize = 10_000;

/// Writes what changed, and what is new.
fn write(field: Field, scopes: &[ScopeOf<'_>], failed: &Failed, batch: &mut Batch<'_>) {
    for scope in scopes {
        for held in &scope.metrics {
            let Some(rule) = held.rule else { continue };
            match held.node {
                Some(node) => {
                    if held.failed || failed.skips_below(node, batch) {
                        continue;
                    }
                    let before = match node.get(field) {
                        Some(Cell::Bytes(bytes)) => Metric::decode(bytes).ok(),
                        _ => None,
                    };
                    if before.as_ref() != Some(&held.metric)
                        && let Some(mut node) = batch.node_mut(node.index())
                    {
                        node.set(rule, field, NewValue::from(held.metric.encode()));
                    }
                }
                None => {
                    if let Some(mut node) = batch.node_mut(scope.node.index()) {
                        node.add(rule, NodeKind::Metric, &held.metric.encode());
                    }
                }
            }
        }
    }
}

/// Whether a point has an attribute, with a value if one is given.
pub(crate) fn has_on_points(metric: &mut Metric, arguments: &[Value<'_>]) -> bool {
    let Some(Value::Text(key)) = arguments.first() else {
        return false;
    };
    metric.data.attributes_mut().any(|attributes| {
        match (attributes.get(key.as_str()), arguments.get(1)) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(found), Some(wanted)) => {
                let shown = tollgate_ottl::convert::shown(&convert::read(found));
                shown.is_ok_and(
                    |shown| matches!(wanted, Value::Text(wanted) if wanted.as_str() == shown),
                )
            }
        }
    })
}

fn text<'a>(arguments: &'a [Value<'_>], place: usize) -> Option<&'a str> {
    match arguments.get(place) {
        Some(Value::Text(text)) => Some(text.as_str()),
        _ => None,
    }
}

fn texts(arguments: &[Value<'_>], place: usize) -> Option<Vec<String>> {
    let Some(Value::List(list)) = arguments.get(place) else {
        return None;
    };
    let text = |item: Value<'_>| match item {
        Value::Text(text) => Some(text.as_str().to_owned()),
        _ => None,
    };
    Some(list.iter().filter_map(text).collect())
}

fn double(arguments: &[Value<'_>], place: usize) -> f64 {
    match arguments.get(place) {
        Some(Value::Double(number)) => *number,
        _ => 0.0,
    }
}

fn is_true(arguments: &[Value<'_>], place: usize) -> bool {
    matches!(arguments.get(place), Some(Value::Bool(true)))
}

fn failure(error: &tollgate_metrics::Error) -> Error {
    use tollgate_metrics::Error as Known;
    match error {
        Known::Data { takes, found, .. } => Error::expected(takes, found),
        Known::Inconsistent(what) | Known::Word { what, .. } | Known::Range { what, .. } => {
            Error::failed(what)
        }
    }
}

fn temporality(arguments: &[Value<'_>]) -> Result<Temporality, Error> {
    Temporality::of_word(text(arguments, 0).unwrap_or_default()).map_err(|error| failure(&error))
}

fn aggregation(arguments: &[Value<'_>]) -> Result<Aggregation, Error> {
    Aggregation::of_word(text(arguments, 0).unwrap_or_default()).map_err(|error| failure(&error))
}

/// What one of the policy's own functions does to a metric. Whether it is one of them.
pub(crate) fn act<'e>(
    whole: &mut Whole<'_, 'e>,
    action: u32,
    arguments: &[Value<'e>],
) -> Result<bool, Error> {
    let failed = |error: tollgate_metrics::Error| failure(&error);
    let metric = &mut *whole.metric;
    let made = match action {
        action::GAUGE_TO_SUM => {
            metric.gauge_to_sum(temporality(arguments)?, is_true(arguments, 1));
            None
        }
        action::SUM_TO_GAUGE => {
            metric.sum_to_gauge();
            None
        }
        action::SUMMARY_COUNTS => {
            let suffix = text(arguments, 2).unwrap_or("_count");
            metric.summary_counts(temporality(arguments)?, is_true(arguments, 1), suffix)
        }
        action::SUMMARY_SUMS => {
            let suffix = text(arguments, 2).unwrap_or("_sum");
            metric.summary_sums(temporality(arguments)?, is_true(arguments, 1), suffix)
        }
        action::SUMMARY_QUANTILES => {
            let key = text(arguments, 0).unwrap_or("quantile");
            metric.summary_quantiles(key, text(arguments, 1).unwrap_or(".quantiles"))
        }
        action::COPY => {
            let copy = metric.copy(text(arguments, 0), text(arguments, 1), text(arguments, 2));
            Some(copy)
        }
        action::SCALE => {
            metric.scale(double(arguments, 0)).map_err(failed)?;
            if let Some(unit) = text(arguments, 1) {
                unit.clone_into(&mut metric.unit);
            }
            None
        }
        action::AGGREGATE => {
            let kept = texts(arguments, 1);
            metric
                .aggregate_on_attributes(aggregation(arguments)?, kept.as_deref())
                .map_err(failed)?;
            None
        }
        action::AGGREGATE_VALUE => {
            let values = texts(arguments, 2).unwrap_or_default();
            let (key, new) = (text(arguments, 1).unwrap_or_default(), text(arguments, 3));
            let new = new.unwrap_or_default();
            metric.aggregate_on_attribute_value(aggregation(arguments)?, key, &values, new);
            None
        }
        action::TO_HISTOGRAM => {
            let word = text(arguments, 0).unwrap_or_default();
            let distribution = Distribution::of_word(word).map_err(failed)?;
            let bounds: Vec<f64> = match arguments.get(1) {
                Some(Value::List(list)) => list
                    .iter()
                    .filter_map(|item| tollgate_ottl::convert::double(&item).ok())
                    .collect(),
                _ => Vec::new(),
            };
            let scene = &mut *whole.scene;
            let random = || scene.random();
            metric
                .exponential_to_histogram(distribution, &bounds, random)
                .map_err(failed)?;
            None
        }
        action::COUNT => {
            let suffix = text(arguments, 1).unwrap_or("_count");
            metric
                .count_metric(is_true(arguments, 0), suffix)
                .map_err(failed)?
        }
        action::SUM => {
            let suffix = text(arguments, 1).unwrap_or("_sum");
            metric
                .sum_metric(is_true(arguments, 0), suffix)
                .map_err(failed)?
        }
        action::PERCENTILE => metric
            .percentile(double(arguments, 0), text(arguments, 1))
            .map_err(failed)?,
        action::MERGE_BUCKETS => {
            let target = double(arguments, 0);
            let limits = text(arguments, 1) == Some("limit_buckets");
            let place = whole.point.unwrap_or_default();
            if let Some(Point::Histogram(point)) = point(metric, place) {
                if limits {
                    point.limit_buckets(bucket_limit(target).map_err(failed)?);
                } else {
                    point.remove_bound(target);
                }
            }
            None
        }
        _ => return Ok(false),
    };
    whole.added.extend(made);
    Ok(true)
}
