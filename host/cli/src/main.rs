//! `tollgate`: the policy gate of an OpenTelemetry pipeline.
//!
//! One file a verb. Only this crate prints and exits.

mod args;
mod bench;
mod build;
mod capture;
mod completions;
mod components;
mod configuration;
mod diff;
mod explain;
mod here;
mod inspect;
mod leak_test;
mod new;
mod playground;
mod print_config;
mod run;
mod running;
mod schema;
mod stock;
mod telemetry;
mod terminal;
mod test;
mod trial;
mod r#try;
mod validate;
mod watch;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Run, Verb};
use crate::terminal::Color;

// Request bodies of hundreds of kilobytes come and go all the time: the system's allocator gives each back to the kernel.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    Color::typed(std::env::args_os()).hold();
    let args = Args::parse();
    args.color.hold();
    let outcome = match args.verb {
        None => run::run(&Run {
            configuration: args.configuration,
            watch: false,
        }),
        Some(Verb::Run(wanted)) => run::run(&Run {
            configuration: wanted.configuration.or(args.configuration),
            ..wanted
        }),
        Some(Verb::Validate(configuration)) => {
            validate::validate(&configuration.or(args.configuration))
        }
        Some(Verb::Components(_)) => components::components(),
        Some(Verb::PrintConfig(wanted)) => print_config::print_config(wanted, args.configuration),
        Some(Verb::Schema(wanted)) => schema::schema(wanted),
        Some(Verb::Inspect(wanted)) => inspect::inspect(&wanted, &args.configuration),
        Some(Verb::Build(wanted)) => build::build(&wanted),
        Some(Verb::Playground(asked)) => playground::playground(&asked),
        Some(Verb::Test(wanted)) => test::test(&wanted),
        Some(Verb::Try(wanted)) => r#try::r#try(wanted, args.configuration),
        Some(Verb::Explain(wanted)) => explain::explain(wanted, args.configuration),
        Some(Verb::Capture(wanted)) => capture::capture(&wanted),
        Some(Verb::Completions(wanted)) => completions::completions(&wanted),
        Some(Verb::Diff(wanted)) => diff::diff(&wanted),
        Some(Verb::LeakTest(wanted)) => leak_test::leak_test(wanted, args.configuration),
        Some(Verb::Bench(wanted)) => bench::bench(wanted, args.configuration),
        Some(Verb::New(wanted)) => new::new(&wanted),
    };
    outcome.unwrap_or_else(|error| {
        complain(&format!("error: {error:#}"));
        ExitCode::FAILURE
    })
}

/// Prints what a verb found out.
fn print(text: &str) {
    // Whoever closed the pipe has read enough.
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
}

/// Prints what went wrong.
#[expect(clippy::print_stderr, reason = "the one place that prints errors")]
fn complain(text: &str) {
    eprintln!("{}", text.trim_end());
}
