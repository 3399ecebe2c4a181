//! Writing an instant by a layout (`Time.Format`).

use std::fmt::Write as _;

use super::calendar::Civil;
use super::layout::{Element, Layout, Offset};
use super::scan::{MONTHS, WEEKDAYS};
use crate::value::Time;

/// An instant as a layout shows it.
pub(super) fn show(layout: &Layout, time: Time) -> String {
    let civil = Civil::of(time);
    let mut out = String::with_capacity(layout.text.len().saturating_add(16));
    for step in &layout.steps {
        out.push_str(&step.before);
        // Writing to a string does not fail.
        let _ = element(&mut out, step.element, &civil, time.nanos);
    }
    out.push_str(&layout.rest);
    out
}

fn element(out: &mut String, element: Element, civil: &Civil, nanos: u32) -> std::fmt::Result {
    let noon = if civil.hour >= 12 { "PM" } else { "AM" };
    let hour = match civil.hour % 12 {
        0 => 12,
        hour => hour,
    };
    match element {
        Element::LongYear if civil.year < 0 => write!(out, "-{:04}", civil.year.unsigned_abs()),
        Element::LongYear => write!(out, "{:04}", civil.year),
        Element::Year => write!(out, "{:02}", civil.year.max(0) % 100),
        Element::LongMonth => out.write_str(name(&MONTHS, civil.month - 1)),
        Element::Month => out.write_str(short(name(&MONTHS, civil.month - 1))),
        Element::NumMonth => write!(out, "{}", civil.month),
        Element::ZeroMonth => write!(out, "{:02}", civil.month),
        Element::LongWeekday => out.write_str(name(&WEEKDAYS, civil.weekday)),
        Element::Weekday => out.write_str(short(name(&WEEKDAYS, civil.weekday))),
        Element::Day => write!(out, "{}", civil.day),
        Element::UnderDay => write!(out, "{:2}", civil.day),
        Element::ZeroDay => write!(out, "{:02}", civil.day),
        Element::UnderYearDay => write!(out, "{:3}", civil.day_of_year),
        Element::ZeroYearDay => write!(out, "{:03}", civil.day_of_year),
        Element::Hour => write!(out, "{:02}", civil.hour),
        Element::Hour12 => write!(out, "{hour}"),
        Element::ZeroHour12 => write!(out, "{hour:02}"),
        Element::Minute => write!(out, "{}", civil.minute),
        Element::ZeroMinute => write!(out, "{:02}", civil.minute),
        Element::Second => write!(out, "{}", civil.second),
        Element::ZeroSecond => write!(out, "{:02}", civil.second),
        Element::UpperNoon => out.write_str(noon),
        Element::LowerNoon => out.write_str(&noon.to_ascii_lowercase()),
        // A zone without a name is shown by its offset.
        Element::Abbreviation if civil.zone.is_empty() => numeric(out, civil.offset, false, 2),
        Element::Abbreviation => out.write_str(civil.zone),
        Element::Offset(Offset { zulu: true, .. }) if civil.offset == 0 => out.write_str("Z"),
        Element::Offset(offset) => numeric(out, civil.offset, offset.colons, offset.parts),
        Element::Fraction0(digits) => {
            let nanos = format!("{nanos:09}");
            write!(
                out,
                ".{:0<digits$}",
                nanos.get(..digits.min(9)).unwrap_or_default()
            )
        }
        Element::Fraction9(point, digits) => {
            let nanos = format!("{nanos:09}");
            let shown = nanos
                .get(..digits.min(9))
                .unwrap_or_default()
                .trim_end_matches('0');
            if !shown.is_empty() {
                out.push(char::from(point));
            }
            out.write_str(shown)
        }
    }
}

fn name<'n>(names: &[&'n str], place: i64) -> &'n str {
    let place = usize::try_from(place).ok();
    place
        .and_then(|place| names.get(place))
        .copied()
        .unwrap_or_default()
}

fn short(name: &str) -> &str {
    name.get(..3).unwrap_or(name)
}

/// An offset as hours, minutes and seconds.
fn numeric(out: &mut String, offset: i32, colons: bool, parts: u8) -> std::fmt::Result {
    let sign = if offset < 0 { '-' } else { '+' };
    let seconds = offset.unsigned_abs();
    write!(out, "{sign}{:02}", seconds / 3_600)?;
    for part in [seconds / 60 % 60, seconds % 60]
        .into_iter()
        .take(usize::from(parts) - 1)
    {
        if colons {
            out.push(':');
        }
        write!(out, "{part:02}")?;
    }
    Ok(())
}
