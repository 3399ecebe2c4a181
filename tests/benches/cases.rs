//! How long `tollgate test` takes for 200 cases, once everything is compiled: `cargo bench --bench cases`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark may panic, and prints"
)]

use std::fs;
use std::time::Instant;

use tollgate_tests::typed::typed;

const CASES: usize = 200;
const RUNS: usize = 5;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(
        path.join("gate.yaml"),
        "receivers: {otlp: {protocols: {grpc: }}}
processors:
  redaction: {allow_all_keys: true, blocked_values: ['[a-z.]+@[a-z.]+']}
  filter: {logs: {log_record: ['severity_number < SEVERITY_NUMBER_WARN']}}
exporters: {debug: }
service: {pipelines: {logs: {receivers: [otlp], processors: [redaction, filter], exporters: [debug]}}}
",
    )
    .unwrap();
    let case = |number: usize| {
        format!(
            "  - name: case {number}
    input: {{body: call jane@example.com, severity_number: ERROR, attributes: {{number: {number}}}}}
    expect:
      kept: true
      absent: jane
      equals: {{body: call ****, 'attributes[\"number\"]': {number}}}
      holds: attributes[\"number\"] == {number}
"
        )
    };
    let cases: String = (0..CASES).map(case).collect();
    fs::write(
        path.join("gate.test.yaml"),
        format!("config: gate.yaml\ncases:\n{cases}"),
    )
    .unwrap();
    let mut times = Vec::new();
    for _ in 0..=RUNS {
        let started = Instant::now();
        let said = typed(path, &["test"]);
        times.push(started.elapsed());
        assert!(
            said.out.contains(&format!("{CASES} passed")),
            "{}{}",
            said.out,
            said.err
        );
    }
    // The first run compiles what is not compiled yet.
    let warm = times.iter().skip(1).min().copied().unwrap_or_default();
    println!(
        "tollgate test, {CASES} cases, warm: {:.2} s",
        warm.as_secs_f64()
    );
}
