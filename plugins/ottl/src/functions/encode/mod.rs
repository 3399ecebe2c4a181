//! Bytes as text, and texts in other encodings than UTF-8.

mod charset;

use crate::go::{self, Base64};
use crate::{Arguments, Call, Error, Function, Kind, Parameter, State, Value};
use charset::Charset;

pub(super) const LIST: &[&Function] = &[&BASE64_ENCODE, &DECODE, &HEX];

static HEX: Function = Function::new(
    "Hex",
    &[Parameter::new("Target", Kind::BytesLike)],
    |call| {
        let bytes = call.bytes_like(0)?;
        Ok(go::hex(bytes.as_deref().unwrap_or_default()).into())
    },
);

static BASE64_ENCODE: Function = Function::new(
    "Base64Encode",
    &[
        Parameter::new("Target", Kind::Text),
        Parameter::optional("Variant", Kind::Text),
    ],
    |call| {
        let text = call.text(0)?;
        let variant = if call.given(1) {
            base64(&call.text(1)?).ok_or(Error::failed("there is no such variant of base64"))?
        } else {
            Base64::PADDED
        };
        Ok(variant.encode(text.as_bytes()).into())
    },
);

static DECODE: Function = Function::new(
    "Decode",
    &[
        Parameter::new("Target", Kind::Any),
        Parameter::new("Encoding", Kind::Text),
    ],
    decode,
)
.prepared(|arguments: &Arguments<'_>| -> Result<State, String> {
    let Some(name) = arguments.text(1) else {
        return Ok(None);
    };
    let decoder = Decoder::by_name(name).ok_or_else(|| {
        format!("unsupported encoding \"{name}\"; take base64, base64-raw, base64-url, base64-raw-url, or a name of the IANA registry")
    })?;
    Ok(Some(Box::new(decoder)))
});

/// A variant of base64 as upstream names it.
fn base64(name: &str) -> Option<Base64> {
    Some(match name {
        "base64" => Base64::PADDED,
        "base64-raw" => Base64::RAW,
        "base64-url" => Base64::URL,
        "base64-raw-url" => Base64::RAW_URL,
        _ => return None,
    })
}

/// What turns bytes into text.
enum Decoder {
    Base64(Base64),
    Charset(Charset),
}

impl Decoder {
    fn by_name(name: &str) -> Option<Self> {
        match base64(name) {
            Some(variant) => Some(Self::Base64(variant)),
            None => Charset::by_name(name).map(Self::Charset),
        }
    }

    /// The text; bytes where it is not UTF-8, which no text of OTLP may hold.
    fn decode<'e>(&self, bytes: &[u8]) -> Result<Value<'e>, Error> {
        let bytes = match self {
            Self::Base64(variant) => variant
                .decode(bytes)
                .ok_or(Error::failed("the text is no base64"))?,
            Self::Charset(charset) => charset.decode(bytes),
        };
        Ok(match String::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(error) => Value::bytes(error.into_bytes()),
        })
    }
}

fn decode<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let value = call.value(0)?;
    let named;
    let decoder = if let Some(decoder) = call.state::<Decoder>() {
        decoder
    } else {
        let name = call.text(1)?;
        named = Decoder::by_name(&name).ok_or(Error::failed("the encoding is not supported"))?;
        &named
    };
    match &value {
        Value::Text(text) => decoder.decode(text.as_bytes()),
        Value::Bytes(bytes) => decoder.decode(bytes),
        other => Err(Error::unsupported(other.type_name())),
    }
}
