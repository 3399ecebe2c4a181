//! International bank account numbers.

use std::ops::Range;

use crate::bytes::{at, begins_word, ends_word, within};

/// Countries and the lengths of their numbers (SWIFT's registry).
const LENGTHS: &[u8] = b"AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30";

/// The number whose first check digit stands at `place`, after its country.
pub(crate) fn iban(text: &[u8], place: usize) -> Option<Range<usize>> {
    let start = place.checked_sub(2)?;
    let country = within(text, start..place);
    if !country.iter().all(u8::is_ascii_uppercase) || !begins_word(text, start) {
        return None;
    }
    let (entries, _) = LENGTHS.as_chunks::<4>();
    let length = entries.iter().find_map(|[one, other, tens, ones]| {
        (country == [*one, *other])
            .then(|| usize::from(tens - b'0') * 10 + usize::from(ones - b'0'))
    })?;
    let mut symbols = Vec::with_capacity(length);
    let mut end = start;
    while symbols.len() < length {
        let byte = at(text, end);
        // Printed in fours.
        let is_gap = matches!(byte, b' ' | b'-') && symbols.len() >= 4 && symbols.len() % 4 == 0;
        match byte {
            byte if byte.is_ascii_digit() || byte.is_ascii_uppercase() => symbols.push(byte),
            _ if is_gap && at(text, end.saturating_add(1)).is_ascii_alphanumeric() => {}
            _ => return None,
        }
        end = end.saturating_add(1);
    }
    (ends_word(text, end) && remainder(&symbols) == 1).then_some(start..end)
}

/// The remainder by 97 of the number that the symbols stand for, country and check digits last.
fn remainder(symbols: &[u8]) -> u32 {
    let (head, tail) = symbols.split_at_checked(4).unwrap_or((symbols, &[]));
    tail.iter()
        .chain(head)
        .fold(0, |rest, symbol| match symbol {
            b'0'..=b'9' => (rest * 10 + u32::from(symbol - b'0')) % 97,
            letter => (rest * 100 + u32::from(letter.saturating_sub(b'A')) + 10) % 97,
        })
}
