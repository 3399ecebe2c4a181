//! Where paths lead.

use tollgate_ottl::nested::Step;
use tollgate_ottl::{Context, Key, Path, Text, Usage};
use tollgate_sdk::NodeKind;

use crate::rows::{self, Row};

/// What a path leads to, before fields are declared.
#[derive(Debug, Clone)]
pub enum Target {
    /// A field, and keys into what it holds.
    Field(&'static Row, Vec<Step<'static>>),
    /// An entry of a map, and keys into its value.
    Entry(MapOf, String, Vec<Step<'static>>),
    /// All entries of a map.
    Map(MapOf),
    /// What a map is asked for by a key that is no text; it always fails.
    NoKey(MapOf),
    /// The cache of the context, and keys into it.
    Cache(Vec<Step<'static>>),
    /// An entry of a span's `trace_state`.
    TraceState(String),
    /// The nodes of a kind below this one.
    Children(Children),
    /// The status of a span as a whole.
    Status,
    /// The place of an event among those of its span.
    EventIndex,
    /// The buckets of an exponential histogram on one side of zero, as a whole.
    Buckets(bool),
    /// The quantiles of a summary.
    Quantiles,
    /// What came with the request; `true` where it is always shown as a list.
    Request(&'static str, Option<String>, Vec<Step<'static>>),
}

impl Target {
    /// The kind of node that it is part of, where records are of this kind. None of what is no telemetry.
    pub(crate) fn kind(&self, record: NodeKind) -> Option<NodeKind> {
        match self {
            Self::Field(row, _) => Some(row.kind(record)),
            Self::Entry(of, ..) | Self::Map(of) | Self::NoKey(of) => Some(of.kind),
            Self::Cache(_) => None,
            Self::TraceState(_)
            | Self::Status
            | Self::Children(Children::Events | Children::Links) => Some(NodeKind::Span),
            Self::Children(Children::Points) => Some(NodeKind::Metric),
            Self::Children(Children::Exemplars) | Self::Buckets(_) | Self::Quantiles => {
                Some(NodeKind::DataPoint)
            }
            Self::EventIndex => Some(NodeKind::SpanEvent),
            Self::Request(..) => Some(NodeKind::Request),
        }
    }
}

/// A map that is always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapOf {
    /// Of which kind of node.
    pub kind: NodeKind,
    /// Its path without a key, as the host spells it.
    pub path: &'static str,
}

/// Nodes that a path shows as a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Children {
    /// Events of a span.
    Events,
    /// Links of a span.
    Links,
    /// Points of a metric.
    Points,
    /// Exemplars of a point.
    Exemplars,
}

impl Children {
    /// The kind of node that they stand under, and theirs.
    pub(crate) const fn kinds(self) -> (NodeKind, NodeKind) {
        match self {
            Self::Events => (NodeKind::Span, NodeKind::SpanEvent),
            Self::Links => (NodeKind::Span, NodeKind::SpanLink),
            Self::Points => (NodeKind::Metric, NodeKind::DataPoint),
            Self::Exemplars => (NodeKind::DataPoint, NodeKind::Exemplar),
        }
    }

    /// What upstream calls their list, by the kind of the metric; none where there is no such list.
    #[must_use]
    pub const fn name(self, metric: Option<u32>) -> Option<&'static str> {
        Some(match (self, metric) {
            (Self::Events, _) => "ptrace.SpanEventSlice",
            (Self::Links, _) => "ptrace.SpanLinkSlice",
            (Self::Points, Some(1 | 2)) => "pmetric.NumberDataPointSlice",
            (Self::Points, Some(3)) => "pmetric.HistogramDataPointSlice",
            (Self::Points, Some(4)) => "pmetric.ExponentialHistogramDataPointSlice",
            (Self::Points, Some(5)) => "pmetric.SummaryDataPointSlice",
            (Self::Exemplars, Some(1..=4)) => "pmetric.ExemplarSlice",
            (Self::Points | Self::Exemplars, _) => return None,
        })
    }
}

/// The kind of node that a context is about.
#[must_use]
pub const fn node_kind(context: Context) -> NodeKind {
    match context {
        Context::Log => NodeKind::LogRecord,
        Context::DataPoint => NodeKind::DataPoint,
        Context::Metric => NodeKind::Metric,
        Context::SpanEvent => NodeKind::SpanEvent,
        Context::Span => NodeKind::Span,
        Context::Scope => NodeKind::Scope,
        Context::Resource => NodeKind::Resource,
        Context::Request => NodeKind::Request,
    }
}

/// The map that a name stands for in a context.
fn map_of(context: Context, name: &str) -> Option<MapOf> {
    let kind = node_kind(context);
    let path = match (context, name) {
        (Context::Metric, "metadata")
        | (
            Context::Log
            | Context::DataPoint
            | Context::SpanEvent
            | Context::Span
            | Context::Scope
            | Context::Resource,
            "attributes",
        ) => kind.attributes_path(),
        _ => return None,
    };
    Some(MapOf { kind, path })
}

/// Whether there is always a map at a path.
pub(crate) fn is_map(path: &Path<'_>) -> bool {
    let [segment] = path.segments.as_slice() else {
        return false;
    };
    segment.keys.is_empty()
        && (segment.name == "cache" || map_of(path.context, segment.name).is_some())
}

