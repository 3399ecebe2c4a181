//! The preset for coding agents: nothing personal and no content passes, wherever it stands and however it is written; what programs say
//! of themselves does.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use serde_json::{Value, json};
use tollgate_redaction::Redaction;
use tollgate_sdk::Signal;
use tollgate_sdk::testing::{Harness, Output};

fn agents() -> Value {
    json!({"allow_all_keys": true, "preset": "agents"})
}

fn run(config: Value, signal: Signal, payload: &Value) -> Output {
    let mut redaction = Harness::<Redaction>::configure(config).unwrap();
    redaction.run_json(signal, &payload.to_string()).unwrap()
}

/// Things that must not pass. None of them is anybody's.
const SECRETS: [(&str, &str); 19] = [
    ("mail", "jane.doe@example.com"),
    ("AWS id", "AKIAIOSFODNN7EXAMPLE"),
    ("AWS secret", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("GCP", "AIzaSyA1234567890abcdefGHIJKLmnopqrstuv"),
    ("GitHub", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"),
    (
        "Slack",
        "xoxb-123456789012-123456789012-abcdefABCDEF123456789012",
    ),
    ("OpenAI", "sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6"),
    ("Anthropic", "sk-ant-api03-a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6"),
    ("bearer", "Bearer a1b2c3d4e5f6g7h8"),
    (
        "JWT",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    ),
    ("card", "4111 1111 1111 1111"),
    ("card without gaps", "4111111111111111"),
    ("SSN", "078-05-1120"),
    ("IBAN", "DE89 3704 0044 0532 0130 00"),
    ("phone", "+49 30 901820"),
    ("private address", "10.20.30.40"),
    ("street", "12 Main Street, Springfield, IL 62704"),
    ("prompt", "Write a letter to my boss and say that I quit"),
    ("password", "--password hunter2"),
];

fn base64(text: &str) -> String {
    const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let byte = |place: usize| u32::from(chunk.get(place).copied().unwrap_or_default());
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4_usize {
            let symbol = SYMBOLS[(word >> (18 - 6 * place)) as usize & 63];
            out.push(if place > chunk.len() {
                '='
            } else {
                char::from(symbol)
            });
        }
    }
    out
}

fn url(text: &str) -> String {
    let byte = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(byte).collect()
}

/// The ways to write a text that the preset undoes.
fn written(secret: &str) -> Vec<String> {
    let object = json!({ "text": secret }).to_string();
    vec![
        secret.to_owned(),
        format!("about {secret}."),
        url(secret),
        base64(secret),
        base64(&format!("{{\"a\":\"{secret}\"}}")),
        base64(&url(secret)),
        json!({ "text": object }).to_string(),
        json!({ "arguments": object, "n": 1 }).to_string(),
        object,
    ]
}

/// Attributes that hold a text in every way there is.
fn attributes(text: &str) -> Value {
    let bytes = base64(text);
    json!([
        {"key": "plain", "value": {"stringValue": text}},
        {"key": "prompt", "value": {"stringValue": text}},
        {"key": "error.message", "value": {"stringValue": text}},
        {"key": "session.id", "value": {"stringValue": text}},
        {"key": "bytes", "value": {"bytesValue": bytes}},
        {"key": text, "value": {"intValue": "1"}},
        {"key": "list", "value": {"arrayValue": {"values": [{"stringValue": text}, {"bytesValue": bytes}, {"arrayValue": {"values": [{"stringValue": text}]}}]}}},
        {"key": "map", "value": {"kvlistValue": {"values": [
            {"key": "deep", "value": {"kvlistValue": {"values": [{"key": text, "value": {"stringValue": text}}]}}},
            {"key": text, "value": {"boolValue": true}},
        ]}}},
        {"key": "process.command_args", "value": {"arrayValue": {"values": [{"stringValue": "node"}, {"stringValue": text}]}}},
    ])
}

/// A request of each signal with a text in every place where one can stand.
fn everywhere(text: &str) -> [(Signal, Value); 3] {
    let attributes = attributes(text);
    let scope = json!({"name": text, "version": text, "attributes": attributes});
    let resource = json!({"attributes": attributes, "entityRefs": [{"schemaUrl": text, "type": text, "idKeys": [text], "descriptionKeys": [text]}]});
    let log = |body: Value| json!({"body": body, "severityText": text, "eventName": text, "attributes": attributes});
    let bodies = [
        log(json!({"stringValue": text})),
        log(json!({"bytesValue": base64(text)})),
        log(json!({"arrayValue": {"values": [{"stringValue": text}]}})),
        log(json!({"kvlistValue": {"values": attributes}})),
    ];
    let span = json!({
        "traceId": "0102030405060708090a0b0c0d0e0f10", "spanId": "0102030405060708", "traceState": text,
        "name": text, "kind": 2, "attributes": attributes,
        "events": [{"name": text, "attributes": attributes}],
        "links": [{"traceId": "0102030405060708090a0b0c0d0e0f10", "spanId": "0102030405060708", "traceState": text, "attributes": attributes}],
        "status": {"code": 2, "message": text},
    });
    let exemplars = json!([{"asInt": "1", "filteredAttributes": attributes}]);
    let metrics: Vec<_> = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"]
        .into_iter()
        .map(|kind| {
            let mut point = json!({"attributes": attributes});
            if kind != "summary" {
                point["exemplars"] = exemplars.clone();
            }
            json!({"name": text, "description": text, "unit": text, "metadata": attributes, kind: {"dataPoints": [point]}})
        })
        .collect();
    [
        (
            Signal::Logs,
            json!({"resourceLogs": [{"resource": resource, "schemaUrl": text, "scopeLogs": [{"scope": scope, "schemaUrl": text, "logRecords": bodies}]}]}),
        ),
        (
            Signal::Traces,
            json!({"resourceSpans": [{"resource": resource, "schemaUrl": text, "scopeSpans": [{"scope": scope, "schemaUrl": text, "spans": [span]}]}]}),
        ),
        (
            Signal::Metrics,
            json!({"resourceMetrics": [{"resource": resource, "schemaUrl": text, "scopeMetrics": [{"scope": scope, "schemaUrl": text, "metrics": metrics}]}]}),
        ),
    ]
}

/// Places where a text still stands, by the bytes around it.
fn survivors(output: &Output, text: &str) -> Vec<String> {
    let wire = output.wire();
    let found = (0..wire.len()).filter(|&at| wire[at..].starts_with(text.as_bytes()));
    let around = |at: usize| {
        String::from_utf8_lossy(&wire[at.saturating_sub(40)..wire.len().min(at + 60)]).into_owned()
    };
    found.map(around).collect()
}

#[test]
fn nothing_survives_anywhere_in_any_form() {
    let mut policies = Harness::<Redaction>::configure(agents()).unwrap();
    for (kind, secret) in SECRETS {
        for written in written(secret) {
            for (signal, payload) in everywhere(&written) {
                let output = policies.run_json(signal, &payload.to_string()).unwrap();
                assert_eq!(output.failed(), [0; 0]);
                for text in [secret, written.as_str()] {
                    assert_eq!(
                        survivors(&output, text),
                        [""; 0],
                        "{kind} as {written} in {signal:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_payloads_of_this_test_are_full_of_secrets() {
    for (_, secret) in SECRETS {
        for (signal, payload) in everywhere(secret) {
            let output = run(json!({"allow_all_keys": true}), signal, &payload);
            assert!(survivors(&output, secret).len() > 40, "{signal:?}");
        }
    }
}

#[test]
fn what_was_redacted_once_stays_as_it_is() {
    let mut policies = Harness::<Redaction>::configure(agents()).unwrap();
    for (_, secret) in SECRETS {
        for (signal, payload) in everywhere(&format!("about {secret}.")) {
            let once = policies.run_json(signal, &payload.to_string()).unwrap();
            let twice = policies.run_wire(signal, once.wire().clone()).unwrap();
            assert_eq!(once.text(), twice.text());
        }
    }
}

/// Attributes as the three clients send them, with what becomes of their values.
const TELEMETRY: &[(&str, &str, &str)] = &[
    (
        "conversation.id",
        "01a20418-0bdf-7650-adbb-709e072acec2",
        "01a20418-0bdf-7650-adbb-709e072acec2",
    ),
    ("event.name", "codex.tool_result", "codex.tool_result"),
    (
        "event.timestamp",
        "2026-11-22T16:52:46.145Z",
        "2026-11-22T16:52:46.145Z",
    ),
    ("model", "claude-opus-4-8[1m]", "claude-opus-4-8[1m]"),
    ("call_id", "call_891cd0ec7aa1423e", "call_891cd0ec7aa1423e"),
    (
        "request_id",
        "req_011CSHoEeqs5C35K2UUqR7Fy",
        "req_011CSHoEeqs5C35K2UUqR7Fy",
    ),
    (
        "gen_ai.tool.call_id",
        "run_shell_command__run_shell_command_1795366633731_0",
        "run_shell_command__run_shell_command_1795366633731_0",
    ),
    (
        "user.id",
        "b0f4582bc71827b19cc2904082308c3da6691bf780b8c57ad0b2d44fe1a8a6f0",
        "b0f4582bc71827b19cc2904082308c3da6691bf780b8c57ad0b2d44fe1a8a6f0",
    ),
    ("app.version", "0.169.0", "0.169.0"),
    ("os.version", "6.18.44-fc-v669", "6.18.44-fc-v669"),
    ("terminal.type", "xterm-256color", "xterm-256color"),
    ("input_token_count", "1274", "1274"),
    (
        "code.file.path",
        "core/src/session/mod.rs",
        "core/src/session/mod.rs",
    ),
    (
        "server.address",
        "generativelanguage.googleapis.com",
        "generativelanguage.googleapis.com",
    ),
    (
        "gen_ai.prompt.name",
        "072e6a83-7989-498a-bb27-15b82321506a",
        "072e6a83-7989-498a-bb27-15b82321506a",
    ),
    ("error", "none", "none"),
    ("error.message", "http_429", "http_429"),
    ("decision", "approved_for_session", "approved_for_session"),
    (
        "phases",
        r#"[{"name":"cli_startup","duration_ms":302}]"#,
        r#"[{"name":"cli_startup","duration_ms":302}]"#,
    ),
    ("user.email", "jane.doe@example.com", "[email]"),
    ("note", "AKIAIOSFODNN7EXAMPLE", "[aws_access_key_id]"),
    (
        "note",
        "key=AKIAIOSFODNN7EXAMPLE",
        "key=[aws_access_key_id]",
    ),
    ("note", "akiaiosfodnn7example", "[redacted:20]"),
    (
        "note",
        "GHP_16C7E42F292C6912E7710C838347AE178BZZ",
        "[redacted:40]",
    ),
    ("prompt", "hunter2", "[redacted:7]"),
    ("arguments", r#"{"cmd":"ls"}"#, "[redacted:12]"),
    (
        "output",
        "Process exited with code 0\nOutput:\n",
        "[redacted:35]",
    ),
    ("tool_parameters", "{}", "{}"),
    ("full_command", "ls", "[redacted:2]"),
    (
        "error",
        r#"{"error":{"message":"exhausted for jane.doe@example.com"}}"#,
        "[redacted:58]",
    ),
    ("gen_ai.input.messages", "[1]", "[redacted:3]"),
    (
        "reasoning",
        "Routing bypassed by the user.",
        "[redacted:29]",
    ),
];

#[test]
fn what_programs_say_of_themselves_stays() {
    for (key, before, after) in TELEMETRY {
        let attributes = json!([{"key": key, "value": {"stringValue": before}}]);
        let payload = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [{"attributes": attributes}]}]}]});
        let output = run(agents(), Signal::Logs, &payload).json();
        let left = output["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["attributes"][0]["value"]["stringValue"].clone();
        assert_eq!(left, *after, "{key}");
    }
}

#[test]
fn texts_of_programs_stay_where_they_stand() {
    let payload = json!({"resourceLogs": [{"schemaUrl": "https://opentelemetry.io/schemas/1.37.0", "scopeLogs": [{"scope": {"name": "gemini-cli", "version": "v20.20.2"}, "logRecords": [
        {"body": {"stringValue": "API response from gemini-2.5-pro. Status: 200. Duration: 100ms."}, "eventName": "event otel/src/events/session_telemetry.rs:803", "severityText": "INFO"},
        {"body": {"stringValue": "claude_code.user_prompt"}},
    ]}]}]});
    let before = run(json!({"allow_all_keys": true}), Signal::Logs, &payload);
    assert_eq!(run(agents(), Signal::Logs, &payload).text(), before.text());
}

#[test]
fn the_preset_can_be_relaxed() {
    let text = |config: &Value, key: &str, text: &str| {
        let payload = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [{"attributes": [{"key": key, "value": {"stringValue": text}}]}]}]}]});
        let output = run(config.clone(), Signal::Logs, &payload).json();
        output["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["attributes"][0]["value"]["stringValue"].as_str().map(str::to_owned)
    };
    let prompt = "Write to jane.doe@example.com";
    let preset = |more: Value| {
        let mut config = agents();
        config["preset"] = more;
        config
    };
    let lenient = preset(json!({"name": "agents", "strict": false}));
    assert_eq!(text(&lenient, "note", prompt).unwrap(), "Write to [email]");
    assert_eq!(text(&lenient, "prompt", prompt).unwrap(), "[redacted:29]");
    assert_eq!(text(&lenient, "error", prompt).unwrap(), "[redacted:29]");
    let detect = preset(json!({"name": "agents", "content": "detect"}));
    assert_eq!(text(&detect, "prompt", prompt).unwrap(), "Write to [email]");
    assert_eq!(text(&detect, "note", prompt).unwrap(), "[redacted:29]");
    assert_eq!(
        text(
            &preset(json!({"name": "agents", "content": "remove"})),
            "prompt",
            prompt
        ),
        None
    );
    let mut own = agents();
    own["fields"] = json!([{"path": "attributes[\"note\"]", "action": "detect"}, {"path": "attributes[\"team\"]", "action": "keep"}]);
    own["allowed_values"] = json!(["^Hello World$"]);
    own["detect"] = json!([{"detector": "email", "keep": "nothing"}]);
    assert_eq!(text(&own, "note", prompt).unwrap(), "Write to ****");
    assert_eq!(text(&own, "team", prompt).unwrap(), prompt);
    assert_eq!(text(&own, "other", "Hello World").unwrap(), "Hello World");
    assert_eq!(text(&own, "prompt", "Hello World").unwrap(), "Hello World");
}
