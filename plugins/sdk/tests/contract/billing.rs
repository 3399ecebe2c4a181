//! A policy as an author writes it: reads, one edit, drops, failures.

use serde::Deserialize;
use serde_json::json;
use tollgate_sdk::testing::{Harness, Request, data_point, log_record, span};
use tollgate_sdk::{
    Description, Field, Policy, Problem, Record, Rule, Setup, Signal, Value, Verdict,
};

/// Adds what a record cost, drops what has no service, and cannot judge a model without a price.
struct Billing {
    price: f64,
    model: Field,
    tokens: Field,
    service: Field,
    cost: Field,
    billed: Rule,
    nameless: Rule,
    unpriced: Rule,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    price: f64,
}

impl Policy for Billing {
    type Config = Config;

    fn describe() -> Description {
        Description::new("billing", "1.0.0", "Adds what a record cost.")
    }

    fn configure(config: Config, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        let signals = &[Signal::Traces, Signal::Logs];
        setup.drops(signals);
        Ok(Self {
            price: config.price,
            model: setup.reads(signals, "attributes[\"model\"]"),
            // Read of logs in another place than of spans: a handle must know both.
            tokens: setup.reads(&[Signal::Logs, Signal::Traces], "attributes[\"tokens\"]"),
            service: setup.reads(signals, "resource.attributes[\"service.name\"]"),
            cost: setup.writes(signals, "attributes[\"cost\"]"),
            billed: setup.rule("billed"),
            nameless: setup.rule("nameless"),
            unpriced: setup.rule("unpriced"),
        })
    }

    fn record(&mut self, record: &mut Record<'_>) -> Verdict {
        if record.get(self.service).is_none() {
            return Verdict::Drop(self.nameless);
        }
        if record.get(self.model).and_then(Value::as_text) == Some("unknown") {
            return Verdict::Fail(self.unpriced);
        }
        if let Some(tokens) = record.get(self.tokens).and_then(Value::to_number) {
            record.set(self.billed, self.cost, tokens * self.price);
        }
        Verdict::Keep
    }
}

fn billing() -> Harness<Billing> {
    Harness::configure(json!({ "price": 0.3 })).unwrap()
}

#[test]
fn an_edit_reaches_the_record_it_was_made_for() {
    let request = Request::of([
        log_record()
            .resource_attribute("service.name", "agent")
            .attribute("model", "m")
            .attribute("tokens", "8"),
        log_record()
            .resource_attribute("service.name", "agent")
            .attribute("tokens", 2),
        log_record().resource_attribute("service.name", "agent"),
    ])
    .unwrap();
    let output = billing().run(&request).unwrap();

    let json = output.json();
    let records = &json["resourceLogs"][0]["scopeLogs"][0]["logRecords"];
    assert_eq!(
        records[0]["attributes"][2],
        json!({ "key": "cost", "value": { "doubleValue": 2.4 } })
    );
    assert_eq!(
        records[1]["attributes"][1],
        json!({ "key": "cost", "value": { "doubleValue": 0.6 } })
    );
    assert!(records[2].get("attributes").is_none());
    assert_eq!(output.edits_of("billed"), 2);
}

#[test]
fn an_edit_of_what_is_there_replaces_it() {
    let request = span("s")
        .resource_attribute("service.name", "agent")
        .attribute("cost", 99)
        .attribute("tokens", 4);
    let json = billing().run(&request.build()).unwrap().json();
    let attributes = &json["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"];
    assert_eq!(
        attributes[0],
        json!({ "key": "cost", "value": { "doubleValue": 1.2 } })
    );
    assert_eq!(attributes.as_array().unwrap().len(), 2);
}

#[test]
fn a_verdict_drops_or_fails_its_record_alone() {
    let request = Request::of([
        log_record().attribute("tokens", 1),
        log_record()
            .resource_attribute("service.name", "agent")
            .attribute("model", "unknown"),
        log_record()
            .resource_attribute("service.name", "agent")
            .body("stays"),
    ])
    .unwrap();
    let output = billing().run(&request).unwrap();

    assert_eq!(output.dropped(), 1);
    assert_eq!(output.drops_of("nameless"), 1);
    assert_eq!(output.failed(), [1]);
    let json = output.json();
    assert_eq!(json["resourceLogs"].as_array().unwrap().len(), 1);
    let records = &json["resourceLogs"][0]["scopeLogs"][0]["logRecords"];
    assert_eq!(*records, json!([{ "body": { "stringValue": "stays" } }]));
}

#[test]
fn a_signal_without_access_is_left_alone() {
    let request = data_point("m", 1.0).attribute("tokens", 3);
    let mut billing = billing();
    let output = billing.run(&request.build()).unwrap();
    assert_eq!(output.dropped(), 0);
    assert!(output.text().contains("tokens"));
    assert_eq!(
        billing.manifest().signals().collect::<Vec<_>>(),
        [Signal::Logs, Signal::Traces]
    );
}

#[test]
fn the_manifest_is_what_was_declared() {
    let billing = billing();
    let manifest = billing.manifest();
    for signal in [Signal::Logs, Signal::Traces] {
        assert_eq!(
            manifest.reads(signal),
            [
                "attributes[\"model\"]",
                "attributes[\"tokens\"]",
                "resource.attributes[\"service.name\"]"
            ]
        );
        assert_eq!(manifest.writes(signal), ["attributes[\"cost\"]"]);
        assert!(manifest.drops(signal));
    }
    assert_eq!(manifest.rules(), ["billed", "nameless", "unpriced"]);
}
