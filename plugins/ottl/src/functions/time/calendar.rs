//! Dates and hours of instants, in their zones, as Go's `time` computes them.

use super::zone;
use crate::value::{Time, Zone};

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// The year, the month and so on that an instant has in its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    /// From 1.
    pub(super) month: i64,
    /// Of the month, from 1.
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    /// From Sunday, which is 0.
    pub(super) weekday: i64,
    /// Of the year, from 1.
    pub(super) day_of_year: i64,
    /// Seconds east of UTC.
    pub(super) offset: i32,
    /// What the zone is called at that instant; empty where it has only an offset.
    pub(super) zone: &'static str,
}

impl Civil {
    /// What an instant is called in its zone.
    pub(super) fn of(time: Time) -> Self {
        let period = zone::period(time.zone, time.seconds);
        let local = time.seconds.saturating_add(i64::from(period.offset));
        let (days, second) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let (year, month, day) = date_of(days);
        Self {
            year,
            month,
            day,
            hour: second / 3_600,
            minute: second / 60 % 60,
            second: second % 60,
            // 1970 began on a Thursday.
            weekday: (days.rem_euclid(7) + 4) % 7,
            day_of_year: days - days_until(year, 1, 1) + 1,
            offset: period.offset,
            zone: period.name,
        }
    }
}

/// A date and an hour of the day, as one is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) nanos: u32,
}

impl Written {
    /// The instant that this means in a zone (`time.Date`). A day beyond its month's last counts on; where an hour exists twice or not
    /// at all, one of the two offsets is taken, as Go takes it.
    pub(super) fn instant(self, zone: Zone) -> Time {
        let days = days_until(self.year, self.month, self.day);
        let local = days * DAY + self.hour * 3_600 + self.minute * 60 + self.second;
        let mut period = zone::period(zone, local);
        let seconds = local - i64::from(period.offset);
        if period.offset != 0 && !(period.start..period.end).contains(&seconds) {
            period = zone::period(zone, seconds);
        }
        Time {
            seconds: local - i64::from(period.offset),
            nanos: self.nanos,
            zone,
        }
    }
}

/// Year, month and day, from the days since 1970. Counted in eras of 400 years that begin in March, so that the leap day is a year's
/// last.
pub(crate) fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// Days from 1970 to a date; the month lies within 1 to 12.
pub(super) fn days_until(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let day_of_era = year * 365 + year / 4 - year / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Whether a year has a 29th of February.
pub(super) const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days a month has.
pub(super) const fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 => 28 + is_leap(year) as i64,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_are_inverse() {
        for days in (-1_000_000..1_000_000).step_by(17) {
            let (year, month, day) = date_of(days);
            assert_eq!(days_until(year, month, day), days);
            assert!(day >= 1 && day <= days_in(month, year));
        }
    }

    #[test]
    fn an_instant_is_told_in_its_zone() {
        let zone = zone::load("America/New_York").unwrap();
        let time = Time::new(1_709_212_455, 0).within(zone);
        let civil = Civil::of(time);
        assert_eq!((civil.year, civil.month, civil.day), (2024, 2, 29));
        assert_eq!((civil.hour, civil.minute, civil.second), (8, 14, 15));
        assert_eq!((civil.weekday, civil.day_of_year), (4, 60));
        assert_eq!((civil.zone, civil.offset), ("EST", -18_000));
    }

    #[test]
    fn the_ends_of_time_are_told_too() {
        for seconds in [i64::MIN, i64::MAX] {
            let civil = Civil::of(Time::new(seconds, 0));
            assert!((1..=12).contains(&civil.month));
        }
    }
}
