//! A configuration from several places: files on top of each other, single values, fragments in files of their own.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod support;

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use support::{Around, load_all, text};
use tollgate_config::{
    Component, Config, Diagnostics, Exporter, Location, Processor, Stage, print,
};

const BASE: &str = "
receivers: {otlp: {protocols: {grpc: , http: }}}
processors:
  batch: {timeout: 1s, send_batch_size: 10}
  resource: {attributes: [{key: a, value: 1, action: insert}]}
exporters: {file: {path: out.jsonl}}
service: {pipelines: {logs: {receivers: [otlp], processors: [resource, batch], exporters: [file]}}}
";

fn uri(text: &str) -> Location {
    Location::Uri(text.to_owned())
}

fn set(text: &str) -> Location {
    Location::Set(text.to_owned())
}

fn loaded(locations: &[Location], around: &Around) -> Config {
    load_all(locations, around).map_or_else(|found| panic!("{found}"), |loaded| loaded.config)
}

fn refused(locations: &[Location], around: &Around) -> Diagnostics {
    load_all(locations, around).map_or_else(|found| found, |_| panic!("it is not refused"))
}

fn policy(config: &Config, index: usize) -> &Stage {
    match &config.processors[index].1 {
        Processor::Policy(stage) => stage,
        other => panic!("{other:?}"),
    }
}

fn timeout(config: &Config) -> Duration {
    match &config.processors[0].1 {
        Processor::Batch(batch) => batch.timeout,
        other => panic!("{other:?}"),
    }
}

#[test]
fn later_places_are_put_on_top_of_earlier_ones() {
    let over = "
processors: {batch: {send_batch_size: 20}, resource: {attributes: [{key: b, action: delete}]}}
exporters: {nop: }
service: {pipelines: {logs: {exporters: [nop, file]}}}
";
    let around = Around::new(&[], &[("base.yaml", BASE), ("over.yaml", over)]);
    let config = loaded(&[uri("base.yaml"), uri("file:over.yaml")], &around);
    let Processor::Batch(batch) = &config.processors[0].1 else {
        panic!("{config:?}")
    };
    assert_eq!(batch.timeout, Duration::from_secs(1), "maps are joined");
    assert_eq!(batch.send_batch_size, 20);
    assert_eq!(
        policy(&config, 1).config["attributes"],
        json!([{"key": "b", "action": "delete"}]),
        "lists are replaced"
    );
    assert_eq!(config.pipelines[0].exporters.len(), 2);
    assert_eq!(config.pipelines[0].processors.len(), 2);
}

#[test]
fn the_order_of_places_counts() {
    let (one, two) = (
        "processors: {batch: {timeout: 2s}}",
        "processors: {batch: {timeout: 3s}}",
    );
    let around = Around::new(&[], &[("1", one), ("2", two)]);
    let with = |order: [&str; 2]| {
        timeout(&loaded(
            &[text(BASE), uri(order[0]), uri(order[1])],
            &around,
        ))
    };
    assert_eq!(with(["1", "2"]), Duration::from_secs(3));
    assert_eq!(with(["2", "1"]), Duration::from_secs(2));
}

#[test]
fn a_place_is_a_file_a_text_or_a_variable() {
    let around = Around::new(&[("PART", "processors::batch::timeout: 5s")], &[]);
    for (part, seconds) in [
        ("yaml:processors::batch::timeout: 4s", 4),
        ("yaml:processors: {batch: {timeout: 6s}}", 6),
        ("env:PART", 5),
    ] {
        let config = loaded(&[text(BASE), uri(part)], &around);
        assert_eq!(timeout(&config), Duration::from_secs(seconds), "{part}");
    }
}

#[test]
fn single_values_go_before_every_file() {
    let around = Around::default();
    let config = loaded(
        &[
            text(BASE),
            set("processors.batch.timeout=7s"),
            set("exporters.file.append = true"),
            set("service.pipelines.logs.processors=[batch]"),
            set("exporters.file.path=a=b"),
        ],
        &around,
    );
    assert_eq!(timeout(&config), Duration::from_secs(7));
    let Exporter::File(file) = &config.exporters[0].1.exporter else {
        panic!("{config:?}")
    };
    assert!(file.append);
    assert_eq!(file.path, PathBuf::from("a=b"));
    assert_eq!(config.pipelines[0].processors.len(), 1);
}

