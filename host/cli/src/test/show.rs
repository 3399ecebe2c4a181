//! What came of cases, for people.

use tollgate_cases::report::Finished;
use tollgate_cases::{Coverage, Failure, Outcome, Verdict};

use crate::terminal::style::{
    AFTER, BAD, BEFORE, FAINT, GOOD, PLACE, PLAIN, RULE, STRONG, WARNING,
};
use crate::terminal::{Text, show};

/// Before the first one.
pub(super) fn begin(cases: usize) {
    let noun = if cases == 1 { "case" } else { "cases" };
    show(&format!("\nrunning {cases} {noun}"));
}

/// A case, in a line.
pub(super) fn outcome(outcome: &Outcome) {
    let line = Text::from("test ")
        .with(called(outcome), PLAIN)
        .with(" ... ", PLAIN);
    let line = match &outcome.verdict {
        Verdict::Passed => line.with("ok", GOOD),
        Verdict::Failed(_) => line.with("FAILED", BAD),
        Verdict::Ignored(why) => line
            .with("ignored", WARNING)
            .with(format!(", {why}"), PLAIN),
    };
    show(&line.to_string());
}

fn called(outcome: &Outcome) -> String {
    format!("{}: {}", outcome.file, outcome.name)
}

/// Failures with what is there instead, and the counts.
pub(super) fn end(finished: &Finished<'_>) {
    let failed: Vec<&Outcome> = finished
        .outcomes
        .iter()
        .filter(|outcome| outcome.has_failed())
        .collect();
    let mut text = Text::default();
    if !failed.is_empty() {
        text.push("\nfailures:\n", PLAIN);
        for outcome in &failed {
            text.push(format!("\n---- {} ----\n", called(outcome)), STRONG);
            for failure in outcome.failures() {
                text.append(shown(&outcome.file, failure));
            }
        }
        text.push("\nfailures:\n", PLAIN);
        for outcome in &failed {
            text.push(format!("    {}\n", called(outcome)), PLAIN);
        }
    }
    if let Some(coverage) = finished.coverage {
        text.append(covered(coverage));
    }
    let counts = finished.counts();
    text.push("\ntest result: ", PLAIN);
    if counts.failed == 0 {
        text.push("ok", GOOD);
    } else {
        text.push("FAILED", BAD);
    }
    text.push(
        format!(
            ". {} passed; {} failed; {} ignored; {} filtered out; finished in {:.2}s",
            counts.passed,
            counts.failed,
            counts.ignored,
            counts.filtered_out,
            finished.took.as_secs_f64()
        ),
        PLAIN,
    );
    show(&text.to_string());
}

fn shown(file: &str, failure: &Failure) -> Text {
    let place = format!("{file}:{}:{}", failure.line, failure.column);
    let mut text = Text::styled(place, PLACE).with(format!(": {}\n", failure.message), PLAIN);
    for line in &failure.detail {
        text.append(changed(line));
    }
    text
}

/// A line of a difference, or of anything else.
pub(super) fn changed(line: &str) -> Text {
    let style = match line.get(..2) {
        Some("- ") => BEFORE,
        Some("+ ") => AFTER,
        _ if line == "..." => FAINT,
        _ => PLAIN,
    };
    Text::from("    ").with(line, style).with("\n", PLAIN)
}

fn covered(coverage: &Coverage) -> Text {
    let mut text = Text::styled("\nrules that no case made do anything:\n", STRONG);
    let mut is_whole = true;
    for stage in &coverage.stages {
        let place = format!("{}, {}", stage.configuration, stage.stage);
        if stage.rules == 0 && !stage.is_exercised {
            is_whole = false;
            text.append(
                Text::from("    ")
                    .with(place, PLACE)
                    .with(": it did nothing\n", PLAIN),
            );
        } else if !stage.missed.is_empty() {
            is_whole = false;
            let counts = format!(": {} of {}\n", stage.missed.len(), stage.rules);
            text.append(Text::from("    ").with(place, PLACE).with(counts, PLAIN));
            for rule in &stage.missed {
                text.append(Text::from("        ").with(rule, RULE).with("\n", PLAIN));
            }
        }
    }
    if is_whole {
        text.push("    none\n", PLAIN);
    }
    text.push(
        format!(
            "coverage: {} of {} rules\n",
            coverage.exercised, coverage.rules
        ),
        PLAIN,
    );
    text
}
