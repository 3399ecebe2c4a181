//! What happened, as people read it: record by record, then counted together.

use std::fmt::Write as _;

use serde_json::Value as Json;
use tollgate_lab::report::{
    ChangeReport, Child, EndReport, FailureReport, FieldReport, LeftReport, Place, RecordReport,
    Report, RequestReport, RuleSummary, Summary,
};

use super::words::{marked, shortened};
use crate::terminal::{self, Beside, Table, Text, style};

/// How deep what belongs to a record, and what belongs to a field, stands.
const INNER: usize = 2;
const INMOST: usize = 4;

/// Everything. Only what changed, unless `all`.
pub(super) fn show(report: &Report, all: bool) -> String {
    let mut view = View {
        all,
        width: terminal::width(),
        beside: Beside::of(terminal::width(), INMOST, terminal::is_watched()),
        failures: Vec::new(),
        out: String::new(),
    };
    for request in &report.requests {
        view.request(request);
    }
    view.summary(&report.summary);
    view.out
}

struct View<'r> {
    all: bool,
    width: usize,
    beside: Beside,
    /// Failures that were shown in full.
    failures: Vec<&'r FailureReport>,
    out: String,
}

impl<'r> View<'r> {
    fn line(&mut self, indent: usize, text: &Text) {
        // What does not fit on a line goes on further in.
        let within = self.width.saturating_sub(indent).saturating_sub(INMOST);
        for (at, line) in text.wrapped(within).iter().enumerate() {
            let indent = if at == 0 {
                indent
            } else {
                indent.saturating_add(INMOST)
            };
            // Writing to a string does not fail.
            let _ = writeln!(self.out, "{:indent$}{line}", "");
        }
    }

    fn request(&mut self, request: &'r RequestReport) {
        let is_shown = |record: &&RecordReport| self.all || !record.is_untouched();
        let shown: Vec<_> = request.records.iter().filter(is_shown).collect();
        let made = request.left.iter().any(|left| !left.made.is_empty());
        if shown.is_empty() && !made {
            return;
        }
        let count = request.records.len();
        let heading = Text::styled(&request.source, style::STRONG).with(
            format!(
                "  {}, {count} {}",
                request.signal,
                noun(request.signal, count)
            ),
            style::FAINT,
        );
        self.line(0, &heading);
        for record in shown {
            self.record(request, record);
        }
        for left in &request.left {
            self.made(left);
        }
        self.out.push('\n');
    }

    fn record(&mut self, request: &RequestReport, record: &'r RecordReport) {
        let number = record.record.saturating_add(1);
        let mut heading = Text::styled(
            format!("{} {number}", noun(request.signal, 1)),
            style::STRONG,
        );
        if !record.label.is_empty() {
            heading.push(format!("  {}", record.label), style::PLAIN);
        }
        if record.is_untouched() {
            heading.push("  as it came", style::FAINT);
        }
        self.line(INNER, &heading);
        for change in &record.changes {
            self.change(change);
        }
        for route in &record.routes {
            let text = Text::styled("routed", style::PLACE)
                .with(format!(" to {}", route.to.join(", ")), style::PLAIN)
                .with(" by ", style::FAINT);
            let text = with_place(text, &route.place, route.rule.as_deref());
            self.line(INMOST, &text);
        }
        for failure in &record.failures {
            self.failure(failure);
        }
        for end in &record.ends {
            // What is counted or summed goes on all the same.
            let goes_on = matches!(end, EndReport::Consumed { .. }) && record.has_left();
            if self.all || !goes_on {
                self.end(end);
            }
        }
        if record.ends.is_empty() {
            self.line(
                INMOST,
                &Text::styled("goes nowhere: no pipeline takes it", style::WARNING),
            );
        }
        if self.all {
            self.untouched(record);
        }
    }

