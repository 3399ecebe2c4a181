//! Setting an entry of a map, with what upstream leaves behind where it fails.

use tollgate_ottl::nested::{self, Step};
use tollgate_ottl::{Error, Value};

/// What an entry of a map holds after a value behind its keys was set. Where that fails, the entry is there all the same, and empty, if
/// it was not there before: then there is a value *and* an error. What it held before is asked for only where it matters.
pub fn set<'e>(
    held: impl FnOnce() -> Option<Value<'e>>,
    steps: &[Step<'e>],
    value: Value<'e>,
) -> (Option<Value<'e>>, Result<(), Error>) {
    if steps.is_empty() {
        return match value.storable() {
            Ok(stored) => (Some(stored), Ok(())),
            Err(error) => (left(held(), steps), Err(error)),
        };
    }
    let held = held();
    let container = held.clone().unwrap_or(Value::Nil);
    match nested::set(container, steps, value) {
        Ok(changed) => (Some(changed), Ok(())),
        Err(error) => (left(held, steps), Err(error)),
    }
}

/// What is left of an entry that could not be set; none if it is as it was.
#[cold]
fn left<'e>(held: Option<Value<'e>>, steps: &[Step<'e>]) -> Option<Value<'e>> {
    let Some(held) = held else {
        return Some(nested::set(Value::Nil, steps, Value::Nil).unwrap_or(Value::Nil));
    };
    match nested::get(held.clone(), steps) {
        Ok(Value::Nil) if !steps.is_empty() => nested::set(held, steps, Value::Nil).ok(),
        _ => None,
    }
}
