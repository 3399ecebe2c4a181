//! What can be typed.

use clap::{Parser, Subcommand, ValueEnum};

use crate::build::Build;
use crate::capture::Capture;
use crate::completions::Completions;
use crate::explain::Explain;
use crate::leak_test::LeakTest;
use crate::new::New;
use crate::terminal::Color;
use crate::r#try::Try;

/// The policy gate of an OpenTelemetry pipeline.
#[derive(Debug, Parser)]
#[command(name = "tollgate", version, about, max_term_width = 100)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) configuration: Configuration,
    /// When to use colours.
    #[arg(
        long,
        value_name = "WHEN",
        global = true,
        default_value = "auto",
        hide_possible_values = true
    )]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run the gate (also what happens without a verb). SIGHUP reads the configuration again, SIGTERM ends it in good order.
    Run(Run),
    /// Load everything a configuration names, components included, and say what is wrong with it (exit status 78).
    Validate(Configuration),
    /// Print the configuration in one piece: everything merged, variables expanded, secrets starred out.
    PrintConfig(PrintConfig),
    /// Print the JSON Schema of a whole configuration, or of case files.
    Schema(crate::schema::Schema),
    /// Run case files: what a configuration must do, written down beside it.
    Test(crate::test::Test),
    /// List what can be configured.
    Components(Configuration),
    /// Show a component: digest, size, world, imports, what it reads and writes, its configuration's schema.
    Inspect(Inspect),
    /// Build a policy's component from its package in Rust, Python or JavaScript, and check it.
    Build(Build),
    /// Serve a page on this machine in which rules are typed and seen at work.
    Playground(crate::playground::Asked),
    /// Compare two configurations, or two versions of a component, over the same telemetry: what changes for whom.
    Diff(crate::diff::Diff),
    /// Try to get secrets through a configuration: each kind, in each encoding, at each place of OTLP.
    LeakTest(LeakTest),
    /// Measure what policies cost: records a second, instructions, memory, beside a policy that does nothing.
    Bench(crate::bench::Bench),
    /// Start a policy of your own, in Rust, Python or JavaScript: a package with tests, a configuration, cases and a workflow for CI.
    New(New),
    /// Pass telemetry through a configuration, a policy or a rule, and show it before and after.
    Try(Try),
    /// Say which rules looked at a record or a field, which one won and why; or of a data set, which rules hit and which never do.
    Explain(Explain),
    /// Store incoming OTLP requests as files, raw, to try policies on them later.
    Capture(Capture),
    /// Print what a shell needs to complete what is typed: bash, zsh or fish.
    Completions(Completions),
}

/// Which configuration, and how to read it.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Configuration {
    /// Configuration, in the Collector's YAML dialect: a file, `file:PATH`, `env:NAME` or `yaml:TEXT`, such as
    /// `yaml:processors::batch::timeout: 2s`. Several are put on top of each other, in their order.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Vec<String>,
    /// One value, put on top of everything: `--set processors.batch.timeout=2s`.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Answer exactly as this product does, deliberate differences included.
    #[arg(long, value_name = "PRODUCT")]
    pub(crate) compat: Option<Product>,
}

#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) configuration: Configuration,
    /// Read the configuration again when one of its files changes, policies and what they read included.
    #[arg(long)]
    pub(crate) watch: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Product {
    /// The OpenTelemetry Collector.
    Collector,
}

impl Configuration {
    /// Options may stand before the verb or behind it.
    pub(crate) fn or(self, before: Self) -> Self {
        Self {
            config: [before.config, self.config].concat(),
            set: [before.set, self.set].concat(),
            compat: self.compat.or(before.compat),
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Inspect {
    /// A component's file, or the name of a stock policy. Without it: every stage of `--config`.
    pub(crate) component: Option<String>,
    #[command(flatten)]
    pub(crate) configuration: Configuration,
}

#[derive(Debug, clap::Args)]
pub(crate) struct PrintConfig {
    #[command(flatten)]
    pub(crate) configuration: Configuration,
    /// Print it although it is wrong otherwise.
    #[arg(long)]
    pub(crate) unchecked: bool,
}
