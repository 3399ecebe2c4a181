//! `Export*ServiceResponse`.

use tollgate_record::signal::Signal;

use crate::error::{JsonError, WireError};
use crate::schema::{self, Message};
use crate::wire::{WIRE_VARINT, WireValue, put_bytes, put_length, put_tag, put_varint, take_field};
use crate::{decode, encode};

/// What a server says about a request that it took: `partial_success`, which is not there when there is nothing to say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// Records that were not taken.
    pub rejected: i64,
    /// Why, or a warning when all were.
    pub message: String,
}

impl Response {
    /// The response in protobuf: no bytes when there is nothing to say.
    #[must_use]
    pub fn to_wire(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if *self == Self::default() {
            return out;
        }
        put_tag(&mut out, 1, crate::wire::WIRE_LENGTH);
        let partial = put_length::<std::convert::Infallible>(&mut out, |out| {
            if self.rejected != 0 {
                put_tag(out, 1, WIRE_VARINT);
                put_varint(out, self.rejected.cast_unsigned());
            }
            if !self.message.is_empty() {
                put_bytes(out, 2, self.message.as_bytes());
            }
            Ok(())
        });
        match partial {
            Ok(()) => out,
        }
    }

    /// Reads a response in protobuf; it has the same form for all signals.
    pub fn from_wire(mut wire: &[u8]) -> Result<Self, WireError> {
        let mut response = Self::default();
        while let Some((number, value)) = take_field(&mut wire)? {
            if let (1, WireValue::Length(partial)) = (number, value) {
                response.merge(partial)?;
            }
        }
        Ok(response)
    }

    /// The response in OTLP/JSON.
    #[must_use]
    pub fn to_json(&self, signal: Signal) -> Vec<u8> {
        let mut out = Vec::new();
        // What to_wire writes can be read.
        let _ = encode::request(schema_of(signal), &self.to_wire(), &mut out);
        out
    }

    /// Reads a response in OTLP/JSON.
    pub fn from_json(signal: Signal, json: &[u8]) -> Result<Self, JsonError> {
        let wire = decode::request(schema_of(signal), json)?;
        // What decode writes can be read.
        Ok(Self::from_wire(&wire).unwrap_or_default())
    }

    fn merge(&mut self, mut partial: &[u8]) -> Result<(), WireError> {
        while let Some((number, value)) = take_field(&mut partial)? {
            match (number, value) {
                (1, WireValue::Varint(rejected)) => self.rejected = rejected.cast_signed(),
                (2, WireValue::Length(text)) => {
                    self.message = String::from_utf8_lossy(text).into_owned();
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn schema_of(signal: Signal) -> &'static Message {
    match signal {
        Signal::Logs => &schema::LOGS_RESPONSE,
        Signal::Traces => &schema::TRACES_RESPONSE,
        Signal::Metrics => &schema::METRICS_RESPONSE,
    }
}
