//! What can be configured: one table for each component. Checking, defaults and the printed reference all come from it.

mod client;
mod exporters;
mod extensions;
mod json;
mod kind;
mod processors;
mod receivers;
mod server;
mod service;
mod stage;
mod telemetry;
pub(crate) mod upstream;

pub use json::json_schema;
pub use kind::Kind;

pub(crate) use exporters::{DEBUG, FILE, NOP, OTLP, OTLP_HTTP};
pub(crate) use extensions::{BASIC_AUTH, BEARER_TOKEN, FILE_STORAGE, HEADERS_SETTER, HEALTH_CHECK};
pub(crate) use processors::{BATCH, FORWARD, MEMORY_LIMITER};
pub(crate) use receivers::RECEIVER;
pub(crate) use service::{PIPELINE, SERVICE, TOP};
pub(crate) use stage::{GATE, WASM};

/// A key that a configuration may hold.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// How it is written.
    pub name: &'static str,
    /// What its value may be.
    pub kind: Kind,
    /// The value that it has when it is not written, as it would be written; empty when there is none.
    pub default: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// Whether it does what it does in a Collector.
    pub status: Status,
    /// Whether it must be written.
    pub required: bool,
}

/// Whether a key does what it does in a Collector.
#[derive(Debug, Clone, Copy)]
pub enum Status {
    /// It does.
    Used,
    /// It is accepted and changes nothing, because what it tunes does not exist here.
    Accepted,
    /// It is refused, for this reason.
    Refused(&'static str),
    /// Only this value is accepted, for this reason.
    Only(&'static str, &'static str),
    /// It is accepted as long as it says `enabled: false`, for this reason.
    Off(&'static str),
}

impl Key {
    const fn new(
        name: &'static str,
        kind: Kind,
        default: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            name,
            kind,
            default,
            summary,
            status: Status::Used,
            required: false,
        }
    }

    const fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    const fn accepted(self) -> Self {
        Self {
            status: Status::Accepted,
            ..self
        }
    }

    const fn refused(self, reason: &'static str) -> Self {
        Self {
            status: Status::Refused(reason),
            ..self
        }
    }

    const fn only(self, value: &'static str, reason: &'static str) -> Self {
        Self {
            status: Status::Only(value, reason),
            ..self
        }
    }

    const fn off(self, reason: &'static str) -> Self {
        Self {
            status: Status::Off(reason),
            ..self
        }
    }
}

/// Where a component stands in a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Under `receivers`.
    Receiver,
    /// Under `processors`.
    Processor,
    /// Under `connectors`.
    Connector,
    /// Under `exporters`.
    Exporter,
    /// Under `extensions`.
    Extension,
    /// Under `service`, or inside of every stage: it belongs to the program.
    Program,
}

impl Role {
    /// The key that components of this role stand under.
    #[must_use]
    pub const fn section(self) -> &'static str {
        match self {
            Self::Receiver => "receivers",
            Self::Processor => "processors",
            Self::Connector => "connectors",
            Self::Exporter => "exporters",
            Self::Extension => "extensions",
            Self::Program => "service",
        }
    }

    /// What one of them is called.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Receiver => "receiver",
            Self::Processor => "processor",
            Self::Connector => "connector",
            Self::Exporter => "exporter",
            Self::Extension => "extension",
            Self::Program => "part of the program",
        }
    }
}

/// Names of one policy: a Collector renames its components now and then, and takes both for a while.
const ALIASES: [(&str, &str); 1] = [("signaltometrics", "signal_to_metrics")];

/// The other name of a policy that has two.
pub(crate) fn other_name(policy: &str) -> Option<&'static str> {
    ALIASES.iter().find_map(|(one, other)| match policy {
        _ if policy == *one => Some(*other),
        _ if policy == *other => Some(*one),
        _ => None,
    })
}

/// What can be configured of one component.
#[derive(Debug, Clone, Copy)]
pub struct ComponentReference {
    /// Its type.
    pub component: &'static str,
    /// Other types that mean the same.
    pub aliases: &'static [&'static str],
    /// Where it stands.
    pub role: Role,
    /// What it does.
    pub summary: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

/// Everything that can be configured but for the stock policies, which describe themselves.
#[must_use]
#[expect(clippy::too_many_lines, reason = "it is a table")]
pub fn reference() -> Vec<ComponentReference> {
    use Role::{Connector, Exporter, Extension, Processor, Program, Receiver};
    let component = |role, component, aliases, summary, keys| ComponentReference {
        component,
        aliases,
        role,
        summary,
        keys,
    };
    vec![
        component(
            Receiver,
            "otlp",
            &[],
            "takes OTLP over gRPC and HTTP, as protobuf and as JSON",
            RECEIVER,
        ),
        component(
            Processor,
            "batch",
            &[],
            "puts requests together before they go on",
            BATCH,
        ),
        component(
            Processor,
            "memory_limiter",
            &[],
            "refuses requests while the process holds too much memory, before they are decompressed; the clients may send them again",
            MEMORY_LIMITER,
        ),
        component(Processor, "wasm", &[], "runs a policy of yours", WASM),
        component(
            Connector,
            "forward",
            &[],
            "hands records of one pipeline to others of the same signal",
            FORWARD,
        ),
        component(Connector, "wasm", &[], "runs a policy of yours", WASM),
        component(
            Exporter,
            "otlp",
            &["otlp_grpc"],
            "sends OTLP over gRPC",
            OTLP,
        ),
        component(
            Exporter,
            "otlphttp",
            &["otlp_http"],
            "sends OTLP over HTTP, as protobuf or as JSON",
            OTLP_HTTP,
        ),
        component(
            Exporter,
            "file",
            &[],
            "writes OTLP/JSON to a file, a request a line",
            FILE,
        ),
        component(
            Exporter,
            "debug",
            &[],
            "shows what arrives on the terminal",
            DEBUG,
        ),
        component(
            Exporter,
            "nop",
            &[],
            "takes everything and keeps nothing",
            NOP,
        ),
        component(
            Extension,
            "health_check",
            &[],
            "says over HTTP whether the program works",
            HEALTH_CHECK,
        ),
        component(
            Extension,
            "pprof",
            &[],
            "is accepted with a warning and does nothing: `perf record --pid` shows where the time goes",
            &[],
        ),
        component(
            Extension,
            "zpages",
            &[],
            "is accepted with a warning and does nothing: `/metrics` counts by component and stage",
            &[],
        ),
        component(
            Extension,
            "file_storage",
            &[],
            "keeps queues in a folder: what was acknowledged is there until every destination has it",
            FILE_STORAGE,
        ),
        component(
            Extension,
            "bearertokenauth",
            &[],
            "holds tokens: those that a receiver takes, or the one that an exporter sends",
            BEARER_TOKEN,
        ),
        component(
            Extension,
            "basicauth",
            &[],
            "holds names and passwords: those that a receiver takes, or those that an exporter sends",
            BASIC_AUTH,
        ),
        component(
            Extension,
            "headers_setter",
            &[],
            "sets headers of what an exporter sends, from the configuration, from files, or from what the client sent",
            HEADERS_SETTER,
        ),
        component(
            Program,
            "gate",
            &[],
            "limits a stage, and is a key of every policy",
            GATE,
        ),
        component(Program, "service", &[], "says what runs", SERVICE),
    ]
}

#[cfg(test)]
mod tests;
