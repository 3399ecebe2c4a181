//! Instants: read, shown, counted and cut.

pub(crate) mod calendar;
mod duration;
mod layout;
mod locale;
mod parse;
mod parts;
mod read;
mod resolve;
mod scan;
mod show;
mod strptime;
mod translate;
mod tzif;
pub(crate) mod zone;

use layout::Layout;

use crate::{Arguments, Call, Error, Function, Kind, Parameter, State, Time, Value};

pub(super) use duration::LIST as DURATIONS;
pub(super) use parts::LIST as PARTS;

pub(super) const LIST: &[&Function] = &[&read::TIME, &FORMAT_TIME, &NOW, &TRUNCATE_TIME, &UNIX];

static FORMAT_TIME: Function = Function::new(
    "FormatTime",
    &[
        Parameter::new("Time", Kind::Time),
        Parameter::new("Format", Kind::LiteralText),
    ],
    |call| {
        let time = call.time(0)?;
        let layout = call.state::<Layout>().ok_or(NO_FORMAT)?;
        Ok(Value::text(show::show(layout, time)))
    },
)
.prepared(|arguments: &Arguments<'_>| -> Result<State, String> {
    let format = arguments.text(1).unwrap_or_default();
    strptime::validate(format)?;
    Ok(Some(Box::new(strptime::to_layout(format))))
});

/// An instant as Go's `String` shows it.
pub(crate) fn shown(time: Time) -> String {
    let layout = Layout::new("2006-01-02 15:04:05.999999999 -0700 MST".to_owned());
    show::show(&layout, time)
}

const NO_FORMAT: Error = Error::failed("there is no format");

static NOW: Function = Function::new("Now", &[], |call| Ok(call.now().into())).impure();

static TRUNCATE_TIME: Function = Function::new(
    "TruncateTime",
    &[
        Parameter::new("Time", Kind::Time),
        Parameter::new("Duration", Kind::Duration),
    ],
    |call| {
        let time = call.time(0)?;
        let step = call.duration(1)?;
        Ok(truncate(time, step).into())
    },
);

/// The last multiple of a length of time since the beginning of the year 1 that is not after an instant.
fn truncate(time: Time, step: i64) -> Time {
    /// Seconds from the beginning of the year 1 to that of 1970.
    const BEFORE_1970: i128 = 62_135_596_800;
    if step <= 0 {
        return time;
    }
    let nanos = (i128::from(time.seconds) + BEFORE_1970) * 1_000_000_000 + i128::from(time.nanos);
    let beyond = i64::try_from(nanos.rem_euclid(i128::from(step))).unwrap_or_default();
    time.plus(-beyond)
}

static UNIX: Function = Function::new(
    "Unix",
    &[
        Parameter::new("Seconds", Kind::Int),
        Parameter::optional("Nanoseconds", Kind::Int),
    ],
    unix,
);

fn unix<'e>(call: &mut Call<'_, 'e>) -> Result<Value<'e>, Error> {
    let seconds = call.int(0)?;
    let nanos = if call.given(1) { call.int(1)? } else { 0 };
    Ok(Time::new(seconds, nanos).into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn shown(format: &str, time: Time) -> String {
        show::show(&strptime::to_layout(format), time)
    }

    #[test]
    fn an_instant_is_shown_by_any_directive() {
        let time = Time::new(1_707_447_845, 6_007_008);
        assert_eq!(
            shown("%Y-%m-%d %H:%M:%S.%s", time),
            "2024-02-09 03:04:05.006007008"
        );
        assert_eq!(shown("%y %o %q %b %B %h", time), "24 _2 2 Feb February Feb");
        assert_eq!(shown("%d %e %g %a %A", time), "09  9 9 Fri Friday");
        assert_eq!(
            shown("%z %Z %i %j %k %w", time),
            "Z UTC +00 +00:00 +00:00:00 +000000"
        );
        assert_eq!(
            shown("%I %l %p %P %r %R", time),
            "03 3 AM am 03:04:05 am 03:04"
        );
        assert_eq!(
            shown("%c|%D|%F|%T|%n%t%%", time),
            "Fri Feb 09 03:04:05 2024|02/09/2024|2024-02-09|03:04:05|\n\t%"
        );
        assert_eq!(shown(".%L,%f", time), ".006,006007");
        let zone = zone::load("America/St_Johns").unwrap();
        assert_eq!(shown("%z %Z %j", time.within(zone)), "-0330 NST -03:30");
        assert_eq!(
            shown("%Z", time.within(crate::Zone::fixed(-12_600))),
            "-0330"
        );
        assert_eq!(shown("%Y %y", Time::new(-62_198_755_200, 0)), "-0001 00");
    }

    #[test]
    fn an_instant_is_shown_as_go_shows_it() {
        let time = Time::new(1_707_447_845, 6_007_000);
        assert_eq!(super::shown(time), "2024-02-09 03:04:05.006007 +0000 UTC");
        let zone = zone::load("Asia/Kolkata").unwrap();
        assert_eq!(
            super::shown(Time::new(0, 0).within(zone)),
            "1970-01-01 05:30:00 +0530 IST"
        );
    }

    #[test]
    fn instants_are_cut_towards_the_past() {
        let hour = 3_600_000_000_000;
        assert_eq!(truncate(Time::new(-1, 0), hour), Time::new(-3_600, 0));
        assert_eq!(truncate(Time::new(3_601, 5), hour), Time::new(3_600, 0));
        assert_eq!(truncate(Time::new(3_601, 5), 0), Time::new(3_601, 5));
        // A week begins on a Monday, because the year 1 did.
        assert_eq!(
            truncate(Time::new(1_709_212_455, 0), 168 * hour).seconds,
            1_708_905_600
        );
        for seconds in [i64::MIN, i64::MAX] {
            truncate(Time::new(seconds, 0), i64::MAX);
        }
    }
}
