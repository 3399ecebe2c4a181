//! The standard functions. Each file holds some that belong together, and lists them.

mod edit;

use crate::Function;

/// All standard functions: editors and converters.
pub fn all() -> impl Iterator<Item = &'static Function> {
    const LISTS: &[&[&Function]] = &[edit::LIST];
    LISTS.iter().copied().flatten().copied()
}
