//! A report as a page: one file that needs nothing else, no script and no other file.

mod escape;
mod matrix;
mod stopped;

use std::fmt::Write as _;

use crate::remedy::Advice;
use crate::report::{Report, folded};

use escape::Escaped;

const STYLE: &str = include_str!("style.css");

/// What the page says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Heading<'h> {
    /// What was tried: a configuration's name.
    pub subject: &'h str,
    /// Which secrets.
    pub seed: u64,
}

/// The page. No secret of the user's own is in it.
#[must_use]
pub fn page(report: &Report, advice: &Advice, heading: Heading<'_>) -> String {
    let mut out = String::with_capacity(1 << 16);
    let subject = Escaped(heading.subject);
    let total = report.total();
    out.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n");
    // Whatever stood in telemetry, nothing here may be run or loaded.
    out.push_str("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    // Writing to a string does not fail, here and below.
    let _ = writeln!(
        out,
        "<title>Leak test of {subject}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>"
    );
    out.push_str("<a class=\"skip\" href=\"#matrix\">To the matrix</a>\n");
    let _ = writeln!(
        out,
        "<header>\n<h1>Leak test of <code>{subject}</code></h1>"
    );
    let verdict = if total.open == 0 { "good" } else { "bad" };
    let _ = writeln!(
        out,
        "<p class=\"verdict {verdict}\"><strong>{} of {} secrets got through.</strong> {}</p>",
        total.open,
        total.total(),
        counts(report)
    );
    let _ = writeln!(
        out,
        "<p>Each cell is a made-up secret of one kind, in one encoding, at one place of OTLP, and nothing else. The secrets are those of seed {}.</p>\n</header>\n<main>",
        heading.seed
    );
    matrix::section(report, &mut out);
    stopped::remedies(report, advice, &mut out);
    stopped::open(report, advice, &folded(report.rows(None)), &mut out);
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn counts(report: &Report) -> String {
    let words = report.words().into_iter();
    let words: Vec<String> = words
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    format!("{}.", words.join(", "))
}
