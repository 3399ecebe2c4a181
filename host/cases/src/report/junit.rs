//! JUnit's XML, which CI systems read.

use std::fmt::Write as _;
use std::time::Duration;

use super::Finished;
use crate::run::{Outcome, Verdict};

/// The document: a suite for each case file.
#[must_use]
pub fn junit(finished: &Finished<'_>) -> String {
    let counts = finished.counts();
    let all = finished.outcomes.len();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    _ = writeln!(
        text,
        "<testsuites name=\"tollgate test\" tests=\"{all}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{}\">",
        counts.failed,
        counts.ignored,
        seconds(finished.took)
    );
    let mut rest = finished.outcomes;
    while let Some(first) = rest.first() {
        let end = rest
            .iter()
            .position(|outcome| outcome.file != first.file)
            .unwrap_or(rest.len());
        let (suite, others) = rest.split_at(end);
        self::suite(&mut text, &first.file, suite);
        rest = others;
    }
    text.push_str("</testsuites>\n");
    text
}

fn suite(text: &mut String, file: &str, cases: &[Outcome]) {
    let failed = cases.iter().filter(|own| own.has_failed()).count();
    let ignored = cases
        .iter()
        .filter(|own| matches!(own.verdict, Verdict::Ignored(_)))
        .count();
    let took: Duration = cases.iter().map(|own| own.took).sum();
    _ = writeln!(
        text,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"{ignored}\" time=\"{}\">",
        escaped(file),
        cases.len(),
        seconds(took)
    );
    for case in cases {
        let head = format!(
            "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"{}\"",
            escaped(file),
            escaped(&case.name),
            escaped(file),
            case.line,
            seconds(case.took)
        );
        match &case.verdict {
            Verdict::Passed => {
                _ = writeln!(text, "{head}/>");
            }
            Verdict::Ignored(why) => {
                _ = writeln!(text, "{head}>");
                _ = writeln!(text, "      <skipped message=\"{}\"/>", escaped(why));
                _ = writeln!(text, "    </testcase>");
            }
            Verdict::Failed(failures) => {
                _ = writeln!(text, "{head}>");
                for failure in failures {
                    let place = format!("{file}:{}:{}", failure.line, failure.column);
                    let body = [&[place], &*failure.detail].concat().join("\n");
                    _ = writeln!(
                        text,
                        "      <failure message=\"{}\">{}</failure>",
                        escaped(&failure.message),
                        escaped(&body)
                    );
                }
                _ = writeln!(text, "    </testcase>");
            }
        }
    }
    text.push_str("  </testsuite>\n");
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// A text in XML 1.0, which has no way to write most control characters.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
