//! The memory limiter: before a body is read, and until memory is within its limits again.

use std::time::{Duration, Instant};

use tollgate_record::Signal;
use tollgate_telemetry::resident_bytes;
use tollgate_tests::grpc::Client;

use crate::support::Gate;

const MIB: u64 = 1 << 20;

fn limited(settings: &str) -> String {
    format!(
        "
receivers: {{otlp: {{protocols: {{http: {{endpoint: 'localhost:0'}}, grpc: {{endpoint: 'localhost:0'}}}}}}}}
processors: {{memory_limiter: {{{settings}}}}}
connectors: {{forward: {{}}}}
exporters: {{file: {{path: '{{folder}}/out'}}}}
service:
  pipelines:
    logs: {{receivers: [otlp], exporters: [forward]}}
    logs/behind: {{receivers: [forward], processors: [memory_limiter], exporters: [file]}}
    traces: {{receivers: [otlp], exporters: [file]}}
"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_refused_as_retryable_while_memory_is_short() {
    let gate = Gate::start(&limited("check_interval: 2s, limit_mib: 1"), &[]).await;
    let answer = gate.send(&["k1"]).await;
    assert_eq!(answer.status, 503);
    assert!(
        answer
            .head
            .to_ascii_lowercase()
            .contains("retry-after: 2\r\n"),
        "{}",
        answer.head
    );
    // What is no OTLP at all is not looked at either.
    let (address, counts) = (gate.http(), gate.counts());
    let answer = tokio::task::spawn_blocking(move || {
        tollgate_tests::client::post(
            address,
            Signal::Logs,
            "application/x-protobuf",
            &[],
            b"\xff\xff",
        )
    });
    assert_eq!(answer.await.unwrap().status, 503);
    assert_eq!(counts.limiters[0].refused.of(Signal::Logs).get(), 2);
    assert!(counts.limiters[0].refusing.get());
    let ended = gate.stop().await;
    assert_eq!(ended.report("logs").received, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grpc_client_is_told_when_to_come_back() {
    let gate = Gate::start(&limited("check_interval: 2s, limit_mib: 1"), &[]).await;
    let address = gate.grpc();
    let answer = tokio::task::spawn_blocking(move || {
        Client::connect(address).export(Signal::Logs, b"", None)
    });
    let status = answer.await.unwrap().unwrap_err();
    assert_eq!(status.code(), tonic::Code::Unavailable);
    // google.rpc.RetryInfo with two seconds.
    let details = status.details();
    let name = b"google.rpc.RetryInfo";
    assert!(
        details.windows(name.len()).any(|window| window == name),
        "{details:?}"
    );
    gate.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_come_in_again_when_memory_is_within_its_limits() {
    let used = resident_bytes().unwrap() / MIB;
    let (limit, spike) = (used + 600, 200);
    let gate = Gate::start(
        &limited(&format!(
            "check_interval: 20ms, limit_mib: {limit}, spike_limit_mib: {spike}"
        )),
        &[],
    )
    .await;
    assert_eq!(gate.send(&["k1"]).await.status, 200);
    let counts = gate.counts();
    let until = |refusing: bool| {
        let counts = std::sync::Arc::clone(&counts);
        async move {
            let started = Instant::now();
            while counts.limiters[0].refusing.get() != refusing {
                assert!(
                    started.elapsed() < Duration::from_secs(20),
                    "it becomes {refusing}"
                );
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    };
    // Beyond the soft limit, which is 400 MiB away.
    let held = std::hint::black_box(vec![1_u8; 500 << 20]);
    until(true).await;
    assert_eq!(gate.send(&["k2"]).await.status, 503);
    drop(held);
    until(false).await;
    assert_eq!(gate.send(&["k3"]).await.status, 200);
    assert_eq!(counts.limiters[0].accepted.of(Signal::Logs).get(), 2);
    let ended = gate.stop().await;
    assert_eq!(ended.bodies("out"), ["k1", "k3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_may_be_a_share_of_the_memory_there_is() {
    let gate = Gate::start(
        &limited("check_interval: 1s, limit_percentage: 95, spike_limit_percentage: 1"),
        &[],
    )
    .await;
    assert_eq!(gate.send(&["k1"]).await.status, 200);
    gate.stop().await;
}
