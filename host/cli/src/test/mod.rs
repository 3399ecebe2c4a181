//! `tollgate test`: case files, as `cargo test` runs tests.

mod review;
mod show;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use clap::ValueEnum;
use tollgate_cases::report::{Finished, annotations, json, junit};
use tollgate_cases::{Bench, CaseFile, Coverage, Outcome, Prepared, Selection, find, read, run};
use tollgate_config::{Diagnostics, Surroundings as _};

use crate::complain;
use crate::configuration::laptop;
use crate::here::Here;
use crate::stock::Embedded;
use crate::terminal;
use crate::trial::BAD_INPUT;

/// Which cases, and how what came of them is told.
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(crate) struct Test {
    /// Case files, or folders, in and below which every `*.test.yaml` is one.
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Only cases whose name, or `file: name`, holds this; may be given several times.
    #[arg(long = "filter", short = 'k', value_name = "TEXT")]
    filters: Vec<String>,
    /// The filters are whole names.
    #[arg(long, requires = "filters")]
    exact: bool,
    /// List the cases, and run none.
    #[arg(long)]
    list: bool,
    /// Write golden outputs that differ anew. On a terminal each is shown and asked about first.
    #[arg(long)]
    update: bool,
    /// Which rules of what was tried no case made do anything.
    #[arg(long)]
    coverage: bool,
    /// How it is told: text, junit (XML, for CI systems) or json (for programs).
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        hide_possible_values = true
    )]
    format: Format,
    /// Annotations of GitHub besides, as there are by themselves in its workflows.
    #[arg(long)]
    github: bool,
    /// Cases that run at the same time; as many as there are processors if it is not said.
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

/// How it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Junit,
    Json,
}

pub(crate) fn test(wanted: &Test) -> anyhow::Result<ExitCode> {
    let paths = match find(&wanted.paths) {
        Ok(paths) if !paths.is_empty() => paths,
        Ok(_) => {
            complain(
                "error: there is no case file here\n  help: name one, or the folder that they are in: they are called *.test.yaml",
            );
            return Ok(ExitCode::from(BAD_INPUT));
        }
        Err(error) => {
            complain(&format!(
                "error: {error}\n  help: cases are chosen by name with --filter"
            ));
            return Ok(ExitCode::from(BAD_INPUT));
        }
    };
    let Some(files) = read_all(&paths) else {
        return Ok(ExitCode::from(BAD_INPUT));
    };
    if wanted.list {
        return Ok(wanted.listed(&files));
    }
    let files = if wanted.update {
        let Some(files) = wanted.updated(files, &paths)? else {
            return Ok(ExitCode::from(BAD_INPUT));
        };
        files
    } else {
        files
    };
    let started = Instant::now();
    let Some(Tried { prepared, outcomes }) = wanted.run(files, wanted.format == Format::Text)?
    else {
        return Ok(ExitCode::from(BAD_INPUT));
    };
    if outcomes.is_empty() {
        complain("error: no case has such a name\n  help: --list names them all");
        return Ok(ExitCode::from(BAD_INPUT));
    }
    let coverage = wanted.coverage.then(|| Coverage::of(&prepared, &outcomes));
    let finished = Finished {
        outcomes: &outcomes,
        filtered_out: prepared.filtered_out(),
        took: started.elapsed(),
        coverage: coverage.as_ref(),
    };
    wanted.tell(&finished)?;
    Ok(ExitCode::from(u8::from(finished.counts().failed > 0)))
}

/// Cases that were run.
struct Tried {
    prepared: Prepared,
    outcomes: Vec<Outcome>,
}

impl Test {
    fn selection(&self) -> Selection {
        Selection {
            names: self.filters.clone(),
            exact: self.exact,
        }
    }

    fn jobs(&self) -> usize {
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(processors, usize::from)
    }

    fn listed(&self, files: &[CaseFile]) -> ExitCode {
        let selection = self.selection();
        let names = files.iter().flat_map(|file| {
            let cases = file.cases.iter();
            cases.map(|case| (file.name.as_str(), case.name.value.as_str()))
        });
        let names = names.filter(|(file, name)| selection.takes(file, name));
        let lines: Vec<String> = names
            .map(|(file, name)| format!("{file}: {name}"))
            .collect();
        terminal::show(&terminal::Text::from(lines.join("\n")).to_string());
        ExitCode::SUCCESS
    }

    /// Runs cases; none if something is wrong with their files, which has been said.
    fn run(&self, files: Vec<CaseFile>, is_told: bool) -> anyhow::Result<Option<Tried>> {
        let selection = self.selection();
        let sandbox = laptop(false)?;
        let metered = if Prepared::counts_instructions(&files, &selection) {
            Some(laptop(true)?)
        } else {
            None
        };
        let bench = Bench {
            around: &Here,
            stock: &Embedded,
            sandbox: &sandbox,
            metered: metered.as_ref(),
        };
        let prepared = match Prepared::new(files, &selection, &bench, self.jobs()) {
            Ok(prepared) => prepared,
            Err(found) => {
                mistaken(&found);
                return Ok(None);
            }
        };
        if is_told && !prepared.is_empty() {
            show::begin(prepared.len());
        }
        let outcomes = run(&prepared, self.jobs(), |outcome| {
            if is_told {
                show::outcome(outcome);
            }
        });
        Ok(Some(Tried { prepared, outcomes }))
    }

    /// Writes golden outputs anew, and reads the files again.
    fn updated(
        &self,
        files: Vec<CaseFile>,
        paths: &[PathBuf],
    ) -> anyhow::Result<Option<Vec<CaseFile>>> {
        let Some(Tried { prepared, outcomes }) = self.run(files, false)? else {
            return Ok(None);
        };
        let updates = tollgate_cases::updates(&prepared, &outcomes);
        review::review(updates).context("the golden outputs cannot be written")?;
        Ok(read_all(paths))
    }

    fn tell(&self, finished: &Finished<'_>) -> anyhow::Result<()> {
        let github = self.github
            || Here
                .variable("GITHUB_ACTIONS")
                .is_some_and(|on| on == "true");
        match self.format {
            Format::Text => show::end(finished),
            Format::Junit => terminal::show(&junit(finished)),
            Format::Json => {
                let document = serde_json::to_string_pretty(&json(finished))?;
                terminal::show(&document);
            }
        }
        let annotations = annotations(finished);
        if github && !annotations.is_empty() {
            // The runner reads both outputs, and a document is to stay one.
            if self.format == Format::Text {
                terminal::show(&annotations);
            } else {
                terminal::remark(&annotations);
            }
        }
        Ok(())
    }
}

/// Reads case files; none if something is wrong with them, which has been said.
fn read_all(paths: &[PathBuf]) -> Option<Vec<CaseFile>> {
    let mut files = Vec::new();
    let mut found = Diagnostics::default();
    let mut is_read = true;
    for path in paths {
        let name = path.display().to_string();
        match Here.file(&name) {
            Ok(text) => match read(&name, &text) {
                Ok(file) => files.push(file),
                Err(mistakes) => found.extend(mistakes),
            },
            Err(why) => {
                complain(&format!("error: {name} cannot be read: {why}"));
                is_read = false;
            }
        }
    }
    mistaken(&found);
    (is_read && found.is_empty()).then_some(files)
}

fn mistaken(found: &Diagnostics) {
    if !found.is_empty() {
        complain(&found.render(terminal::remarks_in_color()));
    }
}
