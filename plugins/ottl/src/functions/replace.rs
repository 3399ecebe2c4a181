//! The editors that replace what matches.

use std::rc::Rc;

use tollgate_patterns::Pattern;

use super::{expand, glob, pattern};
use crate::value::{Entries, Map, MapKind, Text, put};
use crate::{Arguments, Call, Edit, Error, Function, Kind, Parameter, State, Value};

pub(super) const LIST: &[&Function] = &[
    &REPLACE_MATCH,
    &REPLACE_ALL_MATCHES,
    &REPLACE_PATTERN,
    &REPLACE_ALL_PATTERNS,
];

const REPLACEMENT: Parameter = Parameter::new("Replacement", Kind::Text);
const FUNCTION: Parameter = Parameter::optional("Function", Kind::Function);
const FORMAT: Parameter = Parameter::optional("ReplacementFormat", Kind::Text);

static REPLACE_MATCH: Function = Function::new(
    "replace_match",
    &[
        Parameter::new("Target", Kind::Path),
        Parameter::new("Pattern", Kind::Text),
        REPLACEMENT,
        FUNCTION,
        FORMAT,
    ],
    |call| {
        let glob = find_glob(call)?;
        let value = call.value(0)?;
        let replacement = replacement(call)?;
        if let Value::Text(text) = value
            && glob.is_match(&text)
        {
            call.set(0, replacement.into())?;
        }
        Ok(Value::Nil)
    },
)
.prepared(prepare_glob);

static REPLACE_ALL_MATCHES: Function = Function::new(
    "replace_all_matches",
    &[
        Parameter::new("Target", Kind::MapPath),
        Parameter::new("Pattern", Kind::Text),
        REPLACEMENT,
        FUNCTION,
        FORMAT,
    ],
    |call| {
        let glob = find_glob(call)?;
        call.map(0)?;
        let replacement = replacement(call)?;
        call.edit(0, |_, value| match value {
            Value::Text(text) if glob.is_match(text) => Edit::Replace(replacement.clone().into()),
            _ => Edit::Keep,
        })?;
        Ok(Value::Nil)
    },
)
.prepared(prepare_glob);

fn prepare_glob(arguments: &Arguments<'_>) -> Result<State, String> {
    match arguments.text(1) {
        None => Ok(None),
        Some(text) => Ok(Some(Box::new(Rc::new(glob::compile(text)?)))),
    }
}

fn find_glob(call: &mut Call<'_, '_>) -> Result<Rc<Pattern>, Error> {
    if let Some(glob) = call.state::<Rc<Pattern>>() {
        return Ok(Rc::clone(glob));
    }
    let glob = glob::compile(&call.text(1)?).map(Rc::new);
    glob.map_err(|_| Error::failed("the pattern is not valid"))
}

/// What replaces a text that matches as a whole.
fn replacement<'e>(call: &mut Call<'_, 'e>) -> Result<Text<'e>, Error> {
    let text = call.text(2)?;
    if !call.given(3) {
        return Ok(text);
    }
    applied(call, 3, text)
}

/// What the function of a call makes of a text, in the format of the call.
fn applied<'e>(
    call: &mut Call<'_, 'e>,
    function: usize,
    text: Text<'e>,
) -> Result<Text<'e>, Error> {
    let Value::Text(text) = call.apply(function, &text.into())? else {
        return Err(Error::failed("the function does not return a string"));
    };
    let format = function.saturating_add(1);
    if !call.given(format) {
        return Ok(text);
    }
    let format = call.text(format)?;
    expand::format(&format, &text).map(Text::from)
}

