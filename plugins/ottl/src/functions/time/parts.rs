//! What an instant is in its zone, and since 1970.

use super::calendar::Civil;
use crate::{Call, Error, Function, Kind, Parameter, Time, Value};

pub(in crate::functions) const LIST: &[&Function] = &[
    &YEAR,
    &MONTH,
    &DAY,
    &HOUR,
    &MINUTE,
    &SECOND,
    &NANOSECOND,
    &WEEKDAY,
    &UNIX_SECONDS,
    &UNIX_MILLI,
    &UNIX_MICRO,
    &UNIX_NANO,
];

const TIME_ONLY: &[Parameter] = &[Parameter::new("Time", Kind::Time)];

fn part<'e>(call: &mut Call<'_, 'e>, part: fn(Civil) -> i64) -> Result<Value<'e>, Error> {
    Ok(Value::Int(part(Civil::of(call.time(0)?))))
}

static YEAR: Function = Function::new("Year", TIME_ONLY, |call| part(call, |civil| civil.year));
static MONTH: Function = Function::new("Month", TIME_ONLY, |call| part(call, |civil| civil.month));
static DAY: Function = Function::new("Day", TIME_ONLY, |call| part(call, |civil| civil.day));
static HOUR: Function = Function::new("Hour", TIME_ONLY, |call| part(call, |civil| civil.hour));
static MINUTE: Function =
    Function::new("Minute", TIME_ONLY, |call| part(call, |civil| civil.minute));
static SECOND: Function =
    Function::new("Second", TIME_ONLY, |call| part(call, |civil| civil.second));
static WEEKDAY: Function = Function::new("Weekday", TIME_ONLY, |call| {
    part(call, |civil| civil.weekday)
});

/// Counted as Go counts: what 64 bits do not hold wraps.
fn since_1970<'e>(call: &mut Call<'_, 'e>, count: fn(Time) -> i64) -> Result<Value<'e>, Error> {
    Ok(Value::Int(count(call.time(0)?)))
}

static NANOSECOND: Function = Function::new("Nanosecond", TIME_ONLY, |call| {
    since_1970(call, |time| i64::from(time.nanos))
});
static UNIX_SECONDS: Function = Function::new("UnixSeconds", TIME_ONLY, |call| {
    since_1970(call, |time| time.seconds)
});
static UNIX_NANO: Function = Function::new("UnixNano", TIME_ONLY, |call| {
    since_1970(call, Time::unix_nanos)
});

static UNIX_MILLI: Function = Function::new("UnixMilli", TIME_ONLY, |call| {
    since_1970(call, |time| {
        time.seconds
            .wrapping_mul(1_000)
            .wrapping_add(i64::from(time.nanos / 1_000_000))
    })
});
static UNIX_MICRO: Function = Function::new("UnixMicro", TIME_ONLY, |call| {
    since_1970(call, |time| {
        time.seconds
            .wrapping_mul(1_000_000)
            .wrapping_add(i64::from(time.nanos / 1_000))
    })
});
