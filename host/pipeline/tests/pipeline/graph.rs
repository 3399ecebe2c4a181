//! Pipelines that are joined: forks, routes, emissions, and what becomes of each record.

use tollgate_record::Signal;

use crate::support::judge::Judge;
use crate::support::sink::Sink;
use crate::support::{Gate, metric, with_receivers};

const LOGS: &[Signal] = &[Signal::Logs];
#[tokio::test(flavor = "multi_thread")]
async fn a_forward_hands_everything_to_every_pipeline_it_feeds() {
    let gate = Gate::start(
        &with_receivers(
            "
processors: {wasm/drop: {component: '{folder}/drop.wasm'}}
connectors: {forward: {}}
exporters: {file/in: {path: '{folder}/in'}, file/a: {path: '{folder}/a'}, file/b: {path: '{folder}/b'}}
service:
  pipelines:
    logs/in: {receivers: [otlp], exporters: [file/in, forward]}
    logs/a: {receivers: [forward], processors: [wasm/drop], exporters: [file/a]}
    logs/b: {receivers: [forward], exporters: [file/b]}
",
        ),
        &[("drop", Judge { letters: "d", signals: LOGS, ..Judge::default() })],
    )
    .await;
    assert_eq!(gate.send(&["d1", "k2", "k3"]).await.status, 200);
    let ended = gate.stop().await;
    assert_eq!(ended.bodies("in"), ["d1", "k2", "k3"]);
    assert_eq!(ended.bodies("a"), ["k2", "k3"], "what a branch drops ...");
    assert_eq!(
        ended.bodies("b"),
        ["d1", "k2", "k3"],
        "... is not gone from another"
    );
    let report = ended.report("logs/in");
    assert_eq!(
        (
            report.received,
            report.copied,
            report.delivered,
            report.forwarded
        ),
        (3, 3, 3, 3)
    );
    let report = ended.report("logs/a");
    assert_eq!(
        (report.received, report.dropped, report.delivered),
        (3, 1, 2)
    );
    assert_eq!(ended.report("logs/b").delivered, 3);
}

fn router(letters: &str) -> Judge<'_> {
    Judge {
        letters,
        signals: LOGS,
        routes: &["logs/a", "logs/b"],
        ..Judge::default()
    }
}

