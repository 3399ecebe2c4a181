//! `tollgate leak-test`: secrets of every kind, in every encoding, at every place of OTLP, and which of them get through.

mod show;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use tollgate_lab::{Opening, Options};
use tollgate_leaks::{
    Document, Encoding, Filter, Heading, Protocol, Report, SecretKind, Selection, Wanted, Way,
    advise, attempt, page, places,
};

use crate::args::{Configuration, Product};
use crate::complain;
use crate::configuration::sandbox;
use crate::here::Here;
use crate::stock::Embedded;
use crate::terminal;
use crate::trial::{BAD_INPUT, Subject};

/// What is tried, and how it is shown.
#[derive(Debug, clap::Args)]
pub(crate) struct LeakTest {
    #[command(flatten)]
    subject: Subject,
    /// Exit with status 1 if a secret in one of these encodings gets through: a list such as plain,url, or any.
    #[arg(long, value_name = "ENCODINGS", value_delimiter = ',', value_parser = failing)]
    fail_on: Vec<Failing>,
    /// Try only these cells: KIND/PLACE/ENCODING, each of which may be missing or `*`, such as mail, card/log.body or */span.*/plain.
    #[arg(long, value_name = "FILTER")]
    only: Vec<Filter>,
    /// Secrets of this kind alone: mail, key, token, card, ssn, address, prompt or own.
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: Option<SecretKind>,
    /// No more cells than this, spread evenly over all.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Other secrets for another number.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// A secret of your own: a text of four letters or digits at least, or `@FILE`.
    #[arg(long, value_name = "TEXT|@FILE")]
    secret: Option<String>,
    /// Every place in a row of its own, also those that are all the same.
    #[arg(long)]
    every_place: bool,
    /// What became of each cell, for programs.
    #[arg(long)]
    json: bool,
    /// Write a page that shows what got through, and what would stop it.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// What the verb fails on.
#[derive(Debug, Clone, Copy)]
enum Failing {
    Any,
    On(Encoding),
}

fn failing(text: &str) -> Result<Failing, String> {
    if text == "any" {
        return Ok(Failing::Any);
    }
    let names: Vec<&str> = Encoding::ALL.iter().map(|own| own.name()).collect();
    let encoding = Encoding::parse(text).map(Failing::On);
    encoding.ok_or_else(|| format!("the encodings are {}, and any", names.join(", ")))
}

fn kind(text: &str) -> Result<SecretKind, String> {
    let names: Vec<&str> = SecretKind::MADE.iter().map(|own| own.name()).collect();
    SecretKind::parse(text)
        .ok_or_else(|| format!("the kinds are {}, and own (see --secret)", names.join(", ")))
}

/// The fewest letters and digits of a secret that can be told from everything else.
const SHORTEST: usize = 4;

pub(crate) fn leak_test(wanted: LeakTest, before: Configuration) -> anyhow::Result<ExitCode> {
    let own = match wanted.secret.as_deref().map(secret).transpose()? {
        Some(own) if own.chars().filter(|sign| sign.is_alphanumeric()).count() < SHORTEST => {
            complain(&format!(
                "error: a secret needs {SHORTEST} letters or digits, or it could be found anywhere"
            ));
            return Ok(ExitCode::from(BAD_INPUT));
        }
        own => own,
    };
    if wanted.kind == Some(SecretKind::Own) && own.is_none() {
        complain("error: say which secret: --secret TEXT");
        return Ok(ExitCode::from(BAD_INPUT));
    }
    let sandbox = sandbox()?;
    let subject = wanted.subject.or(before);
    let opened = match subject.open(&sandbox, &Here, Options::default())? {
        Ok(opened) => opened,
        Err(code) => return Ok(code),
    };
    let protocol = Protocol::otlp()?;
    let places = places(protocol);
    let asked = Wanted {
        selection: Selection::new(wanted.only, wanted.kind),
        limit: wanted.limit,
        seed: wanted.seed,
        own,
    };
    let cells = asked.cells(&places);
    if cells.is_empty() {
        complain("error: there are no such cells: see --only, --kind and --limit");
        return Ok(ExitCode::from(BAD_INPUT));
    }
    let way = Way {
        trial: &opened.trial,
        behind: None,
    };
    let tried = attempt(protocol, &places, &cells, &way)?;
    let report = Report {
        places,
        cells,
        tried,
    };
    let opening = Opening {
        around: &Here,
        stock: &Embedded,
        sandbox: &sandbox,
        compat_collector: subject.configuration.compat == Some(Product::Collector),
    };
    let own = asked.own.as_deref();
    let advice = advise(protocol, &report, &opened.trial, &opening, own)?;
    if let Some(file) = &wanted.html {
        let heading = Heading {
            subject: &name(&subject),
            seed: wanted.seed,
        };
        std::fs::write(file, page(&report, &advice, heading))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    if wanted.json {
        let document = Document::new(&report, &advice, wanted.seed);
        terminal::show(&serde_json::to_string_pretty(&document)?);
    } else {
        show::matrix(&report, wanted.every_place);
        show::advice(&report, &advice);
    }
    let failing = wanted.fail_on.iter().flat_map(|failing| match failing {
        Failing::Any => Encoding::ALL.to_vec(),
        Failing::On(encoding) => vec![*encoding],
    });
    let failing: Vec<Encoding> = failing.collect();
    Ok(match report.open(&failing) {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// What was typed, or what stands in the file: without the line's end that editors put there.
fn secret(typed: &str) -> anyhow::Result<String> {
    let Some(path) = typed.strip_prefix('@') else {
        return Ok(typed.to_owned());
    };
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// What was tried, in a few words. Text that was typed may hold what no page should.
fn name(subject: &Subject) -> String {
    match (&subject.policy, &subject.rule) {
        (Some(policy), _) => policy.clone(),
        (None, Some(_)) => "a rule".to_owned(),
        (None, None) => {
            let configs = subject.configuration.config.iter();
            let names = configs.map(|config| match config.split_once(':') {
                Some(("yaml" | "env", _)) => "a configuration as text",
                Some(("file", path)) => path,
                _ => config,
            });
            names.collect::<Vec<_>>().join(", ")
        }
    }
}
