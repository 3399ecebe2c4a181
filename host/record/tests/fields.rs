//! `docs/fields.md` lists what the code knows, and no more.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::fmt::Write as _;
use std::path::Path;

use tollgate_record::{Field, FieldError, Fields, NodeKind, Signal, listing};

const INTRODUCTION: &str = include_str!("fields.md");

fn document() -> String {
    let mut out = INTRODUCTION.to_owned();
    for kind in NodeKind::ALL {
        let fields: Vec<Field> = listing().filter(|field| field.node == kind).collect();
        let _ = write!(
            out,
            "\n### {}\n\n| path | value | writable |\n|---|---|---|\n",
            heading(kind)
        );
        for field in fields {
            let value = field.kind.map_or("any", |kind| kind.as_str());
            let writable = if field.writable { "yes" } else { "no" };
            let _ = writeln!(out, "| `{}` | {value} | {writable} |", field.path);
        }
    }
    out
}

fn heading(kind: NodeKind) -> String {
    let mut name = kind.as_str().to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

#[test]
fn the_document_lists_the_fields_of_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/fields.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, document()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == document(),
        "docs/fields.md is not what the table says: run `UPDATE=1 cargo test -p tollgate-record --test fields`"
    );
}

#[test]
fn every_path_of_the_list_parses_for_its_signals_alone() {
    for field in listing() {
        for signal in Signal::ALL {
            let parsed = Fields::parse(signal, &[&field.path]);
            let elsewhere =
                listing().any(|other| other.path == field.path && other.signals.contains(&signal));
            assert_eq!(parsed.is_ok(), elsewhere, "{} for {signal}", field.path);
            if field.signals.contains(&signal) {
                assert_eq!(
                    Fields::parse_writes(signal, &[&field.path]).is_ok(),
                    field.writable,
                    "{}",
                    field.path
                );
            }
        }
    }
}

fn mistakes(signal: Signal, paths: &[&str]) -> Vec<(usize, String)> {
    let FieldError { mistakes, .. } = Fields::parse(signal, paths).unwrap_err();
    mistakes
        .into_iter()
        .map(|mistake| (mistake.index, mistake.reason))
        .collect()
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    let found = mistakes(
        Signal::Logs,
        &[
            "body",
            "name",
            "attributes",
            "attributes[0]",
            "severity_text[\"a\"]",
            "nonsense",
            "attributes[\"a",
            "attributes[*][*]",
            "attributes[01]",
        ],
    );
    let places: Vec<usize> = found.iter().map(|(index, _)| *index).collect();
    assert_eq!(places, [1, 2, 3, 4, 5, 6, 7, 8]);
    let Some((_, name)) = found.first() else {
        panic!("the first mistake")
    };
    assert_eq!(name, "logs have no such field: it is one of a span");
}

#[test]
fn paths_are_told_in_canonical_spelling_in_their_order() {
    let paths = [
        "log.body",
        "attributes[\"a\\\"\\\\b\"][0]",
        "instrumentation_scope.name",
        "*",
        "metadata[\"X-Tenant\"]",
        "body",
    ];
    let fields = Fields::parse(Signal::Logs, &paths).unwrap();
    let spelled: Vec<&str> = fields.iter().collect();
    assert_eq!(
        spelled,
        [
            "body",
            "attributes[\"a\\\"\\\\b\"][0]",
            "scope.name",
            "*",
            "metadata[\"x-tenant\"]",
            "body"
        ]
    );
}