fn routing(gate: &str) -> String {
    with_receivers(&format!(
        "
connectors: {{wasm/route: {{component: '{{folder}}/route.wasm', gate: {{{gate}}}}}}}
exporters: {{file/a: {{path: '{{folder}}/a'}}, file/b: {{path: '{{folder}}/b'}}}}
service:
  pipelines:
    logs: {{receivers: [otlp], exporters: [wasm/route]}}
    logs/a: {{receivers: [wasm/route], exporters: [file/a]}}
    logs/b: {{receivers: [wasm/route], exporters: [file/b]}}
"
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn records_go_where_they_are_routed_to_and_to_all_without_a_route() {
    let gate = Gate::start(&routing(""), &[("route", router("abd"))]).await;
    let answer = gate.send(&["a1", "b2", "k3", "d4", "a5"]).await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "{}"));
    let ended = gate.stop().await;
    assert_eq!(ended.requests("a"), [["a1", "k3", "a5"]]);
    assert_eq!(ended.requests("b"), [["b2", "k3"]]);
    let report = ended.report("logs");
    assert_eq!(
        (
            report.received,
            report.forwarded,
            report.dropped,
            report.copied
        ),
        (5, 4, 1, 0)
    );
    let connector = &report.connectors[0];
    assert_eq!(connector.stage, "wasm/route");
    assert_eq!(
        connector.routes,
        [("logs/a".to_owned(), 2), ("logs/b".to_owned(), 1)]
    );
    assert_eq!(
        (connector.received, connector.dropped, connector.calls),
        (5, 1, 1)
    );
    assert_eq!(
        (
            ended.report("logs/a").received,
            ended.report("logs/b").received
        ),
        (3, 2)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_could_not_be_routed_meets_the_connectors_on_error() {
    for (on_error, told, dropped, passed) in [
        ("reject", true, 0, 0),
        ("drop", false, 1, 0),
        ("pass", false, 0, 1),
    ] {
        let gate = Gate::start(
            &routing(&format!("on_error: {on_error}")),
            &[("route", router("abt"))],
        )
        .await;
        let answer = gate.send(&["a1", "t2", "b3"]).await;
        assert_eq!(answer.status, 200, "{on_error}");
        assert_eq!(
            answer.text().contains(r#""rejectedLogRecords":"1""#),
            told,
            "{on_error}: {}",
            answer.text()
        );
        let ended = gate.stop().await;
        let report = ended.report("logs");
        assert_eq!(
            (report.rejected, report.dropped),
            (u64::from(told), dropped),
            "{on_error}"
        );
        assert_eq!(report.connectors[0].passed, passed, "{on_error}");
        let lost: &[&str] = if on_error == "pass" {
            &["a1", "t2"]
        } else {
            &["a1"]
        };
        assert_eq!(ended.bodies("a"), lost, "{on_error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_that_emits_consumes_what_it_is_given() {
    let gate = Gate::start(
        &with_receivers(
            "
connectors: {wasm/count: {component: '{folder}/count.wasm'}}
exporters: {file/logs: {path: '{folder}/logs'}, file/metrics: {path: '{folder}/metrics'}}
service:
  pipelines:
    logs: {receivers: [otlp], exporters: [wasm/count, file/logs]}
    metrics: {receivers: [wasm/count], exporters: [file/metrics]}
",
        ),
        &[(
            "count",
            Judge {
                signals: LOGS,
                emits: Some((Signal::Metrics, metric("log.records", 2))),
                measures: Some(("counted", 2.5, "call")),
                blind: true,
                ..Judge::default()
            },
        )],
    )
    .await;
    assert_eq!(gate.send(&["k1", "k2", "k3"]).await.status, 200);
    assert_eq!(gate.send(&["k4"]).await.status, 200);
    let counts = gate.counts();
    let ended = gate.stop().await;
    assert_eq!(ended.bodies("logs"), ["k1", "k2", "k3", "k4"]);
    assert_eq!(ended.text("metrics").matches("log.records").count(), 2);
    let report = ended.report("logs");
    assert_eq!(
        (
            report.received,
            report.copied,
            report.consumed,
            report.delivered
        ),
        (4, 4, 4, 4)
    );
    assert_eq!(report.connectors[0].emitted, 4);
    let report = ended.report("metrics");
    assert_eq!((report.received, report.delivered), (4, 4));
    let measured = counts.instruments[0].read();
    assert_eq!(measured[0].name, "counted");
    let text = format!("{measured:?}");
    assert!(text.contains("5.0") && text.contains("call"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_processors_telemetry_joins_its_own_pipeline_behind_it() {
    let emitted = {
        use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
        use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value};
        use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
        use prost::Message as _;
        let record = |body: &str| LogRecord {
            body: Some(AnyValue {
                value: Some(Value::StringValue(body.to_owned())),
            }),
            ..LogRecord::default()
        };
        let scope = ScopeLogs {
            log_records: vec![record("k-alert"), record("d-alert"), record("f-alert")],
            ..ScopeLogs::default()
        };
        let resource = ResourceLogs {
            scope_logs: vec![scope],
            ..ResourceLogs::default()
        };
        ExportLogsServiceRequest {
            resource_logs: vec![resource],
        }
        .encode_to_vec()
    };
    let gate = Gate::start(
        &with_receivers(
            "
processors: {wasm/alert: {component: '{folder}/alert.wasm'}, wasm/judge: {component: '{folder}/judge.wasm'}}
exporters: {file: {path: '{folder}/out'}}
service: {pipelines: {logs: {receivers: [otlp], processors: [wasm/alert, wasm/judge], exporters: [file]}}}
",
        ),
        &[
            (
                "alert",
                Judge {
                    signals: LOGS,
                    emits: Some((Signal::Logs, emitted)),
                    ..Judge::default()
                },
            ),
            ("judge", Judge { letters: "df", signals: LOGS, ..Judge::default() }),
        ],
    )
    .await;
    let answer = gate.send(&["k1", "d2"]).await;
    assert_eq!(
        answer.text(),
        "{}",
        "the client is not told of records that it did not send"
    );
    let ended = gate.stop().await;
    assert_eq!(ended.bodies("out"), ["k-alert", "k1"]);
    let report = ended.report("logs");
    assert_eq!(
        (
            report.received,
            report.created,
            report.dropped,
            report.rejected,
            report.delivered
        ),
        (2, 3, 2, 1, 2)
    );
    assert_eq!(
        report.stages[0].received, 2,
        "it does not see what it made itself"
    );
    assert_eq!(report.stages[1].received, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn stages_without_anything_to_do_are_not_called() {
    let gate = Gate::start(
        &with_receivers(
            "
processors:
  wasm/idle: {component: '{folder}/idle.wasm'}
  wasm/drop: {component: '{folder}/drop.wasm'}
  wasm/late: {component: '{folder}/drop.wasm'}
exporters: {file: {path: '{folder}/out'}}
service: {pipelines: {logs: {receivers: [otlp], processors: [wasm/idle, wasm/drop, wasm/late], exporters: [file]}}}
",
        ),
        &[
            ("idle", Judge { signals: LOGS, blind: true, ..Judge::default() }),
            ("drop", Judge { letters: "d", signals: LOGS, ..Judge::default() }),
        ],
    )
    .await;
    assert_eq!(gate.send(&["d1", "d2"]).await.status, 200);
    let ended = gate.stop().await;
    let stages = &ended.report("logs").stages;
    let calls: Vec<_> = stages.iter().map(|stage| stage.calls).collect();
    assert_eq!(
        calls,
        [0, 1, 0],
        "one asks for nothing, one drops everything, one has nothing left to see"
    );
    assert_eq!(ended.text("out"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_the_clients_until_every_branch_has_it() {
    let sink = Sink::answering(503);
    let gate = Gate::start(
        &with_receivers(&format!(
            "
processors: {{wasm/judge: {{component: '{{folder}}/judge.wasm'}}}}
connectors: {{forward: {{}}}}
exporters:
  file: {{path: '{{folder}}/good'}}
  otlphttp: {{endpoint: 'http://{}', retry_on_failure: {{enabled: false}}}}
service:
  pipelines:
    logs/in: {{receivers: [otlp], processors: [wasm/judge], exporters: [forward]}}
    logs/good: {{receivers: [forward], exporters: [file]}}
    logs/bad: {{receivers: [forward], exporters: [otlphttp]}}
",
            sink.address
        )),
        &[(
            "judge",
            Judge {
                letters: "df",
                signals: LOGS,
                ..Judge::default()
            },
        )],
    )
    .await;
    let answer = gate.send(&["k1", "d2", "f3"]).await;
    assert_eq!(answer.status, 503, "one branch may take it later");
    sink.answer(400);
    assert_eq!(
        gate.send(&["k1", "d2", "f3"]).await.status,
        500,
        "it never will"
    );
    sink.answer(200);
    let answer = gate.send(&["k1", "d2", "f3"]).await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.text().contains(r#""rejectedLogRecords":"1""#),
        "{}",
        answer.text()
    );
    let ended = gate.stop().await;
    assert_eq!(
        ended.bodies("good"),
        ["k1", "k1", "k1"],
        "the other branch has had it each time"
    );
    let report = ended.report("logs/in");
    assert_eq!(
        (report.received, report.forwarded, report.dropped),
        (9, 3, 3)
    );
    assert_eq!(
        (report.rejected, report.refused),
        (1, 2),
        "what was rejected is the client's while the request is"
    );
    let report = ended.report("logs/bad");
    assert_eq!((report.delivered, report.refused), (1, 2));
    assert_eq!(ended.report("logs/good").delivered, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_receiver_feeds_several_pipelines_by_one_crossing() {
    let gate = Gate::start(
        &with_receivers(
            "
processors: {wasm/d: {component: '{folder}/d.wasm'}, wasm/f: {component: '{folder}/f.wasm'}}
exporters: {file/a: {path: '{folder}/a'}, file/b: {path: '{folder}/b'}}
service:
  pipelines:
    logs/a: {receivers: [otlp], processors: [wasm/d, wasm/f], exporters: [file/a]}
    logs/b: {receivers: [otlp], processors: [wasm/f], exporters: [file/b]}
",
        ),
        &[
            (
                "d",
                Judge {
                    letters: "d",
                    signals: LOGS,
                    ..Judge::default()
                },
            ),
            (
                "f",
                Judge {
                    letters: "f",
                    signals: LOGS,
                    ..Judge::default()
                },
            ),
        ],
    )
    .await;
    let answer = gate.send(&["d1", "f2", "k3"]).await;
    assert!(
        answer.text().contains(r#""rejectedLogRecords":"1""#),
        "a record that two ways reject is one: {}",
        answer.text()
    );
    let counts = gate.counts();
    let ended = gate.stop().await;
    assert_eq!(
        (ended.bodies("a"), ended.bodies("b")),
        (
            vec!["k3".to_owned()],
            vec!["d1".to_owned(), "k3".to_owned()]
        )
    );
    let http = counts
        .receivers
        .iter()
        .find(|receiver| receiver.transport.as_str() == "http")
        .unwrap();
    assert_eq!(
        (
            http.accepted.of(Signal::Logs).get(),
            http.refused.of(Signal::Logs).get()
        ),
        (2, 1)
    );
    assert_eq!(
        counts
            .exporters
            .iter()
            .map(|exporter| exporter.sent.of(Signal::Logs).get())
            .sum::<u64>(),
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipeline_without_policies_hands_bytes_through_connectors() {
    let gate = Gate::start(
        &with_receivers(
            "
connectors: {forward/1: {}, forward/2: {}}
exporters: {file: {path: '{folder}/out'}}
service:
  pipelines:
    logs: {receivers: [otlp], exporters: [forward/1, forward/2]}
    logs/1: {receivers: [forward/1], exporters: [file]}
    logs/2: {receivers: [forward/2, forward/1], exporters: [file]}
",
        ),
        &[],
    )
    .await;
    assert_eq!(gate.send(&["k1"]).await.status, 200);
    let ended = gate.stop().await;
    assert_eq!(ended.bodies("out"), ["k1", "k1", "k1"]);
    assert_eq!(ended.report("logs").copied, 1);
    assert_eq!(ended.report("logs/2").received, 2, "once over each way");
}
