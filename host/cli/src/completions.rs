//! `tollgate completions`: what a shell needs to complete what is typed.

use std::process::ExitCode;

use clap::{CommandFactory as _, ValueEnum};
use clap_complete::Shell;

use crate::args::Args;
use crate::print;

/// Which shell.
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// bash, zsh or fish.
    #[arg(value_name = "SHELL", hide_possible_values = true)]
    shell: Known,
}

/// Shells whose completions are tested.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Known {
    Bash,
    Zsh,
    Fish,
}

pub(crate) fn completions(wanted: &Completions) -> anyhow::Result<ExitCode> {
    let shell = match wanted.shell {
        Known::Bash => Shell::Bash,
        Known::Zsh => Shell::Zsh,
        Known::Fish => Shell::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "tollgate", &mut script);
    print(&String::from_utf8(script)?);
    Ok(ExitCode::SUCCESS)
}
