//! `make chaos`: every fault of the table, counted.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "a table is printed, or it is said why not"
)]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use clap::Parser;
use tollgate_tests::chaos::{scenarios, table};
use tollgate_tests::gate;

/// Faults on purpose, and promises counted exactly.
#[derive(Parser)]
struct Arguments {
    /// The binary that is tried; by default the one beside this.
    #[arg(long)]
    binary: Option<PathBuf>,
    /// Where chance begins; by default somewhere else each time.
    #[arg(long)]
    seed: Option<u64>,
    /// Only these faults, by name.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// So many runs of each fault, instead of the table's.
    #[arg(long)]
    runs: Option<u64>,
    /// The first run of each, to have one again that broke a promise.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// The short form.
    #[arg(long)]
    short: bool,
    /// No table, but mixed load for so many minutes.
    #[arg(long, value_name = "MINUTES")]
    soak: Option<u32>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let binary = arguments.binary.clone().unwrap_or_else(gate::binary);
    // Gates run in folders of their own, where a relative path is another one.
    let binary = binary.canonicalize().expect("the binary is there");
    let seed = arguments.seed.unwrap_or_else(|| {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        now.as_secs()
    });
    // A run that panics is a broken promise, and told as one.
    std::panic::set_hook(Box::new(|_| {}));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    eprintln!("seed {seed}");
    let (mut rows, mut notes, mut violations) = (Vec::new(), Vec::new(), 0);
    let mut finish = |fault: &str, tally: tollgate_tests::chaos::tally::Tally| {
        rows.push(table::row(fault, &tally));
        violations += tally.violations.len();
        notes.extend(tally.notes);
    };
    if let Some(minutes) = arguments.soak {
        let tally = runtime.block_on(scenarios::soak(binary, seed, minutes, |word| {
            eprintln!("{word}");
        }));
        for word in &tally.violations {
            eprintln!("BROKEN: {word}");
        }
        finish("mixed load", tally);
    } else {
        let asked = |name: &str| {
            arguments.only.is_empty() || arguments.only.iter().any(|only| only == name)
        };
        for scenario in scenarios::ALL
            .iter()
            .filter(|scenario| asked(scenario.name))
        {
            let of_table = if arguments.short {
                scenario.runs.1
            } else {
                scenario.runs.0
            };
            let runs = arguments.runs.unwrap_or(of_table);
            let began = Instant::now();
            let work = scenario.try_out(
                binary.clone(),
                seed,
                arguments.first..arguments.first + runs,
                arguments.short,
                |word| {
                    eprintln!("{word}");
                },
            );
            let tally = runtime.block_on(work);
            eprintln!(
                "{}: {} runs in {} s",
                scenario.name,
                tally.runs,
                began.elapsed().as_secs()
            );
            eprintln!("{}", table::row(scenario.fault, &tally));
            finish(scenario.fault, tally);
        }
    }
    println!("{}", table::HEAD);
    for row in rows {
        println!("{row}");
    }
    for note in notes {
        println!("{note}");
    }
    if violations > 0 {
        println!("{violations} promises broken; `--seed {seed}` for the same chances again");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
