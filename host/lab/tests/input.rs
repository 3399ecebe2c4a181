//! Telemetry is read in every form that people have it in, and what is something else is named.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test may panic"
)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tollgate_json::{count, encode};
use tollgate_lab::Telemetry;
use tollgate_lab::input::{read, read_lines, read_path};
use tollgate_record::Signal;

const LOGS: &str = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"one"}},{"body":{"stringValue":"two"}}]}]}]}"#;
const SPANS: &str = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"s"}]}]}]}"#;
const METRICS: &str = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":{"dataPoints":[{"asInt":"1"}]}}]}]}]}"#;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/telemetry")
}

fn wire(json: &str) -> Vec<u8> {
    let read = read(json.as_bytes(), "made.json", None).unwrap();
    read[0].wire.to_vec()
}

fn seen(read: &[Telemetry]) -> Vec<(Signal, u64, String)> {
    let seen = read.iter().map(|telemetry| {
        let counts = count(telemetry.signal, &telemetry.wire).unwrap();
        (telemetry.signal, counts.records, telemetry.source.clone())
    });
    seen.collect()
}

fn wrong(bytes: impl AsRef<[u8]>, name: &str) -> String {
    read(bytes.as_ref(), name, None).unwrap_err().to_string()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_file_of_real_agents_is_read_as_what_it_is() {
    let index = std::fs::read_to_string(fixtures().join("index.jsonl")).unwrap();
    let mut files = 0;
    for line in index.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let file = line["file"].as_str().unwrap();
        let path = fixtures().join(file);
        if !path.exists() {
            continue;
        }
        // Under a name that says nothing.
        let bytes = std::fs::read(&path).unwrap();
        let read = read(&bytes, "unnamed", None).unwrap_or_else(|error| panic!("{file}: {error}"));
        let seen = seen(&read);
        assert_eq!(seen.len(), 1, "{file}");
        assert_eq!(
            seen[0].0.as_str(),
            line["signal"].as_str().unwrap(),
            "{file}"
        );
        let counts = count(seen[0].0, &read[0].wire).unwrap();
        // The index counts metrics, and not their points.
        let items = if seen[0].0 == Signal::Metrics {
            counts.metrics
        } else {
            counts.records
        };
        assert_eq!(Some(items), line["items"].as_u64(), "{file}");
        assert_eq!(read_path(&path, None).unwrap()[0].wire, read[0].wire);
        files += 1;
    }
    assert!(files > 30, "{files}");
}

