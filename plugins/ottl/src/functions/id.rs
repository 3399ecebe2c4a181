//! Identifiers: of traces, spans and profiles, and new ones.

use crate::{Arguments, Call, Error, Function, Kind, Parameter, State, Value, convert, go};

pub(super) const LIST: &[&Function] = &[&PROFILE_ID, &SPAN_ID, &TRACE_ID, &UUID, &UUID_V7];

const TARGET: &[Parameter] = &[Parameter::new("Target", Kind::BytesLike)];

static TRACE_ID: Function =
    Function::new("TraceID", TARGET, |call| id(call).map(Value::TraceId)).prepared(prepare::<16>);

static SPAN_ID: Function =
    Function::new("SpanID", TARGET, |call| id(call).map(Value::SpanId)).prepared(prepare::<8>);

static PROFILE_ID: Function =
    Function::new("ProfileID", TARGET, |call| id(call).map(Value::ProfileId))
        .prepared(prepare::<16>);

fn id<const LENGTH: usize>(call: &mut Call<'_, '_>) -> Result<[u8; LENGTH], Error> {
    let bytes = call.bytes_like(0)?;
    read(bytes.as_deref().unwrap_or_default())
}

/// An identifier from its bytes, or from twice as many hexadecimal digits.
fn read<const LENGTH: usize>(bytes: &[u8]) -> Result<[u8; LENGTH], Error> {
    if let Ok(id) = bytes.try_into() {
        return Ok(id);
    }
    if bytes.len() != LENGTH * 2 {
        return Err(Error::failed("the identifier has another length"));
    }
    let mut id = [0; LENGTH];
    for (byte, digits) in id.iter_mut().zip(bytes.chunks_exact(2)) {
        for digit in digits {
            let digit = char::from(*digit)
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok());
            *byte = *byte << 4
                | digit.ok_or(Error::failed(
                    "the identifier has other letters than hexadecimal digits",
                ))?;
        }
    }
    Ok(id)
}

/// A literal is refused at once.
fn prepare<const LENGTH: usize>(arguments: &Arguments<'_>) -> Result<State, String> {
    if let Some(literal) = arguments.literal(0) {
        let bytes = convert::bytes_like(literal.clone()).map_err(|error| error.to_string())?;
        read::<LENGTH>(bytes.as_deref().unwrap_or_default())
            .map_err(|error| format!("{error}; give {LENGTH} bytes or {} digits", LENGTH * 2))?;
    }
    Ok(None)
}

static UUID: Function = Function::new("UUID", &[], |call| {
    let random = u128::from(call.random()) << 64 | u128::from(call.random());
    Ok(uuid(random, 4))
})
.impure();

/// Begins with the milliseconds of the batch, and with how far the next one is.
static UUID_V7: Function = Function::new("UUIDv7", &[], |call| {
    let nanos = call.now().unix_nanos();
    let millis = u128::from((nanos.div_euclid(1_000_000)).cast_unsigned() & 0xffff_ffff_ffff);
    let part = u128::from((nanos.rem_euclid(1_000_000) >> 8).cast_unsigned());
    Ok(uuid(
        millis << 80 | part << 64 | u128::from(call.random()),
        7,
    ))
})
.impure();

/// The text of a UUID of this version.
fn uuid<'e>(bits: u128, version: u128) -> Value<'e> {
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | version << 76 | 0x2 << 62;
    let mut text = go::hex(&bits.to_be_bytes());
    for place in [20, 16, 12, 8] {
        text.insert(place, '-');
    }
    text.into()
}
