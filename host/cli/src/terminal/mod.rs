//! What is shown: in colour or not, as wide as the terminal, in tables and side by side.
//!
//! Everything is written with its styles, and they are taken out where nobody sees them: in a pipe, with `NO_COLOR`, with
//! `--color never`. Results go to the standard output, remarks to the standard error. Telemetry may hold anything, escape sequences
//! included, so that a [`Text`] shows control characters and does not pass them on.

mod beside;
pub(crate) mod style;
mod table;
mod text;
mod wrap;

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _, stderr, stdout};

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;

pub(crate) use beside::Beside;
pub(crate) use table::Table;
pub(crate) use text::Text;

/// Width of what no terminal shows, and of a terminal that does not know its own.
const USUAL_WIDTH: usize = 100;
/// Nothing is laid out for less than this.
const NARROWEST: usize = 20;

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless the environment says otherwise (`NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE`, `TERM=dumb`).
    #[default]
    Auto,
    /// Also in a pipe.
    Always,
    /// Not even on a terminal.
    Never,
}

impl Color {
    /// From now on this holds for all that is printed.
    pub(crate) fn hold(self) {
        let choice = match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        };
        choice.write_global();
    }

    /// What was typed, before anything is parsed: help and mistakes in arguments are shown in colour or not, too.
    pub(crate) fn typed(arguments: impl Iterator<Item = OsString>) -> Self {
        let mut typed = Self::default();
        let mut is_next = false;
        for argument in arguments.take_while(|argument| argument != "--") {
            let argument = argument.to_string_lossy();
            let value = match argument.strip_prefix("--color=") {
                Some(value) => Some(value),
                None if is_next => Some(&*argument),
                None => None,
            };
            if let Some(color) = value.and_then(|value| Self::from_str(value, false).ok()) {
                typed = color;
            }
            is_next = argument == "--color";
        }
        typed
    }
}

/// Prints results, which may have styles, and a line's end. Whoever reads them may have seen enough and gone.
pub(crate) fn show(text: &str) {
    let mut out = anstream::stdout().lock();
    let written = writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush());
    if let Err(error) = written.or_else(gone) {
        remark(&format!("error: the results cannot be written: {error}"));
    }
}

/// Prints remarks, which may have styles, to the standard error. There is nobody to tell that they cannot be written.
pub(crate) fn remark(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{}", text.trim_end());
}

fn gone(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe {
        Ok(())
    } else {
        Err(error)
    }
}

/// Empties the terminal, and begins at its top.
pub(crate) fn clear() {
    show("\x1b[2J\x1b[3J\x1b[H");
}

/// Whether remarks are seen in colour.
pub(crate) fn remarks_in_color() -> bool {
    AutoStream::choice(&stderr()) != ColorChoice::Never
}

/// Whether somebody looks at the results on a terminal.
pub(crate) fn is_watched() -> bool {
    stdout().is_terminal()
}

/// Columns of the terminal; `COLUMNS` goes first, and says it for a pipe as well.
pub(crate) fn width() -> usize {
    let said = std::env::var("COLUMNS").ok();
    let said = said.and_then(|columns| columns.parse::<usize>().ok());
    let measured = || {
        let (width, _) = terminal_size::terminal_size_of(stdout())?;
        Some(usize::from(width.0))
    };
    said.filter(|columns| *columns > 0)
        .or_else(measured)
        .unwrap_or(USUAL_WIDTH)
        .max(NARROWEST)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::Color;

    #[test]
    fn colours_hold_as_they_were_typed_last() {
        let typed = |line: &str| Color::typed(line.split(' ').map(OsString::from));
        assert_eq!(typed("try --color never"), Color::Never);
        assert_eq!(typed("--color=always try"), Color::Always);
        assert_eq!(typed("--color=always try --color never"), Color::Never);
        assert_eq!(typed("try -- --color never"), Color::Auto);
        assert_eq!(typed("try --color mauve"), Color::Auto);
    }
}