#[test]
fn json_comes_in_one_piece_in_several_in_an_array_and_in_lines() {
    let each = |first: &str, second: &str, third: &str| {
        vec![
            (Signal::Logs, 2, first.to_owned()),
            (Signal::Traces, 1, second.to_owned()),
            (Signal::Metrics, 1, third.to_owned()),
        ]
    };
    let lines = format!("{LOGS}\n\n{SPANS}\n{METRICS}\n");
    assert_eq!(
        seen(&read(lines.as_bytes(), "a", None).unwrap()),
        each("a:1", "a:3", "a:4")
    );
    let joined = format!("{LOGS}{SPANS} {METRICS}");
    assert_eq!(
        seen(&read(joined.as_bytes(), "a", None).unwrap()),
        each("a:1", "a:1", "a:1")
    );
    let array = format!("\u{feff}[\n{LOGS},\n{SPANS},\n{METRICS}\n]\n");
    assert_eq!(
        seen(&read(array.as_bytes(), "a", None).unwrap()),
        each("a:2", "a:3", "a:4")
    );
    // Pretty-printed, with braces in texts.
    let pretty = LOGS.replace('{', "{\n").replace("one", r#"}]\"{"#);
    assert_eq!(
        seen(&read(pretty.as_bytes(), "a", None).unwrap()),
        [(Signal::Logs, 2, "a".to_owned())]
    );
    let both =
        format!("{},{}", LOGS.trim_end_matches('}'), &SPANS[1..]).replacen("]}]}],", "]}]}]},", 1);
    drop(both);
    let both = format!("{},{}", &LOGS[..LOGS.len() - 1], &SPANS[1..]);
    assert_eq!(
        seen(&read(both.as_bytes(), "a", None).unwrap()),
        [
            (Signal::Logs, 2, "a".to_owned()),
            (Signal::Traces, 1, "a".to_owned())
        ]
    );
    let snake = LOGS.replace("resourceLogs", "resource_logs");
    assert_eq!(seen(&read(snake.as_bytes(), "a", None).unwrap()).len(), 1);
}

#[test]
fn what_is_written_as_protobuf_and_json_is_the_same() {
    for json in [LOGS, SPANS, METRICS] {
        let telemetry = &read(json.as_bytes(), "a", None).unwrap()[0];
        let again = &read(&telemetry.wire, "a", None).unwrap()[0];
        assert_eq!(again.signal, telemetry.signal);
        assert_eq!(again.wire, telemetry.wire);
        let mut out = Vec::new();
        encode(again.signal, &again.wire, &mut out).unwrap();
        let as_json = &read(&out, "a", None).unwrap()[0];
        let mut written = Vec::new();
        encode(as_json.signal, &as_json.wire, &mut written).unwrap();
        assert_eq!(written, out);
    }
}

#[test]
fn protobuf_comes_with_lengths_and_compressed() {
    let requests = [wire(LOGS), wire(SPANS), wire(METRICS)];
    let wanted = |count: usize| {
        let all = [(Signal::Logs, 2), (Signal::Traces, 1), (Signal::Metrics, 1)];
        let all = all.into_iter().enumerate();
        all.take(count)
            .map(|(at, (signal, records))| (signal, records, format!("a#{}", at + 1)))
            .collect::<Vec<_>>()
    };
    let framed = |prefix: &dyn Fn(&[u8]) -> Vec<u8>| {
        requests
            .iter()
            .flat_map(|request| [prefix(request), request.clone()].concat())
            .collect::<Vec<u8>>()
    };
    let four = |request: &[u8]| u32::try_from(request.len()).unwrap().to_be_bytes().to_vec();
    // As the Collector's file exporter has it, as gRPC has it, as protobuf's libraries have it.
    let exporter = framed(&four);
    let grpc = framed(&|request| [vec![0], four(request)].concat());
    let delimited = framed(&|request| vec![u8::try_from(request.len()).unwrap()]);
    for framed in [exporter, grpc, delimited] {
        assert_eq!(seen(&read(&framed, "a", None).unwrap()), wanted(3));
        assert_eq!(seen(&read(&gzip(&framed), "a", None).unwrap()), wanted(3));
    }
    // The file exporter compresses each request for itself, JSON too.
    let compressed: Vec<u8> = [requests[0].clone(), SPANS.as_bytes().to_vec()]
        .iter()
        .map(|request| zstd::encode_all(&**request, 3).unwrap())
        .flat_map(|request| [four(&request), request].concat())
        .collect();
    assert_eq!(seen(&read(&compressed, "a", None).unwrap()), wanted(2));
    assert_eq!(
        read(&zstd::encode_all(LOGS.as_bytes(), 3).unwrap(), "a", None).unwrap()[0].wire,
        requests[0]
    );
}

#[test]
fn the_name_or_the_caller_decides_where_bytes_do_not() {
    // A resource alone: field 1, of which all signals know the same.
    let bare = b"\x0a\x02\x0a\x00";
    let error = wrong(bare, "telemetry.binpb");
    assert!(
        error.contains("could be logs or traces or metrics") && error.contains("--signal"),
        "{error}"
    );
    assert_eq!(
        read(bare, "some/traces-01.binpb", None).unwrap()[0].signal,
        Signal::Traces
    );
    assert_eq!(
        read(bare, "traces-01.binpb", Some(Signal::Metrics)).unwrap()[0].signal,
        Signal::Metrics
    );
    assert_eq!(
        read(b"{}", "metrics.json", None).unwrap()[0].signal,
        Signal::Metrics
    );
    // But bytes that are told are not told otherwise.
    assert_eq!(
        read(&wire(LOGS), "traces-01.binpb", Some(Signal::Metrics)).unwrap()[0].signal,
        Signal::Logs
    );
}

#[test]
fn lines_of_text_are_bodies_of_log_records() {
    let text = "2026-11-27 INFO started: ok\r\n\n[main] ERROR Key: value\n  at somewhere\n";
    let telemetry = &read(text.as_bytes(), "app.log", None).unwrap()[0];
    let mut json = Vec::new();
    encode(Signal::Logs, &telemetry.wire, &mut json).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let records = json["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
        .as_array()
        .unwrap();
    let bodies: Vec<_> = records
        .iter()
        .map(|record| record["body"]["stringValue"].as_str().unwrap())
        .collect();
    assert_eq!(
        bodies,
        [
            "2026-11-27 INFO started: ok",
            "[main] ERROR Key: value",
            "  at somewhere"
        ]
    );
    // JSON of another product only where that is asked for.
    let foreign = "{\"level\":\"info\"}\n{\"level\":\"warn\"}\n";
    assert!(wrong(foreign, "a").contains("--text"));
    assert_eq!(
        seen(&read_lines(foreign.as_bytes(), "a").unwrap()),
        [(Signal::Logs, 2, "a".to_owned())]
    );
    let mut many = String::new();
    for number in 0..2500 {
        writeln!(many, "line {number}").unwrap();
    }
    let seen = seen(&read(many.as_bytes(), "a", None).unwrap());
    assert_eq!(
        seen.iter().map(|(_, records, _)| records).sum::<u64>(),
        2500
    );
    assert_eq!(seen[1].2, "a:1001");
}

#[test]
fn what_is_not_telemetry_is_named() {
    let cases: &[(&str, &[u8], &[&str])] = &[
        (
            "c.txt",
            b"# mine\nreceivers:\n  otlp:\nservice:\n",
            &[
                "c.txt:2:1",
                "a configuration of a Collector",
                "--config FILE",
            ],
        ),
        ("cases.yaml", b"cases:\n  - name: a\n", &["a YAML file"]),
        ("unnamed", b"name: a\nitems:\n  - b\n", &["a YAML file"]),
        ("page", b"\n<!DOCTYPE html><html>", &["an HTML page"]),
        ("doc", b"<?xml version=\"1.0\"?>", &["an XML document"]),
        (
            "metrics",
            b"# HELP up Is it\n# TYPE up gauge\nup 1\n",
            &["Prometheus"],
        ),
        ("policy", b"\0asm\x0d\0\x01\0", &["WebAssembly", "--policy"]),
        ("a", b"PK\x03\x04rest", &["ZIP"]),
        ("a", b"\xff\xfeh\0i\0", &["UTF-16"]),
        ("a", b"\x1f\x8b\x08\0\0", &["gzip", "cut short or damaged"]),
        (
            "a",
            b"\x28\xb5\x2f\xfd\x01",
            &["zstd", "cut short or damaged"],
        ),
        ("a", b"", &["nothing in it"]),
        ("a", b" \n\n", &["nothing in it"]),
        ("a", b"[]", &["nothing in it"]),
        ("a", b"{}", &["an empty object", "--signal"]),
        (
            "a",
            br#"{"partialSuccess":{}}"#,
            &["`partialSuccess`", "the answer to an export request"],
        ),
        ("a", br#"{"streams":[]}"#, &["`streams`", "Loki"]),
        (
            "a",
            br#"{"scopeLogs":[]}"#,
            &["`scopeLogs`", "resourceLogs"],
        ),
        (
            "a",
            br#"{"level":"info","msg":"x"}"#,
            &["the keys `level`, `msg`", "--text"],
        ),
        (
            "a",
            b"\xff\x00\x81\xfe\x00\x00",
            &["neither text nor OTLP/protobuf"],
        ),
    ];
    for (name, bytes, wanted) in cases {
        let error = wrong(bytes, name);
        for part in *wanted {
            assert!(error.contains(part), "{error:?} says nothing of {part:?}");
        }
        assert!(error.starts_with(name), "{error:?}");
    }
}

#[test]
fn mistakes_in_json_have_their_place_in_the_file() {
    let mistaken = LOGS.replace(r#""two""#, "7");
    let error = read(format!("{LOGS}\n {mistaken}\n").as_bytes(), "a", None).unwrap_err();
    let column = mistaken.find("7}").unwrap() + 2;
    assert_eq!(error.place, Some((2, column)));
    assert!(error.message.contains("a string belongs here"), "{error}");
    let cut = &LOGS[..LOGS.len() - 10];
    let error = read(format!("{LOGS}\n{cut}").as_bytes(), "a", None).unwrap_err();
    assert_eq!(error.place.unwrap().0, 2);
    assert!(error.message.contains("ends in the middle"), "{error}");
    let error = read(format!("{LOGS}\nno json\n").as_bytes(), "a", None).unwrap_err();
    assert_eq!(error.place, Some((2, 1)));
    let error = read(b"{\"level\":\n", "a", None).unwrap_err();
    assert!(error.message.contains("cut short"), "{error}");
}

#[test]
fn a_request_that_is_cut_says_how_much_is_missing() {
    let bytes = std::fs::read(fixtures().join("codex/bin-prompt-SHELL/logs-01.binpb")).unwrap();
    let error = wrong(&bytes[..bytes.len() - 100], "logs-01.binpb");
    assert!(
        error.contains("cut short") && error.contains("announced"),
        "{error}"
    );
}

#[test]
fn a_folder_is_read_in_the_order_of_its_names() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("2.json"), LOGS).unwrap();
    std::fs::write(folder.path().join("1.binpb"), wire(SPANS)).unwrap();
    std::fs::write(folder.path().join("README.md"), "not read").unwrap();
    let read = read_path(folder.path(), None).unwrap();
    let signals: Vec<_> = read.iter().map(|telemetry| telemetry.signal).collect();
    assert_eq!(signals, [Signal::Traces, Signal::Logs]);
    let empty = tempfile::tempdir().unwrap();
    let error = read_path(empty.path(), None).unwrap_err().to_string();
    assert!(error.contains("no file of this folder"), "{error}");
    let error = read_path(Path::new("/no/such/file"), None)
        .unwrap_err()
        .to_string();
    assert!(error.contains("cannot be read"), "{error}");
}
