//! Zones as the IANA database is compiled to (RFC 9636), read in place.

use super::calendar::{DAY, date_of, days_in, days_until, is_leap};

/// A time during which a zone keeps one offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    /// What the zone is called then: `CET`, `CEST`.
    pub(super) name: &'static str,
    /// Seconds east of UTC.
    pub(super) offset: i32,
    /// The first second.
    pub(super) start: i64,
    /// The second after the last.
    pub(super) end: i64,
}

impl Period {
    /// One that never ends.
    pub(super) const fn always(name: &'static str, offset: i32) -> Self {
        Self {
            name,
            offset,
            start: i64::MIN,
            end: i64::MAX,
        }
    }
}

/// A zone's history: transitions, the local times that they lead to, and the rule for what comes after.
#[derive(Debug, Clone, Copy)]
pub(super) struct Zone {
    times: &'static [u8],
    kinds: &'static [u8],
    locals: &'static [u8],
    names: &'static [u8],
    rule: &'static str,
    /// Whether the time before there were zones counts as the standard time of today.
    no_local_time: bool,
}

/// The length of the header.
const HEADER: usize = 44;

impl Zone {
    /// The zone in a file of version 2 or later: its second half, which counts in 64 bits.
    pub(super) fn read(file: &'static [u8]) -> Option<Self> {
        let counts = counts(file)?;
        let [utc, standard, leaps, times, locals, names] = counts;
        let first = times * 5 + locals * 6 + names + leaps * 8 + standard + utc;
        let file = file.get(HEADER + first..)?;
        let [utc, standard, leaps, times, locals, names] = self::counts(file)?;
        let rest = file.get(HEADER..)?;
        let (times_bytes, rest) = rest.split_at_checked(times * 8)?;
        let (kinds, rest) = rest.split_at_checked(times)?;
        let (locals, rest) = rest.split_at_checked(locals * 6)?;
        let (names, rest) = rest.split_at_checked(names)?;
        let rule = rest.get(leaps * 12 + standard + utc..)?;
        let rule = str::from_utf8(rule).ok()?;
        Some(Self {
            times: times_bytes,
            kinds,
            locals,
            names,
            rule: rule.strip_prefix('\n')?.strip_suffix('\n')?,
            no_local_time: false,
        })
    }

    /// The same zone with its standard time in place of its local mean time.
    pub(super) const fn without_local_time(self) -> Self {
        Self {
            no_local_time: true,
            ..self
        }
    }

    /// What holds at an instant.
    pub(super) fn period(&self, seconds: i64) -> Option<Period> {
        let count = self.kinds.len();
        let after = partition(count, |place| {
            self.time(place).is_some_and(|time| time <= seconds)
        });
        let Some(last) = after.checked_sub(1) else {
            let (mut name, mut offset, _) = self.local(self.first()?)?;
            if self.no_local_time && name == "LMT" {
                (name, offset) = standard(self.rule)?;
            }
            let end = self.time(0).unwrap_or(i64::MAX);
            // A zone without transitions has a rule, and it holds at all times.
            if count == 0
                && let Some(period) = rule(self.rule, i64::MIN, seconds)
            {
                return Some(period);
            }
            return Some(Period {
                end,
                ..Period::always(name, offset)
            });
        };
        let start = self.time(last)?;
        if after == count
            && let Some(period) = rule(self.rule, start, seconds)
        {
            return Some(period);
        }
        let (name, offset, _) = self.local(usize::from(*self.kinds.get(last)?))?;
        Some(Period {
            name,
            offset,
            start,
            end: self.time(after).unwrap_or(i64::MAX),
        })
    }

