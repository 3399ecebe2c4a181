//! The JSON Schema of case files, for editors.

use serde_json::{Map, Value as Json, json};

use crate::keys::{
    ANY_RECORD, ASSERTIONS, CASE, EXPECT, FILE, INPUT, Key, LOG, METRIC, POINT, RECORD, REQUEST,
    SPAN, SUBJECT,
};

/// The schema.
#[must_use]
pub fn json_schema() -> Json {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Cases of a tollgate configuration",
        "allOf": [object(&[SUBJECT, FILE], &["cases"])],
        "$defs": {
            "case": object(&[CASE, SUBJECT], &["name", "expect"]),
            "expect": object(&[ASSERTIONS, EXPECT], &[]),
            "record": object(&[RECORD, ASSERTIONS], &[]),
            "metric": {"oneOf": [{"type": "string"}, object(&[METRIC], &["name"])]},
            "input": {"anyOf": [
                {"type": "string"},
                object(&[INPUT], &[]),
                object(&[REQUEST], &[]),
                object(&[LOG, ANY_RECORD], &[]),
                object(&[SPAN, ANY_RECORD], &["span"]),
                object(&[POINT, ANY_RECORD], &["metric"]),
            ]},
        },
    })
}

fn object(tables: &[&[Key]], required: &[&str]) -> Json {
    let properties: Map<String, Json> = tables
        .iter()
        .copied()
        .flatten()
        .map(|key| {
            let mut schema: Json = serde_json::from_str(key.schema).unwrap_or_default();
            if let Some(schema) = schema.as_object_mut() {
                schema.insert("description".to_owned(), key.text.into());
            }
            (key.name.to_owned(), schema)
        })
        .collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties,
    })
}
