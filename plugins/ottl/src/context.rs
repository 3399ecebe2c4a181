//! The contexts that a statement can be about.

/// What a statement runs on, and what a path begins at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// A log record.
    Log,
    /// A data point.
    DataPoint,
    /// A metric.
    Metric,
    /// An event of a span.
    SpanEvent,
    /// A span.
    Span,
    /// The scope of the instrumentation.
    Scope,
    /// The resource.
    Resource,
    /// What came with the request (`otelcol`); nothing runs on it.
    Request,
}

impl Context {
    /// The contexts that statements can run on, those that are inferred first before the others.
    pub const ALL: [Self; 7] = [
        Self::Log,
        Self::DataPoint,
        Self::Metric,
        Self::SpanEvent,
        Self::Span,
        Self::Scope,
        Self::Resource,
    ];

    /// The context by the name that a path or a configuration gives it.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "log" => Self::Log,
            "datapoint" => Self::DataPoint,
            "metric" => Self::Metric,
            "spanevent" => Self::SpanEvent,
            "span" => Self::Span,
            "scope" | "instrumentation_scope" => Self::Scope,
            "resource" => Self::Resource,
            "otelcol" => Self::Request,
            _ => return None,
        })
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::DataPoint => "datapoint",
            Self::Metric => "metric",
            Self::SpanEvent => "spanevent",
            Self::Span => "span",
            Self::Scope => "scope",
            Self::Resource => "resource",
            Self::Request => "otelcol",
        }
    }

    /// The contexts whose paths a statement on this one may name: itself and what is above it.
    #[must_use]
    pub const fn reachable(self) -> &'static [Self] {
        match self {
            Self::Log => &[Self::Log, Self::Scope, Self::Resource, Self::Request],
            Self::DataPoint => &[
                Self::DataPoint,
                Self::Metric,
                Self::Scope,
                Self::Resource,
                Self::Request,
            ],
            Self::Metric => &[Self::Metric, Self::Scope, Self::Resource, Self::Request],
            Self::SpanEvent => &[
                Self::SpanEvent,
                Self::Span,
                Self::Scope,
                Self::Resource,
                Self::Request,
            ],
            Self::Span => &[Self::Span, Self::Scope, Self::Resource, Self::Request],
            Self::Scope => &[Self::Scope, Self::Resource, Self::Request],
            Self::Resource => &[Self::Resource, Self::Request],
            Self::Request => &[Self::Request],
        }
    }
}
