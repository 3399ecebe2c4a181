//! What is made of digits and separators: cards, social security numbers, telephone numbers, IPv4 addresses. A run of digits is read
//! once and asked what it may be.

use std::ops::Range;

use crate::bytes::{at, before, begins_word, ends_word, is_escape_end, is_word, run_after, within};

/// More digits than any number here has.
const MOST_DIGITS: usize = 19;
/// The longest written form: every digit with a separator.
const LONGEST: usize = 48;

/// Digits, and how they are grouped.
#[derive(Debug, Default)]
pub(crate) struct Number {
    digits: Vec<u8>,
    /// Lengths of the groups.
    groups: Vec<usize>,
    /// The separator, if it is everywhere the same.
    separator: Option<u8>,
    /// After the last digit.
    end: usize,
}

impl Number {
    /// The number that begins at `start`, with single separators of one kind.
    pub(crate) fn read(text: &[u8], start: usize) -> Number {
        let mut number = Number {
            end: start,
            ..Number::default()
        };
        loop {
            let end = run_after(text, number.end, LONGEST, |byte| byte.is_ascii_digit());
            let group = within(text, number.end..end);
            number.groups.push(group.len());
            number
                .digits
                .extend(group.iter().map(|digit| digit.wrapping_sub(b'0')));
            number.end = end;
            let next = at(text, end);
            let goes_on = matches!(next, b' ' | b'-' | b'.')
                && number.separator.is_none_or(|separator| separator == next)
                && at(text, end.saturating_add(1)).is_ascii_digit()
                && end.saturating_sub(start) < LONGEST;
            if !goes_on {
                return number;
            }
            number.separator = Some(next);
            number.end = end.saturating_add(1);
        }
    }

    pub(crate) fn end(&self) -> usize {
        self.end
    }

    /// The same number without its last group, if there is another before it.
    pub(crate) fn shortened(mut self) -> Option<Number> {
        let last = self.groups.pop().filter(|_| !self.groups.is_empty())?;
        self.digits.truncate(self.digits.len().saturating_sub(last));
        self.end = self.end.saturating_sub(last.saturating_add(1));
        if self.groups.len() == 1 {
            self.separator = None;
        }
        Some(self)
    }

    fn first_digits(&self, count: usize) -> u32 {
        self.digits
            .iter()
            .take(count)
            .fold(0, |number, digit| number * 10 + u32::from(*digit))
    }

    /// Whether it is a payment card's, in one piece or grouped as cards are printed.
    pub(crate) fn is_card(&self) -> bool {
        let length = self.digits.len();
        if !(14..=MOST_DIGITS).contains(&length) || !self.is_grouped_as_card() {
            return false;
        }
        let issued = match self.first_digits(4) {
            // Visa; those of 13 digits are not issued any more, and German article numbers begin like them.
            4000..=4999 => matches!(length, 16 | 19),
            2221..=2720 | 5100..=5599 => length == 16,
            3400..=3499 | 3700..=3799 => length == 15,
            3000..=3059 | 3600..=3699 | 3800..=3999 => length == 14,
            3528..=3589 | 6200..=6299 | 6440..=6599 => (16..=19).contains(&length),
            6011 | 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763 => {
                (16..=19).contains(&length)
            }
            _ => false,
        };
        issued
            && luhn(&self.digits)
            && self
                .digits
                .iter()
                .any(|digit| Some(digit) != self.digits.last())
    }

    fn is_grouped_as_card(&self) -> bool {
        let groups = self.groups.as_slice();
        let printed = matches!(groups, [4, 4, 4, 4] | [4, 4, 4, 4, 1..=3] | [4, 6, 4 | 5]);
        match self.separator {
            None => true,
            Some(b'.') => false,
            // Round numbers side by side.
            Some(b' ') if self.is_round() => false,
            Some(_) => printed || groups.iter().all(|length| *length == 1),
        }
    }

    /// Whether every group ends in two zeros.
    fn is_round(&self) -> bool {
        let mut end = 0_usize;
        self.groups.iter().all(|length| {
            end = end.saturating_add(*length);
            let last = self.digits.get(end.saturating_sub(2)..end);
            last == Some(&[0, 0])
        })
    }

    /// Whether it is a social security number of the United States, which was or may be given out.
    pub(crate) fn is_ssn(&self) -> bool {
        if self.groups != [3, 2, 4] || !matches!(self.separator, Some(b'-' | b' ')) {
            return false;
        }
        let area = self.first_digits(3);
        let has = |range: Range<usize>| {
            self.digits
                .get(range)
                .is_some_and(|digits| digits.iter().any(|digit| *digit != 0))
        };
        area != 0 && area != 666 && area < 900 && has(3..5) && has(5..9)
    }

    /// Whether it is a North American telephone number, with separators.
    pub(crate) fn is_north_american_phone(&self) -> bool {
        let local = match self.groups.as_slice() {
            [3, 3, 4] => self.digits.as_slice(),
            [1, 3, 3, 4] if self.digits.first() == Some(&1) => {
                self.digits.get(1..).unwrap_or_default()
            }
            _ => return false,
        };
        let starts = |place: usize| local.get(place).is_some_and(|digit| *digit >= 2);
        starts(0) && starts(3)
    }

