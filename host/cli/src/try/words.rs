//! Two texts, with the words marked that were taken out of the one and put into the other.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::terminal::{Text, style};

/// What is the same on both sides is cut down if it is longer than this, and so much of it stays at both ends.
const LONG: usize = 160;
const STAYS: usize = 50;

/// Both texts, marked. What is long and the same is cut down unless `whole`.
pub(super) fn marked(before: &str, after: &str, whole: bool) -> (Text, Text) {
    let (old, new) = (words(before), words(after));
    let (mut left, mut right) = (Text::default(), Text::default());
    let steps = steps(&old, &new);
    let last = steps.len().saturating_sub(1);
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Same(words) => {
                let words = words.concat();
                let words = if whole {
                    words
                } else {
                    cut(&words, at == 0, at == last)
                };
                left.push(&words, style::PLAIN);
                right.push(&words, style::PLAIN);
            }
            Step::Other(taken, put) => {
                left.push(taken.concat(), style::TAKEN);
                right.push(put.concat(), style::PUT);
            }
        }
    }
    (left, right)
}

/// A text that stands on one side only, or is shown for completeness.
pub(super) fn shortened(text: &str, whole: bool) -> String {
    if whole {
        text.to_owned()
    } else {
        cut(text, false, true)
    }
}

enum Step<'t> {
    Same(Vec<&'t str>),
    Other(Vec<&'t str>, Vec<&'t str>),
}

fn steps<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Step<'t>> {
    let part = |words: &[&'t str], from: usize, count: usize| -> Vec<&'t str> {
        words.iter().skip(from).take(count).copied().collect()
    };
    let mut steps: Vec<Step<'t>> = Vec::new();
    for op in capture_diff_slices(Algorithm::Patience, old, new) {
        let (from, count) = (op.old_range().start, op.old_range().len());
        let (new_from, new_count) = (op.new_range().start, op.new_range().len());
        if let DiffOp::Equal { .. } = op {
            steps.push(Step::Same(part(old, from, count)));
            continue;
        }
        let (mut taken, mut put) = (part(old, from, count), part(new, new_from, new_count));
        // A blank between two changes belongs to them: a card number of four groups is one thing.
        let is_bridge = matches!(steps.last(), Some(Step::Same(words)) if words.iter().all(|word| is_blank(word)))
            && matches!(steps.iter().rev().nth(1), Some(Step::Other(..)));
        if is_bridge
            && let Some(Step::Same(blank)) = steps.pop()
            && let Some(Step::Other(mut before_taken, mut before_put)) = steps.pop()
        {
            before_taken.extend(&blank);
            before_put.extend(&blank);
            before_taken.append(&mut taken);
            before_put.append(&mut put);
            (taken, put) = (before_taken, before_put);
        }
        steps.push(Step::Other(taken, put));
    }
    steps
}

fn is_blank(word: &str) -> bool {
    word.chars().all(char::is_whitespace)
}

/// Words and what stands between them, each sign for itself. An address, a number with its dashes or a path is one word.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let length = rest
            .char_indices()
            .find(|(_, sign)| is_between(*sign))
            .map_or(
                rest.len(),
                |(at, sign)| if at == 0 { sign.len_utf8() } else { at },
            );
        let Some((word, after)) = rest.split_at_checked(length) else {
            break;
        };
        words.push(word);
        rest = after;
    }
    words
}

fn is_between(sign: char) -> bool {
    sign.is_whitespace() || "\"'`,;()[]{}<>=&?|\\".contains(sign)
}

/// The ends of a long text: what stands next to a change is of interest.
fn cut(text: &str, is_first: bool, is_last: bool) -> String {
    let signs = text.chars().count();
    if signs <= LONG {
        return text.to_owned();
    }
    let (head, tail) = match (is_first, is_last) {
        (true, false) => (0, STAYS),
        (false, true) => (STAYS, 0),
        _ => (STAYS, STAYS),
    };
    let head_text: String = text.chars().take(head).collect();
    let tail_text: String = text.chars().skip(signs.saturating_sub(tail)).collect();
    let left_out = signs.saturating_sub(head).saturating_sub(tail);
    format!("{head_text}[… {left_out} signs …]{tail_text}")
}

#[cfg(test)]
mod tests {
    use super::{Text, marked, shortened};
    use crate::terminal::style::{PLAIN, PUT, TAKEN};

    #[test]
    fn what_changed_is_marked_word_by_word() {
        let (left, right) = marked("mail=jane.doe@example.com, ok", "mail=****, ok", false);
        let expected = Text::from("mail=")
            .with("jane.doe@example.com", TAKEN)
            .with(", ok", PLAIN);
        assert_eq!(left, expected);
        assert_eq!(
            right,
            Text::from("mail=").with("****", PUT).with(", ok", PLAIN)
        );
    }

    #[test]
    fn a_number_in_groups_is_one_change() {
        let (left, right) = marked(
            "card 4111 1111 1111 1111 ok",
            "card **** **** **** **** ok",
            false,
        );
        let expected = Text::from("card ")
            .with("4111 1111 1111 1111", TAKEN)
            .with(" ok", PLAIN);
        assert_eq!(left, expected);
        let expected = Text::from("card ")
            .with("**** **** **** ****", PUT)
            .with(" ok", PLAIN);
        assert_eq!(right, expected);
    }

    #[test]
    fn what_is_long_and_the_same_is_cut_down_unless_all_is_wanted() {
        let long = "word ".repeat(100);
        let (left, _) = marked(&format!("{long}a"), &format!("{long}b"), false);
        assert!(left.width() < 100, "{left}");
        assert!(left.to_string().contains("[… 450 signs …]"), "{left}");
        let (left, _) = marked(&format!("{long}a"), &format!("{long}b"), true);
        assert_eq!(left.width(), 501);
        assert_eq!(shortened(&long, true), long);
        assert!(shortened(&long, false).ends_with("[… 450 signs …]"));
    }
}
