//! Two texts beside each other, or above each other where there is no room.

use std::fmt::Write as _;

use super::style::{AFTER, BEFORE, FAINT};
use super::text::Text;

/// Between the sides.
const MIDDLE: &str = " │ ";
/// Sides narrower than this are put above each other.
const NARROWEST_SIDE: usize = 36;

/// How two sides are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beside {
    /// Left and right, of so many columns each.
    Columns(usize),
    /// One above the other, with a sign before each line.
    Stacked(usize),
}

impl Beside {
    /// What a width allows, `indent` columns taken off. In a pipe the sides are stacked: other programs work on lines.
    pub(crate) fn of(width: usize, indent: usize, is_watched: bool) -> Self {
        let room = width.saturating_sub(indent);
        let side = room.saturating_sub(MIDDLE.chars().count()) / 2;
        if is_watched && side >= NARROWEST_SIDE {
            Self::Columns(side)
        } else {
            Self::Stacked(room)
        }
    }

    /// Appends both sides, each line after `indent` blanks. A side that is missing is not there, which is not the same as empty.
    pub(crate) fn render(
        self,
        before: Option<&Text>,
        after: Option<&Text>,
        indent: usize,
        out: &mut String,
    ) {
        // Writing to a string does not fail.
        match self {
            Self::Columns(side) => {
                let lines =
                    |text: Option<&Text>| text.map(|text| text.wrapped(side)).unwrap_or_default();
                let (left, right) = (lines(before), lines(after));
                let empty = Text::default();
                for line in 0..left.len().max(right.len()) {
                    let left = left.get(line).unwrap_or(&empty);
                    let right = right.get(line).unwrap_or(&empty);
                    let rest = " ".repeat(side.saturating_sub(left.width()));
                    let middle = if right.is_empty() {
                        MIDDLE.trim_end()
                    } else {
                        MIDDLE
                    };
                    let middle = Text::styled(middle, FAINT);
                    let shown = format!("{:indent$}{left}{rest}{middle}{right}", "");
                    let _ = writeln!(out, "{shown}");
                }
            }
            Self::Stacked(room) => {
                let sides = [("- ", BEFORE, before), ("+ ", AFTER, after)];
                for (sign, style, text) in sides {
                    let Some(text) = text else { continue };
                    for line in text.wrapped(room.saturating_sub(2)) {
                        let sign = Text::styled(sign, style);
                        let shown = format!("{:indent$}{sign}{line}", "");
                        let _ = writeln!(out, "{}", shown.trim_end());
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Beside, Text};

    fn render(beside: Beside) -> String {
        let (before, after) = (
            Text::from("mail of ann@example.com"),
            Text::from("mail of ****"),
        );
        let mut out = String::new();
        beside.render(Some(&before), Some(&after), 2, &mut out);
        beside.render(Some(&before), None, 2, &mut out);
        anstream::adapter::strip_str(&out).to_string()
    }

    #[test]
    fn sides_stand_beside_each_other_where_there_is_room() {
        assert_eq!(Beside::of(100, 2, true), Beside::Columns(47));
        assert_eq!(Beside::of(70, 2, true), Beside::Stacked(68));
        assert_eq!(Beside::of(100, 2, false), Beside::Stacked(98));
        assert_eq!(
            render(Beside::Columns(16)),
            "  mail of          │ mail of ****\n  ann@example.com  │\n  mail of          │\n  ann@example.com  │\n"
        );
    }

    #[test]
    fn stacked_sides_have_a_sign() {
        assert_eq!(
            render(Beside::Stacked(60)),
            "  - mail of ann@example.com\n  + mail of ****\n  - mail of ann@example.com\n"
        );
    }
}
