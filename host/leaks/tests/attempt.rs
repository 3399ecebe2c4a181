//! Cells through configurations that need no policies.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::collections::HashSet;

use prost::Message as _;
use prost_reflect::prost_types::{
    FieldDescriptorProto, FileDescriptorSet, field_descriptor_proto::Type,
};
use tollgate_config::{KnownPolicies, Location, Source, Surroundings};
use tollgate_lab::{Opening, Options, Scope, Trial};
use tollgate_leaks::{
    Advice, Closed, Document, Found, Heading, Holds, Outcome, Protocol, Report, SecretKind, Tried,
    Wanted, Way, advise, attempt, page, places,
};
use tollgate_pipeline::StockPolicies;
use tollgate_sandbox::Sandbox;

/// No files, no variables, no policies.
struct Bare;

impl Surroundings for Bare {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn file(&self, _: &str) -> Result<String, String> {
        Err("there is none".to_owned())
    }
}

impl KnownPolicies for Bare {
    fn processors(&self) -> Vec<&str> {
        Vec::new()
    }

    fn connectors(&self) -> Vec<&str> {
        Vec::new()
    }
}

impl StockPolicies for Bare {
    fn artifact(&self, _: &str) -> Option<&[u8]> {
        None
    }
}

fn opening(sandbox: &Sandbox) -> Opening<'_> {
    Opening {
        around: &Bare,
        stock: &Bare,
        sandbox,
        compat_collector: false,
    }
}

/// Pipelines without processors, of these signals.
fn open(sandbox: &Sandbox, signals: &[&str]) -> Trial {
    let pipelines: Vec<String> = signals
        .iter()
        .map(|signal| format!("{signal}: {{receivers: [otlp], exporters: [nop]}}"))
        .collect();
    let text = format!(
        "receivers: {{otlp: {{protocols: {{http: }}}}}}\nexporters: {{nop: }}\nservice: {{pipelines: {{{}}}}}\n",
        pipelines.join(", ")
    );
    let name = "test".to_owned();
    let locations = [Location::Text(Source { name, text })];
    let opened = opening(sandbox).open(&locations, &Scope::Whole, Options::default());
    opened.unwrap().trial
}

fn sandbox() -> Sandbox {
    Sandbox::new(tollgate_sandbox::Options::default()).unwrap()
}

fn report(protocol: &Protocol, trial: &Trial, wanted: &Wanted) -> Report {
    let places = places(protocol);
    let cells = wanted.cells(&places);
    let way = Way {
        trial,
        behind: None,
    };
    let tried = attempt(protocol, &places, &cells, &way).unwrap();
    Report {
        places,
        cells,
        tried,
    }
}

#[test]
fn everything_gets_through_where_nothing_is_done() {
    let sandbox = sandbox();
    let trial = open(&sandbox, &["logs", "traces", "metrics"]);
    let report = report(Protocol::otlp().unwrap(), &trial, &Wanted::default());
    for (cell, place, tried) in report.results() {
        let (kind, encoding) = (cell.kind, cell.encoding);
        let wanted = match place.holds {
            Holds::Id(_) => Outcome::Unavoidable,
            Holds::Text | Holds::Bytes | Holds::WrongId(_) => Outcome::Open(Found::Whole),
        };
        assert_eq!(tried.outcome, wanted, "{kind} in {encoding} at {place}");
    }
}

#[test]
fn what_no_pipeline_takes_does_not_leave() {
    let sandbox = sandbox();
    let trial = open(&sandbox, &["logs"]);
    let wanted = Wanted {
        limit: Some(2000),
        ..Wanted::default()
    };
    let report = report(Protocol::otlp().unwrap(), &trial, &wanted);
    let mut seen = HashSet::new();
    for (_, place, tried) in report.results() {
        let is_closed = tried.outcome == Outcome::Closed(Closed::NotTaken);
        assert_eq!(is_closed, place.signal.as_str() != "logs", "{place}");
        seen.insert(place.signal);
    }
    assert_eq!(seen.len(), 3);
}

