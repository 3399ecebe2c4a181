//! Connectors: each is an exporter of some pipelines and a receiver of others, and the way through them has an end.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use super::components::Components;
use super::pipelines::{Defined, Reference, Written};
use super::walk::Checker;
use crate::model::{ComponentId, Connector};
use crate::yaml::Span;

/// Which signal a connector makes of which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Makes {
    /// What it takes.
    Same,
    /// Metrics, whatever it takes.
    Metrics,
    /// What its manifest says, which is not known yet.
    Any,
}

impl Makes {
    fn of(kind: &str) -> Self {
        match kind {
            "count" | "sum" | "signaltometrics" | "signal_to_metrics" => Self::Metrics,
            "wasm" => Self::Any,
            _ => Self::Same,
        }
    }

    fn joins(self, from: &str, to: &str) -> bool {
        match self {
            Self::Same => from == to,
            Self::Metrics => to == "metrics",
            Self::Any => true,
        }
    }

    fn help(self, kind: &str) -> String {
        match self {
            Self::Same => format!("`{kind}` joins pipelines of one signal"),
            Self::Metrics => {
                format!("`{kind}` makes metrics: name it under `receivers` of a metrics pipeline")
            }
            Self::Any => {
                "name it under `receivers` of one pipeline and `exporters` of another".to_owned()
            }
        }
    }
}

/// Checks what the pipelines do with connectors.
pub(crate) fn joins(checker: &mut Checker<'_>, pipelines: &[Written], defined: &Defined<'_>) {
    ambiguous(checker, defined);
    for (id, settings, span) in &defined.connectors.list {
        // What is no connector here has been reported.
        if settings.is_some() && !either(defined, id) {
            both_ends(checker, pipelines, id, *span);
        }
    }
    circles(checker, pipelines, defined.connectors);
}

fn either(defined: &Defined<'_>, id: &ComponentId) -> bool {
    defined.exporters.contains(id) || defined.receivers.contains(id)
}

/// An id that a pipeline names must say which component is meant.
fn ambiguous(checker: &mut Checker<'_>, defined: &Defined<'_>) {
    for (id, _, span) in &defined.connectors.list {
        let other = if defined.exporters.contains(id) {
            "an exporter"
        } else if defined.receivers.contains(id) {
            "a receiver"
        } else {
            continue;
        };
        checker.error(
            *span,
            format!("connectors::{id}: there is also {other} of this id"),
            "give one of them another name: `type/name`",
        );
    }
}

fn both_ends(checker: &mut Checker<'_>, pipelines: &[Written], id: &ComponentId, span: Span) {
    let uses = |part: fn(&Written) -> &[Reference]| -> Vec<(&str, Span)> {
        let used = pipelines.iter().filter_map(|pipeline| {
            let at = part(pipeline)
                .iter()
                .find(|reference| reference.id == *id)?;
            Some((pipeline.pipeline.id.kind.as_str(), at.span))
        });
        used.collect()
    };
    let sends = uses(|pipeline| &pipeline.exporters);
    let takes = uses(|pipeline| &pipeline.receivers);
    if sends.is_empty() && takes.is_empty() {
        // Where something is wrong, a component may look unused that is not.
        if !checker.found.has_errors() {
            checker.warning(
                span,
                format!("the connector `{id}` is in no pipeline"),
                "name it in two pipelines, or remove it",
            );
        }
        return;
    }
    let makes = Makes::of(&id.kind);
    for (from, at) in &sends {
        if takes.is_empty() {
            checker.error(
                *at,
                format!("connectors::{id}: no pipeline takes what it hands on"),
                makes.help(&id.kind),
            );
        } else if !takes.iter().any(|(to, _)| makes.joins(from, to)) {
            let to: Vec<&str> = takes.iter().map(|(to, _)| *to).collect();
            checker.error(
                *at,
                format!(
                    "connectors::{id}: it cannot make {} of {from}",
                    distinct(&to)
                ),
                makes.help(&id.kind),
            );
        }
    }
    for (to, at) in &takes {
        if sends.is_empty() {
            checker.error(
                *at,
                format!("connectors::{id}: no pipeline hands anything to it"),
                "name it under `exporters` of another pipeline",
            );
        } else if !sends.iter().any(|(from, _)| makes.joins(from, to)) {
            let from: Vec<&str> = sends.iter().map(|(from, _)| *from).collect();
            checker.error(
                *at,
                format!(
                    "connectors::{id}: it cannot make {to} of {}",
                    distinct(&from)
                ),
                makes.help(&id.kind),
            );
        }
    }
}

