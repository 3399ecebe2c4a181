//! OTLP/gRPC: unary calls of three methods over HTTP/2.

pub(crate) mod client;
pub(crate) mod message;
pub(crate) mod server;
pub(crate) mod status;

use tollgate_record::Signal;

/// The path of a signal's method.
pub(crate) const fn path(signal: Signal) -> &'static str {
    match signal {
        Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    }
}

/// The signal of a method's path.
pub(crate) fn signal(method: &str) -> Option<Signal> {
    [Signal::Logs, Signal::Traces, Signal::Metrics]
        .into_iter()
        .find(|signal| path(*signal) == method)
}
