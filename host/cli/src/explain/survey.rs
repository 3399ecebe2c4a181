//! A data set, as people read it: a table of rules for each stage, and what is worth a look.

use tollgate_lab::explain::{Finding, RuleCounts, StageSurvey, SurveyReport};

use crate::terminal::{self, Table, Text, style};

pub(super) fn show(report: &SurveyReport) -> String {
    let mut out = format!("{} {}\n", report.records, noun(report.records));
    for stage in &report.stages {
        out.push('\n');
        let mut heading = Text::styled(&stage.place.stage, style::PLACE).with(
            format!(
                " in {}, {} {}",
                stage.place.pipeline,
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
        out.push_str(&format!("{heading}\n"));
        if stage.rules.is_empty() {
            out.push_str(&format!(
                "{}\n",
                Text::styled("it has no rules", style::FAINT)
            ));
        } else {
            out.push_str(&table(stage).render(terminal::width()));
        }
        for finding in &stage.findings {
            let text = Text::styled("! ", style::WARNING).with(sentence(finding), style::PLAIN);
            for line in text.wrapped(terminal::width()) {
                out.push_str(&format!("{line}\n"));
            }
        }
    }
    out
}

fn table(stage: &StageSurvey) -> Table {
    let mut table = Table::new([
        "rule",
        "#looked",
        "#matched",
        "#applied",
        "#lost",
        "#spared",
        "#idle",
        "#failed",
        "#no turn",
        "#records",
        "stood above it",
    ]);
    for rule in &stage.rules {
        table.row(row(rule));
    }
    table
}

fn row(rule: &RuleCounts) -> Vec<Text> {
    let number = |count: u64| {
        if count == 0 {
            Text::styled("·", style::FAINT)
        } else {
            Text::from(count.to_string().as_str())
        }
    };
    let above: Vec<_> = rule
        .by
        .iter()
        .map(|(by, times)| format!("{by} ({times})"))
        .collect();
    vec![
        Text::styled(&rule.rule, style::RULE),
        rule.looked
            .map_or_else(|| Text::styled("?", style::FAINT), number),
        number(rule.matched),
        number(rule.applied),
        number(rule.overridden),
        number(rule.spared),
        number(rule.idle),
        number(rule.failed),
        number(rule.skipped),
        number(rule.records),
        Text::from(above.join(", ").as_str()),
    ]
}

fn sentence(finding: &Finding) -> String {
    match finding {
        Finding::NeverHits { rule } => format!("{rule} never hits"),
        Finding::Shadowed { rule, by } => format!(
            "{rule} is shadowed: whatever it matches, {} took or spared",
            by.join(", ")
        ),
        Finding::NeverAsked { rule, by } => {
            format!("{rule} never had a turn: {} came first", by.join(", "))
        }
        Finding::MatchesEverything { rule } => {
            format!("{rule} matches all of everything that it looks at")
        }
        Finding::FieldNeverOccurs {
            signal,
            field,
            rules,
        } => {
            let asked = if rules.is_empty() {
                String::new()
            } else {
                format!(", which {} asks for", rules.join(", "))
            };
            format!("no {signal} have {field}{asked}")
        }
        Finding::NotTold { trouble } => {
            format!("the policy did not say what its rules saw: {trouble}")
        }
    }
}

fn noun(records: u64) -> &'static str {
    if records == 1 { "record" } else { "records" }
}