#[test]
fn ways_in_keys_are_taken_apart_at_any_depth() {
    let way = "
processors:
  batch::timeout: 8s
  resource: {attributes::0: x}
  resource/b:
    a::b: 1
    a: {c: 2}
    a::b::c: 3
    list: [{'d::e': 4}]
exporters::file::path: x
";
    let config = loaded(
        &[text(BASE), uri("yaml:processors: {resource: }"), text(way)],
        &Around::default(),
    );
    assert_eq!(timeout(&config), Duration::from_secs(8));
    assert_eq!(policy(&config, 1).config, json!({"attributes": {"0": "x"}}));
    assert_eq!(
        policy(&config, 2).config,
        json!({"a": {"b": {"c": 3}, "c": 2}, "list": [{"d::e": 4}]}),
        "what is a value and a way is the later of the two; lists are left alone"
    );
}

#[test]
fn mistakes_are_shown_where_they_stand() {
    let around = Around::new(
        &[],
        &[("conf/over.yaml", "\nprocessors: {batch: {timeout: soon}}\n")],
    );
    let found = refused(
        &[
            text(BASE),
            uri("conf/over.yaml"),
            set("exporters.file.pth=x"),
            uri("yaml:exporters: {fil: }"),
        ],
        &around,
    );
    let all: Vec<_> = found
        .iter()
        .map(|diagnostic| (diagnostic.file().to_owned(), diagnostic.position()))
        .collect();
    assert_eq!(
        all,
        [
            ("conf/over.yaml".to_owned(), (2, 31)),
            ("--set".to_owned(), (1, 1)),
            ("--config".to_owned(), (1, 13)),
        ],
        "{found}"
    );
    assert!(
        found
            .to_string()
            .contains(" --> --set:1:1\n  |\n1 | exporters::file::pth: x\n"),
        "{found}"
    );
}

#[test]
fn places_that_cannot_be_read_are_told_all_at_once() {
    let found = refused(
        &[
            uri("missing.yaml"),
            uri("https://example.com/config.yaml"),
            uri("s3:bucket"),
            uri("env:UNSET"),
            set("no-value"),
            uri("yaml:just a text"),
            uri("yaml:a: ["),
        ],
        &Around::default(),
    );
    let said = found.to_string();
    for part in [
        "missing.yaml",
        "over the network",
        "`s3:`",
        "`UNSET` is not set",
        "`=`",
        "a mapping of keys, not a text",
        "this is not YAML",
        "7 errors",
    ] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
}

#[test]
fn a_path_is_relative_to_the_file_that_it_is_written_in() {
    let processors = "
wasm/a: {component: ./a.wasm, gate: {files: {t: t.csv}}}
wasm/b: {component: /b.wasm}
wasm/c: {component: c.wasm}
";
    let main = "
receivers: {otlp: {protocols: {grpc: }}}
processors: ${file:parts/processors.yaml}
exporters: {nop: }
service: {pipelines: {logs: {receivers: [otlp], processors: [wasm/a, wasm/b, wasm/c], exporters: [nop]}}}
";
    let around = Around::new(
        &[],
        &[
            ("etc/main.yaml", main),
            ("parts/processors.yaml", processors),
        ],
    );
    let config = loaded(
        &[
            uri("etc/main.yaml"),
            set("processors.wasm/d.component=d.wasm"),
            uri("yaml:processors: ${file:parts/processors.yaml}"),
        ],
        &around,
    );
    let component = |index: usize| policy(&config, index).component.clone();
    assert_eq!(
        component(0),
        Component::File(PathBuf::from("parts/./a.wasm"))
    );
    assert_eq!(
        policy(&config, 0).gate.files[0].1,
        PathBuf::from("parts/t.csv")
    );
    assert_eq!(component(1), Component::File(PathBuf::from("/b.wasm")));
    assert_eq!(component(2), Component::File(PathBuf::from("parts/c.wasm")));
}

