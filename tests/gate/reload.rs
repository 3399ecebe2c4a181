//! One configuration takes the place of another, while clients send: nothing is refused, lost or counted twice.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle, sleep};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use prost::Message as _;
use tollgate_record::Signal;
use tollgate_tests::client;
use tollgate_tests::gate::{Gate, free, run};
use tollgate_tests::prometheus::Page;
use tollgate_tests::sink::Sink;

/// A configuration whose records say which one it was.
fn configuration(endpoint: &str, sink: &Sink, mark: &str) -> String {
    format!(
        "
receivers: {{otlp: {{protocols: {{http: {{endpoint: '{endpoint}'}}}}}}}}
processors: {{attributes: {{actions: [{{key: mark, value: '{mark}', action: insert}}]}}}}
exporters: {{otlphttp: {{endpoint: 'http://{}', compression: none}}}}
service:
  telemetry: {{metrics: {{readers: [{{pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: {{metrics}}}}}}}}}}]}}}}
  pipelines: {{logs: {{receivers: [otlp], processors: [attributes], exporters: [otlphttp]}}}}
",
        sink.address
    )
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..6000 {
        if holds() {
            return;
        }
        sleep(Duration::from_millis(10));
    }
    panic!("never: {what}");
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small number"
)]
fn metric(gate: &Gate, name: &str) -> u64 {
    let answer = client::get(gate.metrics, "/metrics");
    Page::read(&answer.text()).unwrap().sum(name, &[]) as u64
}

fn generation(gate: &Gate) -> u64 {
    metric(gate, "tollgate_config_generation")
}

/// Whether the last configuration that was tried holds.
fn holds(gate: &Gate) -> bool {
    metric(gate, "tollgate_config_last_reload_successful") == 1
}

/// Tries a configuration, and waits until the gate says what became of it.
fn reload(gate: &Gate, text: &str, expected: u64) {
    gate.configure(text);
    gate.signal("HUP");
    until("the other configuration runs", || {
        generation(gate) == expected && holds(gate)
    });
}

/// Tries one that has to be refused.
fn refused(gate: &Gate, text: &str) {
    let before = generation(gate);
    gate.configure(text);
    gate.signal("HUP");
    until("the configuration is refused", || !holds(gate));
    assert_eq!(generation(gate), before, "the old one goes on");
}

fn body(id: &str) -> String {
    format!(
        r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{{"stringValue":"{id}"}}}}]}}]}}]}}"#
    )
}

fn send(address: SocketAddr, id: &str) -> u16 {
    let body = body(id);
    client::post(
        address,
        Signal::Logs,
        "application/json",
        &[],
        body.as_bytes(),
    )
    .status
}

/// Clients that send one numbered record after the other.
struct Clients {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Vec<(String, u16)>>>,
}

impl Clients {
    fn start(address: SocketAddr) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let threads = (0..4).map(|client| {
            let stop = Arc::clone(&stop);
            thread::spawn(move || {
                let mut sent = Vec::new();
                while !stop.load(Ordering::SeqCst) {
                    let id = format!("{client}-{}", sent.len());
                    let status = send(address, &id);
                    sent.push((id, status));
                }
                sent
            })
        });
        Self {
            threads: threads.collect(),
            stop,
        }
    }

    /// What they sent, all of it taken.
    fn stop(self) -> BTreeSet<String> {
        self.stop.store(true, Ordering::SeqCst);
        let threads = self.threads.into_iter();
        let sent = threads.flat_map(|thread| thread.join().unwrap());
        let taken = |(id, status)| {
            assert_eq!(status, 200, "{id} was not taken");
            id
        };
        sent.map(taken).collect()
    }
}

/// Body and mark of every record that came to a sink.
fn received(sink: &Sink) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (_, body) in sink.received() {
        let request = ExportLogsServiceRequest::decode(body.as_slice()).unwrap();
        let scopes = request.resource_logs.into_iter().flat_map(|r| r.scope_logs);
        for record in scopes.flat_map(|scope| scope.log_records) {
            let mark = record.attributes.iter().find(|own| own.key == "mark");
            let mark = format!("{:?}", mark.and_then(|own| own.value.as_ref()));
            let text = format!("{:?}", record.body.and_then(|body| body.value));
            let text = text.split('"').nth(1).unwrap().to_owned();
            all.push((text, mark.split('"').nth(1).unwrap_or_default().to_owned()));
        }
    }
    all
}

fn threads(gate: &Gate) -> usize {
    let folder = fs::read_dir(format!("/proc/{}/task", gate.id()));
    folder.unwrap().count()
}

fn descriptors(gate: &Gate) -> usize {
    let folder = fs::read_dir(format!("/proc/{}/fd", gate.id()));
    folder.unwrap().count()
}

