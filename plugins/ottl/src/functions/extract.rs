//! `ExtractPatterns`: the named groups of a regular expression.

use crate::value::{Entries, Map, MapKind, Text};
use crate::{Error, Function, Kind, Parameter, Value};

use super::{pattern, unique};

pub(super) const LIST: &[&Function] = &[&EXTRACT_PATTERNS];

const NO_NAMES: Error =
    Error::failed("at least 1 named capture group must be supplied in the given regex");

static EXTRACT_PATTERNS: Function = Function::new(
    "ExtractPatterns",
    &[
        Parameter::new("Target", Kind::Text),
        Parameter::new("Pattern", Kind::Text),
    ],
    |call| {
        let pattern = pattern::find(call, 1)?;
        if !pattern.group_names().any(|name| name.is_some()) {
            return Err(NO_NAMES);
        }
        let text = call.text(0)?;
        let Some(found) = pattern.captures(&text) else {
            return Ok(Map::new(MapKind::Map, Entries::new()).into());
        };
        let entry = |(name, group): (&str, Option<&str>)| {
            let group = Value::text(group.unwrap_or_default());
            (Text::from(name.to_owned()), group)
        };
        Ok(unique::map(found.named().map(entry).collect()).into())
    },
)
.prepared(|arguments| pattern::prepare(arguments, 1));
