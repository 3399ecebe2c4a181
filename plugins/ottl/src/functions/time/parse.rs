//! Reading a text by a layout (`time.ParseInLocation`).

use super::layout::{Element, Layout, Offset};
use super::scan::{
    MONTHS, WEEKDAYS, Wrong, abbreviation, atoi, lookup, nanos, number, space, take, three_digits,
    within,
};
use crate::value::{Time, Zone};

/// Why a text does not follow a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// The element of the layout, or the text before one, at which it went wrong; none where no element is to blame.
    pub(super) element: Option<String>,
    /// What of the text had not been read.
    pub(super) rest: Vec<u8>,
}

impl Failure {
    /// One that no element is to blame for.
    pub(super) const fn general() -> Self {
        Self {
            element: None,
            rest: Vec::new(),
        }
    }
}

/// What has been read so far.
#[derive(Default)]
pub(super) struct Read {
    pub(super) year: i64,
    pub(super) month: Option<i64>,
    pub(super) day: Option<i64>,
    pub(super) day_of_year: Option<i64>,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) nanos: u32,
    pub(super) afternoon: bool,
    pub(super) morning: bool,
    pub(super) utc: bool,
    pub(super) offset: Option<i32>,
    pub(super) zone: Option<String>,
}

/// The instant that a text means, in a zone unless it names another.
pub(super) fn parse(layout: &Layout, text: &str, default: Zone) -> Result<Time, Failure> {
    let mut rest = text.as_bytes();
    let mut read = Read::default();
    let failure = |element: &str, rest: &[u8]| Failure {
        element: (!element.is_empty()).then(|| element.to_owned()),
        rest: rest.to_vec(),
    };
    for (place, step) in layout.steps.iter().enumerate() {
        skip(&mut rest, &step.before).map_err(|rest| failure(&step.before, rest))?;
        let held = rest;
        let next = layout.steps.get(place + 1).map(|step| step.element);
        match read.element(step.element, next, &mut rest) {
            Ok(()) => {}
            Err(Wrong::Bad) => return Err(failure(&step.spelling, held)),
            Err(Wrong::Range) => return Err(failure(&step.spelling, rest)),
        }
    }
    skip(&mut rest, &layout.rest).map_err(|rest| failure(&layout.rest, rest))?;
    if !rest.is_empty() {
        return Err(failure("", rest));
    }
    read.finish(default).ok_or_else(Failure::general)
}

/// Skips a literal. A space stands for any number of spaces, none at the end of the text.
fn skip<'t>(rest: &mut &'t [u8], literal: &str) -> Result<(), &'t [u8]> {
    let mut literal = literal.as_bytes();
    while let Some((letter, after)) = literal.split_first() {
        if *letter == b' ' {
            if rest.first().is_some_and(|letter| *letter != b' ') {
                return Err(rest);
            }
            literal = without_spaces(literal);
            *rest = without_spaces(rest);
            continue;
        }
        match rest.split_first() {
            Some((found, others)) if found == letter => *rest = others,
            _ => return Err(rest),
        }
        literal = after;
    }
    Ok(())
}

fn without_spaces(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|letter| **letter == b' ').count();
    text.get(spaces..).unwrap_or_default()
}

