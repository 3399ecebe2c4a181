//! A text that is gone through beside its layout, with the names in it made English.

use super::locale::{Locale, Names};
use super::parse::Failure;
use super::scan::{MONTHS, WEEKDAYS};

impl Locale {
    /// The text with the names that stand where a layout has names turned into English ones.
    pub(super) fn translate(&self, layout: &str, text: &str) -> Result<String, Failure> {
        let mut translation = Translation {
            locale: self,
            layout: layout.as_bytes(),
            text: text.as_bytes(),
            place: 0,
            read: 0,
            out: Vec::with_capacity(text.len().saturating_add(16)),
        };
        translation.run()?;
        let mut out = translation.out;
        out.extend_from_slice(text.as_bytes().get(translation.read..).unwrap_or_default());
        Ok(String::from_utf8_lossy(&out).into_owned())
    }
}

struct Translation<'t> {
    locale: &'t Locale,
    layout: &'t [u8],
    text: &'t [u8],
    /// How far the layout has been followed.
    place: usize,
    /// How far the text has been read.
    read: usize,
    out: Vec<u8>,
}

/// An element of a layout that the text does not follow.
fn mismatch(element: &str) -> Failure {
    Failure {
        element: Some(element.to_owned()),
        ..Failure::general()
    }
}

impl Translation<'_> {
    fn run(&mut self) -> Result<(), Failure> {
        while let Some(letter) = self.layout.get(self.place) {
            let done = match letter {
                b'J' => self.named("Jan", "January", Names::ShortMonths, Names::LongMonths)?,
                b'M' => self.named("Mon", "Monday", Names::ShortWeekdays, Names::LongWeekdays)?,
                b'P' | b'p' => self.noon(*letter)?,
                b'_' => self.padded()?,
                b'3'..=b'5' => self.clock(*letter)?,
                _ => false,
            };
            if !done {
                self.copy();
            }
        }
        Ok(())
    }

    fn layout_begins(&self, with: &str) -> bool {
        self.layout
            .get(self.place..)
            .is_some_and(|layout| layout.starts_with(with.as_bytes()))
    }

    fn layout_at(&self, ahead: usize) -> Option<u8> {
        self.layout.get(self.place.saturating_add(ahead)).copied()
    }

    /// One letter as it is. What is no ASCII is taken byte by byte for Latin-1, and counted by its length in UTF-8.
    fn copy(&mut self) {
        self.place += 1;
        if let Some(byte) = self.text.get(self.read) {
            let mut buffer = [0; 2];
            let letter = char::from(*byte).encode_utf8(&mut buffer);
            self.out.extend_from_slice(letter.as_bytes());
            self.read += letter.len();
        }
    }

    fn named(
        &mut self,
        short: &str,
        long: &str,
        shorts: Names,
        longs: Names,
    ) -> Result<bool, Failure> {
        let (element, names) = if self.layout_begins(long) {
            (long, longs)
        } else if self.layout_begins(short)
            && !self
                .layout_at(3)
                .is_some_and(|letter| letter.is_ascii_lowercase())
        {
            (short, shorts)
        } else {
            return Ok(false);
        };
        let english: &[&str] = if long == "January" {
            &MONTHS
        } else {
            &WEEKDAYS
        };
        let length = if element == short { 3 } else { usize::MAX };
        self.name(element, self.locale.of(names), english, length)?;
        Ok(true)
    }

    fn noon(&mut self, letter: u8) -> Result<bool, Failure> {
        if !matches!(self.layout_at(1), Some(b'M' | b'm')) {
            return Ok(false);
        }
        let (element, english) = if letter == b'p' {
            ("pm", ["am", "pm"])
        } else {
            ("PM", ["AM", "PM"])
        };
        self.name(element, self.locale.of(Names::Noon), &english, usize::MAX)?;
        Ok(true)
    }

    /// Replaces the longest of the names that the text goes on with.
    fn name(
        &mut self,
        element: &str,
        names: &[&str],
        english: &[&str],
        length: usize,
    ) -> Result<(), Failure> {
        if names.is_empty() {
            return Err(Failure::general());
        }
        self.place += element.len();
        let (begin, spaces) = self.skip_space();
        let mut best: Option<(&str, usize)> = None;
        let rest = self.text.get(begin..).filter(|rest| !rest.is_empty());
        for (name, english) in names.iter().zip(english) {
            let longer = best.is_none_or(|(_, length)| name.len() > length);
            let found = rest.and_then(|rest| rest.get(..name.len()));
            if longer && found.is_some_and(|found| equal_fold(found, name)) {
                best = Some((english.get(..length).unwrap_or(english), name.len()));
            }
        }
        let (english, length) = best.ok_or_else(|| mismatch(element))?;
        self.spaces(spaces);
        self.out.extend_from_slice(english.as_bytes());
        self.read = begin + length;
        Ok(())
    }

    /// `_2`, `_2006`, `__2`: copied, whatever their width.
    fn padded(&mut self) -> Result<bool, Failure> {
        let left = self.text.len().saturating_sub(self.read);
        let mut done = false;
        if self.layout_at(1) == Some(b'2') {
            let (element, length) = if self.layout_begins("_2006") {
                ("_2006", 5)
            } else {
                ("_2", 2)
            };
            if left >= length {
                self.place += length;
                self.word(element, length)?;
                done = true;
            }
        }
        // Looked for where the first one has ended, too.
        let left = self.text.len().saturating_sub(self.read);
        if self.layout_at(1) == Some(b'_') && self.layout_at(2) == Some(b'2') && left >= 3 {
            self.place += 3;
            self.word("__2", 3)?;
            done = true;
        }
        Ok(done)
    }

    fn word(&mut self, element: &str, most: usize) -> Result<(), Failure> {
        let (begin, spaces) = self.skip_space();
        let rest = self.text.get(begin..).filter(|rest| !rest.is_empty());
        let rest = rest.ok_or_else(|| mismatch(element))?;
        let length = rest
            .iter()
            .take(most)
            .take_while(|byte| !is_space(**byte))
            .count();
        self.spaces(spaces);
        self.out
            .extend_from_slice(rest.get(..length).unwrap_or_default());
        self.read = begin + length;
        Ok(())
    }

    /// Hours, minutes and seconds of one or two digits.
    fn clock(&mut self, letter: u8) -> Result<bool, Failure> {
        let before = self
            .place
            .checked_sub(1)
            .and_then(|place| self.layout.get(place));
        if before == Some(&b'0') {
            return Ok(false);
        }
        let (begin, spaces) = self.skip_space();
        let rest = self.text.get(begin..).unwrap_or_default();
        let length = rest
            .iter()
            .take(2)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if length == 0 {
            return Err(mismatch(char::from(letter).encode_utf8(&mut [0; 4])));
        }
        self.spaces(spaces);
        self.out
            .extend_from_slice(rest.get(..length).unwrap_or_default());
        self.read = begin + length;
        self.place += 1;
        Ok(true)
    }

    /// Where the text goes on behind spaces, and how many there are.
    fn skip_space(&self) -> (usize, usize) {
        let rest = self.text.get(self.read..).unwrap_or_default();
        let spaces = rest.iter().take_while(|byte| is_space(**byte)).count();
        (self.read.saturating_add(spaces), spaces)
    }

    fn spaces(&mut self, count: usize) {
        self.out.resize(self.out.len().saturating_add(count), b' ');
    }
}

/// Whether a byte, taken for Latin-1, is a space.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ' | 0x85 | 0xa0)
}

/// Whether two texts are the same in any case.
fn equal_fold(found: &[u8], name: &str) -> bool {
    let Ok(found) = str::from_utf8(found) else {
        return false;
    };
    let same = |(a, b): (char, char)| {
        a == b || a.to_lowercase().eq(b.to_lowercase()) || a.to_uppercase().eq(b.to_uppercase())
    };
    found.chars().count() == name.chars().count() && found.chars().zip(name.chars()).all(same)
}
