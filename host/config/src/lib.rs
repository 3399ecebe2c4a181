//! Configuration in the Collector's YAML dialect: text in, meaning or diagnostics out.
//!
//! A text goes three steps. It is read into a tree that knows where everything stands (*as written*), its variables are
//! expanded, and every key is held against a table of what there is (*checked*). What comes out (*as meant*) no longer
//! knows how it was written, and everything a pipeline names is there. All mistakes are found in one run, but for those of
//! syntax, which hide the rest; each says where it is, what is wrong, and what would mend it.
//!
//! A key that tunes something which does not exist here is accepted when it changes nothing, and refused with its reason
//! when it would: a configuration never means less than it says. A policy's own configuration is handed on unread; what the
//! policy has to say about it comes back through [`SourceMap::problem`] and points into the file, too.
//!
//! The crate is pure: it opens no file and no socket, and the environment is a function that is handed in.

mod address;
mod check;
mod diagnostic;
mod document;
mod expand;
mod model;
mod nearest;
mod render;
mod schema;
mod source_map;
mod units;
mod yaml;

use std::sync::Arc;

pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use model::{
    Batch, ClientTls, Compat, Component, ComponentId, Compression, Config, Connector,
    DebugExporter, Encoding, Endpoint, Exporter, Extension, FileExporter, Gate, GrpcServer,
    HealthCheck, HttpServer, IncludeExclude, LogEncoding, LogLevel, Logs, MemoryLimit,
    MemoryLimiter, Metrics, MetricsLevel, MetricsReader, OnError, OtlpGrpcExporter,
    OtlpHttpExporter, OtlpReceiver, PeriodicReader, Pipeline, Processor, PrometheusReader,
    RequestCompression, Retry, Secret, Sizer, Stage, Telemetry, Temporality, TlsVersion, Verbosity,
};
pub use schema::{ComponentReference, Key, Kind, Role, Status, reference};
pub use source_map::{Remark, SourceMap};

use document::Document;
use yaml::{Budget, Span};

/// A configuration's text.
#[derive(Debug, Clone)]
pub struct Source {
    /// What errors call it: the path, as it was given.
    pub name: String,
    /// YAML, or JSON, which is YAML.
    pub text: String,
}

/// What the command line says about the configuration.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `--compat collector`: the policies answer as the Collector's do.
    pub compat_collector: bool,
}

/// The policies that ship with the program.
pub trait KnownPolicies {
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

/// Bytes of the largest configuration.
pub const LARGEST: usize = 4 << 20;

/// Reads a configuration: what it means, or everything that is wrong with it.
pub fn load(
    source: Source,
    env: &dyn Fn(&str) -> Option<String>,
    known: &dyn KnownPolicies,
    options: &Options,
) -> Result<Loaded, Diagnostics> {
    if source.text.len() > LARGEST {
        let message = format!(
            "the configuration has {} bytes, and {LARGEST} are the most",
            source.text.len()
        );
        let document = Arc::new(Document::new(
            Source {
                name: source.name,
                text: String::new(),
            },
            Vec::new(),
        ));
        let help = Some("tables and lists belong into files of their own".to_owned());
        return Err(std::iter::once(Diagnostic::new(
            &document,
            Severity::Error,
            Span::default(),
            message,
            help,
        ))
        .collect());
    }
    let mut budget = Budget::default();
    let mut root = match yaml::parse(&source.text, &mut budget) {
        Ok(root) => root,
        Err(mistakes) => {
            let masked = document::suspects(&source.text);
            let document = Arc::new(Document::new(source, masked));
            let diagnostic = |mistake: yaml::Mistake| {
                Diagnostic::new(
                    &document,
                    Severity::Error,
                    mistake.span,
                    mistake.message,
                    mistake.help,
                )
            };
            return Err(mistakes.into_iter().map(diagnostic).collect());
        }
    };
    let masked = yaml::secrets(&root);
    let document = Arc::new(Document::new(source, masked));
    let findings = expand::expand(&mut root, &document.text, env, &mut budget);
    let expanded = findings.into_iter().map(|finding| {
        Diagnostic::new(
            &document,
            finding.severity,
            finding.span,
            finding.message,
            Some(finding.help),
        )
    });
    let mut found: Diagnostics = expanded.collect();
    let checked = check::check(&root, &document, known, options);
    found.extend(checked.found);
    found.sort();
    if found.has_errors() {
        return Err(found);
    }
    let map = SourceMap::new(document, checked.places);
    Ok(Loaded {
        config: checked.config,
        warnings: found,
        map,
    })
}
