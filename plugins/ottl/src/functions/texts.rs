//! Texts put together, taken apart and looked at.

use super::pattern;
use crate::case;
use crate::value::{List, ListKind, Text};
use crate::{Call, Error, Function, Kind, Parameter, Value, convert};

pub(super) const LIST: &[&Function] = &[
    &CONCAT,
    &CONVERT_CASE,
    &HAS_PREFIX,
    &HAS_SUFFIX,
    &IS_MATCH,
    &SPLIT,
    &TO_CAMEL_CASE,
    &TO_LOWER_CASE,
    &TO_SNAKE_CASE,
    &TO_UPPER_CASE,
    &TRIM,
    &TRIM_PREFIX,
    &TRIM_SUFFIX,
];

const TARGET: Parameter = Parameter::new("Target", Kind::Text);

static CONCAT: Function = Function::new(
    "Concat",
    &[
        Parameter::new("Vals", Kind::Slice(&Kind::TextLike)),
        Parameter::new("Delimiter", Kind::Text),
    ],
    concat,
);

fn concat<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let delimiter = call.text(1)?;
    let mut out = String::new();
    let append = |out: &mut String, place: usize, text: Option<&str>| {
        if place > 0 {
            out.push_str(&delimiter);
        }
        out.push_str(text.unwrap_or("<nil>"));
    };
    if let Some(count) = call.item_count(0) {
        for place in 0..count {
            let text = convert::text_like(call.item(0, place)?)?;
            append(&mut out, place, text.as_deref());
        }
        return Ok(out.into());
    }
    match call.value(0)? {
        Value::Nil => {}
        // What telemetry holds is shown as telemetry shows it.
        Value::List(list) if list.kind() == ListKind::Slice => {
            for (place, item) in list.iter().enumerate() {
                append(&mut out, place, Some(&convert::shown(&item)?));
            }
        }
        Value::List(list) => {
            for (place, item) in list.iter().enumerate() {
                append(&mut out, place, convert::text_like(item)?.as_deref());
            }
        }
        // Bytes are a slice as well, of numbers.
        Value::Bytes(bytes) => {
            for (place, byte) in bytes.iter().enumerate() {
                append(&mut out, place, Some(&byte.to_string()));
            }
        }
        other => return Err(Error::expected("a slice", other.type_name())),
    }
    Ok(out.into())
}

static SPLIT: Function = Function::new(
    "Split",
    &[TARGET, Parameter::new("Delimiter", Kind::Text)],
    |call| {
        let text = call.text(0)?;
        let delimiter = call.text(1)?;
        let part = |range| text.part(range).map_or(Value::Nil, Value::Text);
        let parts = if delimiter.is_empty() {
            let letters = text.char_indices();
            letters
                .map(|(at, letter)| part(at..at + letter.len_utf8()))
                .collect()
        } else {
            let mut parts = Vec::new();
            let mut from = 0;
            for (at, found) in text.match_indices(delimiter.as_str()) {
                parts.push(part(from..at));
                from = at + found.len();
            }
            parts.push(part(from..text.len()));
            parts
        };
        Ok(List::new(ListKind::Texts, parts).into())
    },
);

static HAS_PREFIX: Function = Function::new(
    "HasPrefix",
    &[TARGET, Parameter::new("Prefix", Kind::Text)],
    |call| {
        let text = call.text(0)?;
        Ok(text.starts_with(call.text(1)?.as_str()).into())
    },
);

static HAS_SUFFIX: Function = Function::new(
    "HasSuffix",
    &[TARGET, Parameter::new("Suffix", Kind::Text)],
    |call| {
        let text = call.text(0)?;
        Ok(text.ends_with(call.text(1)?.as_str()).into())
    },
);

static IS_MATCH: Function = Function::new(
    "IsMatch",
    &[
        Parameter::new("Target", Kind::TextLike),
        Parameter::new("Pattern", Kind::Text),
    ],
    |call| {
        let pattern = pattern::find(call, 1)?;
        let text = call.text_like(0)?;
        Ok(text.is_some_and(|text| pattern.is_match(&text)).into())
    },
)
.prepared(|arguments| pattern::prepare(arguments, 1));

static TRIM: Function = Function::new(
    "Trim",
    &[
        TARGET,
        Parameter::optional("Replacement", Kind::LiteralText),
    ],
    |call| {
        let text = call.text(0)?;
        let set = if call.given(1) {
            call.text(1)?
        } else {
            Text::from(" ")
        };
        let within = |letter: char| set.contains(letter);
        let start = text.len() - text.trim_start_matches(within).len();
        let end = text.trim_end_matches(within).len().max(start);
        let part = text.part(start..end);
        Ok(part.map_or(Value::Nil, Value::Text))
    },
);

static TRIM_PREFIX: Function = Function::new(
    "TrimPrefix",
    &[TARGET, Parameter::new("Prefix", Kind::Text)],
    |call| {
        let text = call.text(0)?;
        let prefix = call.text(1)?;
        let start = if text.starts_with(prefix.as_str()) {
            prefix.len()
        } else {
            0
        };
        Ok(text.part(start..text.len()).map_or(Value::Nil, Value::Text))
    },
);

static TRIM_SUFFIX: Function = Function::new(
    "TrimSuffix",
    &[TARGET, Parameter::new("Suffix", Kind::Text)],
    |call| {
        let text = call.text(0)?;
        let suffix = call.text(1)?;
        let end = if text.ends_with(suffix.as_str()) {
            text.len() - suffix.len()
        } else {
            text.len()
        };
        Ok(text.part(0..end).map_or(Value::Nil, Value::Text))
    },
);

static TO_LOWER_CASE: Function = Function::new("ToLowerCase", &[TARGET], |call| {
    Ok(case::lower(&call.text(0)?).into())
});

static TO_UPPER_CASE: Function = Function::new("ToUpperCase", &[TARGET], |call| {
    Ok(case::upper(&call.text(0)?).into())
});

static TO_CAMEL_CASE: Function = Function::new("ToCamelCase", &[TARGET], |call| {
    Ok(case::pascal(&call.text(0)?).into())
});

static TO_SNAKE_CASE: Function = Function::new("ToSnakeCase", &[TARGET], |call| {
    Ok(case::snake(&call.text(0)?).into())
});

static CONVERT_CASE: Function = Function::new(
    "ConvertCase",
    &[TARGET, Parameter::new("ToCase", Kind::LiteralText)],
    |call| {
        let text = call.text(0)?;
        Ok(match call.text(1)?.as_str() {
            "lower" => case::lower(&text),
            "upper" => case::upper(&text),
            "snake" => case::snake(&text),
            _ => case::pascal(&text),
        }
        .into())
    },
)
.prepared(|arguments| match arguments.text(1) {
    Some("lower" | "upper" | "snake" | "camel") => Ok(None),
    _ => Err("the case must be `lower`, `upper`, `snake` or `camel`".to_owned()),
});
