//! The standard functions. Each file holds some that belong together, and lists them.

mod cut;
mod edit;
mod expand;
mod flatten;
mod format;
mod glob;
mod kinds;
mod lists;
mod maps;
pub(crate) mod pattern;
mod replace;
mod sort;
mod texts;
pub(crate) mod time;

use crate::Function;

/// All standard functions: editors and converters.
pub fn all() -> impl Iterator<Item = &'static Function> {
    const LISTS: &[&[&Function]] = &[
        cut::LIST,
        edit::LIST,
        flatten::LIST,
        format::LIST,
        kinds::LIST,
        lists::LIST,
        maps::LIST,
        replace::LIST,
        sort::LIST,
        texts::LIST,
        time::DURATIONS,
        time::LIST,
        time::PARTS,
    ];
    LISTS.iter().copied().flatten().copied()
}
