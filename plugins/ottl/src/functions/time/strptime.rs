//! Formats with `%` directives, as upstream's `ctimefmt` reads them.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use super::layout::Layout;
use super::parse::Failure;
use crate::value::Time;

/// How many directives a format may have. They are tried one inside the other.
const MOST: usize = 128;

/// How many layouts may be tried for one text.
const TRIES: u32 = 2_000;

/// The directives, and the elements of a layout that they are written with.
const DIRECTIVES: [(char, &str); 36] = [
    ('Y', "2006"),
    ('y', "06"),
    ('m', "01"),
    ('o', "_1"),
    ('q', "1"),
    ('b', "Jan"),
    ('h', "Jan"),
    ('B', "January"),
    ('d', "02"),
    ('e', "_2"),
    ('g', "2"),
    ('a', "Mon"),
    ('A', "Monday"),
    ('H', "15"),
    ('l', "3"),
    ('I', "03"),
    ('p', "PM"),
    ('P', "pm"),
    ('M', "04"),
    ('S', "05"),
    ('L', "999"),
    ('f', "999999"),
    ('s', "999999999"),
    ('Z', "MST"),
    ('z', "Z0700"),
    ('w', "-070000"),
    ('i', "-07"),
    ('j', "-07:00"),
    ('k', "-07:00:00"),
    ('F', "2006-01-02"),
    ('r', "03:04:05 pm"),
    ('R', "15:04"),
    ('n', "\n"),
    ('t', "\t"),
    ('%', "%"),
    ('c', "Mon Jan 02 15:04:05 2006"),
];

/// Further ones that are written with the same elements.
const ALIASES: [(char, &str); 4] = [
    ('D', "01/02/2006"),
    ('x', "01/02/2006"),
    ('T', "15:04:05"),
    ('X', "15:04:05"),
];

/// What a directive is read with where that differs: several ways, of several elements each.
fn readings(directive: char) -> Option<&'static [&'static [&'static str]]> {
    Some(match directive {
        'm' | 'o' | 'q' => &[&["1"]],
        'd' | 'e' | 'g' => &[&["2"]],
        'I' => &[&["3"]],
        'M' => &[&["4"]],
        'S' => &[&["5"]],
        'D' | 'x' => &[&["1", "/", "2", "/", "2006"], &["1", "/", "2", "/", "06"]],
        'F' => &[&["2006", "-", "1", "-", "2"]],
        'T' | 'X' => &[&["15", ":", "4", ":", "5"]],
        'r' => &[&["3", ":", "4", ":", "5", " ", "pm"]],
        'R' => &[&["15", ":", "4"]],
        'c' => &[&[
            "Mon", " ", "Jan", " ", "2", " ", "15", ":", "4", ":", "5", " ", "2006",
        ]],
        'z' => &[&["Z0700"], &["Z07:00"], &["Z07"]],
        _ => return None,
    })
}

fn written(directive: char) -> Option<&'static str> {
    let mut all = DIRECTIVES.iter().chain(&ALIASES);
    all.find(|(letter, _)| *letter == directive)
        .map(|(_, elements)| *elements)
}

/// The directives in a format: their letters, and where they stand.
fn directives(format: &str) -> Vec<(char, Range<usize>)> {
    let mut found = Vec::new();
    let mut letters = format.char_indices();
    while let Some((begin, letter)) = letters.next() {
        if letter != '%' {
            continue;
        }
        // A percent sign at the end of a line is itself.
        if let Some((place, letter)) = letters.next()
            && letter != '\n'
        {
            found.push((letter, begin..place + letter.len_utf8()));
        }
    }
    found
}

/// Whether a format can be worked with.
pub(super) fn validate(format: &str) -> Result<(), String> {
    if format.is_empty() {
        return Err("format cannot be empty".to_owned());
    }
    if format.contains(|letter: char| letter.is_ascii_digit()) {
        return Err("the format should not contain digits; write directives such as %Y".to_owned());
    }
    for (place, _) in format.match_indices('%') {
        let fraction = format
            .get(place + 1..)
            .is_some_and(|rest| rest.starts_with(['L', 'f', 's']));
        let before = format
            .get(..place)
            .and_then(|before| before.chars().next_back());
        if fraction && before.is_some_and(|before| !matches!(before, '.' | ',')) {
            return Err(
                "a fraction of a second (%L, %f, %s) has to stand behind '.' or ','".to_owned(),
            );
        }
    }
    let directives = directives(format);
    if directives.len() > MOST {
        return Err(format!("the format has more than {MOST} directives"));
    }
    let unknown = directives
        .iter()
        .find(|(letter, _)| written(*letter).is_none());
    match unknown {
        Some((letter, _)) => Err(format!("unsupported directive %{letter} in the format")),
        None => Ok(()),
    }
}

