//! The gate's own log lines: structured, to stderr.

use std::io::IsTerminal as _;

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, Registry, fmt};

/// How a log line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Console,
    /// One JSON object a line.
    Json,
}

/// What is logged, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogSettings {
    /// The least important level that is written.
    pub level: Level,
    /// The form of a line.
    pub format: LogFormat,
}

/// Sends log lines to stderr from now on. A second call changes nothing: the first one's settings stay.
pub fn start_logging(settings: LogSettings) {
    // Libraries speak at their own discretion about peers and frames: only their warnings are ours to show.
    let libraries = settings.level.min(Level::WARN);
    let filter = Targets::new()
        .with_default(LevelFilter::from_level(libraries))
        .with_target("tollgate", settings.level);
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let layer: Box<dyn Layer<Registry> + Send + Sync> = match settings.format {
        LogFormat::Console => lines.with_target(false).with_filter(filter).boxed(),
        LogFormat::Json => lines.json().with_filter(filter).boxed(),
    };
    let started = tracing_subscriber::registry().with(layer).try_init();
    if started.is_err() {
        tracing::debug!("logging was started before; its settings stay");
    }
}
