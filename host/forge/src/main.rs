//! `forge`: what `make` calls to build policies. Users of tollgate have `tollgate build` and `tollgate new` instead.

use std::{
    env,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand, builder::PossibleValuesParser};
use tollgate_forge::{setup, workshop};

#[derive(Parser)]
#[command(about = "Builds the policies in tollgate's source")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Install what compiles policies, where it is missing
    Setup,
    /// Build the stock policies, as components and as machine code
    Stock {
        /// Which of them [default: all]
        #[arg(value_parser = PossibleValuesParser::new(workshop::STOCK))]
        names: Vec<String>,
        /// The folder to write to [default: target/policies]
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Build the hostile guest and the examples, which the tests call
    Guests {
        /// The folder to write to [default: target/guests]
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(verb: Verb) -> anyhow::Result<()> {
    let root = workshop::source_root(Path::new("."))?;
    match verb {
        Verb::Setup => {
            let toolchain = setup::install(&root.join("plugins"), &mut say)?;
            say(&format!(
                "policies are compiled by {}",
                toolchain.describe()
            ));
            Ok(())
        }
        Verb::Stock { names, out } => {
            let mut names: Vec<_> = names.iter().map(String::as_str).collect();
            if names.is_empty() {
                names.extend(workshop::STOCK);
            }
            let out = out.unwrap_or_else(|| root.join("target/policies"));
            workshop::stock(&root, &names, &out, &this_machine(), &mut say)?;
            Ok(())
        }
        Verb::Guests { out } => {
            let out = out.unwrap_or_else(|| root.join("target/guests"));
            workshop::guests(&root, &out, &mut say)?;
            Ok(())
        }
    }
}

/// Named, so that machine code runs on every processor of the kind and not only on one like that which compiled it.
fn this_machine() -> String {
    format!("{}-unknown-linux-gnu", env::consts::ARCH)
}

fn say(line: &str) {
    // Nobody reads what a closed terminal was told.
    let _ = writeln!(std::io::stderr(), "forge: {line}");
}
