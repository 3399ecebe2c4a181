//! The pieces that a time is written with, read from the front of a text.

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(super) const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// What an element may do wrong.
pub(super) enum Wrong {
    /// It is not there.
    Bad,
    /// It is there, and no such month or hour exists.
    Range,
}

pub(super) fn take<'t>(rest: &mut &'t [u8], length: usize) -> Result<&'t [u8], Wrong> {
    let (taken, after) = rest.split_at_checked(length).ok_or(Wrong::Bad)?;
    *rest = after;
    Ok(taken)
}

pub(super) fn space(rest: &mut &[u8]) {
    if let Some((b' ', after)) = rest.split_first() {
        *rest = after;
    }
}

pub(super) fn within(number: i64, least: i64, most: i64) -> Result<i64, Wrong> {
    if (least..=most).contains(&number) {
        Ok(number)
    } else {
        Err(Wrong::Range)
    }
}

/// One or two digits, or exactly two.
pub(super) fn number(rest: &mut &[u8], two: bool) -> Result<i64, Wrong> {
    let digit = |place: usize| {
        rest.get(place)
            .filter(|digit| digit.is_ascii_digit())
            .map(|digit| i64::from(digit - b'0'))
    };
    let first = digit(0).ok_or(Wrong::Bad)?;
    let (number, length) = match digit(1) {
        Some(second) => (first * 10 + second, 2),
        None if two => return Err(Wrong::Bad),
        None => (first, 1),
    };
    take(rest, length)?;
    Ok(number)
}

pub(super) fn three_digits(rest: &mut &[u8], three: bool) -> Result<i64, Wrong> {
    let count = rest
        .iter()
        .take(3)
        .take_while(|digit| digit.is_ascii_digit())
        .count();
    if count == 0 || (three && count != 3) {
        return Err(Wrong::Bad);
    }
    atoi(take(rest, count)?)
}

/// Digits behind an optional sign.
pub(super) fn atoi(text: &[u8]) -> Result<i64, Wrong> {
    let text = str::from_utf8(text).map_err(|_| Wrong::Bad)?;
    // No digit at all is zero to Go, which cannot happen where digits are counted first.
    text.parse().map_err(|_| Wrong::Bad)
}

/// Nanoseconds from the digits behind a point; those beyond the ninth are dropped.
pub(super) fn nanos(digits: &[u8]) -> u32 {
    let digits = digits
        .iter()
        .copied()
        .chain(std::iter::repeat(b'0'))
        .take(9);
    digits.fold(0, |nanos, digit| {
        nanos * 10 + u32::from(digit.wrapping_sub(b'0') % 10)
    })
}

/// The place of the name that the text begins with, in any case.
pub(super) fn lookup(
    names: &[&str],
    letters: Option<usize>,
    rest: &mut &[u8],
) -> Result<i64, Wrong> {
    for (place, name) in names.iter().enumerate() {
        let name = name.as_bytes();
        let name = letters
            .and_then(|letters| name.get(..letters))
            .unwrap_or(name);
        if let Some((found, after)) = rest.split_at_checked(name.len())
            && found.eq_ignore_ascii_case(name)
        {
            *rest = after;
            return i64::try_from(place).map_err(|_| Wrong::Bad);
        }
    }
    Err(Wrong::Bad)
}

/// How long the abbreviation of a zone is that the text begins with.
pub(super) fn abbreviation(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(rest) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_hours(rest));
    }
    if matches!(text.first(), Some(b'+' | b'-')) {
        return Some(signed_hours(text)).filter(|length| *length > 0);
    }
    let capitals = text
        .iter()
        .take(6)
        .take_while(|letter| letter.is_ascii_uppercase())
        .count();
    match capitals {
        5 if text.get(4) == Some(&b'T') => Some(5),
        4 if text.get(3) == Some(&b'T') || text.starts_with(b"WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

/// How long a sign and a number up to 23 are; 0 where they are not there.
fn signed_hours(text: &[u8]) -> usize {
    let Some((b'+' | b'-', digits)) = text.split_first() else {
        return 0;
    };
    let count = digits
        .iter()
        .take_while(|digit| digit.is_ascii_digit())
        .count();
    let hours = digits.get(..count).and_then(|digits| atoi(digits).ok());
    if hours.is_some_and(|hours| hours <= 23) {
        count + 1
    } else {
        0
    }
}