#[test]
fn sixty_configurations_good_and_bad_cost_no_request_and_leave_nothing_behind() {
    let sink = Sink::start();
    let of = |mark: &str| configuration("{http}", &sink, mark);
    let gate = Gate::start(&of("1"));
    let clients = Clients::start(gate.http);
    let mut before = (0, 0);
    for number in 2..=31_u64 {
        reload(&gate, &of(&number.to_string()), number);
        refused(
            &gate,
            &of("bad").replace("action: insert", "action: explode"),
        );
        if number == 4 {
            before = (threads(&gate), descriptors(&gate));
        }
    }
    let sent = clients.stop();
    // Threads that wait for files come and go; a lane or a listener that stays behind would be there thirty times.
    let room = 12;
    until("no thread is left behind", || {
        threads(&gate) < before.0 + room
    });
    until("no descriptor is left behind", || {
        descriptors(&gate) < before.1 + room
    });
    let ended = gate.stop();
    assert!(ended.status.success(), "{}", ended.log);
    let received = received(&sink);
    let ids: BTreeSet<_> = received.iter().map(|(id, _)| id.clone()).collect();
    assert_eq!(ids, sent);
    assert_eq!(received.len(), sent.len(), "nothing came twice");
    assert_eq!(
        ended.count("logs", "received"),
        u64::try_from(sent.len()).unwrap(),
        "accounts go on"
    );
    let marks: BTreeSet<_> = received.into_iter().map(|(_, mark)| mark).collect();
    assert!(marks.len() > 1 && !marks.contains("bad"), "{marks:?}");
}

#[test]
fn what_is_in_flight_is_finished_by_the_configuration_that_it_came_under() {
    let (first, release) = Sink::held();
    let second = Sink::start();
    let gate = Gate::start(&configuration("{http}", &first, "old"));
    let address = gate.http;
    let waiting = thread::spawn(move || send(address, "early"));
    until("the request is on its way", || {
        metric(&gate, "otelcol_exporter_in_flight_requests") == 1
    });
    reload(&gate, &configuration("{http}", &second, "new"), 2);
    assert_eq!(send(gate.http, "late"), 200);
    assert!(!waiting.is_finished());
    release.send(()).unwrap();
    assert_eq!(waiting.join().unwrap(), 200);
    assert!(gate.stop().status.success());
    let one = |id: &str, mark: &str| vec![(id.to_owned(), mark.to_owned())];
    assert_eq!(received(&first), one("early", "old"));
    assert_eq!(received(&second), one("late", "new"));
}

#[test]
fn a_port_that_moves_is_opened_before_the_old_one_closes() {
    let sink = Sink::start();
    let gate = Gate::start(&configuration("{http}", &sink, "old"));
    let next = free();
    reload(&gate, &configuration(&next.to_string(), &sink, "new"), 2);
    assert_eq!(send(next, "moved"), 200);
    until("the old port is closed", || {
        std::net::TcpStream::connect(gate.http).is_err()
    });
    assert!(gate.stop().status.success());
}

#[test]
fn a_port_that_cannot_be_had_changes_nothing() {
    let sink = Sink::start();
    let gate = Gate::start(&configuration("{http}", &sink, "old"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    refused(&gate, &configuration(&address, &sink, "new"));
    assert_eq!(send(gate.http, "still"), 200);
    assert!(gate.log().contains(&address), "{}", gate.log());
    assert!(gate.stop().status.success());
    assert_eq!(received(&sink), [("still".to_owned(), "old".to_owned())]);
}

#[test]
fn what_is_wrong_is_said_as_validate_says_it() {
    let sink = Sink::start();
    let gate = Gate::start(&configuration("{http}", &sink, "old"));
    let wrong = configuration("{http}", &sink, "canary-of-reload");
    let wrong = wrong.replace("processors: [attributes]", "processors: [no_such_stage]");
    refused(&gate, &wrong);
    let file = gate.folder().join("config.yaml").display().to_string();
    let (status, _, said) = run(&["validate", "--config", &file]);
    assert_eq!(status, Some(78));
    let message = said.lines().find(|line| line.contains("no_such_stage"));
    let message = message.unwrap().trim();
    until("it is said", || gate.log().contains("no_such_stage"));
    let first = message.split('`').next().unwrap().trim();
    assert!(gate.log().contains(first), "{first}: {}", gate.log());
    reload(&gate, &configuration("{http}", &sink, "mended"), 2);
    assert!(gate.stop().status.success());
}

#[test]
fn a_gate_that_watches_needs_no_signal() {
    let sink = Sink::start();
    let gate = Gate::start_with(&configuration("{http}", &sink, "old"), &["run", "--watch"]);
    gate.configure(&configuration("{http}", &sink, "new").replace("insert", "explode"));
    until("the bad one is seen", || !holds(&gate));
    gate.configure(&configuration("{http}", &sink, "new"));
    until("the good one is seen", || {
        generation(&gate) == 2 && holds(&gate)
    });
    assert_eq!(send(gate.http, "seen"), 200);
    assert!(gate.stop().status.success());
    assert_eq!(received(&sink), [("seen".to_owned(), "new".to_owned())]);
}
