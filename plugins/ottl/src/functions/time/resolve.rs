//! From what was read of a text to the instant that it means.

use super::calendar::{Written, days_in, is_leap};
use super::parse::Read;
use super::scan::atoi;
use super::zone;
use crate::value::{Time, Zone};

impl Read {
    /// The instant; none where there is no such day.
    pub(super) fn finish(self, default: Zone) -> Option<Time> {
        let hour = match self.hour {
            hour if self.afternoon && hour < 12 => hour + 12,
            12 if self.morning => 0,
            hour => hour,
        };
        let (month, day) = match self.day_of_year {
            None => (self.month.unwrap_or(1), self.day.unwrap_or(1)),
            Some(day_of_year) => {
                let (month, day) = date_in_year(day_of_year, self.year)?;
                let contradicts =
                    |read: Option<i64>, counted| read.is_some_and(|read| read != counted);
                if contradicts(self.month, month) || contradicts(self.day, day) {
                    return None;
                }
                (month, day)
            }
        };
        if day < 1 || day > days_in(month, self.year) {
            return None;
        }
        let written = Written {
            year: self.year,
            month,
            day,
            hour,
            minute: self.minute,
            second: self.second,
            nanos: self.nanos,
        };
        if self.utc {
            return Some(written.instant(Zone::UTC));
        }
        // An offset of minus one second means none to Go.
        if let Some(offset) = self.offset.filter(|offset| *offset != -1) {
            return Some(at_offset(written, offset, self.zone.as_deref(), default));
        }
        let Some(name) = self.zone else {
            return Some(written.instant(default));
        };
        let time = written.instant(Zone::UTC);
        if let Some(offset) = zone::offset_by_name(default, &name, time.seconds) {
            let seconds = time.seconds - i64::from(offset);
            return Some(Time { seconds, ..time }.within(default));
        }
        let hours = name
            .strip_prefix("GMT")
            .and_then(|hours| atoi(hours.as_bytes()).ok());
        let offset = i32::try_from(hours.unwrap_or_default() * 3_600).ok()?;
        let zone = zone::coin(&name, offset);
        // A fixed zone is applied to what was read as if it were UTC.
        Some(time.within(zone))
    }
}

/// The instant at an offset: in the zone that is expected where it has that offset then, otherwise in one of its own.
fn at_offset(written: Written, offset: i32, name: Option<&str>, default: Zone) -> Time {
    let time = written.instant(Zone::UTC);
    let seconds = time.seconds - i64::from(offset);
    let period = zone::period(default, seconds);
    let expected = period.offset == offset && name.is_none_or(|name| name == period.name);
    let zone = if expected {
        default
    } else {
        zone::coin(name.unwrap_or_default(), offset)
    };
    Time { seconds, ..time }.within(zone)
}

/// Month and day of the so many-eth day of a year.
fn date_in_year(day_of_year: i64, year: i64) -> Option<(i64, i64)> {
    let last = 365 + i64::from(is_leap(year));
    let mut day = day_of_year;
    if !(1..=last).contains(&day) {
        return None;
    }
    for month in 1..12 {
        let days = days_in(month, year);
        if day <= days {
            return Some((month, day));
        }
        day -= days;
    }
    Some((12, day))
}
