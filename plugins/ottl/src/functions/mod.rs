//! The standard functions. Each file holds some that belong together, and lists them.

mod edit;
pub(crate) mod pattern;
pub(crate) mod time;

use crate::Function;

/// All standard functions: editors and converters.
pub fn all() -> impl Iterator<Item = &'static Function> {
    const LISTS: &[&[&Function]] = &[edit::LIST, time::LIST, time::PARTS, time::DURATIONS];
    LISTS.iter().copied().flatten().copied()
}
