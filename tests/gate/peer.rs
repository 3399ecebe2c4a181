//! The configurations that are raced against a Collector run here as they are. `fixtures/peer` holds them unchanged; only ports are
//! others when they run.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tollgate_record::Signal;
use tollgate_tests::client;
use tollgate_tests::gate::{Gate, run};
use tollgate_tests::grpc::Client;

const RECORDS: usize = 200;
const KEYS: [&str; 4] = [
    "thread",
    "url.path",
    "http.request.method",
    "http.response.status_code",
];

/// Where the configurations send to: another gate, which writes down what comes.
const DESTINATION: &str = "
receivers: {otlp: {protocols: {grpc: {endpoint: '{grpc}'}}}}
exporters: {file: {path: '{folder}/out'}}
service: {telemetry: {metrics: {level: none}}, pipelines: {logs: {receivers: [otlp], exporters: [file]}}}
";

/// Every tenth record is a probe of somebody's health.
fn request() -> Value {
    let record = |place: usize| {
        let body = if place.is_multiple_of(10) {
            "GET /healthz"
        } else {
            "jane.doe@example.com paid"
        };
        let values = ["worker-1", "/pay", "POST", "200"];
        let mut attributes: Vec<_> = KEYS
            .iter()
            .zip(values)
            .map(|(key, value)| json!({"key": key, "value": {"stringValue": value}}))
            .collect();
        attributes
            .push(json!({"key": "user.email", "value": {"stringValue": "jane.doe@example.com"}}));
        json!({"timeUnixNano": place.to_string(), "traceId": format!("{:032x}", place * 7919 + 1), "spanId": "b7ad6b7169203331",
            "body": {"stringValue": body}, "attributes": attributes})
    };
    let records: Vec<_> = (0..RECORDS).map(record).collect();
    json!({"resourceLogs": [{"resource": {"attributes": []}, "scopeLogs": [{"logRecords": records}]}]})
}

/// What is left of a record, and of its resource.
struct Left {
    body: String,
    attributes: Vec<(String, String)>,
    resource: Vec<String>,
}

impl Left {
    fn get(&self, key: &str) -> Option<&str> {
        let mut own = self.attributes.iter();
        own.find_map(|(own, value)| (own == key).then_some(value.as_str()))
    }
}

fn left(lines: &[String]) -> Vec<Left> {
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut left = Vec::new();
    for line in lines {
        let request: Value = serde_json::from_str(line).unwrap();
        for resource in items(&request["resourceLogs"]) {
            let of_resource = items(&resource["resource"]["attributes"]);
            for scope in items(&resource["scopeLogs"]) {
                for record in items(&scope["logRecords"]) {
                    let attributes = items(&record["attributes"]);
                    left.push(Left {
                        body: text(&record["body"]["stringValue"]),
                        attributes: attributes
                            .iter()
                            .map(|one| (text(&one["key"]), text(&one["value"]["stringValue"])))
                            .collect(),
                        resource: of_resource.iter().map(|one| text(&one["key"])).collect(),
                    });
                }
            }
        }
    }
    left
}

/// Whether a configuration did what it is for.
fn check(name: &str, left: &[Left]) {
    let twice = 2 * RECORDS;
    let count = match name {
        "chain" => twice * 9 / 10,
        "sample" => {
            assert!(
                left.len() > twice / 50 && left.len() < twice / 4,
                "{}",
                left.len()
            );
            left.len()
        }
        _ => twice,
    };
    assert_eq!(left.len(), count, "{name}");
    for record in left {
        let mailed = record.body.contains("jane.doe")
            || record.get("user.email") == Some("jane.doe@example.com");
        match name {
            "attr" => {
                assert_eq!(record.get("env"), Some("prod"));
                assert_eq!(record.get("thread"), None);
                assert_eq!(
                    record.get("user.email").map(str::len),
                    Some(64),
                    "it is hashed"
                );
            }
            "chain" => {
                assert!(
                    !mailed && !record.body.contains("healthz"),
                    "{}",
                    record.body
                );
                assert_eq!(
                    (record.get("env"), record.get("thread")),
                    (Some("prod"), None)
                );
                assert_eq!(record.resource, ["deployment.environment"]);
            }
            "rename4" => {
                for (place, key) in KEYS.iter().enumerate() {
                    assert_eq!(record.get(key), None);
                    assert!(record.get(&format!("a{}", place + 1)).is_some(), "{key}");
                }
            }
            "redact" | "redact-durable" => assert!(!mailed, "{}", record.body),
            // It writes down how it decided, besides.
            "sample" => assert!(record.get("thread").is_some()),
            _ => assert_eq!(record.attributes.len(), KEYS.len() + 1, "{name}"),
        }
    }
}

#[test]
fn each_configuration_of_the_race_runs_unchanged() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/peer");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    assert_eq!(files.len(), 8);
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let queues = tempfile::tempdir().unwrap();
        let queue = queues.path().display().to_string();

        let set = format!("extensions.file_storage.directory={queue}");
        let mut arguments = vec!["validate", "--config", file.to_str().unwrap()];
        // The one thing that these take from the environment.
        if text.contains("QUEUE_DIR") {
            arguments.extend(["--set", &set]);
        }
        let (status, _, said) = run(&arguments);
        assert_eq!(status, Some(0), "{name}: {said}");
        assert!(!said.contains("queue"), "{name}: {said}");

        let destination = Gate::start(DESTINATION);
        let text = text
            .replace("127.0.0.1:4317", "{grpc}")
            .replace("127.0.0.1:4318", "{http}")
            .replace("127.0.0.1:5317", &destination.grpc.to_string())
            // In YAML's braces an address with braces would be a map.
            .replace("{grpc}}", "'{grpc}'}")
            .replace("{http}}", "'{http}'}")
            .replace("{grpc},", "'{grpc}',");
        let gate = Gate::start_in(&text, &[], &[("QUEUE_DIR", &queue)]);
        let json = request().to_string();
        let answer = client::post(
            gate.http,
            Signal::Logs,
            "application/json",
            &[],
            json.as_bytes(),
        );
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (200, "{}"),
            "{name}"
        );
        let wire = tollgate_json::decode(Signal::Logs, json.as_bytes()).unwrap();
        Client::connect(gate.grpc)
            .export(Signal::Logs, &wire, None)
            .unwrap();
        let ended = gate.stop();
        assert!(ended.status.success(), "{name}: {}", ended.log);
        check(name, &left(&destination.stop().lines("out")));
    }
}
