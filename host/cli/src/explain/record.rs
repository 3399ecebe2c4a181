//! One record, as people read it: stage by stage, each with its rules in their order and what it comes to.

use std::fmt::Write as _;

use serde_json::Value as Json;
use tollgate_lab::explain::{Look, RecordExplanation, Sight, StageExplanation, ToldBy};
use tollgate_lab::report::EndReport;
use tollgate_record::Effect;

use crate::terminal::{self, Table, Text, style};

/// Characters of a text that a cell of a table shows.
const LONGEST: usize = 60;

pub(super) fn show(told: &RecordExplanation, all: bool) -> String {
    let mut out = String::new();
    let number = told.record.saturating_add(1);
    let mut heading = Text::styled(format!("record {number}"), style::STRONG)
        .with(format!(" of {}", told.source), style::FAINT);
    if !told.label.is_empty() {
        heading.push(format!("  {}", told.label), style::PLAIN);
    }
    line(&mut out, 0, &heading);
    if let Some(field) = &told.field {
        let value = told.came.as_ref().map_or_else(
            || Text::styled("not there when it came", style::FAINT),
            |came| Text::from(shown(came).as_str()),
        );
        let mut text = Text::styled(field, style::STRONG).with(" = ", style::FAINT);
        text.append(value);
        line(&mut out, 0, &text);
    }
    for stage in &told.stages {
        out.push('\n');
        of_stage(&mut out, told, stage, all);
    }
    out.push('\n');
    for end in &told.ends {
        line(&mut out, 0, &ended(end));
    }
    if told.ends.is_empty() {
        line(
            &mut out,
            0,
            &Text::styled("goes nowhere: no pipeline takes it", style::WARNING),
        );
    }
    out
}

fn of_stage(out: &mut String, told: &RecordExplanation, stage: &StageExplanation, all: bool) {
    let mut heading = Text::styled(&stage.place.stage, style::PLACE)
        .with(format!(" in {}", stage.place.pipeline), style::FAINT);
    match &stage.told_by {
        ToldBy::Policy => {}
        ToldBy::Nobody => heading.push("  not called", style::FAINT),
        ToldBy::Outcome => heading.push(
            "  told by its outcome: the policy does not say what its rules saw",
            style::FAINT,
        ),
        ToldBy::Failed(trouble) => heading.push(
            format!("  told by its outcome: asked for its reasons, {trouble}"),
            style::WARNING,
        ),
    }
    line(out, 0, &heading);
    let shown_ones: Vec<&Look> = stage
        .looks
        .iter()
        .filter(|look| all || told.field.is_some() || look.effect != Effect::Missed)
        .collect();
    if !shown_ones.is_empty() {
        out.push_str(&indented(
            &table(&shown_ones, told.field.as_deref()).render(terminal::width().saturating_sub(2)),
        ));
    }
    let missed = stage.looks.len().saturating_sub(shown_ones.len());
    if missed > 0 {
        let looks = if missed == 1 { "look" } else { "looks" };
        let text = format!("{missed} more {looks} without a match: --all shows them");
        line(out, 2, &Text::styled(text, style::FAINT));
    }
    let is_shown =
        matches!(stage.sight, Some(Sight::Seen)) && !matches!(stage.told_by, ToldBy::Nobody);
    if is_shown && !stage.silent.is_empty() && matches!(stage.told_by, ToldBy::Policy) {
        let text = format!("did not look at it: {}", stage.silent.join(", "));
        line(out, 2, &Text::styled(text, style::FAINT));
    }
    for why in &stage.why {
        line(
            out,
            2,
            &Text::styled("→ ", style::FAINT).with(why, style::PLAIN),
        );
    }
    if told.field.is_some() && stage.before != stage.after {
        let side = |sign, style, value: Option<&Json>| {
            let value = value.map_or_else(|| "(not there)".to_owned(), shown);
            Text::styled(format!("{sign} {value}"), style)
        };
        line(out, 2, &side("-", style::BEFORE, stage.before.as_ref()));
        line(out, 2, &side("+", style::AFTER, stage.after.as_ref()));
    }
}

