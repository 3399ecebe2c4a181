//! Values are found by their fields, however many there are and in whatever order they are asked for.

use proptest::prelude::*;
use serde_json::json;
use tollgate_sdk::testing::{Harness, RecordBuilder, Request, log_record};
use tollgate_sdk::{
    Description, Field, NoConfig, NodeView, Policy, Problem, Record, Rule, Setup, Signal, Verdict,
};

const KEYS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

/// Drops every record of which a field says something else than its key does.
struct Doubter {
    fields: Vec<Field>,
    of_resource: Vec<Field>,
    doubt: Rule,
}

impl Doubter {
    fn is_right(&self, record: &NodeView<'_>) -> bool {
        let Some(resource) = record.resource() else {
            return false;
        };
        let agree = |key: &str, own: Field, above: Field| {
            record.get(own) == record.attribute(key) && record.get(above) == resource.attribute(key)
        };
        let fields = self.fields.iter().zip(&self.of_resource);
        let mut asked = KEYS.iter().zip(fields);
        asked.all(|(key, (own, above))| agree(key, *own, *above))
    }
}

impl Policy for Doubter {
    type Config = NoConfig;

    fn describe() -> Description {
        Description::new("doubter", "1.0.0", "Asks twice.")
    }

    fn configure(_: NoConfig, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        let logs = &[Signal::Logs];
        setup.drops(logs);
        let mut fields = |owner: &str| {
            let path = |key: &&str| format!("{owner}attributes[\"{key}\"]");
            KEYS.iter()
                .map(|key| setup.reads(logs, &path(key)))
                .collect()
        };
        Ok(Self {
            fields: fields(""),
            of_resource: fields("resource."),
            doubt: setup.rule("doubt"),
        })
    }

    fn record(&mut self, record: &mut Record<'_>) -> Verdict {
        if self.is_right(record) {
            Verdict::Keep
        } else {
            Verdict::Drop(self.doubt)
        }
    }
}

fn record(keys: &[usize], above: &[usize]) -> RecordBuilder {
    let mut record = log_record();
    for (place, key) in keys.iter().enumerate() {
        record = record.attribute(KEYS[*key], place);
    }
    for (place, key) in above.iter().enumerate() {
        record = record.resource_attribute(KEYS[*key], place);
    }
    record
}

proptest! {
    #[test]
    fn a_field_and_its_key_say_the_same(
        records in prop::collection::vec((prop::collection::vec(0..KEYS.len(), 0..12), prop::collection::vec(0..KEYS.len(), 0..12)), 1..6)
    ) {
        let mut doubter = Harness::<Doubter>::configure(json!({})).unwrap();
        let request = Request::of(records.iter().map(|(keys, above)| record(keys, above))).unwrap();
        let output = doubter.run(&request).unwrap();
        prop_assert_eq!(output.drops_of("doubt"), 0);
    }
}
