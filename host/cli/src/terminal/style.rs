//! What a colour means. Nothing is said by a colour alone: a sign or a word stands beside it.

use anstyle::{AnsiColor, Style};

/// As it is.
pub(crate) const PLAIN: Style = Style::new();
/// A heading, a name that is looked for.
pub(crate) const STRONG: Style = Style::new().bold();
/// What is there for completeness.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// Good news: passed, left, closed.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Bad news: failed, leaked.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Worth a look.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
/// A place: a stage, a file, a line.
pub(crate) const PLACE: Style = AnsiColor::Cyan.on_default();
/// A rule, by the name that its policy gives it.
pub(crate) const RULE: Style = AnsiColor::Magenta.on_default();
/// What was there before.
pub(crate) const BEFORE: Style = AnsiColor::Red.on_default();
/// What is there now.
pub(crate) const AFTER: Style = AnsiColor::Green.on_default();
/// The words within a text that were taken away.
pub(crate) const TAKEN: Style = AnsiColor::Red.on_default().bold().underline();
/// The words within a text that were put in.
pub(crate) const PUT: Style = AnsiColor::Green.on_default().bold().underline();
