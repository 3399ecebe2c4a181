//! What an ordinary Rust collector would do: decode to structs, search each text, encode.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::LogsData;
use prost::Message;
use regex::{Regex, RegexSet};

const MASK: &str = "****";

/// Nothing but decoding and encoding.
pub(crate) fn decode_and_encode(wire: &[u8]) -> Vec<u8> {
    decode(wire).encode_to_vec()
}

/// Whether two requests are the same to `prost`.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    decode(one) == decode(other)
}

fn decode(wire: &[u8]) -> LogsData {
    LogsData::decode(wire).expect("a request")
}

/// A redaction by the crate `regex`.
pub(crate) struct Plain {
    each: Vec<Regex>,
    set: RegexSet,
}

impl Plain {
    /// Takes the patterns from a configuration of the policy.
    pub(crate) fn new(config: &str) -> Self {
        let config: serde_json::Value = serde_json::from_str(config).expect("JSON");
        let patterns: Vec<&str> = config
            .get("blocked_values")
            .and_then(|list| list.as_array())
            .expect("a list")
            .iter()
            .filter_map(|pattern| pattern.as_str())
            .collect();
        Self {
            each: patterns
                .iter()
                .map(|pattern| Regex::new(pattern).expect("a pattern"))
                .collect(),
            set: RegexSet::new(&patterns).expect("patterns"),
        }
    }

    /// Searches each text for each pattern.
    pub(crate) fn pass(&self, wire: &[u8]) -> Vec<u8> {
        edited(wire, &|text| {
            for regex in &self.each {
                replace(regex, text);
            }
        })
    }

    /// Searches each text for all patterns at once, and then for those that are in it.
    pub(crate) fn pass_by_set(&self, wire: &[u8]) -> Vec<u8> {
        edited(wire, &|text| {
            for found in self.set.matches(text) {
                if let Some(regex) = self.each.get(found) {
                    replace(regex, text);
                }
            }
        })
    }
}

/// Gives attributes of records other keys.
pub(crate) fn rename(wire: &[u8], keys: &[(&str, &str)]) -> Vec<u8> {
    let mut data = decode(wire);
    let resources = data.resource_logs.iter_mut();
    let scopes = resources.flat_map(|resource| &mut resource.scope_logs);
    for record in scopes.flat_map(|scope| &mut scope.log_records) {
        for (old, new) in keys {
            let found = record.attributes.iter_mut().find(|entry| entry.key == *old);
            if let Some(attribute) = found {
                (*new).clone_into(&mut attribute.key);
            }
        }
    }
    data.encode_to_vec()
}

fn replace(regex: &Regex, text: &mut String) {
    if let std::borrow::Cow::Owned(masked) = regex.replace_all(text, MASK) {
        *text = masked;
    }
}

/// Decodes, edits every text that the policy looks at, encodes.
fn edited(wire: &[u8], edit: &impl Fn(&mut String)) -> Vec<u8> {
    let mut data = decode(wire);
    for resource in &mut data.resource_logs {
        edit(&mut resource.schema_url);
        attributes(
            resource
                .resource
                .iter_mut()
                .flat_map(|resource| &mut resource.attributes),
            edit,
        );
        for scope in &mut resource.scope_logs {
            edit(&mut scope.schema_url);
            if let Some(scope) = &mut scope.scope {
                edit(&mut scope.name);
                edit(&mut scope.version);
                attributes(&mut scope.attributes, edit);
            }
            for record in &mut scope.log_records {
                edit(&mut record.severity_text);
                edit(&mut record.event_name);
                record
                    .body
                    .as_mut()
                    .into_iter()
                    .for_each(|body| any(body, edit));
                attributes(&mut record.attributes, edit);
            }
        }
    }
    data.encode_to_vec()
}

fn attributes<'a>(list: impl IntoIterator<Item = &'a mut KeyValue>, edit: &impl Fn(&mut String)) {
    list.into_iter()
        .filter_map(|attribute| attribute.value.as_mut())
        .for_each(|value| any(value, edit));
}

fn any(value: &mut AnyValue, edit: &impl Fn(&mut String)) {
    match &mut value.value {
        Some(Value::StringValue(text)) => edit(text),
        Some(Value::ArrayValue(array)) => {
            array.values.iter_mut().for_each(|value| any(value, edit));
        }
        Some(Value::KvlistValue(map)) => attributes(&mut map.values, edit),
        _ => {}
    }
}
