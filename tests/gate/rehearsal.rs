//! What is tried on a laptop is what the gate does: the same telemetry of real agents through both, and the same comes out.

use std::fs;

use tollgate_tests::client;
use tollgate_tests::gate::{Gate, run};
use tollgate_tests::telemetry;

/// Stages that edit, drop, sample, route and put requests together, between two joined pipelines.
const CONFIGURATION: &str = "
receivers: {otlp: {protocols: {http: {endpoint: '{http}'}}}}
processors:
  batch: {timeout: 0s}
  attributes: {actions: [{key: user.email, action: hash}, {key: terminal.type, action: delete}]}
  filter: {error_mode: ignore, log_conditions: ['log.attributes[\"event.kind\"] == \"response.output_text.delta\"']}
  probabilistic_sampler: {sampling_percentage: 40}
  redaction: {allow_all_keys: true, preset: agents}
  transform: {error_mode: ignore, log_statements: ['set(log.attributes[\"seen\"], \"yes\") where log.severity_number > 8']}
connectors:
  routing:
    default_pipelines: [logs/rest]
    table: [{context: log, condition: 'attributes[\"event.name\"] == \"codex.user_prompt\"', pipelines: [logs/prompts]}]
exporters:
  file/prompts: {path: '{folder}/prompts'}
  file/rest: {path: '{folder}/rest'}
  file/traces: {path: '{folder}/traces'}
  file/metrics: {path: '{folder}/metrics'}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    logs: {receivers: [otlp], processors: [filter, attributes, batch, transform], exporters: [routing]}
    logs/prompts: {receivers: [routing], processors: [redaction], exporters: [file/prompts]}
    logs/rest: {receivers: [routing], processors: [redaction], exporters: [file/rest]}
    traces: {receivers: [otlp], processors: [probabilistic_sampler, redaction], exporters: [file/traces]}
    metrics: {receivers: [otlp], processors: [redaction, batch], exporters: [file/metrics]}
";

#[test]
fn what_is_tried_is_what_the_gate_does() {
    let gate = Gate::start(CONFIGURATION);
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = vec!["try".to_owned(), "--format".to_owned(), "otlp".to_owned()];
    for (place, export) in telemetry::exports().iter().enumerate() {
        let wire = export.wire();
        let answer = client::post(
            gate.http,
            export.signal,
            "application/x-protobuf",
            &[],
            &wire,
        );
        assert_eq!(answer.status, 200, "{}", export.file);
        let file = folder
            .path()
            .join(format!("{}-{place:03}.binpb", export.signal));
        fs::write(&file, &wire).unwrap();
        arguments.push(file.display().to_string());
    }
    let ended = gate.stop();
    let file = folder.path().join("gate.yaml");
    fs::write(&file, CONFIGURATION.replace("{http}", "127.0.0.1:4318")).unwrap();
    arguments.extend(["--config".to_owned(), file.display().to_string()]);
    let pipelines = [
        ("logs/prompts", "prompts"),
        ("logs/rest", "rest"),
        ("traces", "traces"),
        ("metrics", "metrics"),
    ];
    for (pipeline, file) in pipelines {
        let arguments = arguments.iter().map(String::as_str);
        let arguments: Vec<_> = arguments.chain(["--exit", pipeline]).collect();
        let (status, tried, said) = run(&arguments);
        assert_eq!(status, Some(0), "{said}");
        let delivered = ended.lines(file);
        assert!(!delivered.is_empty(), "{pipeline}");
        let tried: Vec<_> = tried.lines().collect();
        assert_eq!(tried.len(), delivered.len(), "{pipeline}");
        for (tried, delivered) in tried.iter().zip(&delivered) {
            assert_eq!(tried, delivered, "{pipeline}");
        }
    }
}
