//! `Time`: an instant from a text.

use super::calendar::{Civil, DAY, Written, days_in};
use super::layout::Layout;
use super::locale::Locale;
use super::parse::{Failure, parse};
use super::strptime::{Reader, validate};
use super::zone;
use crate::{Arguments, Call, Error, Function, Kind, Parameter, State, Time, Value, Zone};

/// Not determined by its arguments alone: a text without a year gets that of the batch.
pub(super) static TIME: Function = Function::new(
    "Time",
    &[
        Parameter::new("Time", Kind::Text),
        Parameter::new("Format", Kind::LiteralText),
        Parameter::optional("Location", Kind::LiteralText),
        Parameter::optional("Locale", Kind::LiteralText),
    ],
    time,
)
.prepared(prepare)
.impure();

struct Prepared {
    reader: Reader,
    zone: Zone,
    locale: Option<Locale>,
    /// The instant that a literal text with a year means.
    literal: Option<Time>,
}

fn prepare(arguments: &Arguments<'_>) -> Result<State, String> {
    let format = arguments.text(1).unwrap_or_default();
    let location = arguments.text(2).unwrap_or_default();
    let zone = zone::load(location)
        .ok_or_else(|| format!("unknown time zone \"{location}\"; take a name of the IANA database, such as Europe/Berlin"))?;
    let locale = match arguments.text(3) {
        None => None,
        Some(tag) => Some(Locale::new(tag).ok_or_else(|| {
            format!("unsupported locale \"{tag}\"; take a language tag, such as en or es-ES")
        })?),
    };
    validate(format)?;
    let mut prepared = Prepared {
        reader: Reader::new(format),
        zone,
        locale,
        literal: None,
    };
    let literal = arguments.text(0).and_then(|text| prepared.read(text).ok());
    prepared.literal = literal.filter(|time| Civil::of(*time).year > 0);
    Ok(Some(Box::new(prepared)))
}

fn time<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let prepared: &Prepared = call.state().ok_or(Error::failed("there is no format"))?;
    if let Some(time) = prepared.literal {
        return Ok(time.into());
    }
    let text = call.text(0)?;
    if text.is_empty() {
        return Err(Error::failed("the time cannot be empty"));
    }
    let time = prepared
        .read(&text)
        .map_err(|_| Error::failed("the text does not follow the format"))?;
    Ok(with_year(time, call.now()).into())
}

impl Prepared {
    fn read(&self, text: &str) -> Result<Time, Failure> {
        self.reader.read(&|layout: &Layout| match &self.locale {
            None => in_zone(layout, text, self.zone),
            Some(locale) => in_zone(layout, &locale.translate(&layout.text, text)?, self.zone),
        })
    }
}

/// Reads a text. An abbreviation that means nothing in the expected zone is looked for in the database (`CET`, `EST`).
fn in_zone(layout: &Layout, text: &str, default: Zone) -> Result<Time, Failure> {
    let time = parse(layout, text, default)?;
    let told = zone::period(time.zone, time.seconds);
    let expected = zone::period(default, time.seconds).name;
    if told.offset != 0 || told.name == "UTC" || told.name == expected {
        return Ok(time);
    }
    let zone = zone::load(told.name).ok_or_else(Failure::general)?;
    Ok(parse(layout, text, zone).unwrap_or(time))
}

/// A time without a year (year 0) in the present year, or in the last one if it would be more than a week ahead.
fn with_year(time: Time, now: Time) -> Time {
    let civil = Civil::of(time);
    if civil.year > 0 {
        return time;
    }
    let written = Written {
        year: Civil::of(now.within(Zone::UTC)).year,
        month: civil.month,
        day: civil.day,
        hour: civil.hour,
        minute: civil.minute,
        second: civil.second,
        nanos: time.nanos,
    };
    let this_year = written.normal().instant(time.zone);
    let ahead = this_year.since(now);
    let week = 7 * DAY * 1_000_000_000;
    if ahead <= week {
        return this_year;
    }
    // What that instant is called in its zone, one year before.
    let civil = Civil::of(this_year);
    let written = Written {
        year: civil.year - 1,
        month: civil.month,
        day: civil.day,
        hour: civil.hour,
        minute: civil.minute,
        second: civil.second,
        ..written
    };
    written.normal().instant(time.zone)
}

