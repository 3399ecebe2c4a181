//! Values of single fields in what left.

use serde_json::Value as Json;
use tollgate_lab::fields::{RecordFields, chosen};
use tollgate_lab::json;
use tollgate_pipeline::rehearsal::Snapshot;
use tollgate_record::{Fields, Signal, Value};

/// A field in OTTL's spelling.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    written: String,
}

impl Path {
    /// Reads one; it must be a field of some signal.
    pub(crate) fn parse(written: &str) -> Result<Self, String> {
        if written.contains("[*]") || written.contains("[**]") || written == "*" {
            return Err(format!("`{written}` is several fields, and one is wanted"));
        }
        let mut why = None;
        for signal in Signal::ALL {
            match Fields::parse(signal, &[written]) {
                Ok(_) => {
                    return Ok(Self {
                        written: written.to_owned(),
                    });
                }
                Err(error) => {
                    let mistake = error.mistakes.first().map(ToString::to_string);
                    why = why.or(mistake);
                }
            }
        }
        Err(why.unwrap_or_else(|| format!("`{written}` is no field")))
    }

    /// Its values in each record of a request that left; none where records of this signal have no such field.
    pub(crate) fn values(&self, snapshot: &Snapshot) -> Option<Vec<RecordFields>> {
        let fields = Fields::parse(snapshot.signal, &[&self.written]).ok()?;
        chosen(fields, &snapshot.wire).ok()
    }
}

/// A value as a case file would write it.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Bytes(bytes) => hexadecimal(bytes),
        other => json(other).to_string(),
    }
}

/// Whether a value is what a case file says. Bytes may be written in hexadecimal, as `{$bytes: base64}`, or as the text that they are.
pub(crate) fn is_equal(value: &Value, written: &Json) -> bool {
    match (value, written) {
        (Value::Empty, Json::Null) => true,
        (Value::Int(own), Json::Number(number)) => {
            number.as_i64() == Some(*own) || number.is_f64() && is_number(value, number)
        }
        (Value::Double(_), Json::Number(number)) => is_number(value, number),
        (Value::Bytes(bytes), Json::String(text)) => {
            hexadecimal(bytes) == text.to_lowercase()
                || text.as_bytes() == bytes.as_slice()
                || json(value).as_str() == Some(text)
        }
        (Value::Bytes(_), Json::Object(map)) => map.get("$bytes") == Some(&json(value)),
        (Value::Array(values), Json::Array(written)) => {
            values.len() == written.len()
                && values
                    .iter()
                    .zip(written)
                    .all(|(value, written)| is_equal(value, written))
        }
        (Value::Map(entries), Json::Object(written)) => {
            entries.len() == written.len()
                && entries.iter().all(|(key, value)| {
                    written
                        .get(key)
                        .is_some_and(|written| is_equal(value, written))
                })
        }
        (Value::Text(text), Json::String(written)) => text == written,
        (Value::Boolean(own), Json::Bool(written)) => own == written,
        _ => false,
    }
}

/// `10` and `10.0` are one number to people.
fn is_number(value: &Value, written: &serde_json::Number) -> bool {
    let own = json(value).as_f64();
    own.zip(written.as_f64()).is_some_and(|(own, written)| {
        own.to_bits() == written.to_bits() || (own - written).abs() == 0.0
    })
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or(b'0');
    bytes
        .iter()
        .flat_map(|byte| [char::from(digit(byte >> 4)), char::from(digit(byte & 15))])
        .collect()
}
