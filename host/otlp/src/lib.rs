//! OTLP in and out: receivers that hand requests to a [`Gate`], and exporters that take what is left of them.
//!
//! What they are told is what the configuration means: [`tollgate_config`]'s own types. Secrets stay [`tollgate_config::Secret`]s
//! until the place that sends them.
//!
//! Requests stay the bytes that came. Both protocols are served and spoken on hyper directly: tonic decompresses a message before
//! anybody can ask the byte budget, copies it into a buffer of its own even when it came in one piece, and answers an oversized
//! one with a code that OTLP calls retryable. What OTLP needs of gRPC, unary calls of three methods, is five bytes before a
//! message and two headers after it.
//!
//! Answers follow OTLP's tables of codes. Their texts, and those of errors, are fixed or say where something is wrong: never
//! what a record holds.

mod access;
mod budget;
mod client;
mod compression;
mod connection;
mod credentials;
mod exporter;
mod failure;
mod fresh;
mod gate;
mod grpc;
mod http;
mod listener;
mod metered;
mod patience;
mod payload;
mod receiver;
mod retry;
mod sockets;
mod tally;
mod tls;
mod verdict;

/// How exporters introduce themselves.
pub(crate) const USER_AGENT: &str = concat!("tollgate/", env!("CARGO_PKG_VERSION"));

pub use budget::{ByteBudget, Permit, Spent};
pub use client::ClientError;
pub use exporter::{
    Console, Delivered, Export, ExportError, Exported, Exporter, ExporterError, Later, Refused,
};
pub use fresh::FileError;
pub use gate::{Answer, Gate, Request, Transport};
pub use listener::Bounds;
pub use receiver::{BindError, Receiver};
pub use sockets::{Claims, Sockets};