    /// The local times that the zone has had, by their names.
    pub(super) fn locals(&self) -> impl Iterator<Item = (&'static str, i32)> + '_ {
        let places = 0..self.locals.len() / 6;
        places.filter_map(|place| self.local(place).map(|(name, offset, _)| (name, offset)))
    }

    /// The local time before the first transition: the first that is no summer time, unless the first of all is not used otherwise.
    fn first(&self) -> Option<usize> {
        if !self.kinds.contains(&0) {
            return Some(0);
        }
        let summer = |place: usize| self.local(place).is_some_and(|(_, _, summer)| summer);
        let begins = usize::from(*self.kinds.first()?);
        if summer(begins)
            && let Some(place) = (0..begins).rev().find(|place| !summer(*place))
        {
            return Some(place);
        }
        Some(
            (0..self.locals.len() / 6)
                .find(|place| !summer(*place))
                .unwrap_or(0),
        )
    }

    fn time(&self, place: usize) -> Option<i64> {
        let bytes = self.times.get(place.checked_mul(8)?..)?;
        bytes.first_chunk().copied().map(i64::from_be_bytes)
    }

    /// Name, offset, and whether it is summer time.
    fn local(&self, place: usize) -> Option<(&'static str, i32, bool)> {
        let bytes = self.locals.get(place.checked_mul(6)?..)?;
        let [a, b, c, d, summer, name]: [u8; 6] = *bytes.first_chunk()?;
        let name = self.names.get(usize::from(name)..)?;
        let name = name.split(|byte| *byte == 0).next()?;
        Some((
            str::from_utf8(name).ok()?,
            i32::from_be_bytes([a, b, c, d]),
            summer != 0,
        ))
    }
}

/// The numbers in a header, in its order.
fn counts(file: &[u8]) -> Option<[usize; 6]> {
    let mut counts = [0; 6];
    let numbers = file.get(20..HEADER)?.chunks_exact(4);
    for (count, number) in counts.iter_mut().zip(numbers) {
        let number = u32::from_be_bytes(*number.first_chunk()?);
        *count = usize::try_from(number)
            .ok()
            .filter(|count| *count < 1 << 20)?;
    }
    Some(counts)
}

/// The first place for which the condition does not hold.
fn partition(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// What a rule (`CET-1CEST,M3.5.0,M10.5.0/3`) says of an instant.
fn rule(text: &'static str, since: i64, seconds: i64) -> Option<Period> {
    let standard = standard(text)?;
    let (_, rest) = clock(name(text)?.1)?;
    if rest.is_empty() {
        return Some(Period {
            start: since,
            ..Period::always(standard.0, standard.1)
        });
    }
    let (summer, rest) = name(rest)?;
    let (offset, rest) = match clock(rest) {
        Some((offset, rest)) => (offset.checked_neg()?, rest),
        None => (standard.1.checked_add(3_600)?, rest),
    };
    let summer = (summer, offset);
    let (begins, ends) = rest.strip_prefix(',')?.split_once(',')?;

    let (year, _, _) = date_of(seconds.div_euclid(DAY));
    let new_year = days_until(year, 1, 1).saturating_mul(DAY);
    let second = seconds.saturating_sub(new_year);
    let mut begins = (moment(begins, year)? - i64::from(standard.1), summer);
    let mut ends = (moment(ends, year)? - i64::from(summer.1), standard);
    if ends.0 < begins.0 {
        std::mem::swap(&mut begins, &mut ends);
    }
    let period = |(name, offset): (&'static str, i32), start, end| Period {
        name,
        offset,
        start: new_year.saturating_add(start),
        end: new_year.saturating_add(end),
    };
    Some(if second < begins.0 {
        period(ends.1, 0, begins.0)
    } else if second >= ends.0 {
        period(ends.1, ends.0, 365 * DAY)
    } else {
        period(begins.1, begins.0, ends.0)
    })
}

/// Name and offset of the standard time of a rule.
fn standard(text: &'static str) -> Option<(&'static str, i32)> {
    let (name, rest) = name(text)?;
    let (offset, _) = clock(rest)?;
    Some((name, offset.checked_neg()?))
}

/// A name at the beginning of a rule, in angle brackets or in letters.
fn name(text: &'static str) -> Option<(&'static str, &'static str)> {
    if let Some(rest) = text.strip_prefix('<') {
        return rest.split_once('>');
    }
    let end = text
        .find(|letter: char| letter.is_ascii_digit() || ",-+".contains(letter))
        .unwrap_or(text.len());
    (end >= 3).then(|| text.split_at_checked(end)).flatten()
}

/// `[+-]h[:m[:s]]`, in seconds.
fn clock(text: &str) -> Option<(i32, &str)> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, mut rest) = number(text)?;
    let mut seconds = hours * 3_600;
    for unit in [60, 1] {
        let Some(text) = rest.strip_prefix(':') else {
            break;
        };
        let (count, after) = number(text)?;
        seconds += count * unit;
        rest = after;
    }
    Some((sign * seconds, rest))
}

fn number(text: &str) -> Option<(i32, &str)> {
    let end = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let number = digits.parse().ok().filter(|number| *number < 1_000)?;
    Some((number, rest))
}

/// Seconds from the beginning of a year to what a rule says, by the local clock.
fn moment(text: &str, year: i64) -> Option<i64> {
    let (day, time) = text.split_once('/').unwrap_or((text, "2"));
    let (time, _) = clock(time)?;
    let days = if let Some(day) = day.strip_prefix('J') {
        let day: i64 = day.parse().ok()?;
        day - 1 + i64::from(is_leap(year) && day >= 60)
    } else if let Some(date) = day.strip_prefix('M') {
        let mut parts = date.splitn(3, '.').map(str::parse::<i64>);
        let (month, week, weekday) = (
            parts.next()?.ok()?,
            parts.next()?.ok()?,
            parts.next()?.ok()?,
        );
        let first = days_until(year, month.clamp(1, 12), 1);
        // 1970 began on a Thursday.
        let mut day = (weekday - (first + 4)).rem_euclid(7) + (week.clamp(1, 5) - 1) * 7;
        while day >= days_in(month, year) {
            day -= 7;
        }
        first + day - days_until(year, 1, 1)
    } else {
        day.parse().ok()?
    };
    Some(days.clamp(0, 366) * DAY + i64::from(time))
}
