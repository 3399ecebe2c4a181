//! Names of months and weekdays in other languages than English, turned into English before a text is read, as upstream does it with
//! `lunes`. Oddities of that library show in what is read, and are kept.

/// Languages, and the lines of names that they share.
const DATA: &str = include_str!("locales.txt");

/// The kinds of names, in the order of a language's line.
#[derive(Debug, Clone, Copy)]
pub(super) enum Names {
    ShortWeekdays,
    LongWeekdays,
    ShortMonths,
    LongMonths,
    Noon,
}

/// The names of one language.
#[derive(Debug)]
pub(super) struct Locale {
    names: [Vec<&'static str>; 5],
}

impl Locale {
    /// The language of a BCP 47 tag, as CLDR writes it.
    pub(super) fn new(tag: &str) -> Option<Self> {
        let mut lines = DATA.lines();
        let mut languages = lines.by_ref().take_while(|line| !line.is_empty());
        let numbers = languages.find_map(|line| {
            let (tags, numbers) = line.split_once('=')?;
            tags.split(' ').any(|known| known == tag).then_some(numbers)
        })?;
        languages.for_each(drop);
        let lines: Vec<&'static str> = lines.collect();
        let mut names: [Vec<&'static str>; 5] = Default::default();
        for (names, number) in names.iter_mut().zip(numbers.split(',')) {
            let line = lines.get(number.parse::<usize>().ok()?)?;
            if !line.is_empty() {
                *names = line.split('|').collect();
            }
        }
        Some(Self { names })
    }

    pub(super) fn of(&self, kind: Names) -> &[&'static str] {
        let place = match kind {
            Names::ShortWeekdays => 0,
            Names::LongWeekdays => 1,
            Names::ShortMonths => 2,
            Names::LongMonths => 3,
            Names::Noon => 4,
        };
        self.names.get(place).map(Vec::as_slice).unwrap_or_default()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_by_its_tag() {
        for tag in ["en", "en-US", "es-ES", "it", "ja", "zh-Hant"] {
            assert!(Locale::new(tag).is_some(), "{tag}");
        }
        for tag in ["", "xx-nope", "IT", "# Names"] {
            assert!(Locale::new(tag).is_none(), "{tag}");
        }
    }

    #[test]
    fn every_language_has_whole_lines() {
        let languages = DATA.lines().take_while(|line| !line.is_empty());
        let tags = languages.filter_map(|line| line.split_once('='));
        for tag in tags.flat_map(|(tags, _)| tags.split(' ')) {
            let locale = Locale::new(tag).unwrap();
            for (names, count) in locale.names.iter().zip([7, 7, 12, 12, 2]) {
                assert!(names.is_empty() || names.len() == count, "{tag}");
            }
        }
    }

    #[test]
    fn names_become_english() {
        let italian = Locale::new("it").unwrap();
        let english = italian.translate("Monday Jan 2 2006", "mercoledì set 4 2024");
        assert_eq!(english.unwrap(), "Wednesday Sep 4 2024");
        let failure = italian.translate("January", "Januar").unwrap_err();
        assert_eq!(failure.element.as_deref(), Some("January"));
    }
}
