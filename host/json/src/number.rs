//! Numbers of OTLP/JSON: integers as numbers or strings, doubles as numbers or strings.

use crate::error::Problem;
use crate::text::{Cursor, Found};

/// Beyond these powers of ten no integer of OTLP is left.
const MAX_EXPONENT: i64 = 40;

/// Takes an integer. A number with a point or an exponent is one when it is whole.
pub(crate) fn integer(cursor: &mut Cursor<'_>) -> Found<i128> {
    if cursor.peek() != Some(b'"') {
        return whole(cursor.number(Problem::Integer)?);
    }
    let text = cursor.string(Problem::Integer)?;
    if let Ok(integer) = text.parse::<i128>() {
        return Ok(integer);
    }
    whole(number_in(&text).ok_or(Problem::Integer)?)
}

/// Takes a double.
pub(crate) fn double(cursor: &mut Cursor<'_>) -> Found<f64> {
    if cursor.peek() != Some(b'"') {
        return finite(cursor.number(Problem::Double)?);
    }
    let text = cursor.string(Problem::Double)?;
    match text.as_ref() {
        "NaN" => Ok(f64::NAN),
        "Infinity" => Ok(f64::INFINITY),
        "-Infinity" => Ok(f64::NEG_INFINITY),
        text => finite(number_in(text).ok_or(Problem::Double)?),
    }
}

/// The text, if it is a JSON number and nothing else.
fn number_in(text: &str) -> Option<&str> {
    Cursor::new(text)
        .number(Problem::Integer)
        .ok()
        .filter(|number| number.len() == text.len())
}

fn finite(text: &str) -> Found<f64> {
    text.parse::<f64>()
        .ok()
        .filter(|double| double.is_finite())
        .ok_or(Problem::Double)
}

/// The value of a JSON number, if it is whole.
fn whole(number: &str) -> Found<i128> {
    if let Ok(integer) = number.parse::<i64>() {
        return Ok(i128::from(integer));
    }
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (
            mantissa,
            exponent.parse::<i64>().map_err(|_| Problem::Integer)?,
        ),
        None => (number, 0),
    };
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let fraction_digits = i64::try_from(fraction.len()).map_err(|_| Problem::Integer)?;
    let shift = exponent
        .checked_sub(fraction_digits)
        .ok_or(Problem::Integer)?;
    let digits = format!("{integer}{fraction}");
    let value = digits.parse::<i128>().map_err(|_| Problem::Integer)?;
    scale(value, shift).ok_or(Problem::Integer)
}

/// `value` times ten to the power of `shift`, if that is whole and in reach.
fn scale(value: i128, shift: i64) -> Option<i128> {
    if value == 0 {
        return Some(0);
    }
    if shift.abs() > MAX_EXPONENT {
        return None;
    }
    let power = 10i128.checked_pow(u32::try_from(shift.abs()).ok()?)?;
    if shift >= 0 {
        value.checked_mul(power)
    } else if value.checked_rem(power)? == 0 {
        value.checked_div(power)
    } else {
        None
    }
}
