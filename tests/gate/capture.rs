//! `tollgate capture`: what clients send lies in files, for the user alone, and can be tried.

use std::os::unix::fs::PermissionsExt as _;
use std::{fs, path::Path};

use tollgate_record::Signal;
use tollgate_tests::client::post;
use tollgate_tests::gate::free;
use tollgate_tests::grpc::Client;
use tollgate_tests::typed::{Going, typed};

fn sample(line: usize) -> String {
    let text =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/lab/src/samples/otel-demo.jsonl");
    fs::read_to_string(text)
        .unwrap()
        .lines()
        .nth(line)
        .unwrap()
        .to_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn requests_are_stored_as_they_come_and_can_be_tried() {
    let folder = tempfile::tempdir().unwrap();
    let (server, http) = (free(), free());
    let (grpc, address) = (server.to_string(), http.to_string());
    let arguments = [
        "capture", "--out", "raw", "--grpc", &grpc, "--http", &address, "--count", "2",
    ];
    let mut going = Going::start(folder.path(), &arguments);
    let said = going.until("stop with Ctrl-C").join("\n");
    assert!(
        said.contains("warning: requests are stored raw in raw"),
        "{said}"
    );
    assert!(
        said.contains(&format!("listening for OTLP/grpc on {grpc}")),
        "{said}"
    );
    // What is none is refused, and is no file.
    let refused = post(
        http,
        Signal::Logs,
        "application/json",
        &[],
        b"{\"resourceLogs\": 7}",
    );
    assert_eq!(refused.status, 400);
    let wire = tollgate_json::decode(Signal::Logs, sample(0).as_bytes()).unwrap();
    assert_eq!(
        post(http, Signal::Logs, "application/x-protobuf", &[], &wire).status,
        200
    );
    assert_eq!(
        post(
            http,
            Signal::Traces,
            "application/json",
            &[],
            sample(1).as_bytes()
        )
        .status,
        200
    );
    let _ = going.until("2 requests stored in raw");
    assert_eq!(going.ended(), Some(0));
    let raw = folder.path().join("raw");
    assert_eq!(names(&raw), ["logs-000001.binpb", "traces-000002.binpb"]);
    assert_eq!(fs::read(raw.join("logs-000001.binpb")).unwrap(), wire);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(&raw), mode(&raw.join("logs-000001.binpb"))),
        (0o700, 0o600)
    );
    let tried = typed(
        folder.path(),
        &["try", "--rule", r#"IsMatch(body, "health")"#, "raw"],
    );
    assert!(
        tried
            .out
            .contains("raw/logs-000001.binpb  logs, 9 log records"),
        "{} {}",
        tried.out,
        tried.err
    );

    // Another one counts on, as JSON, over gRPC alone, until it is told to end.
    let arguments = [
        "capture", "--out", "raw", "--grpc", &grpc, "--http", "none", "--format", "json",
    ];
    let mut going = Going::start(folder.path(), &arguments);
    let _ = going.until("stop with Ctrl-C");
    let metrics = tollgate_json::decode(Signal::Metrics, sample(2).as_bytes()).unwrap();
    Client::connect(server)
        .export(Signal::Metrics, &metrics, None)
        .unwrap();
    let _ = going.until("metrics-000003.json  6 data points");
    let interrupted = std::process::Command::new("kill")
        .args(["-s", "INT", &going.id().to_string()])
        .status();
    assert!(interrupted.unwrap().success());
    let _ = going.until("1 request stored in raw");
    assert_eq!(going.ended(), Some(0));
    let stored = fs::read_to_string(raw.join("metrics-000003.json")).unwrap();
    assert_eq!(stored.lines().count(), 1);
    assert_eq!(
        tollgate_json::decode(Signal::Metrics, stored.as_bytes())
            .unwrap()
            .len(),
        metrics.len()
    );
}