#[test]
fn fragments_are_values_of_their_own_type_and_their_mistakes_are_theirs() {
    let around = Around::new(
        &[("WHICH", "timeouts")],
        &[
            (
                "batch.yaml",
                "timeout: ${file:timeouts.txt}\nsend_batch_size: 7\n",
            ),
            ("timeouts.txt", "9s"),
            (
                "list.yaml",
                "- {key: '$$x', value: '${env:WHICH}', action: insert}\n",
            ),
            ("broken.yaml", "a: ["),
            ("wrong.yaml", "\ntimout: 1s\n"),
        ],
    );
    let with = |value: &str| {
        [
            text(BASE),
            uri(&format!("yaml:processors: {{batch: '{value}'}}")),
        ]
    };
    let config = loaded(&with("${file:batch.yaml}"), &around);
    assert_eq!(timeout(&config), Duration::from_secs(9));
    let config = loaded(
        &[
            text(BASE),
            uri("yaml:processors: {resource: {attributes: '${file:list.yaml}'}}"),
        ],
        &around,
    );
    assert_eq!(
        policy(&config, 1).config["attributes"],
        json!([{"key": "$x", "value": "timeouts", "action": "insert"}])
    );
    let config = loaded(&with("${yaml:timeout: 3s}"), &around);
    assert_eq!(timeout(&config), Duration::from_secs(3));

    let found = refused(&with("${file:wrong.yaml}"), &around);
    let first = found.iter().next().unwrap();
    assert_eq!((first.file(), first.position()), ("wrong.yaml", (2, 1)));
    let found = refused(&with("${file:broken.yaml}"), &around);
    assert!(
        found
            .to_string()
            .contains("names a file that holds a mistake"),
        "{found}"
    );
    let found = refused(&with("${http://example.com/x}"), &around);
    assert!(found.to_string().contains("over the network"), "{found}");
}

#[test]
fn files_that_include_themselves_are_told_with_their_way() {
    let around = Around::new(
        &[],
        &[
            ("a.yaml", "{b: '${file:b.yaml}'}"),
            ("b.yaml", "{a: '${file:a.yaml}'}"),
            ("c.txt", "x${file:c.txt}"),
        ],
    );
    let found = refused(
        &[
            text(BASE),
            uri("yaml:processors: {resource: {v: '${file:a.yaml}'}}"),
        ],
        &around,
    );
    let said = found.to_string();
    assert!(said.contains("`a.yaml` -> `b.yaml` -> `a.yaml`"), "{said}");
    let found = refused(
        &[
            text(BASE),
            uri("yaml:processors: {resource: {v: '${file:c.txt}'}}"),
        ],
        &around,
    );
    assert!(found.to_string().contains("without end"), "{found}");
}

#[test]
fn a_text_of_a_file_is_not_shown_and_a_secret_neither() {
    let around = Around::new(
        &[("TOKEN", "hidden-token")],
        &[
            ("token.txt", "hidden-text"),
            (
                "headers.yaml",
                "{Authorization: hidden-header, 'bad name': x}",
            ),
        ],
    );
    let found = refused(
        &[
            text(BASE),
            uri(
                "yaml:exporters: {otlp: {endpoint: '${file:token.txt}', headers: '${file:headers.yaml}'}}",
            ),
        ],
        &around,
    );
    let said = found.to_string();
    assert!(said.contains("headers.yaml:1:32"), "{said}");
    assert!(!said.contains("hidden"), "{said}");
}

#[test]
fn the_whole_is_printed_in_one_piece_without_secrets() {
    let around = Around::new(
        &[("KEY", "hidden-key"), ("SIZE", "12")],
        &[("timeouts.txt", "9s")],
    );
    let over = "
processors:
  batch: {timeout: '${file:timeouts.txt}', send_batch_size: '${env:SIZE}'}
  resource: {attributes: [{key: $$1, value: \"line\\nbreak\", action: insert}, {key: '0123', value: yes}], gate: {keys: {k: '${env:KEY}'}}}
exporters:
  otlp: {endpoint: 'https://collector:4317', headers: {x-api: '${env:KEY}', y: hidden-value}}
service::telemetry::logs::level: debug
";
    let printed = print(&[text(BASE), text(over)], &around).unwrap();
    let expected = "\
receivers:
  otlp:
    protocols:
      grpc:
      http:
processors:
  batch:
    timeout: 9s
    send_batch_size: 12
  resource:
    attributes:
      -
        key: '$1'
        value: \"line\\nbreak\"
        action: insert
      -
        key: '0123'
        value: yes
    gate:
      keys:
        k: '[redacted]'
exporters:
  file:
    path: out.jsonl
  otlp:
    endpoint: 'https://collector:4317'
    headers:
      x-api: '[redacted]'
      y: '[redacted]'
service:
  pipelines:
    logs:
      receivers:
        - otlp
      processors:
        - resource
        - batch
      exporters:
        - file
  telemetry:
    logs:
      level: debug
";
    assert_eq!(format!("{printed}\n"), expected);
    // What is printed is a configuration again.
    let again = load_all(&[text(&printed)], &around);
    assert!(again.is_ok(), "{}", again.unwrap_err());
}
