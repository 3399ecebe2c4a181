//! The redaction, natively, with a secret planted anywhere in a request.

use bytes::Bytes;
use serde_json::{Value, json};
use tollgate_ensure::{Rule, scan};
use tollgate_record::Signal;
use tollgate_record::testing::{Dice, request};
use tollgate_redaction::Redaction;
use tollgate_sdk::Compat;
use tollgate_sdk::testing::Harness;

const SECRET: &str = "sk-Pl4nted9";
/// With something before and behind it, in base64, as OTLP/JSON has bytes.
const BYTES: [&str; 2] = ["c2stUGw0bnRlZDk=", "eCBzay1QbDRudGVkOSE="];
/// Members whose values are texts of their own.
const TEXTS: [&str; 14] = [
    "stringValue",
    "key",
    "name",
    "description",
    "unit",
    "severityText",
    "eventName",
    "schemaUrl",
    "version",
    "message",
    "traceState",
    "type",
    "idKeys",
    "descriptionKeys",
];
/// Bytes that choose the configuration and the signal.
const CHOICES: usize = 16;

/// Choices, and a request, which is OTLP/JSON if it begins like that and generated from the rest otherwise. A secret that is planted in
/// it, anywhere, is nowhere in what leaves the policy, and whoever looks again finds nothing.
pub fn redaction(data: &[u8]) {
    let (choices, rest) = data.split_at(data.len().min(CHOICES));
    let mut choices = Dice::new(choices);
    let signal = Signal::ALL[choices.below(Signal::ALL.len())];
    let config = config(&mut choices);
    let mut dice = Dice::new(rest);
    let mut text = rest.to_vec();
    if rest.first() != Some(&b'{') {
        text.clear();
        let wire = request(signal, &mut dice);
        tollgate_json::encode(signal, &wire, &mut text).expect("a request can be written");
    }
    let Ok(mut payload) = serde_json::from_slice::<Value>(&text) else {
        return;
    };
    plant(&mut payload, "", &mut dice);

    let mut policy = Harness::<Redaction>::with_compat(Compat::Tollgate)
        .configure(config.clone())
        .unwrap_or_else(|problems| panic!("{config} is refused: {problems:?}"));
    // What the host refuses is rejected as a whole: nothing of it leaves.
    let Ok(output) = policy.run_json(sdk(signal), &payload.to_string()) else {
        return;
    };
    let is_there = |bytes: &[u8]| {
        let mut places = bytes.windows(SECRET.len());
        places.any(|place| place == SECRET.as_bytes())
    };
    assert!(!is_there(output.wire()), "it survives {config}: {payload}");
    assert!(!is_there(output.text().as_bytes()));
    assert!(!is_there(format!("{:?}", policy.logs()).as_bytes()));
    let rule = Rule::redaction(&config, false).expect("the policy takes it");
    let wire: &Bytes = output.wire();
    let found = scan(signal, wire, &[&rule]).expect("it is a request");
    let places: Vec<&str> = (found.breaches.iter().map(|breach| breach.place.as_str())).collect();
    let text = output.text();
    assert!(
        places.is_empty(),
        "{places:?} after {config}: {text} of {payload}"
    );
}

fn config(dice: &mut Dice<'_>) -> Value {
    let mut blocked = vec!["sk-[a-zA-Z0-9]{8}"];
    for more in [r"\w+@\w+", "^a", r"\*+", "[0-9a-f]{8,}", "e.?a|b"] {
        if dice.once_in(3) {
            blocked.push(more);
        }
    }
    let keys: &[&str] = if dice.once_in(3) {
        &["^k", "model"]
    } else {
        &[]
    };
    let spared: &[&str] = if dice.once_in(3) {
        &["a[a-z]", r"^\d$"]
    } else {
        &[]
    };
    let hash = ["", "md5", "sha1", "sha3"][dice.below(4)];
    let summary = ["debug", "info", "silent"][dice.below(3)];
    json!({
        "allow_all_keys": !dice.once_in(4),
        "allowed_keys": ["model", "a", "tokens", SECRET],
        "blocked_values": blocked,
        "allowed_values": spared,
        "blocked_key_patterns": keys,
        "hash_function": hash,
        "summary": summary,
        "redact_all_types": dice.once_in(2),
        "url_sanitizer": {"enabled": dice.once_in(3), "attributes": ["model"]},
        // What it leaves of a hash is none any more to whoever looks again.
        "db_sanitizer": {"sql": {"enabled": hash.is_empty() && dice.once_in(3), "attributes": ["a"]}},
    })
}

fn plant(value: &mut Value, member: &str, dice: &mut Dice<'_>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                plant(value, name, dice);
            }
        }
        Value::Array(items) => {
            for item in items {
                plant(item, member, dice);
            }
        }
        Value::String(text) if TEXTS.contains(&member) && dice.once_in(2) => {
            let places: Vec<usize> = (text.char_indices().map(|(at, _)| at))
                .chain([text.len()])
                .collect();
            let at = dice.choose(&places).copied().unwrap_or(0);
            text.insert_str(at, SECRET);
        }
        Value::String(bytes) if member == "bytesValue" && dice.once_in(2) => {
            BYTES[dice.below(BYTES.len())].clone_into(bytes);
        }
        _ => {}
    }
}

fn sdk(signal: Signal) -> tollgate_sdk::Signal {
    match signal {
        Signal::Logs => tollgate_sdk::Signal::Logs,
        Signal::Traces => tollgate_sdk::Signal::Traces,
        Signal::Metrics => tollgate_sdk::Signal::Metrics,
    }
}
