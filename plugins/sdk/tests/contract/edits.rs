//! Every way to edit, on every kind of node.

use serde::Deserialize;
use serde_json::{Value, json};
use tollgate_sdk::testing::{
    Harness, Output, RecordBuilder, RunError, data_point, log_record, span,
};
use tollgate_sdk::{Batch, Description, NewValue, NodeKind, Policy, Problem, Rule, Setup, Signal};

/// Does what it is told, on all nodes of one kind.
struct Told {
    config: Config,
    rule: Rule,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    node: u8,
    #[serde(default)]
    reads: Vec<String>,
    writes: Vec<String>,
    deed: Deed,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Deed {
    Set(String, String),
    SetAttribute(String, String),
    SetList(String),
    Delete(String),
    DeleteAttribute(String),
    DeleteField,
    Rename(String, String),
    RenameAttribute(String, String),
    CopyAttribute(String, String),
}

impl Policy for Told {
    type Config = Config;

    fn describe() -> Description {
        Description::new("told", "1.0.0", "Does what it is told.")
    }

    fn configure(config: Config, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        let signals: &[Signal] = match config.node {
            3 => &[Signal::Logs],
            4 | 7 | 8 => &[Signal::Traces],
            5 | 6 | 9 => &[Signal::Metrics],
            _ => Signal::ALL,
        };
        for path in &config.reads {
            setup.reads(signals, path);
        }
        for path in &config.writes {
            setup.writes(signals, path);
        }
        Ok(Self {
            rule: setup.rule("told"),
            config,
        })
    }

    fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        let rule = self.rule;
        // A handle that was declared for writing alone, as a careless author has it.
        let unread = Setup::default().writes(Signal::ALL, "attributes[\"a\"]");
        let kind = NodeKind::from_number(self.config.node).ok_or("no such node")?;
        batch.each(kind, |node| match &self.config.deed {
            Deed::Set(path, value) => node.set(rule, path, value),
            Deed::SetAttribute(key, value) => node.set_attribute(rule, key, value),
            Deed::SetList(path) => {
                let entry = [("k", NewValue::from(true))];
                let list = [
                    NewValue::from("one"),
                    NewValue::from(2),
                    NewValue::map(entry),
                ];
                node.set(rule, path, NewValue::list(list));
            }
            Deed::Delete(path) => assert!(node.delete(rule, path)),
            Deed::DeleteAttribute(key) => assert!(node.delete_attribute(rule, key)),
            Deed::DeleteField => assert!(!node.delete(rule, unread)),
            Deed::Rename(path, key) => assert!(node.rename(rule, path, key)),
            Deed::RenameAttribute(key, new) => assert!(node.rename_attribute(rule, key, new)),
            Deed::CopyAttribute(from, to) => {
                if let Some(value) = node.attribute(from) {
                    node.set_attribute(rule, to, value);
                }
            }
        });
        Ok(())
    }
}

fn told(config: Value, record: RecordBuilder) -> Result<Output, RunError> {
    Harness::<Told>::configure(config)
        .unwrap()
        .run(&record.build())
}

