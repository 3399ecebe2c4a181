//! `examples/codex`, with the telemetry of real agents: every decision about a tool arrives, nothing planted does, prompts leave their
//! length behind, and the metrics are what somebody counts by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tollgate_record::Signal;
use tollgate_tests::gate::{Ended, Gate};
use tollgate_tests::telemetry::{self, Export, PLANTED};

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/codex")
}

/// Runs the example over all exports, with one conversation in `one_in` kept.
fn run(percentage: &str) -> (Vec<Export>, Ended) {
    let teams = example().join("teams.csv").display().to_string();
    let text = fs::read_to_string(example().join("config.yaml")).unwrap();
    let text = [
        ("${env:GATE_GRPC:-localhost:4317}", "{grpc}"),
        ("${env:GATE_HTTP:-localhost:4318}", "{http}"),
        ("${env:GATE_HEALTH:-localhost:13133}", "127.0.0.1:0"),
        ("${env:GATE_METRICS:-8888}", "0"),
        ("${env:OUT:-.}", "{folder}"),
        ("${env:TEAMS:-teams.csv}", teams.as_str()),
        ("sampling_percentage: 10\n", percentage),
    ]
    .iter()
    .fold(text, |text, (written, here)| {
        assert!(text.contains(written), "{written}");
        text.replace(written, here)
    });
    let gate = Gate::start(&text);
    let exports = telemetry::exports();
    for export in &exports {
        let sent = export.send(&gate);
        sent.unwrap_or_else(|refusal| panic!("{}: {refusal}\n{}", export.file, gate.log()));
    }
    (exports, gate.stop())
}

/// A log record with its resource, as values by key.
#[derive(Debug)]
struct Log {
    resource: BTreeMap<String, Value>,
    attributes: BTreeMap<String, Value>,
}

impl Log {
    fn text(&self, key: &str) -> Option<&str> {
        self.attributes.get(key)?.as_str()
    }

    fn name(&self) -> &str {
        self.text("event.name").unwrap_or_default()
    }

    /// A number, however its client writes it.
    fn number(&self, key: &str) -> Option<f64> {
        let value = self.attributes.get(key)?;
        value.as_f64().or_else(|| value.as_str()?.parse().ok())
    }

    fn conversation(&self) -> Option<&str> {
        self.text("conversation.id")
            .or_else(|| self.text("session.id"))
            .or_else(|| self.text("prompt.id"))
    }

    /// Whether it says who allowed or refused a tool: read off the clients' own events, not off the example.
    fn is_decision(&self) -> bool {
        match self.name() {
            "codex.tool_decision" | "codex.guardian_assessment" | "tool_decision" => true,
            "codex.tool_result" => {
                let refused = self
                    .text("output")
                    .is_some_and(|output| output.contains("Rejected("));
                refused && self.text("success") == Some("false")
            }
            "gemini_cli.tool_call" => self.text("decision").is_some(),
            _ => false,
        }
    }

    /// What tells one record from another before and after.
    fn identity(&self) -> String {
        let keys = [
            "event.name",
            "event.timestamp",
            "call_id",
            "tool_use_id",
            "tool_result_seq",
            "prompt_id",
            "event.sequence",
            "request_id",
            "event.kind",
            "duration_ms",
        ];
        let parts = keys.iter().map(|key| self.attributes.get(*key));
        format!("{:?} {:?}", self.conversation(), parts.collect::<Vec<_>>())
    }
}

fn values(attributes: &Value) -> BTreeMap<String, Value> {
    let entries = attributes.as_array().map(Vec::as_slice).unwrap_or_default();
    let value = |entry: &Value| {
        let (kind, value) = entry["value"].as_object()?.iter().next()?;
        let key = entry["key"].as_str()?.to_owned();
        Some(match (kind.as_str(), value.as_str()) {
            ("intValue", Some(number)) => (key, number.parse::<i64>().ok()?.into()),
            _ => (key, value.clone()),
        })
    };
    entries.iter().filter_map(value).collect()
}