    /// Whether it is an IPv4 address that says something about somebody.
    pub(crate) fn is_ipv4(&self) -> bool {
        if self.separator != Some(b'.') || self.groups.len() != 4 {
            return false;
        }
        let mut rest = self.digits.as_slice();
        let mut octets = [0_u32; 4];
        for (octet, length) in octets.iter_mut().zip(&self.groups) {
            let Some((group, after)) = rest.split_at_checked(*length) else {
                return false;
            };
            rest = after;
            *octet = group
                .iter()
                .take(4)
                .fold(0, |number, digit| number * 10 + u32::from(*digit));
            if *length > 3 || *octet > 255 || *length > 1 && group.first() == Some(&0) {
                return false;
            }
        }
        let [first, second, third, fourth] = octets;
        let is_nobodys = first == 127
            || first == 0
            || first == 255
            || (second, third, fourth) == (0, 0, 0) && first < 10;
        !is_nobodys
    }
}

/// Whether a number may begin at a place: not within a word, a version, a longer number.
pub(crate) fn may_begin(text: &[u8], start: usize) -> bool {
    let previous = before(text, start);
    if is_escape_end(text, start) {
        return true;
    }
    let glued = !begins_word(text, start)
        || matches!(previous, b'.' | b'-' | b'+') && is_word(before(text, start.saturating_sub(1)));
    let listed = previous == b',' && before(text, start.saturating_sub(1)).is_ascii_digit();
    !glued && !listed
}

/// Whether a number may end at a place.
pub(crate) fn may_end(text: &[u8], end: usize) -> bool {
    let next = at(text, end);
    let after = at(text, end.saturating_add(1));
    ends_word(text, end) && !(matches!(next, b'.' | b'-' | b'+' | b',') && after.is_ascii_digit())
}

/// Whether dots before or behind say that it is a version: `v1.2.3.4`, `Chrome/120.0.0.0`, `1.2.3.4-rc1`.
pub(crate) fn is_version(text: &[u8], start: usize, end: usize) -> bool {
    let previous = before(text, start);
    let product = matches!(previous, b'/' | b'@')
        && before(text, start.saturating_sub(1)).is_ascii_alphanumeric()
        && !crate::bytes::ends_with_folded(text.get(..start).unwrap_or_default(), b"://");
    let pinned = previous == b'='
        && matches!(
            before(text, start.saturating_sub(1)),
            b'=' | b'~' | b'>' | b'<' | b'!' | b'^'
        );
    let named = crate::bytes::ends_with_folded(
        text.get(..start.saturating_sub(1)).unwrap_or_default(),
        b"version",
    );
    let suffixed = at(text, end) == b'-' && at(text, end.saturating_add(1)).is_ascii_alphabetic();
    product || pinned || named || suffixed
}

/// The telephone number after a `+`: a country's code and 7 to 14 more digits, with separators.
pub(crate) fn international_phone(text: &[u8], plus: usize) -> Option<Range<usize>> {
    if !begins_word(text, plus) || !matches!(at(text, plus.saturating_add(1)), b'1'..=b'9') {
        return None;
    }
    let mut digits = 0_usize;
    let mut separators = 0_usize;
    let mut end = plus;
    let mut place = plus.saturating_add(1);
    loop {
        match at(text, place) {
            b'0'..=b'9' => {
                digits = digits.saturating_add(1);
                separators = 0;
                place = place.saturating_add(1);
                end = place;
            }
            b' ' | b'-' | b'.' | b'(' | b')' | b'/' if separators < 2 => {
                separators = separators.saturating_add(1);
                place = place.saturating_add(1);
            }
            _ => break,
        }
        if digits > 15 {
            return None;
        }
    }
    ((8..=15).contains(&digits) && may_end(text, end)).then_some(plus..end)
}

/// The telephone number after an opening parenthesis: `(212) 555-0143`.
pub(crate) fn phone_in_parentheses(text: &[u8], open: usize) -> Option<Range<usize>> {
    let area = within(text, open.saturating_add(1)..open.saturating_add(5));
    let [b'2'..=b'9', b'0'..=b'9', b'0'..=b'9', b')'] = area else {
        return None;
    };
    let mut start = open.saturating_add(5);
    start = start.saturating_add(usize::from(matches!(at(text, start), b' ' | b'-')));
    let [
        b'2'..=b'9',
        b'0'..=b'9',
        b'0'..=b'9',
        b' ' | b'-' | b'.',
        b'0'..=b'9',
        b'0'..=b'9',
        b'0'..=b'9',
        b'0'..=b'9',
    ] = within(text, start..start.saturating_add(8))
    else {
        return None;
    };
    let end = start.saturating_add(8);
    (begins_word(text, open) && may_end(text, end)).then_some(open..end)
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(*digit)) {
            (0, digit) => digit,
            (_, digit @ 5..) => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}
