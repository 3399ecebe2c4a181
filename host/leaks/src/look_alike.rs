//! Letters and digits that look like others.

/// Letters of Cyrillic and Greek beside those of Latin that they look like.
const LETTERS: &[(char, char)] = &[
    ('a', 'а'),
    ('c', 'с'),
    ('e', 'е'),
    ('i', 'і'),
    ('j', 'ј'),
    ('o', 'о'),
    ('p', 'р'),
    ('s', 'ѕ'),
    ('x', 'х'),
    ('y', 'у'),
    ('A', 'А'),
    ('B', 'В'),
    ('C', 'С'),
    ('E', 'Е'),
    ('H', 'Н'),
    ('I', 'І'),
    ('J', 'Ј'),
    ('K', 'К'),
    ('M', 'М'),
    ('O', 'О'),
    ('P', 'Р'),
    ('S', 'Ѕ'),
    ('T', 'Т'),
    ('X', 'Х'),
    ('Y', 'Ү'),
    ('v', 'ν'),
    ('N', 'Ν'),
    ('Z', 'Ζ'),
];

/// From the signs of ASCII to their full-width forms.
const FULL_WIDTH: u32 = 0xfee0;

/// The sign that a reader takes for this one: digits and signs in full width, letters of another script.
pub(crate) fn disguised(sign: char) -> char {
    let letter = LETTERS.iter().find(|(latin, _)| *latin == sign);
    match letter {
        Some((_, other)) => *other,
        None if sign.is_ascii_digit() || sign.is_ascii_punctuation() => {
            char::from_u32(u32::from(sign).saturating_add(FULL_WIDTH)).unwrap_or(sign)
        }
        None => sign,
    }
}

/// The sign of ASCII that this one looks like.
pub(crate) fn plain(sign: char) -> char {
    match sign {
        _ if sign.is_ascii() => sign,
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(sign).saturating_sub(FULL_WIDTH)).unwrap_or(sign)
        }
        _ => {
            let letter = LETTERS.iter().find(|(_, other)| *other == sign);
            letter.map_or(sign, |(latin, _)| *latin)
        }
    }
}