fn table(looks: &[&Look], field: Option<&str>) -> Table {
    let has_fields = looks.iter().any(|look| look.field.as_deref() != field);
    let mut headings = vec!["rule", "came of it"];
    if has_fields {
        headings.push("looked at");
    }
    let has_texts = looks.iter().any(|look| look.text.is_some());
    if has_texts {
        headings.push("what");
    }
    headings.push("because");
    let mut table = Table::new(headings);
    for look in looks {
        let mut row = vec![
            Text::styled(&look.rule, style::RULE),
            Text::styled(look.effect.as_str(), colour(look.effect)),
        ];
        if has_fields {
            row.push(place(look));
        }
        if has_texts {
            row.push(what(look));
        }
        row.push(because(look));
        table.row(row);
    }
    table
}

fn colour(effect: Effect) -> anstyle::Style {
    match effect {
        Effect::Applied => style::GOOD,
        Effect::Failed => style::BAD,
        Effect::Overridden | Effect::Spared => style::WARNING,
        Effect::Missed | Effect::Skipped | Effect::Idle => style::FAINT,
    }
}

fn place(look: &Look) -> Text {
    let mut text = match &look.field {
        Some(field) => Text::from(field.as_str()),
        None => Text::styled(look.node, style::FAINT),
    };
    if let Some(child) = look.child {
        text.push(format!(" ({} {})", child.kind, child.number), style::FAINT);
    }
    text
}

fn what(look: &Look) -> Text {
    match &look.text {
        Some(text) => Text::from(cut(text).as_str()),
        None => Text::default(),
    }
}

fn because(look: &Look) -> Text {
    let mut parts = Vec::new();
    if let Some(by) = &look.by {
        parts.push(match look.effect {
            Effect::Spared => format!("{by} spares it"),
            Effect::Skipped => format!("{by} ended the matter"),
            _ => format!("{by} stands instead"),
        });
    }
    parts.extend(look.did.clone());
    let is_said = look.did.is_some() && look.note.as_deref() == Some("writes it");
    parts.extend(look.note.clone().filter(|_| !is_said));
    Text::from(parts.join("; ").as_str())
}

fn ended(end: &EndReport) -> Text {
    let by = |text: Text, rule: &Option<String>, stage: &str| {
        let text = text.with(format!(" by {stage}"), style::PLAIN);
        match rule {
            Some(rule) => text.with(format!(", rule {rule}"), style::RULE),
            None => text,
        }
    };
    match end {
        EndReport::Left {
            pipeline,
            exporters,
        } => Text::styled("left", style::GOOD).with(
            format!(" at {pipeline} for {}", exporters.join(", ")),
            style::PLAIN,
        ),
        EndReport::Dropped { place, rule } => {
            by(Text::styled("dropped", style::WARNING), rule, &place.stage)
        }
        EndReport::Failed { place, on_error } => by(
            Text::styled(format!("failed ({on_error})"), style::BAD),
            &None,
            &place.stage,
        ),
        EndReport::Consumed { place } => {
            by(Text::styled("consumed", style::PLAIN), &None, &place.stage)
        }
        EndReport::Merged { place } => {
            by(Text::styled("merged", style::PLAIN), &None, &place.stage)
        }
        EndReport::KeptBack { pipeline } => Text::styled("kept back", style::BAD).with(
            format!(" at {pipeline}: a post-condition did not hold"),
            style::PLAIN,
        ),
    }
}

/// A value as JSON, texts without quotes.
fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn line(out: &mut String, indent: usize, text: &Text) {
    for line in text.wrapped(terminal::width().saturating_sub(indent)) {
        // Writing to a string does not fail.
        let _ = writeln!(out, "{:indent$}{line}", "");
    }
}

fn indented(table: &str) -> String {
    table.lines().fold(String::new(), |mut out, line| {
        let _ = writeln!(out, "  {line}");
        out
    })
}