    fn change(&mut self, change: &ChangeReport) {
        let heading = field(&change.field, change.child).with("  ", style::FAINT);
        let heading = with_place(heading, &change.place, change.rule.as_deref());
        self.line(INMOST, &heading);
        let (before, after) = match (&change.before, &change.after) {
            (Some(before), Some(after)) => {
                let (before, after) = marked(&plain(before), &plain(after), self.all);
                (Some(before), Some(after))
            }
            (Some(before), None) => (
                Some(Text::styled(
                    shortened(&plain(before), self.all),
                    style::TAKEN,
                )),
                None,
            ),
            (None, Some(after)) => (
                None,
                Some(Text::styled(shortened(&plain(after), self.all), style::PUT)),
            ),
            (None, None) => (None, None),
        };
        self.beside
            .render(before.as_ref(), after.as_ref(), INMOST, &mut self.out);
    }

    fn failure(&mut self, failure: &'r FailureReport) {
        let becomes = match failure.on_error {
            "pass" => "it goes on as it was",
            "drop" => "it is dropped",
            _ => "it is rejected",
        };
        let text = Text::styled("failed", style::BAD).with(" in ", style::FAINT);
        let text = with_place(text, &failure.place, failure.rule.as_deref()).with(
            format!(": {} ({}); {becomes}", failure.message, failure.kind),
            style::PLAIN,
        );
        self.line(INMOST, &text);
        if self.failures.contains(&failure) {
            return;
        }
        self.failures.push(failure);
        if let Some(said) = &failure.said {
            self.line(
                INMOST,
                &Text::styled("it said: ", style::FAINT).with(said, style::PLAIN),
            );
        }
        for function in &failure.backtrace {
            self.line(
                INMOST,
                &Text::styled(format!("  at {function}"), style::FAINT),
            );
        }
    }

    fn end(&mut self, end: &EndReport) {
        let text = match end {
            EndReport::Left { pipeline, exporters } if self.all => {
                Text::styled("left", style::GOOD).with(format!(" at {pipeline} to {}", exporters.join(", ")), style::PLAIN)
            }
            // That a record left is said only where it is looked for, and what failed was said with its reason.
            EndReport::Left { .. } | EndReport::Failed { .. } => return,
            EndReport::Dropped { place, rule } => {
                let text = Text::styled("dropped", style::WARNING).with(" by ", style::FAINT);
                with_place(text, place, rule.as_deref())
            }
            EndReport::Consumed { place } => {
                let text = Text::styled("consumed", style::PLACE).with(" by ", style::FAINT);
                with_place(text, place, None)
            }
            EndReport::Merged { place } => {
                let text = Text::styled("put together with others", style::PLACE).with(" by ", style::FAINT);
                with_place(text, place, None)
            }
            EndReport::KeptBack { pipeline } => Text::styled("kept back", style::BAD)
                .with(format!(" at the end of {pipeline}: a post-condition of a stage (`gate.ensure`) did not hold"), style::PLAIN),
        };
        self.line(INMOST, &text);
    }

    /// The fields that nothing changed.
    fn untouched(&mut self, record: &RecordReport) {
        let is_changed = |own: &FieldReport| {
            let mut changes = record.changes.iter();
            changes.any(|change| change.child == own.child && change.field.starts_with(&own.field))
        };
        let fields = record.fields.iter().flatten();
        for own in fields.filter(|own| !is_changed(own)) {
            self.value(own);
        }
    }

    fn value(&mut self, own: &FieldReport) {
        let text = field(&own.field, own.child).with(
            format!(" = {}", shortened(&plain(&own.value), self.all)),
            style::FAINT,
        );
        self.line(INMOST, &text);
    }

    fn made(&mut self, left: &LeftReport) {
        for made in &left.made {
            let text = Text::styled(format!("{} made", noun(left.signal, 1)), style::AFTER)
                .with(format!("  {}", made.label), style::STRONG)
                .with(
                    format!(
                        "  leaves at {} to {}",
                        left.pipeline,
                        left.exporters.join(", ")
                    ),
                    style::FAINT,
                );
            self.line(INNER, &text);
            let is_of_it = |own: &&FieldReport| {
                let field = &own.field;
                let above = ["resource.", "scope.", "metric."];
                !above.iter().any(|above| field.starts_with(above))
                    && !field.ends_with("time_unix_nano")
            };
            let fields = made.fields.iter();
            for own in fields
                .filter(|own| self.all || is_of_it(own))
                .collect::<Vec<_>>()
            {
                self.value(own);
            }
        }
    }

