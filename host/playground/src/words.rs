//! What differs within a text, word by word.

use serde::Serialize;
use similar::{Algorithm, DiffTag};

/// Texts beyond this are compared by their ends alone: what is between is shown as changed.
const LONGEST: usize = 64 << 10;

/// A part of a text that is the same in the other one, or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Part {
    pub(crate) text: String,
    /// Whether it is in this one alone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) marked: bool,
}

/// Both texts, in parts.
pub(crate) fn marked(before: &str, after: &str) -> (Vec<Part>, Vec<Part>) {
    let (old, new) = (words(before), words(after));
    let (mut left, mut right) = (Vec::new(), Vec::new());
    if before.len().max(after.len()) > LONGEST {
        ends(&old, &new, &mut left, &mut right);
        return (left, right);
    }
    for op in similar::capture_diff_slices(Algorithm::Myers, &old, &new) {
        let (tag, from, to) = op.as_tag_tuple();
        let is_marked = tag != DiffTag::Equal;
        put(&mut left, old.get(from), is_marked);
        put(&mut right, new.get(to), is_marked);
    }
    (left, right)
}

/// A text in one part.
pub(crate) fn whole(text: &str, marked: bool) -> Vec<Part> {
    vec![Part {
        text: text.to_owned(),
        marked,
    }]
}

fn ends(old: &[&str], new: &[&str], left: &mut Vec<Part>, right: &mut Vec<Part>) {
    let pairs = old.iter().zip(new);
    let head = pairs.take_while(|(old, new)| old == new).count();
    let most = old.len().min(new.len()).saturating_sub(head);
    let pairs = old.iter().rev().zip(new.iter().rev()).take(most);
    let tail = pairs.take_while(|(old, new)| old == new).count();
    for (words, side) in [(old, left), (new, right)] {
        let behind = words.len().saturating_sub(tail);
        put(side, words.get(..head), false);
        put(side, words.get(head..behind), true);
        put(side, words.get(behind..), false);
    }
}

fn put(side: &mut Vec<Part>, words: Option<&[&str]>, marked: bool) {
    let text = words.unwrap_or_default().concat();
    if !text.is_empty() {
        side.push(Part { text, marked });
    }
}

/// Runs of letters and digits, runs of blanks, and everything else one by one.
fn words(text: &str) -> Vec<&str> {
    let kind = |c: char| {
        if c.is_alphanumeric() {
            1
        } else if c.is_whitespace() {
            2
        } else {
            0
        }
    };
    let mut words = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, c) in text.char_indices() {
        let own = kind(c);
        if last.is_some_and(|last| last != own || own == 0) {
            words.extend(text.get(start..at));
            start = at;
        }
        last = Some(own);
    }
    words.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn joined(parts: &[Part]) -> String {
        parts.iter().map(|part| part.text.as_str()).collect()
    }

    fn unmarked(parts: &[Part]) -> String {
        let kept = parts.iter().filter(|part| !part.marked);
        kept.map(|part| part.text.as_str()).collect()
    }

    #[test]
    fn words_that_differ_are_marked() {
        let (left, right) = marked("mail ada@example.org now", "mail **** now");
        let show = |parts: &[Part]| -> Vec<String> {
            let brackets = |part: &Part| {
                if part.marked {
                    format!("[{}]", part.text)
                } else {
                    part.text.clone()
                }
            };
            parts.iter().map(brackets).collect()
        };
        assert_eq!(show(&left), ["mail ", "[ada@example.org]", " now"]);
        assert_eq!(show(&right), ["mail ", "[****]", " now"]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_what_is_not_marked_is_the_same(before in ".{0,60}", after in ".{0,60}") {
            let (left, right) = marked(&before, &after);
            prop_assert_eq!(joined(&left), before);
            prop_assert_eq!(joined(&right), after);
            prop_assert_eq!(unmarked(&left), unmarked(&right));
        }

        #[test]
        fn so_it_is_with_long_texts(head in "[a ]{0,9}", one in "[b ]{0,9}", other in "[c ]{0,9}", long in 40_000..40_010_usize) {
            let tail = ", x".repeat(long);
            let (before, after) = (format!("{head}{one}{tail}"), format!("{head}{other}{tail}"));
            let (left, right) = marked(&before, &after);
            prop_assert_eq!(joined(&left), before);
            prop_assert_eq!(joined(&right), after);
            prop_assert_eq!(unmarked(&left), unmarked(&right));
            prop_assert!(unmarked(&left).ends_with(&tail));
        }
    }
}
