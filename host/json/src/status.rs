//! `google.rpc.Status`, with the one detail that OTLP knows: when to come back.

use std::time::Duration;

use crate::error::{JsonError, WireError};
use crate::schema::STATUS;
use crate::wire::{WIRE_VARINT, WireValue, low32, put_bytes, put_tag, put_varint, take_field};
use crate::{decode, encode};

const RETRY_INFO: &str = "type.googleapis.com/google.rpc.RetryInfo";
/// The longest pause that protobuf's JSON can say, in seconds: about 10,000 years.
const LONGEST_SECONDS: u64 = 315_576_000_000;

/// An error as OTLP's servers report it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// A code of gRPC.
    pub code: i32,
    /// A text for people.
    pub message: String,
    /// `google.rpc.RetryInfo`: when to come back.
    pub retry_after: Option<Duration>,
}

impl Status {
    /// The status in protobuf.
    #[must_use]
    pub fn to_wire(&self) -> Vec<u8> {
        let mut out = self.without_details();
        if let Some(pause) = self.retry_after {
            put_bytes(&mut out, 3, &retry_info(pause));
        }
        out
    }

    /// Reads a status in protobuf. Details that are not `RetryInfo` are stepped over.
    pub fn from_wire(mut wire: &[u8]) -> Result<Self, WireError> {
        let mut status = Self::default();
        while let Some((number, value)) = take_field(&mut wire)? {
            match (number, value) {
                (1, WireValue::Varint(code)) => status.code = low32(code).cast_signed(),
                (2, WireValue::Length(text)) => {
                    status.message = String::from_utf8_lossy(text).into_owned();
                }
                (3, WireValue::Length(any)) => {
                    status.retry_after = read_retry_info(any)?.or(status.retry_after);
                }
                _ => {}
            }
        }
        Ok(status)
    }

    /// The status in ProtoJSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        // What without_details writes can be read.
        let _ = encode::request(&STATUS, &self.without_details(), &mut out);
        if let Some(pause) = self.retry_after
            && out.pop().is_some()
        {
            if out.len() > 1 {
                out.push(b',');
            }
            let seconds = pause.as_secs().min(LONGEST_SECONDS);
            let nanos = pause.subsec_nanos();
            let fraction = if nanos == 0 {
                String::new()
            } else {
                format!(".{nanos:09}")
            };
            let details = format!(
                r#""details":[{{"@type":"{RETRY_INFO}","retryDelay":"{seconds}{fraction}s"}}]}}"#
            );
            out.extend_from_slice(details.as_bytes());
        }
        out
    }

    /// Reads a status in ProtoJSON, without its details: over HTTP, `Retry-After` says when to come back.
    pub fn from_json(json: &[u8]) -> Result<Self, JsonError> {
        let wire = decode::request(&STATUS, json)?;
        // What decode writes can be read.
        Ok(Self::from_wire(&wire).unwrap_or_default())
    }

    fn without_details(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if self.code != 0 {
            put_tag(&mut out, 1, WIRE_VARINT);
            put_varint(&mut out, i64::from(self.code).cast_unsigned());
        }
        if !self.message.is_empty() {
            put_bytes(&mut out, 2, self.message.as_bytes());
        }
        out
    }
}

/// `google.protobuf.Any` with a `RetryInfo`, whose first field is a `Duration`.
fn retry_info(pause: Duration) -> Vec<u8> {
    let mut duration = Vec::new();
    if pause.as_secs() != 0 {
        put_tag(&mut duration, 1, WIRE_VARINT);
        put_varint(&mut duration, pause.as_secs().min(LONGEST_SECONDS));
    }
    if pause.subsec_nanos() != 0 {
        put_tag(&mut duration, 2, WIRE_VARINT);
        put_varint(&mut duration, u64::from(pause.subsec_nanos()));
    }
    let mut info = Vec::new();
    put_bytes(&mut info, 1, &duration);
    let mut any = Vec::new();
    put_bytes(&mut any, 1, RETRY_INFO.as_bytes());
    put_bytes(&mut any, 2, &info);
    any
}

fn read_retry_info(mut any: &[u8]) -> Result<Option<Duration>, WireError> {
    let mut is_retry_info = false;
    let mut content: &[u8] = &[];
    while let Some((number, value)) = take_field(&mut any)? {
        match (number, value) {
            (1, WireValue::Length(url)) => is_retry_info = url == RETRY_INFO.as_bytes(),
            (2, WireValue::Length(bytes)) => content = bytes,
            _ => {}
        }
    }
    if !is_retry_info {
        return Ok(None);
    }
    let mut pause = Duration::ZERO;
    while let Some((number, value)) = take_field(&mut content)? {
        if let (1, WireValue::Length(duration)) = (number, value) {
            pause = read_duration(duration)?;
        }
    }
    Ok(Some(pause))
}

/// A `google.protobuf.Duration`; one that is negative or out of range is none.
fn read_duration(mut wire: &[u8]) -> Result<Duration, WireError> {
    let (mut seconds, mut nanos) = (0, 0);
    while let Some((number, value)) = take_field(&mut wire)? {
        match (number, value) {
            (1, WireValue::Varint(value)) if value <= LONGEST_SECONDS => seconds = value,
            (2, WireValue::Varint(value)) if value < 1_000_000_000 => nanos = low32(value),
            _ => {}
        }
    }
    Ok(Duration::new(seconds, nanos))
}