#[test]
fn a_field_that_the_gate_does_not_know_is_a_leak() {
    let mut set = FileDescriptorSet::decode(opentelemetry_proto::DESCRIPTORS).unwrap();
    let mut messages = set
        .file
        .iter_mut()
        .flat_map(|file| file.message_type.iter_mut());
    let record = messages.find(|own| own.name() == "LogRecord").unwrap();
    record.field.push(FieldDescriptorProto {
        name: Some("note".to_owned()),
        number: Some(77),
        r#type: Some(Type::String.into()),
        label: Some(1),
        ..FieldDescriptorProto::default()
    });
    let protocol = Protocol::of(&set.encode_to_vec()).unwrap();
    let sandbox = sandbox();
    let trial = open(&sandbox, &["logs", "traces", "metrics"]);
    let report = report(&protocol, &trial, &Wanted::default());
    let own: Vec<&Tried> = report
        .results()
        .filter(|(_, place, _)| place.label == "log.note")
        .map(|(.., tried)| tried)
        .collect();
    assert!(own.len() > 50);
    assert!(own.iter().all(|tried| tried.outcome.is_open()));
}

#[test]
fn a_secret_of_the_users_own_is_tried_and_never_shown() {
    let sandbox = sandbox();
    let trial = open(&sandbox, &["logs", "traces", "metrics"]);
    let secret = "Wolpertinger <& 'quoted' \"$1\"";
    let protocol = Protocol::otlp().unwrap();
    let wanted = Wanted {
        own: Some(secret.to_owned()),
        ..Wanted::default()
    };
    let report = report(protocol, &trial, &wanted);
    let own = report
        .results()
        .filter(|(cell, ..)| cell.kind == SecretKind::Own);
    let open = own.filter(|(.., tried)| tried.outcome.is_open()).count();
    assert!(open > 3000, "{open}");
    let opening = opening(&sandbox);
    let advice = advise(protocol, &report, &trial, &opening, Some(secret)).unwrap();
    let page = page(&report, &advice, heading());
    let document = serde_json::to_string(&Document::new(&report, &advice, 1)).unwrap();
    for text in [page, document] {
        assert!(!text.contains("Wolpertinger") && !text.contains("V29scGVydGluZ2Vy"));
    }
    assert!(report.tried.iter().any(|tried| tried.left.is_some()));
}

fn heading() -> Heading<'static> {
    Heading {
        subject: "<b>a & b</b>",
        seed: 1,
    }
}

/// The elements of a page: each that is opened is closed, in order, and ids are unique.
fn check(page: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = page;
    let mut ids = HashSet::new();
    while let Some((text, behind)) = rest.split_once('<') {
        assert!(
            !text.contains('>') || open.last() == Some(&"style"),
            "{text}"
        );
        let (tag, behind) = behind.split_once('>').unwrap();
        rest = behind;
        if let Some((_, id)) = tag.split_once(" id=\"") {
            assert!(ids.insert(id.split('"').next().unwrap()), "{id} twice");
        }
        let name = tag.split([' ', '\n']).next().unwrap();
        if let Some(name) = name.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !matches!(name, "!DOCTYPE" | "meta" | "input") {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    for (_, target) in page
        .match_indices("href=\"#")
        .map(|(at, _)| page[at..].split_once('#').unwrap())
    {
        let target = target.split('"').next().unwrap();
        assert!(ids.contains(target), "{target} is nowhere");
    }
}

#[test]
fn the_page_is_whole_and_needs_nothing_else() {
    let sandbox = sandbox();
    let trial = open(&sandbox, &["logs", "traces", "metrics"]);
    let protocol = Protocol::otlp().unwrap();
    for signals in [&["logs", "traces", "metrics"][..], &["logs"]] {
        let trial = open(&sandbox, signals);
        let report = report(protocol, &trial, &Wanted::default());
        let opening = opening(&sandbox);
        let advice = advise(protocol, &report, &trial, &opening, None).unwrap();
        assert!(advice.remedies.is_empty(), "there are no policies here");
        assert_eq!(advice.helpless, report.total().open);
        let page = page(&report, &advice, heading());
        check(&page);
        assert!(page.contains("&lt;b&gt;a &amp; b&lt;/b&gt;"));
        for outside in ["<script", "src=", "@import", "url(", "<link", "<b>"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
    let none = Report {
        cells: Vec::new(),
        tried: Vec::new(),
        ..report(
            protocol,
            &trial,
            &Wanted {
                limit: Some(1),
                ..Wanted::default()
            },
        )
    };
    check(&page(&none, &Advice::default(), heading()));
}
