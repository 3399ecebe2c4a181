//! Whole configurations over the telemetry of real agents, against what a Collector made of it: record by record.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::{Map, Value};
use tollgate_record::Signal;
use tollgate_tests::client;
use tollgate_tests::gate::Gate;
use tollgate_tests::sink::Sink;
use tollgate_tests::telemetry;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pipelines")
}

/// How much two answers may differ in their order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Of attributes alone.
    Kept,
    /// Of everything, and times and instances count for nothing: derived metrics.
    Derived,
    /// Of everything.
    Free,
}

/// One form for what OTLP/JSON may write in two: numbers and their decimal strings, absent and empty.
fn plain(value: &Value, key: &str, order: Order) -> Value {
    match value {
        Value::Array(items) => {
            let kept = items.iter().filter(|item| {
                order != Order::Derived || item["key"] != "signal_to_metrics.service.instance.id"
            });
            let mut items: Vec<_> = kept.map(|item| plain(item, "", order)).collect();
            let is_map = items.iter().any(|item| item.get("key").is_some());
            if order != Order::Kept {
                items.sort_by_key(Value::to_string);
            } else if is_map {
                items.sort_by(|one, other| one["key"].as_str().cmp(&other["key"].as_str()));
            }
            items.into()
        }
        Value::Object(fields) => {
            let mut kept = Map::new();
            let mut names: Vec<_> = fields.keys().collect();
            names.sort_unstable();
            for name in names {
                let time = matches!(name.as_str(), "timeUnixNano" | "startTimeUnixNano");
                if order == Order::Derived && time {
                    continue;
                }
                let value = plain(&fields[name], name, order);
                let zero = match &value {
                    Value::Null => true,
                    Value::String(text) => text.is_empty(),
                    Value::Array(items) => items.is_empty(),
                    Value::Object(fields) => fields.is_empty(),
                    Value::Number(number) => number.as_f64() == Some(0.0),
                    Value::Bool(_) => false,
                };
                let says_something = name.ends_with("Value")
                    || matches!(name.as_str(), "value" | "asInt" | "asDouble" | "key");
                if !zero || says_something {
                    kept.insert(name.clone(), value);
                }
            }
            kept.into()
        }
        Value::String(text) => {
            let number = matches!(key, "intValue" | "asInt" | "count" | "zeroCount")
                || key.ends_with("UnixNano");
            match text.parse::<i128>() {
                // As text again, so that a number is a number however it is written, and however large.
                Ok(number_read) if number => Value::from(number_read.to_string()),
                _ => value.clone(),
            }
        }
        Value::Number(number) => match key {
            "doubleValue" | "asDouble" => Value::from(number.as_f64()),
            "intValue" | "asInt" | "count" | "zeroCount" => Value::from(number.to_string()),
            _ => value.clone(),
        },
        other => other.clone(),
    }
}

/// What was sent on for one request: of each signal, everything in one list.
fn output(sent: &[(String, Vec<u8>)]) -> Map<String, Value> {
    let mut output: Map<String, Value> = Map::new();
    for (path, body) in sent {
        let signal = Signal::ALL
            .into_iter()
            .find(|signal| client::path(*signal) == path);
        let signal = signal.expect("exporters know their paths");
        let payload = telemetry::json(signal, body);
        match output.get_mut(signal.as_str()) {
            None => drop(output.insert(signal.as_str().into(), payload)),
            Some(known) => {
                for (list, items) in payload.as_object().unwrap() {
                    let known = known[list].as_array_mut().unwrap();
                    known.extend(items.as_array().unwrap().iter().cloned());
                }
            }
        }
    }
    output
}

#[test]
fn whole_configurations_answer_as_a_collector_does() {
    let mut failures = Vec::new();
    let mut names: Vec<_> = fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    names.sort();
    assert_eq!(names.len(), 7);
    for folder in names {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let config = fs::read_to_string(folder.join("config.yaml")).unwrap();
        let mut expected = String::new();
        let packed = fs::File::open(folder.join("expected.jsonl.gz")).unwrap();
        GzDecoder::new(packed)
            .read_to_string(&mut expected)
            .unwrap();
        let derived = config.contains("connectors:");
        let loose = derived || config.contains("aggregate_on_");

        let sink = Sink::start();
        let config = config.replace("{sink}", &sink.address.to_string());
        let gate = Gate::start_with(&config, &["--compat", "collector"]);
        let (mut same, mut seen) = (0, 0);
        for (export, row) in telemetry::exports().iter().zip(expected.lines()) {
            let row: Value = serde_json::from_str(row).unwrap();
            assert_eq!(row["file"], export.file.as_str());
            let posted = client::post(
                gate.http,
                export.signal,
                "application/x-protobuf",
                &[],
                &export.wire(),
            );
            let all = sink.received();
            let mut found = output(&all[seen..]);
            seen = all.len();
            if !derived && !found.contains_key(export.signal.as_str()) {
                found.insert(export.signal.as_str().into(), Value::Null);
            }
            let order = match (derived, loose || row["compare"] == "unordered") {
                (true, _) => Order::Derived,
                (false, true) => Order::Free,
                (false, false) => Order::Kept,
            };
            let wanted = plain(&row["output"], "", order);
            let found = plain(&found.into(), "", order);
            if row["status"] == posted.status && wanted == found {
                same += 1;
            } else {
                failures.push(format!("{name}: {} ({})", export.file, posted.status));
            }
        }
        let ended = gate.stop();
        assert!(ended.status.success(), "{name}: {}", ended.log);
        println!(
            "{name}: {same} of {} requests are equal",
            expected.lines().count()
        );
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
