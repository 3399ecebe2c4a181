//! The standard functions. Each file holds some that belong together, and lists them.

mod csv;
mod cut;
mod edit;
mod encode;
mod expand;
mod extract;
mod flatten;
mod format;
mod glob;
mod grok;
mod hash;
mod id;
mod key_value;
mod kinds;
mod lists;
mod logs;
mod maps;
mod network;
mod number;
mod parse_json;
pub(crate) mod pattern;
mod replace;
mod severity;
mod sort;
mod texts;
pub(crate) mod time;
mod unique;
mod url;
mod user_agent;
mod xml;

use crate::Function;

/// All standard functions: editors and converters.
pub fn all() -> impl Iterator<Item = &'static Function> {
    const LISTS: &[&[&Function]] = &[
        csv::LIST,
        cut::LIST,
        edit::LIST,
        encode::LIST,
        extract::LIST,
        flatten::LIST,
        format::LIST,
        grok::LIST,
        hash::LIST,
        id::LIST,
        key_value::LIST,
        kinds::LIST,
        lists::LIST,
        maps::LIST,
        network::LIST,
        number::LIST,
        parse_json::LIST,
        replace::LIST,
        severity::LIST,
        sort::LIST,
        texts::LIST,
        time::DURATIONS,
        time::LIST,
        time::PARTS,
        url::LIST,
        user_agent::LIST,
        xml::LIST,
    ];
    LISTS.iter().copied().flatten().copied()
}

/// Readers of formats of logs, which upstream has in the transform processor for the context of logs alone.
pub fn log_formats() -> impl Iterator<Item = &'static Function> {
    logs::LIST.iter().copied()
}
