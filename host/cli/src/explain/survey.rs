//! A data set, as people read it: a table of rules for each stage, and what is worth a look.

use std::fmt::Write as _;

use tollgate_lab::explain::{Finding, RuleCounts, StageSurvey, SurveyReport};

use crate::terminal::{self, Table, Text, style};

/// A column: its heading, and what stands in it.
type Column = (&'static str, fn(&RuleCounts) -> Option<u64>);

/// Columns that are left out where there is nothing in them.
const COLUMNS: [Column; 9] = [
    ("#looks", |rule| rule.looked),
    ("#matched", |rule| Some(rule.matched)),
    ("#applied", |rule| Some(rule.applied)),
    ("#lost", |rule| Some(rule.overridden)),
    ("#spared", |rule| Some(rule.spared)),
    ("#idle", |rule| Some(rule.idle)),
    ("#failed", |rule| Some(rule.failed)),
    ("#no turn", |rule| Some(rule.skipped)),
    ("#records", |rule| Some(rule.records)),
];

pub(super) fn show(report: &SurveyReport) -> String {
    let mut out = format!("{} {}\n", report.records, noun(report.records));
    for stage in &report.stages {
        out.push('\n');
        let mut heading = Text::styled(&stage.stage, style::PLACE).with(
            format!(
                " in {}, {} {}",
                stage.pipelines.join(", "),
                stage.records,
                noun(stage.records)
            ),
            style::FAINT,
        );
        if !stage.is_told {
            heading.push(
                "  told by its outcome: the policy does not say what its rules saw",
                style::FAINT,
            );
        }
        line(&mut out, &heading);
        if stage.rules.is_empty() {
            line(&mut out, &Text::styled("it has no rules", style::FAINT));
        } else {
            out.push_str(&table(stage).render(terminal::width()));
        }
        for sentence in sentences(&stage.findings) {
            let text = Text::styled("! ", style::WARNING).with(sentence, style::PLAIN);
            line(&mut out, &text);
        }
    }
    out
}

fn line(out: &mut String, text: &Text) {
    for line in text.wrapped(terminal::width()) {
        // Writing to a string does not fail.
        let _ = writeln!(out, "{line}");
    }
}

fn table(stage: &StageSurvey) -> Table {
    let is_used = |(heading, count): &&Column| {
        let always = ["#looks", "#matched", "#applied", "#records"].contains(heading);
        always
            || stage
                .rules
                .iter()
                .any(|rule| count(rule).unwrap_or_default() > 0)
    };
    let columns: Vec<&Column> = COLUMNS.iter().filter(is_used).collect();
    let headings = columns.iter().map(|(heading, _)| *heading);
    let mut table = Table::new(std::iter::once("rule").chain(headings));
    for rule in &stage.rules {
        let cells = columns.iter().map(|(_, count)| match count(rule) {
            None => Text::styled("?", style::FAINT),
            Some(0) => Text::styled("·", style::FAINT),
            Some(count) => Text::from(count.to_string().as_str()),
        });
        table.row(std::iter::once(Text::styled(&rule.rule, style::RULE)).chain(cells));
    }
    table
}

/// Findings in sentences; rules of which the same is to be said share one.
fn sentences(findings: &[Finding]) -> Vec<String> {
    let rules = |of: fn(&Finding) -> Option<&String>| {
        let found: Vec<_> = findings.iter().filter_map(of).map(String::as_str).collect();
        (!found.is_empty()).then(|| found.join(", "))
    };
    let never_hit = rules(|finding| match finding {
        Finding::NeverHits { rule } => Some(rule),
        _ => None,
    });
    let never_looked = rules(|finding| match finding {
        Finding::NeverLooks { rule } => Some(rule),
        _ => None,
    });
    let mut sentences: Vec<String> = findings.iter().filter_map(sentence).collect();
    sentences.extend(never_there(findings));
    sentences.extend(never_hit.map(|rules| format!("never hit: {rules}")));
    sentences.extend(never_looked.map(|rules| format!("had nothing to look at: {rules}")));
    sentences
}

/// Fields that never occur, by signal.
fn never_there(findings: &[Finding]) -> Vec<String> {
    let mut by_signal: Vec<(&str, Vec<String>)> = Vec::new();
    for finding in findings {
        let Finding::FieldNeverOccurs {
            signal,
            field,
            rules,
        } = finding
        else {
            continue;
        };
        let named = if rules.is_empty() {
            field.clone()
        } else {
            format!("{field} (of {})", rules.join(", "))
        };
        match by_signal.last_mut().filter(|(known, _)| known == signal) {
            Some((_, fields)) => fields.push(named),
            None => by_signal.push((signal, vec![named])),
        }
    }
    let sentence =
        |(signal, fields): (&str, Vec<String>)| format!("no {signal} have {}", fields.join(", "));
    by_signal.into_iter().map(sentence).collect()
}

fn sentence(finding: &Finding) -> Option<String> {
    Some(match finding {
        Finding::NeverHits { .. }
        | Finding::NeverLooks { .. }
        | Finding::FieldNeverOccurs { .. } => return None,
        Finding::Shadowed { rule, by } => format!(
            "{rule} is in the shadow of {}: nothing that it matches is left to it",
            by.join(", ")
        ),
        Finding::NeverAsked { rule, by } => {
            format!(
                "{rule} never had a turn: {} ended the matter",
                by.join(", ")
            )
        }
        Finding::MatchesEverything { rule } => {
            format!("{rule} matches all of everything that it looks at")
        }
        Finding::NotTold { trouble } => {
            format!("the policy did not say what its rules saw: {trouble}")
        }
    })
}

fn noun(records: u64) -> &'static str {
    if records == 1 { "record" } else { "records" }
}