/// The only log record after a deed.
fn log(config: Value, record: RecordBuilder) -> Value {
    told(config, record).unwrap().json()["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0].take()
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

#[test]
fn set_puts_what_is_not_there() {
    let config = json!({ "node": 3, "writes": ["severity_text"], "deed": { "set": ["severity_text", "WARN"] } });
    assert_eq!(log(config, log_record())["severityText"], "WARN");
}

#[test]
fn set_attribute_replaces_or_adds() {
    let config = |reads: Value| json!({ "node": 3, "reads": reads, "writes": ["attributes[*]"], "deed": { "set_attribute": ["a\"b", "new"] } });
    let record = || log_record().attribute("a\"b", 1).attribute("c", "d");
    // Seen or not seen, the outcome is the same.
    for reads in [
        json!([]),
        json!(["attributes[*]"]),
        json!(["attributes[\"a\\\"b\"]"]),
    ] {
        let attributes = log(config(reads), record())["attributes"].take();
        assert_eq!(attributes, json!([text("a\"b", "new"), text("c", "d")]));
    }
    let attributes = log(config(json!([])), log_record())["attributes"].take();
    assert_eq!(attributes, json!([text("a\"b", "new")]));
}

#[test]
fn lists_and_maps_can_be_written() {
    let config = json!({ "node": 3, "writes": ["body"], "deed": { "set_list": "body" } });
    assert_eq!(
        log(config, log_record())["body"],
        json!({ "arrayValue": { "values": [
            { "stringValue": "one" },
            { "intValue": "2" },
            { "kvlistValue": { "values": [{ "key": "k", "value": { "boolValue": true } }] } },
        ] } })
    );
}

#[test]
fn delete_takes_every_one_of_a_key() {
    let record = || {
        log_record()
            .attribute("a", "1")
            .attribute("b", "2")
            .attribute("a", "3")
    };
    for deed in [
        json!({ "delete": "attributes[\"a\"]" }),
        json!({ "delete_attribute": "a" }),
    ] {
        let config = json!({ "node": 3, "reads": ["attributes[*]"], "writes": ["attributes[*]"], "deed": deed });
        let attributes = log(config, record())["attributes"].take();
        assert_eq!(attributes, json!([text("b", "2")]));
    }
}

#[test]
fn deleting_what_is_not_read_fails_loudly() {
    let config = json!({ "node": 3, "writes": ["attributes[\"a\"]"], "deed": "delete_field" });
    let error = told(config, log_record().attribute("a", 1)).err().unwrap();
    let RunError::Policy(message) = error else {
        panic!("{error}")
    };
    assert!(message.contains("does not read it"), "{message}");
}

#[test]
fn rename_keeps_the_value() {
    for deed in [
        json!({ "rename": ["attributes[\"a\"]", "z"] }),
        json!({ "rename_attribute": ["a", "z"] }),
    ] {
        let config = json!({ "node": 3, "reads": ["attributes[*]"], "writes": ["attributes[*]"], "deed": deed });
        let attributes = log(config, log_record().attribute("a", "1"))["attributes"].take();
        assert_eq!(attributes, json!([text("z", "1")]));
    }
}

#[test]
fn nested_values_are_copied_as_they_are() {
    let config = json!({
        "node": 3, "reads": ["attributes[\"a\"]"], "writes": ["attributes[\"b\"]"],
        "deed": { "copy_attribute": ["a", "b"] },
    });
    let nested = json!({ "x": [1, { "y": "z" }], "e": null });
    let attributes = log(config, log_record().attribute("a", nested))["attributes"].take();
    assert_eq!(attributes[0]["value"], attributes[1]["value"]);
    assert_eq!(attributes[1]["key"], "b");
}

#[test]
fn leaves_of_nested_values_are_cells() {
    let config = json!({
        "node": 3, "reads": ["attributes[**]"], "writes": ["attributes[*]"],
        "deed": { "delete": "attributes[\"a\"][\"x\"][1]" },
    });
    let record = log_record().attribute("a", json!({ "x": ["keep", "lose"] }));
    let output = told(config, record).unwrap();
    assert!(output.text().contains("keep"));
    assert!(!output.text().contains("lose"));
}

#[test]
fn every_kind_of_node_has_attributes() {
    let spanned = || {
        span("s")
            .resource_attribute("k", "v")
            .event("e", [("k", json!("v"))])
            .link([("k", json!("v"))])
    };
    let measured = || {
        data_point("m", 1.0).field(
            "exemplars",
            json!([{ "asInt": "1", "filteredAttributes": [text("k", "v")] }]),
        )
    };
    let cases = [
        (1, "resource.attributes[*]", spanned()),
        (2, "scope.attributes[*]", spanned()),
        (4, "attributes[*]", spanned()),
        (5, "metric.metadata[*]", measured()),
        (6, "attributes[*]", measured()),
        (7, "spanevent.attributes[*]", spanned()),
        (8, "spanlink.attributes[*]", spanned()),
        (9, "exemplar.filtered_attributes[*]", measured()),
    ];
    for (node, wildcard, record) in cases {
        let config = json!({ "node": node, "reads": [wildcard], "writes": [wildcard], "deed": { "set_attribute": ["k", "changed"] } });
        let output = told(config, record).unwrap();
        assert_eq!(output.text().matches("changed").count(), 1, "{wildcard}");
        assert_eq!(output.edits_of("told"), 1, "{wildcard}");
    }
}

#[test]
fn what_was_not_declared_is_refused() {
    let config =
        json!({ "node": 3, "writes": ["body"], "deed": { "set": ["severity_text", "WARN"] } });
    assert!(matches!(
        told(config, log_record()),
        Err(RunError::Refused(_))
    ));
}