impl Read {
    fn element(
        &mut self,
        element: Element,
        next: Option<Element>,
        rest: &mut &[u8],
    ) -> Result<(), Wrong> {
        match element {
            Element::Year => {
                let year = atoi(take(rest, 2)?)?;
                self.year = if year >= 69 { year + 1900 } else { year + 2000 };
            }
            Element::LongYear => {
                if !rest.first().is_some_and(u8::is_ascii_digit) {
                    return Err(Wrong::Bad);
                }
                self.year = atoi(take(rest, 4)?)?;
            }
            Element::Month => self.month = Some(lookup(&MONTHS, Some(3), rest)? + 1),
            Element::LongMonth => self.month = Some(lookup(&MONTHS, None, rest)? + 1),
            Element::NumMonth | Element::ZeroMonth => {
                let month = number(rest, element == Element::ZeroMonth)?;
                self.month = Some(within(month, 1, 12)?);
            }
            Element::Weekday => {
                lookup(&WEEKDAYS, Some(3), rest)?;
            }
            Element::LongWeekday => {
                lookup(&WEEKDAYS, None, rest)?;
            }
            Element::Day | Element::UnderDay | Element::ZeroDay => {
                if element == Element::UnderDay {
                    space(rest);
                }
                self.day = Some(number(rest, element == Element::ZeroDay)?);
            }
            Element::UnderYearDay | Element::ZeroYearDay => {
                if element == Element::UnderYearDay {
                    space(rest);
                    space(rest);
                }
                self.day_of_year = Some(three_digits(rest, element == Element::ZeroYearDay)?);
            }
            Element::Hour => self.hour = within(number(rest, false)?, 0, 23)?,
            Element::Hour12 | Element::ZeroHour12 => {
                self.hour = within(number(rest, element == Element::ZeroHour12)?, 0, 12)?;
            }
            Element::Minute | Element::ZeroMinute => {
                self.minute = within(number(rest, element == Element::ZeroMinute)?, 0, 59)?;
            }
            Element::Second | Element::ZeroSecond => {
                self.second = within(number(rest, element == Element::ZeroSecond)?, 0, 59)?;
                // A fraction may follow even where the layout has none.
                let expected = matches!(next, Some(Element::Fraction0(_) | Element::Fraction9(..)));
                if !expected {
                    self.fraction(rest);
                }
            }
            Element::UpperNoon => self.noon(take(rest, 2)?, b"AM", b"PM")?,
            Element::LowerNoon => self.noon(take(rest, 2)?, b"am", b"pm")?,
            Element::Abbreviation => self.abbreviation(rest)?,
            Element::Offset(offset) => self.offset(offset, rest)?,
            Element::Fraction9(..) => self.fraction(rest),
            Element::Fraction0(digits) => {
                let (point, digits) = take(rest, digits + 1)?.split_first().ok_or(Wrong::Bad)?;
                if !matches!(point, b'.' | b',') || !digits.iter().all(u8::is_ascii_digit) {
                    return Err(Wrong::Bad);
                }
                self.nanos = nanos(digits);
            }
        }
        Ok(())
    }

    /// A point and any number of digits, if they are there.
    fn fraction(&mut self, rest: &mut &[u8]) {
        let Some((b'.' | b',', after)) = rest.split_first() else {
            return;
        };
        let count = after
            .iter()
            .take_while(|digit| digit.is_ascii_digit())
            .count();
        if count > 0
            && let Some((digits, after)) = after.split_at_checked(count)
        {
            self.nanos = nanos(digits);
            *rest = after;
        }
    }

    fn noon(&mut self, found: &[u8], morning: &[u8], afternoon: &[u8]) -> Result<(), Wrong> {
        self.afternoon |= found == afternoon;
        self.morning |= found == morning;
        if found == afternoon || found == morning {
            Ok(())
        } else {
            Err(Wrong::Bad)
        }
    }

    fn offset(&mut self, offset: Offset, rest: &mut &[u8]) -> Result<(), Wrong> {
        if offset.zulu
            && let Some((b'Z', after)) = rest.split_first()
        {
            *rest = after;
            self.utc = true;
            return Ok(());
        }
        let parts = usize::from(offset.parts);
        let length = 1 + parts * 2 + if offset.colons { parts - 1 } else { 0 };
        let (sign, digits) = take(rest, length)?.split_first().ok_or(Wrong::Bad)?;
        let mut seconds = 0;
        let mut good = true;
        let mut fits = true;
        for (place, (unit, largest)) in [(3_600, 24), (60, 60), (1, 60)]
            .into_iter()
            .take(parts)
            .enumerate()
        {
            let begin = place * if offset.colons { 3 } else { 2 };
            if offset.colons && place > 0 && digits.get(begin - 1) != Some(&b':') {
                return Err(Wrong::Bad);
            }
            let mut digits = digits.get(begin..begin + 2).unwrap_or_default();
            // What comes after something that is no number is not looked at.
            let count = if good {
                number(&mut digits, true)
            } else {
                Ok(0)
            };
            good &= count.is_ok();
            let count = count.unwrap_or_default();
            fits &= count <= largest;
            seconds += i32::try_from(count).unwrap_or_default() * unit;
        }
        if !fits {
            return Err(Wrong::Range);
        }
        self.offset = Some(match sign {
            _ if !good => return Err(Wrong::Bad),
            b'+' => seconds,
            b'-' => -seconds,
            _ => return Err(Wrong::Bad),
        });
        Ok(())
    }

    fn abbreviation(&mut self, rest: &mut &[u8]) -> Result<(), Wrong> {
        if let Some(after) = rest.strip_prefix(b"UTC") {
            *rest = after;
            self.utc = true;
            return Ok(());
        }
        let name = take(rest, abbreviation(rest).ok_or(Wrong::Bad)?)?;
        self.zone = Some(String::from_utf8_lossy(name).into_owned());
        Ok(())
    }
}