impl Written {
    /// The 29th of February of a year without one is the 1st of March.
    fn normal(self) -> Self {
        if self.day <= days_in(self.month, self.year) {
            return self;
        }
        Self {
            month: self.month + 1,
            day: 1,
            ..self
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn read(text: &str, format: &str, location: &str, locale: Option<&str>) -> Option<i64> {
        let prepared = Prepared {
            reader: Reader::new(format),
            zone: zone::load(location).unwrap(),
            locale: locale.map(|tag| Locale::new(tag).unwrap()),
            literal: None,
        };
        let now = Time::new(1_790_000_000, 0);
        let time = prepared.read(text).ok()?;
        Some(with_year(time, now).unix_nanos())
    }

    #[test]
    fn texts_follow_formats() {
        let seconds = |text: &str, format: &str| {
            read(text, format, "", None).map(|nanos| nanos / 1_000_000_000)
        };
        assert_eq!(
            seconds("2019-1-2T15:4:5Z", "%Y-%m-%dT%H:%M:%S%z"),
            Some(1_546_441_445)
        );
        for text in ["01/02/2006", "1/2/06", " 1/ 2/06"] {
            assert_eq!(seconds(text, "%D"), Some(1_136_160_000), "{text}");
        }
        for offset in ["Z", "+0000", "-00:00", "+00", " Z", " +00:00", " +00"] {
            let text = format!("2019-01-02T15:04:05.666666{offset}");
            assert_eq!(
                seconds(&text, "%Y-%m-%dT%H:%M:%S.%L%z"),
                Some(1_546_441_445),
                "{offset}"
            );
        }
        assert_eq!(seconds("29/02/2023", "%d/%m/%Y"), None);
        assert_eq!(
            seconds("2022-12-31T23:59:59.000000000-0800", "%Y-%m-%dT%H:%M:%S.%L"),
            None
        );
    }

    #[test]
    fn zones_are_minded() {
        let seconds =
            |text, format, zone| read(text, format, zone, None).map(|nanos| nanos / 1_000_000_000);
        // The hour that exists twice, and the one that does not exist.
        assert_eq!(
            seconds("2024-10-27 02:30", "%F %R", "Europe/Berlin"),
            Some(1_729_992_600)
        );
        assert_eq!(
            seconds("2024-03-31 02:30", "%F %R", "Europe/Berlin"),
            Some(1_711_848_600)
        );
        assert_eq!(
            seconds("2024-07-01 12:00 CEST", "%F %R %Z", "Europe/Berlin"),
            Some(1_719_828_000)
        );
        assert_eq!(
            seconds("2024-07-01 12:00 CET", "%F %R %Z", ""),
            Some(1_719_831_600)
        );
        assert_eq!(seconds("2024-07-01 12:00 PST", "%F %R %Z", ""), None);
        assert_eq!(
            seconds("2024-07-01 12:00 PST", "%F %R %Z", "America/Los_Angeles"),
            Some(1_719_864_000)
        );
    }

    #[test]
    fn a_time_without_a_year_is_recent() {
        // It is September 2026.
        let day = |text| read(text, "%b %e", "", None).map(|nanos| nanos / 86_400_000_000_000);
        assert_eq!(day("Sep 20"), Some(20_716));
        assert_eq!(day("Dec 24"), Some(20_446));
        assert_eq!(day("Feb 29"), Some(20_513));
    }

    #[test]
    fn other_languages_are_read() {
        let format = "%B %d %A, %Y, %r";
        let text = "Febrero 25 lunes, 2002, 02:03:04 p.m.";
        assert_eq!(
            read(text, format, "America/New_York", Some("es-ES")),
            Some(1_014_663_784_000_000_000)
        );
    }

    #[test]
    fn a_hostile_format_ends() {
        let format = "%D%x".repeat(60);
        assert!(read(&"1/2/2006".repeat(120), &format, "", None).is_some());
        assert!(read(&"1/2/2006 ".repeat(119), &format, "", None).is_none());
    }
}
