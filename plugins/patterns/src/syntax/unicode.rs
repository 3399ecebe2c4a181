//! Unicode classes: `\pL`, `\p{Greek}`, `\p{Letter}`.
//!
//! `unicode.bin` holds the 29 general categories and the scripts as differences of range borders; it is some 12 KB, where the tables of
//! `regex-syntax` would add 400 to every policy. A test makes it from those tables and compares. Its layout, for each name: length of
//! the name, the name, length of the ranges in two bytes (big end first), the ranges. A range is two numbers in base 128 (low part
//! first): the distance from the end of the last range, and its length less one.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

static TABLES: &[u8] = include_bytes!("unicode.bin");

/// Long names of categories, as Go 1.25 has them, in the spelling of [`plain`].
const ALIASES: [(&str, &str); 38] = [
    ("casedletter", "LC"),
    ("closepunctuation", "Pe"),
    ("connectorpunctuation", "Pc"),
    ("control", "Cc"),
    ("cntrl", "Cc"),
    ("currencysymbol", "Sc"),
    ("dashpunctuation", "Pd"),
    ("decimalnumber", "Nd"),
    ("digit", "Nd"),
    ("enclosingmark", "Me"),
    ("finalpunctuation", "Pf"),
    ("format", "Cf"),
    ("initialpunctuation", "Pi"),
    ("letter", "L"),
    ("letternumber", "Nl"),
    ("lineseparator", "Zl"),
    ("lowercaseletter", "Ll"),
    ("mark", "M"),
    ("combiningmark", "M"),
    ("mathsymbol", "Sm"),
    ("modifierletter", "Lm"),
    ("modifiersymbol", "Sk"),
    ("nonspacingmark", "Mn"),
    ("number", "N"),
    ("openpunctuation", "Ps"),
    ("otherletter", "Lo"),
    ("othernumber", "No"),
    ("otherpunctuation", "Po"),
    ("othersymbol", "So"),
    ("paragraphseparator", "Zp"),
    ("privateuse", "Co"),
    ("punctuation", "P"),
    ("punct", "P"),
    ("separator", "Z"),
    ("spaceseparator", "Zs"),
    ("spacingmark", "Mc"),
    ("symbol", "S"),
    ("titlecaseletter", "Lt"),
];

/// The class of a name, or why there is none.
pub(super) fn class(name: &str) -> Result<ClassUnicode, String> {
    let wanted = plain(name);
    let wanted = ALIASES
        .iter()
        .find(|(long, _)| *long == wanted)
        .map_or(wanted, |(_, short)| plain(short));
    let mut class = ClassUnicode::empty();
    match wanted.as_str() {
        "any" => class.negate(),
        "ascii" => class.push(ClassUnicodeRange::new('\0', '\u{7f}')),
        "lc" => ["lu", "ll", "lt"]
            .into_iter()
            .for_each(|part| class.union(&named(part))),
        "assigned" => class = assigned(),
        "cn" | "unassigned" => {
            class = assigned();
            class.negate();
        }
        "l" | "m" | "n" | "p" | "s" | "z" => {
            entries()
                .filter(|(known, _)| {
                    known.len() == 2 && known.to_ascii_lowercase().starts_with(&wanted)
                })
                .for_each(|(_, ranges)| add(&mut class, ranges));
        }
        "c" | "other" => {
            return Err(
                "what the class `C` holds depends on the version of Go; name Cc, Cf, Co or Cn"
                    .to_owned(),
            );
        }
        "cs" | "surrogate" => {
            return Err("no text holds surrogates; leave the class out".to_owned());
        }
        known => class = named(known),
    }
    if class.ranges().is_empty() {
        return Err(format!(
            "`{name}` is no Unicode category or script; there is L, Lu, N, P, Greek, Han and so on"
        ));
    }
    Ok(class)
}

/// Names are compared without regard to case, hyphens, underscores and spaces.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' '))
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn named(wanted: &str) -> ClassUnicode {
    let mut class = ClassUnicode::empty();
    if let Some((_, ranges)) = entries().find(|(known, _)| plain(known) == wanted) {
        add(&mut class, ranges);
    }
    class
}

/// Every character of a category, and the surrogates, which have one although no text holds them, are left out by `char` itself.
fn assigned() -> ClassUnicode {
    let mut class = ClassUnicode::empty();
    entries()
        .filter(|(known, _)| known.len() == 2)
        .for_each(|(_, ranges)| add(&mut class, ranges));
    class
}

/// The entries of the table: names, and ranges as they are stored.
fn entries() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let mut rest = TABLES;
    std::iter::from_fn(move || {
        let (&name_length, after) = rest.split_first()?;
        let (name, after) = after.split_at_checked(usize::from(name_length))?;
        let (size, after) = after.split_first_chunk::<2>()?;
        let (ranges, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*size)))?;
        rest = after;
        Some((std::str::from_utf8(name).ok()?, ranges))
    })
}

fn add(class: &mut ClassUnicode, ranges: &[u8]) {
    let mut numbers = numbers(ranges);
    let mut at = 0_u32;
    while let (Some(gap), Some(length)) = (numbers.next(), numbers.next()) {
        let from = at.saturating_add(gap);
        let to = from.saturating_add(length);
        if let (Some(from), Some(to)) = (char::from_u32(from), char::from_u32(to)) {
            class.push(ClassUnicodeRange::new(from, to));
        }
        at = to;
    }
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let mut bytes = bytes.iter();
    std::iter::from_fn(move || {
        let (mut value, mut shift) = (0_u32, 0_u32);
        loop {
            let byte = *bytes.next()?;
            value |= u32::from(byte & 0x7f).checked_shl(shift)?;
            shift = shift.saturating_add(7);
            if byte < 0x80 {
                return Some(value);
            }
        }
    })
}
