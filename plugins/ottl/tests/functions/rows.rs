//! The table of functions that was executed on a Collector, row by row.
//!
//! `ONLY=Concat,Split cargo test -p tollgate-ottl --test functions -- --nocapture` shows the rows of some functions that differ. `ROWS=FILE`
//! runs the rows of another file in their place, on the same record.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::table::{self, canonical, entries, unordered, value};
use tollgate_ottl::testing::Failure;
use tollgate_ottl::{Registry, Value, functions};

/// Rows that differ, and why. By their statements.
const DIFFERENT: &[(&str, &str)] = &[
    ("truncate_all(attributes, 5, false)", NO_TEXT),
    ("truncate_all(attributes, 5, utf8_safe=false)", NO_TEXT),
    (
        "set(attributes[\"r\"], Substring(\"一二三\", 0, 4))",
        NO_TEXT,
    ),
    (
        "set(attributes[\"r\"], attributes)",
        "upstream makes the entry before it copies the map, so the copy holds the entry, too",
    ),
];

const NO_TEXT: &str = "a text that is cut within a character is no UTF-8, which OTLP asks for; the cut moves to the border";

/// What a row shows.
#[derive(Debug, PartialEq)]
enum Shown {
    Refused,
    Failed,
    Result(Option<Json>),
    Attributes(Json),
    /// Only the type of the result is fixed.
    Type(String),
}

/// Whether a row is one of the language and of the functions of this crate; the others are run by the policies.
fn is_ours(row: &Json) -> bool {
    let paths = row["function"]
        .as_str()
        .is_some_and(|name| name.ends_with("paths"));
    row["context"] == "log"
        && row["statement"].is_string()
        && row.get("feature_gate").is_none()
        && row.get("conditions").is_none()
        && row.get("output").is_none()
        && !(paths && row.get("error").is_some())
}

fn expected(row: &Json) -> Shown {
    if row.get("parse_error").is_some() {
        Shown::Refused
    } else if row.get("error").is_some() {
        Shown::Failed
    } else if let Some(attributes) = row.get("attributes") {
        Shown::Attributes(canonical(&entries(attributes)))
    } else if let Some(result) = row.get("result") {
        let result = (!result.is_null()).then(|| canonical(&value(result)));
        Shown::Result(if row["compare"] == "unordered" {
            result.map(unordered)
        } else {
            result
        })
    } else {
        Shown::Type(row["result_type"].as_str().unwrap().to_owned())
    }
}

fn found(row: &Json, payload: &Json) -> Shown {
    let functions = Registry::standard().with(functions::log_formats());
    let mut record = table::log(payload).functions(functions);
    match record.run(row["statement"].as_str().unwrap()) {
        Err(Failure::Refused(_)) => return Shown::Refused,
        Err(Failure::Failed(_)) => return Shown::Failed,
        Ok(_) => {}
    }
    let attributes = record.evaluate("attributes").unwrap();
    if row.get("attributes").is_some() {
        return Shown::Attributes(canonical(&attributes));
    }
    let Value::Map(attributes) = attributes else {
        panic!("the attributes are a map");
    };
    let result = attributes.get("r");
    if let Some(kind) = row.get("result_type") {
        let kind = kind.as_str().unwrap();
        let same = matches!(
            (kind, &result),
            ("stringValue", Some(Value::Text(_))) | ("intValue", Some(Value::Int(_)))
        );
        return Shown::Type(if same {
            kind.to_owned()
        } else {
            format!("{result:?}")
        });
    }
    let result = result.map(|value| canonical(&value));
    Shown::Result(if row["compare"] == "unordered" {
        result.map(unordered)
    } else {
        result
    })
}

#[test]
fn functions_do_what_they_did_on_a_collector() {
    let (head, rows) = table::read("functions.jsonl");
    check(&head, rows, DIFFERENT);
}

#[test]
fn statements_do_what_upstream_does() {
    let (head, rows) = table::read("statements.jsonl");
    check(&head, rows, &[]);
}

fn check(head: &Json, mut rows: Vec<Json>, different: &[(&str, &str)]) {
    let only = std::env::var("ONLY").ok();
    let only: Option<Vec<&str>> = only.as_deref().map(|names| names.split(',').collect());
    let other = std::env::var("ROWS").ok();
    if let Some(file) = &other {
        let text = std::fs::read_to_string(file).unwrap();
        let lines = text.lines();
        rows = lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
    }
    let mut counts = Counts::default();
    let mut unexplained = Vec::new();
    for row in &rows {
        let function = row["function"].as_str().unwrap();
        let skipped = only
            .as_ref()
            .is_some_and(|names| !names.contains(&function));
        if skipped {
            continue;
        }
        if !is_ours(row) {
            counts.left += 1;
            continue;
        }
        let payload = match &row["input"] {
            Json::String(name) => &head["inputs"][name],
            Json::Null => &head["record"],
            payload => payload,
        };
        let (wanted, got) = (expected(row), found(row, payload));
        let statement = row["statement"].as_str().unwrap();
        let known = different.iter().any(|(known, _)| *known == statement);
        let equal = is_equal(row, &wanted, &got);
        counts.count(function, equal);
        assert!(!(known && equal), "no longer different: {statement}");
        if !known && !equal {
            unexplained.push(statement);
            if only.is_some() || other.is_some() {
                let error = &row["error"];
                println!("{statement}\n  wanted {wanted:?}\n  got    {got:?}\n  ({error})");
            }
        }
    }
    counts.announce();
    let count = unexplained.len();
    assert!(
        count == 0,
        "{count} rows differ, and no reason is known: {:?}",
        unexplained.first()
    );
}

fn is_equal(row: &Json, wanted: &Shown, got: &Shown) -> bool {
    // Where the Collector itself went down, we may refuse the statement, or fail.
    let stopped = row["panic"] == true && matches!(got, Shown::Refused | Shown::Failed);
    // The text of its error holds the time, which is all that the table says of it.
    let failed = *wanted == Shown::Type("output".to_owned()) && *got == Shown::Failed;
    wanted == got || stopped || failed
}

#[derive(Default)]
struct Counts {
    /// By function: rows that are equal, and rows that are not.
    functions: BTreeMap<String, (usize, usize)>,
    left: usize,
}

impl Counts {
    fn count(&mut self, function: &str, equal: bool) {
        let count = self.functions.entry(function.to_owned()).or_default();
        if equal {
            count.0 += 1;
        } else {
            count.1 += 1;
        }
    }

    fn announce(&self) {
        for (function, (equal, different)) in &self.functions {
            if *different > 0 {
                println!("{function}: {equal} equal, {different} different");
            }
        }
        let equal: usize = self.functions.values().map(|counts| counts.0).sum();
        let different: usize = self.functions.values().map(|counts| counts.1).sum();
        let left = self.left;
        println!(
            "{equal} rows equal, {different} different, {left} left to the policies or to lambdas"
        );
    }
}
