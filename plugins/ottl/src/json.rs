//! JSON as Go writes it: keys in order, and what HTML would mind escaped.

use std::fmt::Write as _;

use crate::value::{ListKind, MapKind, Value};
use crate::{Error, go};

/// How deep a value may be nested that is to become text.
const DEEPEST: usize = 256;

/// A value as JSON (`json.Marshal`).
pub fn encode(value: &Value<'_>) -> Result<String, Error> {
    let mut out = String::new();
    write(&mut out, value, true, DEEPEST)?;
    Ok(out)
}

/// A value as JSON with `<`, `>` and `&` as they are, as OTLP's values are shown.
pub fn encode_plain(value: &Value<'_>) -> Result<String, Error> {
    let mut out = String::new();
    write(&mut out, value, false, DEEPEST)?;
    Ok(out)
}

/// Whether Go's encoder finds nothing in a value, because it is of telemetry's own types and stands within a plain list or map.
fn is_closed(value: &Value<'_>) -> bool {
    match value {
        Value::List(list) => list.kind() == ListKind::Slice,
        Value::Map(map) => map.kind() == MapKind::Map,
        _ => false,
    }
}

fn write(out: &mut String, value: &Value<'_>, html: bool, depth: usize) -> Result<(), Error> {
    let deeper = depth
        .checked_sub(1)
        .ok_or(Error::failed("the value is nested too deeply"))?;
    match value {
        Value::Nil => out.push_str("null"),
        Value::Bool(boolean) => out.push_str(if *boolean { "true" } else { "false" }),
        Value::Int(number) | Value::Duration(number) => {
            let _ = write!(out, "{number}");
        }
        Value::Double(number) => {
            let text = go::json_double(*number);
            out.push_str(&text.ok_or(Error::unsupported("float64"))?);
        }
        Value::Text(text) => go::push_json_text(out, text, html),
        Value::Bytes(bytes) => {
            out.push('"');
            out.push_str(&go::Base64::PADDED.encode(bytes));
            out.push('"');
        }
        Value::List(list) => {
            out.push('[');
            for (place, item) in list.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                if list.kind() == ListKind::Any && is_closed(&item) {
                    out.push_str("{}");
                } else {
                    write(out, &item, html, deeper)?;
                }
            }
            out.push(']');
        }
        Value::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.as_str().cmp(b));
            out.push('{');
            for (place, (key, item)) in entries.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                go::push_json_text(out, key, html);
                out.push(':');
                if map.kind() == MapKind::Raw && is_closed(item) {
                    out.push_str("{}");
                } else {
                    write(out, item, html, deeper)?;
                }
            }
            out.push('}');
        }
        Value::Time(time) => {
            out.push('"');
            out.push_str(&time.rfc3339());
            out.push('"');
        }
        // Upstream's identifiers are arrays of bytes to its encoder.
        Value::TraceId(id) | Value::ProfileId(id) => write_numbers(out, id),
        Value::SpanId(id) => write_numbers(out, id),
        Value::Opaque(opaque) if opaque.name == "uint8" => {
            let _ = write!(out, "{}", opaque.id);
        }
        Value::Opaque(_) => out.push_str("{}"),
    }
    Ok(())
}

fn write_numbers(out: &mut String, bytes: &[u8]) {
    for (place, byte) in bytes.iter().enumerate() {
        let before = if place == 0 { '[' } else { ',' };
        let _ = write!(out, "{before}{byte}");
    }
    out.push(']');
}