fn logs<'a>(requests: impl IntoIterator<Item = &'a Value>) -> Vec<Log> {
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut logs = Vec::new();
    for request in requests {
        for resource in items(&request["resourceLogs"]) {
            for scope in items(&resource["scopeLogs"]) {
                for record in items(&scope["logRecords"]) {
                    logs.push(Log {
                        resource: values(&resource["resource"]["attributes"]),
                        attributes: values(&record["attributes"]),
                    });
                }
            }
        }
    }
    logs
}

fn came_in(exports: &[Export]) -> Vec<Log> {
    let requests = exports
        .iter()
        .filter(|export| export.signal == Signal::Logs);
    logs(&requests.map(Export::json).collect::<Vec<_>>())
}

fn came_out(ended: &Ended, file: &str) -> Vec<Log> {
    let parse = |line: &String| serde_json::from_str(line).unwrap();
    logs(&ended.lines(file).iter().map(parse).collect::<Vec<Value>>())
}

fn sorted(logs: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut all: Vec<_> = logs.into_iter().collect();
    all.sort_unstable();
    all
}

#[test]
fn decisions_all_arrive_and_conversations_are_sampled_as_a_whole() {
    let (exports, ended) = run("sampling_percentage: 10\n");
    assert!(ended.status.success(), "{}", ended.log);
    let sent = came_in(&exports);
    let decisions = sorted(
        sent.iter()
            .filter(|log| log.is_decision())
            .map(Log::identity),
    );
    assert!(decisions.len() > 10, "{}", decisions.len());
    let audit = came_out(&ended, "audit.jsonl");
    assert_eq!(sorted(audit.iter().map(Log::identity)), decisions);

    let bulk = came_out(&ended, "bulk.jsonl");
    let kept: BTreeSet<_> = bulk.iter().filter_map(Log::conversation).collect();
    let all: BTreeSet<_> = sent.iter().filter_map(Log::conversation).collect();
    assert!(
        !kept.is_empty() && kept.len() * 3 < all.len(),
        "{} of {}",
        kept.len(),
        all.len()
    );
    let whole = sent.iter().filter(|log| {
        let noise = log.name() == "codex.sse_event" && log.text("input_token_count").is_none();
        let wanted = !log.is_decision() && !noise && !log.name().is_empty();
        wanted && log.conversation().is_some_and(|id| kept.contains(id))
    });
    assert_eq!(
        sorted(bulk.iter().map(Log::identity)),
        sorted(whole.map(Log::identity))
    );
}

#[test]
fn nothing_planted_leaves_and_prompts_leave_their_length_behind() {
    let (exports, ended) = run("sampling_percentage: 100\n");
    assert!(ended.status.success(), "{}", ended.log);
    for file in ["audit", "bulk", "traces", "metrics", "agents"] {
        let lines = ended.lines(&format!("{file}.jsonl"));
        assert!(!lines.is_empty(), "{file}");
        for line in &lines {
            for planted in PLANTED {
                assert!(!line.contains(planted), "{planted} is in {file}");
            }
            assert!(!line.contains("process.command_args"), "{file}");
        }
    }

    let sent = came_in(&exports);
    let mut lengths: BTreeMap<String, BTreeMap<&str, u64>> = BTreeMap::new();
    let places = [
        ("request_text", "request_text_length"),
        ("response_text", "response_text_length"),
        ("gen_ai.input.messages", "gen_ai.input.length"),
        ("gen_ai.output.messages", "gen_ai.output.length"),
    ];
    for log in &sent {
        for (text, length) in places {
            if let Some(text) = log.text(text) {
                let of = lengths.entry(log.identity()).or_default();
                of.insert(length, text.len() as u64);
            }
        }
    }
    let mut prompts = 0;
    let mut measured = 0;
    let streams = ["bulk.jsonl", "audit.jsonl"];
    for log in streams.iter().flat_map(|file| came_out(&ended, file)) {
        if let Some(prompt) = log.text("prompt") {
            assert_eq!(prompt, "[REDACTED]");
            assert!(
                log.number("prompt_length")
                    .is_some_and(|length| length > 0.0)
            );
            prompts += 1;
        }
        let of = lengths.get(&log.identity());
        for (text, length) in places {
            if let Some(text) = log.text(text) {
                assert_eq!(text, "[REDACTED]");
                let found = log.attributes.get(length).and_then(Value::as_u64);
                assert_eq!(found, of.and_then(|of| of.get(length)).copied(), "{length}");
                measured += 1;
            }
        }
    }
    let wanted = sent
        .iter()
        .filter(|log| log.text("prompt").is_some())
        .count();
    assert_eq!(prompts, wanted);
    assert_eq!(measured, lengths.values().map(BTreeMap::len).sum::<usize>());
}