static REPLACE_PATTERN: Function = Function::new(
    "replace_pattern",
    &[
        Parameter::new("Target", Kind::Path),
        Parameter::new("RegexPattern", Kind::Text),
        REPLACEMENT,
        FUNCTION,
        FORMAT,
    ],
    |call| {
        let value = call.value(0)?;
        if value.is_nil() {
            return Ok(Value::Nil);
        }
        let replacement = call.text(2)?;
        if let Value::Text(text) = value {
            let pattern = pattern::find(call, 1)?;
            if let Some(replaced) = replace(call, 3, &pattern, &text, &replacement)? {
                call.set(0, replaced.into())?;
            }
        }
        Ok(Value::Nil)
    },
)
.prepared(|arguments| pattern::prepare(arguments, 1));

/// The text with all matches replaced; none if nothing matches. `function` is the number of the argument that names one.
fn replace(
    call: &mut Call<'_, '_>,
    function: usize,
    pattern: &Pattern,
    text: &str,
    template: &str,
) -> Result<Option<String>, Error> {
    if !call.given(function) {
        return Ok(expand::replace_all(pattern, text, template));
    }
    let mut out = None;
    let mut copied = 0;
    for found in pattern.matches(text) {
        let mut expanded = String::new();
        expand::expand(&mut expanded, pattern, text, found.start, template);
        let applied = applied(call, function, expanded.into())?;
        let out = out.get_or_insert_with(|| String::with_capacity(text.len()));
        out.push_str(text.get(copied..found.start).unwrap_or_default());
        out.push_str(&applied);
        copied = found.end;
    }
    Ok(out.map(|mut out| {
        out.push_str(text.get(copied..).unwrap_or_default());
        out
    }))
}

static REPLACE_ALL_PATTERNS: Function = Function::new(
    "replace_all_patterns",
    &[
        Parameter::new("Target", Kind::MapPath),
        Parameter::new("Mode", Kind::LiteralText),
        Parameter::new("RegexPattern", Kind::Text),
        REPLACEMENT,
        FUNCTION,
        FORMAT,
    ],
    |call| {
        let map = call.map(0)?;
        let template = call.text(3)?;
        let pattern = pattern::find(call, 2)?;
        let mode = call.text(1)?;
        if mode.as_str() == "key" {
            replace_keys(call, map, &pattern, &template)
        } else {
            replace_values(call, &map, &pattern, &template)
        }
    },
)
.prepared(|arguments| match arguments.text(1) {
    Some("key" | "value") => pattern::prepare(arguments, 2),
    _ => Err("the mode must be `key` or `value`".to_owned()),
});

/// Texts that a function cannot replace stay.
fn replace_values<'e>(
    call: &mut Call<'_, 'e>,
    map: &Map<'e>,
    pattern: &Pattern,
    template: &str,
) -> Result<Value<'e>, Error> {
    let mut replaced = Vec::new();
    for (key, value) in map.iter() {
        let Value::Text(text) = value else {
            continue;
        };
        match replace(call, 4, pattern, &text, template) {
            Ok(None) => {}
            Ok(Some(text)) => replaced.push((key, text)),
            Err(_) => call.check_applied(4)?,
        }
    }
    let mut replaced = replaced.into_iter().peekable();
    call.edit(0, |key, _| {
        match replaced.next_if(|(next, _)| next == key) {
            Some((_, text)) => Edit::Replace(text.into()),
            None => Edit::Keep,
        }
    })?;
    Ok(Value::Nil)
}

/// Entries whose keys a function cannot replace go, as upstream has it.
fn replace_keys<'e>(
    call: &mut Call<'_, 'e>,
    map: Map<'e>,
    pattern: &Pattern,
    template: &str,
) -> Result<Value<'e>, Error> {
    let mut entries = Entries::new();
    let mut changed = false;
    for (key, value) in map.into_vec() {
        match replace(call, 4, pattern, &key, template) {
            Ok(None) => put(&mut entries, key, value),
            Ok(Some(key)) => {
                changed = true;
                put(&mut entries, key.into(), value);
            }
            Err(_) => {
                call.check_applied(4)?;
                changed = true;
            }
        }
    }
    if changed {
        call.set(0, Map::new(MapKind::Map, entries).into())?;
    }
    Ok(Value::Nil)
}
