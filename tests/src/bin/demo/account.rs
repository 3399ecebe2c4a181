//! The gate's own account, which it writes when it stops: counts, what each rule did, and what a record cost.

use serde_json::Value;

use crate::screen::Screen;

pub(crate) fn show(log: &str, screen: &Screen) {
    let lines: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let of = |message: &'static str| {
        lines
            .iter()
            .map(|line| &line["fields"])
            .filter(move |fields| fields["message"] == message)
    };

    screen.title("what became of every record");
    for pipeline in of("pipeline") {
        screen.say(&format!(
            "{:<8} received {:>5} = delivered {:>5} + dropped {:>4} + rejected {:>2} + refused {:>2}",
            text(&pipeline["pipeline"]),
            pipeline["received"],
            pipeline["delivered"],
            pipeline["dropped"],
            pipeline["rejected"],
            pipeline["refused"],
        ));
    }

    screen.title("what each rule did");
    for rule in of("rule") {
        screen.say(&format!(
            "{:<8} {:<22} {:<28} {:>5} edits {:>5} drops",
            text(&rule["pipeline"]),
            text(&rule["stage"]),
            text(&rule["rule"]),
            rule["edits"],
            rule["drops"]
        ));
    }

    screen.title("what a record cost");
    for stage in of("stage") {
        let records = stage["received"].as_f64().unwrap_or_default().max(1.0);
        let time = stage["nanoseconds"].as_f64().unwrap_or_default();
        screen.say(&format!(
            "{:<8} {:<22} {:>7.0} ns a record, {:>3} calls for {:>5} records",
            text(&stage["pipeline"]),
            text(&stage["stage"]),
            time / records,
            stage["calls"],
            stage["received"]
        ));
    }
    screen.whisper("small requests, a few records each: see the README for figures under load");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
