//! The text of a configuration, with its lines and with the places that must not be shown.

use std::fmt;

use crate::Source;
use crate::yaml::Span;

/// A line of a document with a marked part, safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Excerpt {
    /// Line, from 1.
    pub(crate) line: usize,
    /// Column of the mark, from 1, in characters.
    pub(crate) column: usize,
    /// The line, or the part of a long one around the mark.
    pub(crate) text: String,
    /// Characters of `text` before the mark.
    pub(crate) before: usize,
    /// Characters that are marked; at least one.
    pub(crate) marked: usize,
}

/// A configuration file as it was read.
pub(crate) struct Document {
    pub(crate) name: String,
    pub(crate) text: String,
    /// Parts that hold secrets, in the order of the text.
    masked: Vec<Span>,
}

/// The name alone: the text may hold secrets.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Document").field(&self.name).finish()
    }
}

/// Longest part of a line that is shown.
const WIDTH: usize = 120;
/// Characters shown before the mark when a line is longer than that.
const LEAD: usize = 50;

impl Document {
    pub(crate) fn new(source: Source, mut masked: Vec<Span>) -> Self {
        masked.sort_by_key(|span| (span.start, span.end));
        Self {
            name: source.name,
            text: source.text,
            masked,
        }
    }

    /// The line that `span` starts on.
    pub(crate) fn excerpt(&self, span: Span) -> Excerpt {
        let start = self.boundary(span.start);
        let end = self.boundary(span.end).max(start);
        let before = self.text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
        let rest = self.text.get(start..).unwrap_or_default();
        let line_end = rest
            .find('\n')
            .map_or(self.text.len(), |at| start.saturating_add(at));
        let line = before.matches('\n').count().saturating_add(1);

        let lead = count(self.text.get(line_start..start));
        let marked = count(self.text.get(start..end.min(line_end))).max(1);
        let (text, before) = self.window(line_start, line_end, lead);
        let room = text.chars().count().saturating_sub(before).max(1);
        Excerpt {
            line,
            column: lead.saturating_add(1),
            text,
            before,
            marked: marked.min(room),
        }
    }

    /// A line, or the part of a long one around its mark, and the characters of it before the mark.
    fn window(&self, start: usize, end: usize, lead: usize) -> (String, usize) {
        let line = self.text.get(start..end).unwrap_or_default();
        if count(line.get(..line.len())) <= WIDTH {
            return (self.shown(start, end).trim_end().to_owned(), lead);
        }
        let skipped = lead.saturating_sub(LEAD);
        let offset = |characters: usize| {
            line.char_indices()
                .nth(characters)
                .map_or(line.len(), |(at, _)| at)
        };
        let (from, to) = (offset(skipped), offset(skipped.saturating_add(WIDTH)));
        let shown = self.shown(start.saturating_add(from), start.saturating_add(to));
        let (head, before) = if skipped > 0 {
            ("... ", LEAD.saturating_add(4))
        } else {
            ("", lead)
        };
        let tail = if to < line.len() { " ..." } else { "" };
        (format!("{head}{shown}{tail}"), before)
    }

    /// The text between two places, secrets starred out, characters that would upset a terminal blanked.
    fn shown(&self, start: usize, end: usize) -> String {
        let line = self.text.get(start..end).unwrap_or_default();
        let near: Vec<&Span> = self
            .masked
            .iter()
            .filter(|span| span.start < end && start < span.end)
            .collect();
        let secret = |at: usize| near.iter().any(|span| span.start <= at && at < span.end);
        line.trim_end_matches('\r')
            .char_indices()
            .map(|(offset, c)| match c {
                _ if secret(start.saturating_add(offset)) => '*',
                c if c.is_control() => ' ',
                c => c,
            })
            .collect()
    }

    fn boundary(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at = at.saturating_sub(1);
        }
        at
    }
}

fn count(text: Option<&str>) -> usize {
    text.unwrap_or_default().chars().count()
}

/// Where a text that could not be parsed may hold secrets: what stands after keys that sound like one.
pub(crate) fn suspects(text: &str) -> Vec<Span> {
    const WORDS: [&str; 8] = [
        "authorization",
        "token",
        "secret",
        "password",
        "api-key",
        "api_key",
        "apikey",
        "key_pem",
    ];
    let mut found = Vec::new();
    let mut start: usize = 0;
    for line in text.split_inclusive('\n') {
        let lower = line.to_ascii_lowercase();
        let word = WORDS.iter().filter_map(|word| lower.find(word)).min();
        if let Some(colon) = word.and_then(|at| {
            lower
                .get(at..)?
                .find(':')
                .map(|colon| at.saturating_add(colon))
        }) {
            found.push(Span {
                start: start.saturating_add(colon).saturating_add(1),
                end: start.saturating_add(line.len()),
            });
        }
        start = start.saturating_add(line.len());
    }
    found
}
