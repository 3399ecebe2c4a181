//! Instants.

use std::fmt::Write as _;

/// An instant with the zone that it is shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// Whole seconds since 1970, towards the past.
    pub seconds: i64,
    /// Nanoseconds beyond them: below a thousand million.
    pub nanos: u32,
    /// The zone that its date and its hour are told in.
    pub zone: Zone,
}

/// A zone: an offset from UTC, or the number of a named zone in the table of the time functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(i32);

/// Numbers from here on are names; offsets stay far below.
const NAMES: i32 = 1 << 24;

impl Zone {
    /// UTC.
    pub const UTC: Self = Self(0);

    /// A zone by its offset in seconds, east of UTC.
    #[must_use]
    pub const fn fixed(offset: i32) -> Self {
        Self(if offset > -NAMES && offset < NAMES {
            offset
        } else {
            0
        })
    }

    /// A zone by its number in the table of names.
    #[must_use]
    pub const fn named(number: u16) -> Self {
        Self(NAMES + number as i32)
    }

    /// The offset in seconds of a zone without a name.
    #[must_use]
    pub const fn offset(self) -> Option<i32> {
        if self.0 < NAMES { Some(self.0) } else { None }
    }

    /// The number of a zone with a name.
    #[must_use]
    pub fn name(self) -> Option<u16> {
        self.0
            .checked_sub(NAMES)
            .and_then(|number| u16::try_from(number).ok())
    }
}

/// Nanoseconds in a second.
const SECOND: i64 = 1_000_000_000;

impl Time {
    /// The instant that Go has where none was set: the first of January of the year 1, in UTC.
    pub const ZERO: Self = Self {
        seconds: -62_135_596_800,
        nanos: 0,
        zone: Zone::UTC,
    };

    /// The instant so many nanoseconds after the beginning of 1970, in UTC.
    #[must_use]
    pub fn from_unix_nanos(nanos: i64) -> Self {
        Self::new(0, nanos)
    }

    /// The instant so many seconds and nanoseconds after the beginning of 1970, in UTC. The nanoseconds may exceed a second.
    #[must_use]
    pub fn new(seconds: i64, nanos: i64) -> Self {
        Self {
            seconds: seconds.wrapping_add(nanos.div_euclid(SECOND)),
            nanos: u32::try_from(nanos.rem_euclid(SECOND)).unwrap_or_default(),
            zone: Zone::UTC,
        }
    }

    /// Nanoseconds since the beginning of 1970; they wrap where 64 bits do not hold them.
    #[must_use]
    pub fn unix_nanos(self) -> i64 {
        self.seconds
            .wrapping_mul(SECOND)
            .wrapping_add(i64::from(self.nanos))
    }

    /// The instant so many nanoseconds later, in the same zone.
    #[must_use]
    pub fn plus(self, nanos: i64) -> Self {
        let seconds = self.seconds.wrapping_add(nanos.div_euclid(SECOND));
        let nanos = i64::from(self.nanos).wrapping_add(nanos.rem_euclid(SECOND));
        Self {
            zone: self.zone,
            ..Self::new(seconds, nanos)
        }
    }

    /// The nanoseconds since another instant; the largest or smallest number where 64 bits do not hold them.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        let nanos = |time: Self| {
            i128::from(time.seconds)
                .wrapping_mul(i128::from(SECOND))
                .wrapping_add(i128::from(time.nanos))
        };
        let difference = nanos(self).wrapping_sub(nanos(earlier));
        i64::try_from(difference).unwrap_or(if difference < 0 { i64::MIN } else { i64::MAX })
    }

    /// The same instant in another zone.
    #[must_use]
    pub const fn within(self, zone: Zone) -> Self {
        Self { zone, ..self }
    }

    /// Seconds east of UTC that its zone has at this instant.
    #[must_use]
    pub fn offset(self) -> i32 {
        crate::functions::time::zone::offset(self.zone, self.seconds)
    }

    /// The instant by RFC 3339, with as many digits of its fraction as it has.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let offset = self.offset();
        let local = self.seconds.wrapping_add(i64::from(offset));
        let (days, second) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (year, month, day) = crate::functions::time::calendar::date_of(days);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        let mut out = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
        if self.nanos > 0 {
            let fraction = format!(".{:09}", self.nanos);
            out.push_str(fraction.trim_end_matches('0'));
        }
        if offset == 0 {
            out.push('Z');
        } else {
            let sign = if offset < 0 { '-' } else { '+' };
            let minutes = offset.unsigned_abs() / 60;
            let _ = write!(out, "{sign}{:02}:{:02}", minutes / 60, minutes % 60);
        }
        out
    }

    /// What instants are ordered by.
    pub(crate) const fn instant(self) -> (i64, u32) {
        (self.seconds, self.nanos)
    }
}
