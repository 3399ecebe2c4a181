//! What must hold of a table beside its conditions.

use tollgate_sdk::{Compat, Problem, Setup, Signal};

use crate::config::{Written, WrittenRow};

/// The contexts that a row may name.
const CONTEXTS: [&str; 7] = [
    "request",
    "resource",
    "span",
    "metric",
    "datapoint",
    "log",
    "otelcol",
];

/// The signal of a pipeline, by its name.
pub(crate) fn signal_of(pipeline: &str) -> Option<Signal> {
    let kind = pipeline.split_once('/').map_or(pipeline, |(kind, _)| kind);
    Signal::ALL
        .iter()
        .copied()
        .find(|signal| signal.as_str() == kind)
}

/// Adds what is wrong with a table to `problems`.
pub(crate) fn check(written: &Written, setup: &mut Setup, problems: &mut Vec<Problem>) {
    if written.table.is_empty() {
        problems.push(
            Problem::at("/table", "the routing table is empty")
                .help("add a row with a condition and its pipelines"),
        );
    }
    if written.match_once.is_some() {
        let problem = Problem::at("/match_once", "the Collector took this key away in v0.120");
        match setup.compat() {
            Compat::Collector => problems.push(problem.help("take it out")),
            Compat::Tollgate => setup.warn(problem.help("`false` sends a record to the pipelines of every row that it meets, as `action: copy` does")),
        }
    }
    pipelines(&written.default_pipelines, "/default_pipelines", problems);
    for (nth, row) in written.table.iter().enumerate() {
        check_row(row, &format!("/table/{nth}"), setup, problems);
        if is_repeated(written, nth) {
            let at = format!("/table/{nth}");
            let problem = Problem::at(at, "a row before has the same condition");
            setup.warn(problem.help("the Collector leaves this one out"));
        }
    }
}

fn check_row(row: &WrittenRow, at: &str, setup: &mut Setup, problems: &mut Vec<Problem>) {
    match (row.condition.is_empty(), row.statement.is_empty()) {
        (true, true) => {
            problems.push(
                Problem::at(at, "the row has no condition")
                    .help("give it a `condition`, or a `statement` with `where`"),
            );
        }
        (false, false) => {
            problems.push(
                Problem::at(at, "the row has a condition and a statement")
                    .help("give it one of the two"),
            );
        }
        (true, false) if row.context == "request" => {
            let problem = Problem::at(
                format!("{at}/statement"),
                "what is about the request is a `condition`",
            );
            problems.push(problem.help(r#"write condition: request["name"] == "value""#));
        }
        _ => {}
    }
    if row.pipelines.is_empty() {
        problems.push(
            Problem::at(format!("{at}/pipelines"), "the row leads nowhere").help("name a pipeline"),
        );
    }
    pipelines(&row.pipelines, &format!("{at}/pipelines"), problems);
    if !row.context.is_empty() && !CONTEXTS.contains(&row.context.as_str()) {
        let problem = Problem::at(
            format!("{at}/context"),
            format!("there is no context `{}`", row.context),
        );
        problems.push(problem.help(format!("use one of {}", CONTEXTS.join(", "))));
    }
    if row.context == "request" {
        let problem = Problem::at(
            format!("{at}/context"),
            "the context `request` is deprecated",
        );
        setup.warn(problem.help(r#"write otelcol.client.metadata["name"][0] == "value""#));
    }
}

/// All pipelines of a list are of one signal.
fn pipelines(names: &[String], at: &str, problems: &mut Vec<Problem>) {
    let mut first = None;
    for (nth, name) in names.iter().enumerate() {
        let at = format!("{at}/{nth}");
        match signal_of(name) {
            None => {
                let problem = Problem::at(at, "this is no name of a pipeline");
                problems.push(
                    problem.help("it begins with logs, traces or metrics, such as `logs/audit`"),
                );
            }
            Some(signal) if *first.get_or_insert(signal) != signal => {
                problems.push(Problem::at(
                    at,
                    "pipelines of other signals stand before this one",
                ));
            }
            Some(_) => {}
        }
    }
}

/// Whether a row before one has the same condition about the same: the Collector then leaves the later one out.
pub(crate) fn is_repeated(written: &Written, nth: usize) -> bool {
    let Some(row) = written.table.get(nth) else {
        return false;
    };
    let same = |other: &WrittenRow| {
        other.context == row.context
            && other.condition == row.condition
            && other.statement == row.statement
    };
    written.table.iter().take(nth).any(same)
}