/// Tokens by metric, team and model.
type Tokens = BTreeMap<(String, String, String), f64>;

/// Counted off the clients' own events.
fn by_hand(logs: &[Log]) -> Tokens {
    let teams = [
        ("codex_exec", "core"),
        ("codex-app-server", "core"),
        ("codex_cli_rs", "core"),
        ("claude-code", "platform"),
        ("gemini-cli", "research"),
    ];
    let mut tokens = Tokens::new();
    for log in logs {
        let keys: &[(&str, &str)] = match log.name() {
            "codex.sse_event" => &[
                ("input", "input_token_count"),
                ("output", "output_token_count"),
                ("cached", "cached_token_count"),
                ("reasoning", "reasoning_token_count"),
            ],
            "api_request" => &[
                ("input", "input_tokens"),
                ("output", "output_tokens"),
                ("cached", "cache_read_tokens"),
            ],
            "gemini_cli.api_response" => &[
                ("input", "input_token_count"),
                ("output", "output_token_count"),
                ("cached", "cached_content_token_count"),
                ("reasoning", "thoughts_token_count"),
                ("tool", "tool_token_count"),
            ],
            _ => continue,
        };
        let service = log.resource["service.name"].as_str().unwrap();
        let (_, team) = teams.iter().find(|(known, _)| *known == service).unwrap();
        let model = log.text("model").unwrap_or("unknown");
        for (kind, key) in keys {
            if let Some(number) = log.number(key) {
                let place = (
                    format!("agent.tokens.{kind}"),
                    (*team).to_owned(),
                    model.to_owned(),
                );
                *tokens.entry(place).or_default() += number;
            }
        }
    }
    tokens
}

/// Summed up from what the gate derived.
fn derived(ended: &Ended) -> Tokens {
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut tokens = Tokens::new();
    for line in ended.lines("agents.jsonl") {
        let request: Value = serde_json::from_str(&line).unwrap();
        for resource in items(&request["resourceMetrics"]) {
            let team = values(&resource["resource"]["attributes"]).remove("team");
            for scope in items(&resource["scopeMetrics"]) {
                for metric in items(&scope["metrics"]) {
                    let name = metric["name"].as_str().unwrap();
                    if !name.starts_with("agent.tokens.") {
                        continue;
                    }
                    for point in items(&metric["sum"]["dataPoints"]) {
                        let model = values(&point["attributes"]).remove("model").unwrap();
                        let text = |value: &Value| value.as_str().unwrap().to_owned();
                        let team = text(team.as_ref().unwrap());
                        let number = &point["asInt"];
                        let number: f64 = match number.as_str() {
                            Some(number) => number.parse().unwrap(),
                            None => point["asDouble"].as_f64().unwrap(),
                        };
                        *tokens
                            .entry((name.to_owned(), team, text(&model)))
                            .or_default() += number;
                    }
                }
            }
        }
    }
    tokens
}

#[test]
fn token_metrics_are_what_somebody_counts_by_hand() {
    // What is sampled makes no difference to what was derived before.
    let (exports, ended) = run("sampling_percentage: 0\n");
    assert!(ended.status.success(), "{}", ended.log);
    let counted = by_hand(&came_in(&exports));
    assert!(counted.values().filter(|tokens| **tokens > 0.0).count() > 10);
    assert_eq!(derived(&ended), counted);
}
