//! Layouts as Go writes them: an example of a time, in which `2006` stands for the year and `Jan` for the month.
//!
//! The directives of `strptime` are turned into these, because that is what upstream does, and because it shows: a literal `Monday` in
//! a format is a directive too, and two directives side by side may read as a third (`%q%S` is `15`, the hour).

/// An element of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    LongYear,
    Year,
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    UpperNoon,
    LowerNoon,
    Abbreviation,
    Offset(Offset),
    /// So many digits after a point or a comma, with those that are missing.
    Fraction0(usize),
    /// The same without zeros at the end.
    Fraction9(u8, usize),
}

/// An element that is an offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offset {
    /// UTC is `Z`.
    pub(super) zulu: bool,
    pub(super) colons: bool,
    /// 1: hours; 2: minutes too; 3: seconds too.
    pub(super) parts: u8,
}

/// A step of a layout: what stands before an element, and the element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) before: String,
    pub(super) element: Element,
    /// The element as the layout writes it.
    pub(super) spelling: String,
}

/// A layout, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) text: String,
    pub(super) steps: Vec<Step>,
    /// What stands after the last element.
    pub(super) rest: String,
}

impl Layout {
    /// Takes a layout apart.
    pub(super) fn new(text: String) -> Self {
        let mut steps = Vec::new();
        let mut from = 0;
        let mut place = 0;
        while let Some(tail) = text.get(place..) {
            let Some(first) = tail.chars().next() else {
                break;
            };
            let Some((skipped, length, element)) = element(tail) else {
                place += first.len_utf8();
                continue;
            };
            let begin = place + skipped;
            let end = begin + length;
            steps.push(Step {
                before: text.get(from..begin).unwrap_or_default().to_owned(),
                element,
                spelling: text.get(begin..end).unwrap_or_default().to_owned(),
            });
            from = end;
            place = end;
        }
        let rest = text.get(from..).unwrap_or_default().to_owned();
        Self { text, steps, rest }
    }
}

/// The elements that are what they are wherever they stand; of two that begin alike the longer one is first.
const PLAIN: [(&str, Element); 21] = [
    ("January", Element::LongMonth),
    ("Monday", Element::LongWeekday),
    ("MST", Element::Abbreviation),
    ("01", Element::ZeroMonth),
    ("02", Element::ZeroDay),
    ("03", Element::ZeroHour12),
    ("04", Element::ZeroMinute),
    ("05", Element::ZeroSecond),
    ("06", Element::Year),
    ("002", Element::ZeroYearDay),
    ("15", Element::Hour),
    ("1", Element::NumMonth),
    ("2006", Element::LongYear),
    ("2", Element::Day),
    ("_2", Element::UnderDay),
    ("__2", Element::UnderYearDay),
    ("3", Element::Hour12),
    ("4", Element::Minute),
    ("5", Element::Second),
    ("PM", Element::UpperNoon),
    ("pm", Element::LowerNoon),
];

/// The offsets from UTC, in the order in which they are looked for: spelling, colons, parts.
const OFFSETS: [(&str, bool, u8); 5] = [
    ("070000", false, 3),
    ("07:00:00", true, 3),
    ("0700", false, 2),
    ("07:00", true, 2),
    ("07", false, 1),
];

/// The element that a text begins with: how many bytes before it are literal, and how long it is.
fn element(text: &str) -> Option<(usize, usize, Element)> {
    // The underscore is literal here.
    if text.starts_with("_2006") {
        return Some((1, 4, Element::LongYear));
    }
    if let Some((spelling, element)) = PLAIN
        .iter()
        .find(|(spelling, _)| text.starts_with(spelling))
    {
        return Some((0, spelling.len(), *element));
    }
    for (spelling, element) in [("Jan", Element::Month), ("Mon", Element::Weekday)] {
        // `Month` is no weekday.
        if let Some(rest) = text.strip_prefix(spelling)
            && !rest.starts_with(|letter: char| letter.is_ascii_lowercase())
        {
            return Some((0, spelling.len(), element));
        }
    }
    if let Some(rest) = text.strip_prefix(['-', 'Z']) {
        let found = OFFSETS
            .iter()
            .find(|(spelling, ..)| rest.starts_with(spelling));
        let (spelling, colons, parts) = *found?;
        let element = Element::Offset(Offset {
            zulu: text.starts_with('Z'),
            colons,
            parts,
        });
        return Some((0, spelling.len() + 1, element));
    }
    fraction(text)
}

fn fraction(text: &str) -> Option<(usize, usize, Element)> {
    let rest = text.strip_prefix(['.', ','])?;
    let digit = rest
        .chars()
        .next()
        .filter(|digit| matches!(digit, '0' | '9'))?;
    let after = rest.trim_start_matches(digit);
    if after.starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let digits = rest.len() - after.len();
    let element = if digit == '0' {
        Element::Fraction0(digits)
    } else {
        Element::Fraction9(*text.as_bytes().first()?, digits)
    };
    Some((0, digits + 1, element))
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]
mod tests {
    use super::*;

    fn elements(layout: &str) -> Vec<(String, Element)> {
        let layout = Layout::new(layout.to_owned());
        layout
            .steps
            .into_iter()
            .map(|step| (step.before, step.element))
            .collect()
    }

    #[test]
    fn a_layout_is_taken_apart() {
        let layout = Layout::new("2006-1-2T15:4:5.999Z07:00é".to_owned());
        let befores: Vec<_> = layout
            .steps
            .iter()
            .map(|step| step.before.as_str())
            .collect();
        assert_eq!(befores, ["", "-", "-", "T", ":", ":", "", ""]);
        assert_eq!(layout.rest, "é");
        assert_eq!(layout.steps[6].element, Element::Fraction9(b'.', 3));
    }

    #[test]
    fn what_stands_side_by_side_may_read_as_another_element() {
        assert_eq!(elements("15"), [(String::new(), Element::Hour)]);
        assert_eq!(elements("_2006"), [("_".to_owned(), Element::LongYear)]);
        assert_eq!(elements("Month")[..], []);
        assert_eq!(elements("__2"), [(String::new(), Element::UnderYearDay)]);
        assert_eq!(
            elements(".9991")[..],
            [(".999".to_owned(), Element::NumMonth)]
        );
    }
}
