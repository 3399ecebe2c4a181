//! Configuration in the Collector's YAML dialect: text in, meaning or diagnostics out.
//!
//! A text goes three steps. It is read into a tree that knows where everything stands (*as written*), its variables are
//! expanded, and every key is held against a table of what there is (*checked*). What comes out (*as meant*) no longer
//! knows how it was written, and everything a pipeline names is there. All mistakes are found in one run, but for those of
//! syntax, which hide the rest; each says where it is, what is wrong, and what would mend it.
//!
//! A key that tunes something which does not exist here is accepted when it changes nothing, and refused with its reason
//! when it would: a configuration never means less than it says. A policy's own configuration is handed on unread; what the
//! policy has to say about it comes back through [`SourceMap`] and points into the file, too.
//!
//! The crate is pure: it opens no file and no socket, and what is around it is handed in ([`Surroundings`]).

mod address;
mod check;
mod diagnostic;
mod document;
mod editor;
mod expand;
mod model;
mod nearest;
mod read;
mod render;
mod schema;
mod source_map;
mod units;
pub mod written;
mod yaml;

pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use editor::{SCHEMA_FILE, SCHEMA_LINE};
pub use model::{
    BasicCredentials, Batch, BearerToken, ClientAuth, ClientTls, Compat, Component, ComponentId,
    Compression, Config, Connector, DebugExporter, Delivery, Destination, Encoding, Endpoint,
    Ensure, Exporter, Extension, FileExporter, FileStorage, Gate, GrpcServer, HeaderAction,
    HeaderRule, HeaderSource, HeadersSetter, HealthCheck, Htpasswd, HttpServer, IncludeExclude,
    LogEncoding, LogLevel, Logs, MemoryLimit, MemoryLimiter, Metrics, MetricsLevel, MetricsReader,
    OnError, OnRejected, OtlpGrpcExporter, OtlpHttpExporter, OtlpReceiver, PeriodicReader,
    Pipeline, Process, Processor, PrometheusReader, QueueBatch, QueueSizer, RequestCompression,
    Retry, Secret, SendingQueue, ServerAuth, ServerTls, Sizer, Stage, Storage, Telemetry,
    Temporality, TlsVersion, Tokens, Verbosity,
};
pub use schema::{ComponentReference, Key, Kind, Role, Status, json_schema, reference};
pub use source_map::{Remark, SourceMap};

/// A configuration's text.
#[derive(Debug, Clone)]
pub struct Source {
    /// What errors call it: the path, as it was given.
    pub name: String,
    /// YAML, or JSON, which is YAML.
    pub text: String,
}

/// Where a configuration, or a part of it, is found. Later ones are put on top of earlier ones.
#[derive(Debug, Clone)]
pub enum Location {
    /// What `--config` says: a path, or one of `file:`, `yaml:` and `env:` with a value.
    Uri(String),
    /// What `--set` says: `key.of.key=value`.
    Set(String),
    /// A text that is at hand, named as the file that it came from.
    Text(Source),
}

/// What a configuration may refer to.
pub trait Surroundings {
    /// A variable of the environment.
    fn variable(&self, name: &str) -> Option<String>;

    /// What a file holds, or why it cannot be read. Of a file of more than [`LARGEST`] bytes no more is needed than tells so.
    fn file(&self, path: &str) -> Result<String, String>;
}

/// What the command line says about the configuration.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `--compat collector`: the policies answer as the Collector's do.
    pub compat_collector: bool,
}

/// The policies that ship with the program.
pub trait KnownPolicies {
    /// JSON Schema of the configuration of a policy.
    fn schema(&self, policy: &str) -> Option<&str> {
        _ = policy;
        None
    }

    /// Types of processors that exist besides the host's own.
    fn processors(&self) -> Vec<&str>;

    /// Types of connectors that exist besides the host's own.
    fn connectors(&self) -> Vec<&str>;
}

/// A configuration that may be used.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What it means.
    pub config: Config,
    /// What is probably not meant so.
    pub warnings: Diagnostics,
    /// Where the policies' own configurations stand.
    pub map: SourceMap,
}

/// Bytes of the largest configuration, all that it is read from taken together.
pub const LARGEST: usize = 4 << 20;

/// Reads a configuration: what it means, or everything that is wrong with it.
pub fn load(
    locations: &[Location],
    around: &dyn Surroundings,
    known: &dyn KnownPolicies,
    options: &Options,
) -> Result<Loaded, Diagnostics> {
    let Examined { config, found, map } = examine(locations, around, known, options)?;
    if found.has_errors() {
        return Err(found);
    }
    Ok(Loaded {
        config,
        warnings: found,
        map,
    })
}

/// What there is to say about a configuration that could be read.
#[derive(Debug, Clone)]
pub struct Examined {
    /// What it means. Where something is wrong, it holds the policies alone that can be asked about their own mistakes.
    pub config: Config,
    /// Everything that is wrong with it, and what is probably not meant so.
    pub found: Diagnostics,
    /// Where the policies' own configurations stand.
    pub map: SourceMap,
}

/// Reads a configuration, and says everything about it at once. An error is one of reading, which hides the rest.
pub fn examine(
    locations: &[Location],
    around: &dyn Surroundings,
    known: &dyn KnownPolicies,
    options: &Options,
) -> Result<Examined, Diagnostics> {
    let read = read::read(locations, around)?;
    let mut found = read.found;
    let checked = check::check(&read.root, &read.document, known, options);
    found.extend(checked.found);
    found.sort();
    let config = if found.has_errors() {
        checked.config.policies_alone(&checked.places)
    } else {
        checked.config
    };
    Ok(Examined {
        config,
        found,
        map: SourceMap::new(read.document, checked.places),
    })
}

/// A configuration as YAML again: everything in one piece, variables expanded, secrets starred out. It may be wrong otherwise.
pub fn print(locations: &[Location], around: &dyn Surroundings) -> Result<String, Diagnostics> {
    let read = read::read(locations, around)?;
    if read.found.has_errors() {
        return Err(read.found);
    }
    Ok(yaml::print(&read.root))
}
