//! OTLP, as its descriptors tell it.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, MessageDescriptor};
use tollgate_record::Signal;

/// Why the protocol cannot be looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// The descriptors are no descriptors.
    #[error("OTLP's descriptors cannot be read: {0}")]
    Unreadable(String),
    /// A message that every request has is not in them.
    #[error("OTLP's descriptors hold no message {0}")]
    Missing(&'static str),
}

/// The export requests of each signal.
#[derive(Debug, Clone)]
pub struct Protocol {
    logs: MessageDescriptor,
    traces: MessageDescriptor,
    metrics: MessageDescriptor,
}

impl Protocol {
    /// OTLP in the version that the program is built with.
    pub fn otlp() -> Result<&'static Self, ProtocolError> {
        static OTLP: LazyLock<Result<Protocol, ProtocolError>> =
            LazyLock::new(|| Protocol::of(opentelemetry_proto::DESCRIPTORS));
        OTLP.as_ref().map_err(Clone::clone)
    }

    /// The protocol that a `FileDescriptorSet` describes: OTLP's messages, with any fields.
    pub fn of(descriptors: &[u8]) -> Result<Self, ProtocolError> {
        let pool = DescriptorPool::decode(descriptors)
            .map_err(|error| ProtocolError::Unreadable(error.to_string()))?;
        let message = |name: &'static str| {
            pool.get_message_by_name(name)
                .ok_or(ProtocolError::Missing(name))
        };
        Ok(Self {
            logs: message("opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest")?,
            traces: message("opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest")?,
            metrics: message(
                "opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest",
            )?,
        })
    }

    /// The export request of a signal.
    #[must_use]
    pub fn request(&self, signal: Signal) -> &MessageDescriptor {
        match signal {
            Signal::Logs => &self.logs,
            Signal::Traces => &self.traces,
            Signal::Metrics => &self.metrics,
        }
    }
}
