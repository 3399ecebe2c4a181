//! The standard functions. Each file holds some that belong together, and lists them.

mod cut;
mod edit;
mod encode;
mod expand;
mod flatten;
mod format;
mod glob;
mod hash;
mod id;
mod kinds;
mod lists;
mod maps;
mod network;
mod number;
pub(crate) mod pattern;
mod replace;
mod severity;
mod sort;
mod texts;
pub(crate) mod time;
mod url;
mod user_agent;

use crate::Function;

/// All standard functions: editors and converters.
pub fn all() -> impl Iterator<Item = &'static Function> {
    const LISTS: &[&[&Function]] = &[
        cut::LIST,
        edit::LIST,
        encode::LIST,
        flatten::LIST,
        format::LIST,
        hash::LIST,
        id::LIST,
        kinds::LIST,
        lists::LIST,
        maps::LIST,
        network::LIST,
        number::LIST,
        replace::LIST,
        severity::LIST,
        sort::LIST,
        texts::LIST,
        time::DURATIONS,
        time::LIST,
        time::PARTS,
        url::LIST,
        user_agent::LIST,
    ];
    LISTS.iter().copied().flatten().copied()
}