    fn summary(&mut self, summary: &Summary) {
        let mut rules = Table::new([
            "stage", "rule", "#changed", "#dropped", "#routed", "#failed",
        ]);
        for rule in together(&summary.rules) {
            rules.row(row(&rule));
        }
        if !rules.is_empty() {
            let table = rules.render(self.width);
            self.out.push_str(&table);
            self.out.push('\n');
        }
        let line = counts(summary);
        self.line(0, &line);
    }
}

/// The rules of a stage, of all its pipelines, in the order in which stages and rules were met.
fn together(rules: &[RuleSummary]) -> Vec<RuleSummary> {
    let mut stages: Vec<&str> = Vec::new();
    let mut found: Vec<RuleSummary> = Vec::new();
    for rule in rules {
        if !stages.contains(&&*rule.place.stage) {
            stages.push(&rule.place.stage);
        }
        let same =
            |own: &&mut RuleSummary| own.place.stage == rule.place.stage && own.rule == rule.rule;
        match found.iter_mut().find(same) {
            None => found.push(rule.clone()),
            Some(own) => {
                own.changed = own.changed.saturating_add(rule.changed);
                own.dropped = own.dropped.saturating_add(rule.dropped);
                own.routed = own.routed.saturating_add(rule.routed);
                own.failed = own.failed.saturating_add(rule.failed);
            }
        }
    }
    found.sort_by_key(|own| stages.iter().position(|stage| *stage == own.place.stage));
    found
}

/// `12 records: 5 changed, 2 dropped, 5 as they came`.
fn counts(summary: &Summary) -> Text {
    let records = if summary.records == 1 {
        "record"
    } else {
        "records"
    };
    let requests = if summary.requests == 1 {
        "request"
    } else {
        "requests"
    };
    let mut text = Text::styled(format!("{} {records}", summary.records), style::STRONG);
    text.push(
        format!(" in {} {requests}: ", summary.requests),
        style::PLAIN,
    );
    let parts = [
        (summary.changed, "changed", style::AFTER),
        (summary.dropped, "dropped", style::WARNING),
        (summary.routed, "routed", style::PLACE),
        (summary.failed, "failed", style::BAD),
        (summary.untouched, "as they came", style::PLAIN),
        (summary.made, "made", style::AFTER),
    ];
    let mut is_first = true;
    for (count, what, style) in parts.into_iter().filter(|(count, ..)| *count > 0) {
        if !is_first {
            text.push(", ", style::PLAIN);
        }
        is_first = false;
        text.push(format!("{count} {what}"), style);
    }
    if is_first {
        text.push("nothing happened", style::FAINT);
    }
    text
}

fn row(rule: &RuleSummary) -> Vec<Text> {
    let count = |count: u64, style| {
        if count == 0 {
            Text::styled("·", style::FAINT)
        } else {
            Text::styled(count.to_string(), style)
        }
    };
    let name = match &rule.rule {
        Some(name) => Text::styled(name, style::RULE),
        None => Text::styled("(not told)", style::FAINT),
    };
    vec![
        Text::styled(&rule.place.stage, style::PLACE),
        name,
        count(rule.changed, style::AFTER),
        count(rule.dropped, style::WARNING),
        count(rule.routed, style::PLACE),
        count(rule.failed, style::BAD),
    ]
}

fn with_place(text: Text, place: &Place, rule: Option<&str>) -> Text {
    let text = text.with(&place.stage, style::PLACE);
    match rule {
        Some(rule) => text.with(", rule ", style::FAINT).with(rule, style::RULE),
        None => text,
    }
}

/// A field, and what below the record has it.
fn field(path: &str, child: Option<Child>) -> Text {
    let text = Text::styled(path, style::STRONG);
    match child {
        Some(Child { kind, number }) => text.with(format!(" ({kind} {number})"), style::FAINT),
        None => text,
    }
}

/// A value as people read it: texts as they are, the rest as JSON.
fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn noun(signal: &str, count: usize) -> &'static str {
    match (signal, count) {
        ("logs", 1) => "log record",
        ("logs", _) => "log records",
        ("traces", 1) => "span",
        ("traces", _) => "spans",
        (_, 1) => "data point",
        _ => "data points",
    }
}