fn distinct(signals: &[&str]) -> String {
    let mut seen = HashSet::new();
    let words: Vec<&str> = signals
        .iter()
        .copied()
        .filter(|signal| seen.insert(*signal))
        .collect();
    words.join(" or ")
}

/// A way from one pipeline to the next.
struct Way<'a> {
    to: usize,
    over: &'a ComponentId,
    span: Span,
}

/// Records that go in a circle never arrive.
fn circles(checker: &mut Checker<'_>, pipelines: &[Written], connectors: &Components<Connector>) {
    let mut takers: HashMap<&ComponentId, Vec<usize>> = HashMap::new();
    for (index, pipeline) in pipelines.iter().enumerate() {
        for reference in &pipeline.receivers {
            if connectors.contains(&reference.id) {
                takers.entry(&reference.id).or_default().push(index);
            }
        }
    }
    let ways: Vec<Vec<Way<'_>>> = pipelines
        .iter()
        .map(|pipeline| {
            let over = pipeline.exporters.iter().filter_map(|reference| {
                let to = takers.get(&reference.id)?;
                Some(to.iter().map(|to| Way {
                    to: *to,
                    over: &reference.id,
                    span: reference.span,
                }))
            });
            let joined = |way: &Way<'_>| {
                let to = pipelines.get(way.to).map(|to| to.pipeline.id.kind.as_str());
                to.is_some_and(|to| Makes::of(&way.over.kind).joins(&pipeline.pipeline.id.kind, to))
            };
            over.flatten().filter(joined).collect()
        })
        .collect();
    // Where a circle was found, its pipelines have been told of.
    let mut done = vec![false; pipelines.len()];
    for start in 0..pipelines.len() {
        let Some(circle) = circle_from(start, &ways, &mut done) else {
            continue;
        };
        let name = |index: usize| {
            pipelines.get(index).map_or(String::new(), |pipeline| {
                format!("`{}`", pipeline.pipeline.id)
            })
        };
        let mut text = circle
            .first()
            .map_or(String::new(), |(from, _)| name(*from));
        for (from, way) in &circle {
            if let Some(way) = ways.get(*from).and_then(|ways| ways.get(*way)) {
                // Writing to a string does not fail.
                let _ = write!(text, " -> {} -> {}", way.over, name(way.to));
            }
        }
        let last = circle
            .last()
            .and_then(|(from, way)| ways.get(*from)?.get(*way));
        checker.error(
            last.map(|way| way.span).unwrap_or_default(),
            format!("service::pipelines: records would go in a circle: {text}"),
            "take one of the connectors out of the circle",
        );
    }
}

/// A circle that can be reached from a pipeline: its ways, as pipeline and number of the way. Every pipeline is looked at once.
fn circle_from(
    start: usize,
    ways: &[Vec<Way<'_>>],
    done: &mut [bool],
) -> Option<Vec<(usize, usize)>> {
    let mut path: Vec<(usize, usize)> = Vec::new();
    if done.get(start).copied().unwrap_or(true) {
        return None;
    }
    path.push((start, 0));
    while let Some((at, next)) = path.last().copied() {
        let Some(way) = ways.get(at).and_then(|ways| ways.get(next)) else {
            if let Some(seen) = done.get_mut(at) {
                *seen = true;
            }
            path.pop();
            if let Some((_, next)) = path.last_mut() {
                *next = next.saturating_add(1);
            }
            continue;
        };
        if let Some(begin) = path.iter().position(|(pipeline, _)| *pipeline == way.to) {
            for (pipeline, _) in &path {
                if let Some(seen) = done.get_mut(*pipeline) {
                    *seen = true;
                }
            }
            return Some(path.split_off(begin));
        }
        if done.get(way.to).copied().unwrap_or(true) {
            if let Some((_, next)) = path.last_mut() {
                *next = next.saturating_add(1);
            }
        } else {
            path.push((way.to, 0));
        }
    }
    None
}