/// What a path of a statement on `running` leads to.
pub(crate) fn target(running: Context, path: &Path<'_>, usage: Usage) -> Result<Target, String> {
    let Some((last, before)) = path.segments.split_last() else {
        return Err("the path is empty".to_owned());
    };
    if before.iter().any(|segment| !segment.keys.is_empty()) {
        return Err("keys stand at the end of a path only".to_owned());
    }
    let names: Vec<_> = path.segments.iter().map(|segment| segment.name).collect();
    let name = names.join(".");
    let context = path.context;
    let steps: Vec<Step<'static>> = last.keys.iter().map(step).collect();
    if context == Context::Request {
        return request(&name, steps, usage);
    }
    if name == "cache" {
        return if context == running {
            Ok(Target::Cache(steps))
        } else {
            Err(format!(
                "the cache of `{}` is not there in statements on `{}`: write `{}.cache`",
                context.name(),
                running.name(),
                running.name()
            ))
        };
    }
    if let Some(map) = map_of(context, &name) {
        let mut steps = steps.into_iter();
        return match steps.next() {
            None => Ok(Target::Map(map)),
            Some(Step::Text(key)) => {
                Ok(Target::Entry(map, key.as_str().to_owned(), steps.collect()))
            }
            // Upstream notices when the statement runs.
            Some(_) => Ok(Target::NoKey(map)),
        };
    }
    if name == "trace_state" && context == Context::Span && (!steps.is_empty() || path.dynamic) {
        return match steps.as_slice() {
            [Step::Text(key)] if !path.dynamic => Ok(Target::TraceState(key.as_str().to_owned())),
            _ => Err("`trace_state` takes one key, a text".to_owned()),
        };
    }
    if let Some(row) = rows::find(context, &name) {
        if name != "body" && (path.dynamic || !steps.is_empty()) {
            return Err(format!("`{name}` holds nothing that has keys"));
        }
        return Ok(Target::Field(row, steps));
    }
    if path.dynamic || !steps.is_empty() {
        return Err(format!("`{name}` holds nothing that has keys"));
    }
    match (context, name.as_str()) {
        (Context::Span, "status") => Ok(Target::Status),
        (Context::Span, "events") => Ok(Target::Children(Children::Events)),
        (Context::Span, "links") => Ok(Target::Children(Children::Links)),
        (Context::Metric, "data_points") => Ok(Target::Children(Children::Points)),
        (Context::DataPoint, "exemplars") => Ok(Target::Children(Children::Exemplars)),
        (Context::DataPoint, "positive") => Ok(Target::Buckets(true)),
        (Context::DataPoint, "negative") => Ok(Target::Buckets(false)),
        (Context::DataPoint, "quantile_values") => Ok(Target::Quantiles),
        (Context::SpanEvent, "event_index") => Ok(Target::EventIndex),
        _ => Err(unknown(context, &name)),
    }
}

fn request(name: &str, steps: Vec<Step<'static>>, usage: Usage) -> Result<Target, String> {
    let path = match name {
        "client.metadata" | "grpc.metadata" => "metadata",
        "client.auth.attributes" => "auth",
        "client.addr" => "client.address",
        _ => return Err(unknown(Context::Request, name)),
    };
    if usage.write {
        return Err(format!("`otelcol.{name}` cannot be written"));
    }
    if path == "client.address" {
        return Ok(Target::Request(path, None, Vec::new()));
    }
    let mut steps = steps.into_iter();
    match steps.next() {
        None => Ok(Target::Request(path, None, Vec::new())),
        Some(Step::Text(key)) => {
            let key = if path == "metadata" {
                key.as_str().to_lowercase()
            } else {
                key.as_str().to_owned()
            };
            Ok(Target::Request(path, Some(key), steps.collect()))
        }
        Some(_) => Err(format!("the keys of `otelcol.{name}` are texts")),
    }
}

fn step(key: &Key<'_>) -> Step<'static> {
    match key {
        Key::Text(text) => Step::Text(Text::from((*text).to_owned())),
        Key::Index(index) => Step::Index(*index),
    }
}

/// That there is no such path, and which comes nearest.
fn unknown(context: Context, name: &str) -> String {
    let mut known: Vec<&str> = rows::of_context(context)
        .iter()
        .map(|row| row.path)
        .collect();
    known.extend(match context {
        Context::Metric => &["data_points", "metadata", "cache"][..],
        Context::Span => &["attributes", "events", "links", "status", "cache"][..],
        Context::DataPoint => &[
            "attributes",
            "exemplars",
            "positive",
            "negative",
            "quantile_values",
            "cache",
        ][..],
        Context::SpanEvent => &["attributes", "event_index", "cache"][..],
        Context::Request => &[
            "client.metadata",
            "client.auth.attributes",
            "client.addr",
            "grpc.metadata",
        ][..],
        _ => &["attributes", "cache"][..],
    });
    known.sort_unstable();
    format!(
        "`{}` has no path `{name}`; it has {}",
        context.name(),
        known.join(", ")
    )
}
