//! Functions that cut texts, and the one that makes texts of everything. Lengths are bytes.

use crate::{Edit, Error, Function, Kind, Parameter, Value, convert};

pub(super) const LIST: &[&Function] = &[&STRINGIFY_ALL, &SUBSTRING, &TRUNCATE_ALL];

static TRUNCATE_ALL: Function = Function::new(
    "truncate_all",
    &[
        Parameter::new("Target", Kind::MapPath),
        Parameter::new("Limit", Kind::LiteralInt),
        Parameter::optional("Utf8Safe", Kind::LiteralBool),
        Parameter::optional("TruncationMarker", Kind::LiteralText),
    ],
    |call| {
        let limit = usize::try_from(call.int(1)?).unwrap_or_default();
        let marker = if call.given(3) {
            Some(call.text(3)?)
        } else {
            None
        };
        let marker = marker.as_deref().unwrap_or_default();
        call.edit(0, |_, value| match value {
            Value::Text(text) if text.len() > limit => {
                // A text that is cut within a character is no text any more, so that is not offered.
                let end = text.floor_char_boundary(limit.saturating_sub(marker.len()));
                if marker.is_empty() {
                    return text
                        .part(0..end)
                        .map_or(Edit::Keep, |part| Edit::Replace(part.into()));
                }
                let mut cut = text.get(..end).unwrap_or_default().to_owned();
                cut.push_str(marker);
                Edit::Replace(cut.into())
            }
            _ => Edit::Keep,
        })?;
        Ok(Value::Nil)
    },
)
.prepared(|arguments| {
    let limit = arguments
        .int(1)
        .and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.ok_or("the limit must not be negative")?;
    if arguments.text(3).unwrap_or_default().len() > limit {
        return Err("the marker must not be longer than the limit".to_owned());
    }
    Ok(None)
});

static SUBSTRING: Function = Function::new(
    "Substring",
    &[
        Parameter::new("Target", Kind::Text),
        Parameter::new("Start", Kind::Int),
        Parameter::new("Length", Kind::Int),
        Parameter::optional("Utf8Safe", Kind::LiteralBool),
    ],
    |call| {
        let start = call.int(1)?;
        if start < 0 {
            return Err(Error::failed("the start must not be negative"));
        }
        let length = call.int(2)?;
        if length <= 0 {
            return Err(Error::failed("the length must be above 0"));
        }
        let text = call.text(0)?;
        let end = usize::try_from(start.saturating_add(length)).unwrap_or(usize::MAX);
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        if end > text.len() {
            return Err(Error::failed("the range leaves the text"));
        }
        let start = text.ceil_char_boundary(start);
        let end = text.floor_char_boundary(end).max(start);
        let part = text.part(start..end);
        part.map(Value::Text)
            .ok_or(Error::failed("the range leaves the text"))
    },
);

static STRINGIFY_ALL: Function = Function::new(
    "stringify_all",
    &[Parameter::new("Target", Kind::MapPath)],
    |call| {
        let mut failure = None;
        call.edit(0, |_, value| {
            if matches!(value, Value::Text(_)) {
                return Edit::Keep;
            }
            match convert::shown(value) {
                Ok(text) => Edit::Replace(text.into()),
                Err(error) => {
                    failure = Some(error);
                    Edit::Keep
                }
            }
        })?;
        failure.map_or(Ok(Value::Nil), Err)
    },
);