/// The layout that a format writes.
pub(super) fn to_layout(format: &str) -> Layout {
    let mut text = String::with_capacity(format.len() * 2);
    let mut from = 0;
    for (letter, range) in directives(format) {
        text.push_str(format.get(from..range.start).unwrap_or_default());
        text.push_str(written(letter).unwrap_or_default());
        from = range.end;
    }
    text.push_str(format.get(from..).unwrap_or_default());
    Layout::new(text)
}

/// A format that texts are read with. It keeps the layout that fitted last, because the next text mostly looks alike.
#[derive(Debug)]
pub(super) struct Reader {
    format: String,
    directives: Vec<(char, Range<usize>)>,
    last: RefCell<Option<Rc<Layout>>>,
}

impl Reader {
    pub(super) fn new(format: &str) -> Self {
        Self {
            format: format.to_owned(),
            directives: directives(format),
            last: RefCell::new(None),
        }
    }

    /// Tries layouts until one fits.
    pub(super) fn read(
        &self,
        parse: &dyn Fn(&Layout) -> Result<Time, Failure>,
    ) -> Result<Time, Failure> {
        let last = self.last.borrow().clone();
        if let Some(last) = last
            && let Ok(time) = parse(&last)
        {
            return Ok(time);
        }
        let search = Search {
            format: &self.format,
            parse,
            left: Cell::new(TRIES),
        };
        let (time, layout) = search.from("", 0, &self.directives)?;
        *self.last.borrow_mut() = Some(Rc::new(layout));
        Ok(time)
    }
}

struct Search<'s> {
    format: &'s str,
    parse: &'s dyn Fn(&Layout) -> Result<Time, Failure>,
    left: Cell<u32>,
}

type Found = Result<(Time, Layout), Failure>;

impl Search<'_> {
    /// Goes on behind a layout that stands for the format up to a place. What comes behind is tried in each of its ways first; the way
    /// of this directive changes only where it is this directive that did not fit.
    fn from(&self, layout: &str, place: usize, directives: &[(char, Range<usize>)]) -> Found {
        let Some(((letter, range), others)) = directives.split_first() else {
            let Some(left) = self.left.get().checked_sub(1) else {
                return Err(Failure::general());
            };
            self.left.set(left);
            let rest = self.format.get(place..).unwrap_or_default();
            let layout = Layout::new(format!("{layout}{rest}"));
            return (self.parse)(&layout).map(|time| (time, layout));
        };
        let layout = format!(
            "{layout}{}",
            self.format.get(place..range.start).unwrap_or_default()
        );
        let directive = self.format.get(range.clone()).unwrap_or_default();
        let go_on = |elements: &[String]| {
            self.from(&format!("{layout}{}", elements.concat()), range.end, others)
        };
        let plain = [written(*letter).unwrap_or_default()];
        let plain = [plain.as_slice()];
        let ways = readings(*letter).unwrap_or(&plain);
        let mut found = Err(Failure::general());
        for way in ways {
            let mut elements: Vec<String> =
                way.iter().map(|element| (*element).to_owned()).collect();
            loop {
                found = go_on(&elements);
                let Err(failure) = &mut found else {
                    return found;
                };
                let Some(wrong) = failure.element.as_ref() else {
                    return found;
                };
                let Some(wrong) = elements.iter().position(|element| element == wrong) else {
                    return found;
                };
                failure.element = Some(directive.to_owned());
                // Spaces before a number may be there without standing in the format.
                let numeric = elements.get(wrong).is_some_and(|element| {
                    element.starts_with(|first: char| first.is_ascii_digit() || first == 'Z')
                });
                let spaces = leading_space(&failure.rest);
                // Those that follow a number which is too large would be put before it again and again.
                let there = wrong.checked_sub(1).and_then(|before| elements.get(before));
                if !numeric || spaces.is_empty() || there == Some(&spaces) {
                    break;
                }
                elements.insert(wrong, spaces);
            }
        }
        found
    }
}

fn leading_space(text: &[u8]) -> String {
    let space = |letter: &&u8| matches!(letter, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c');
    text.iter()
        .take_while(space)
        .map(|letter| char::from(*letter))
        .collect()
}
