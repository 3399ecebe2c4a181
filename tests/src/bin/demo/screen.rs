//! What the demo prints, in colours where there is a terminal to show them.

use std::io::IsTerminal as _;

/// The terminal.
pub(crate) struct Screen {
    colour: bool,
    /// Columns of text for each side of a comparison.
    pub(crate) half: usize,
}

const RED: &str = "31";
const GREEN: &str = "32";
const BOLD: &str = "1";
const DIM: &str = "2";

impl Screen {
    pub(crate) fn new() -> Self {
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let width = std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok())
            .unwrap_or(140_usize);
        Self {
            colour,
            half: (width.clamp(80, 240) - 36) / 2,
        }
    }

    pub(crate) fn title(&self, text: &str) {
        println!("\n{}", self.paint(BOLD, text));
    }

    #[expect(
        clippy::unused_self,
        reason = "all that is printed goes through the screen"
    )]
    pub(crate) fn say(&self, text: &str) {
        println!("  {text}");
    }

    pub(crate) fn whisper(&self, text: &str) {
        println!("  {}", self.paint(DIM, text));
    }

    /// A field as it was and as it is.
    pub(crate) fn change(&self, field: &str, before: &str, after: &str) {
        let before = self.paint(
            RED,
            &format!("{:<half$}", cut(before, self.half), half = self.half),
        );
        let after = self.paint(GREEN, &cut(after, self.half));
        println!("    {:<28} {before}  {after}", cut(field, 28));
    }

    pub(crate) fn verdict(&self, good: bool, text: &str) {
        let mark = if good {
            self.paint(GREEN, "ok  ")
        } else {
            self.paint(RED, "LEAK")
        };
        println!("  {mark} {text}");
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[{colour}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// The first `width` characters of a text, on one line.
fn cut(text: &str, width: usize) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if plain.chars().count() <= width {
        return plain;
    }
    let mut short: String = plain.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}
