//! The texts of a configuration, with their lines and with the places that must not be shown.

use std::fmt;
use std::path::{Path, PathBuf};

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

/// Everything that a configuration was read from. Its texts stand one behind the other, so that a place is a number whichever text
/// it is in.
#[derive(Default)]
pub(crate) struct Document {
    texts: Vec<Text>,
    /// Parts that hold secrets, in the order of the texts.
    masked: Vec<Span>,
}

/// One text: a file, or what the command line says.
struct Text {
    name: String,
    content: String,
    /// Where it begins among the others.
    start: usize,
    /// Whether `name` is a file's, so that paths in the text are relative to its folder.
    is_file: bool,
}

/// The names alone: the texts may hold secrets.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.texts.iter().map(|text| &text.name);
        f.debug_list().entries(names).finish()
    }
}

/// Longest part of a line that is shown.
const WIDTH: usize = 120;
/// Characters shown before the mark when a line is longer than that.
const LEAD: usize = 50;

impl Document {
    /// Adds a text, and says where it begins.
    pub(crate) fn add(&mut self, source: Source, is_file: bool) -> usize {
        let start = self.len();
        self.texts.push(Text {
            name: source.name,
            content: source.text,
            start,
            is_file,
        });
        start
    }

    /// Bytes of all texts, and one between each two.
    pub(crate) fn len(&self) -> usize {
        self.texts.last().map_or(0, |text| {
            text.start
                .saturating_add(text.content.len())
                .saturating_add(1)
        })
    }

    /// Keeps secrets from being shown.
    pub(crate) fn mask(&mut self, masked: Vec<Span>) {
        self.masked.extend(masked);
        self.masked.sort_by_key(|span| (span.start, span.end));
        self.masked.dedup();
    }

    /// Where a mistake is shown that is of the whole.
    pub(crate) fn first_line(&self) -> Span {
        let first = self.texts.first().map_or("", |text| &text.content);
        Span {
            start: 0,
            end: first.find('\n').unwrap_or(first.len()),
        }
    }

    /// What stands there.
    pub(crate) fn slice(&self, span: Span) -> &str {
        let Some(text) = self.at(span.start) else {
            return "";
        };
        let from = |at: usize| at.saturating_sub(text.start);
        text.content
            .get(from(span.start)..from(span.end))
            .unwrap_or_default()
    }

    /// The text that a place is in.
    pub(crate) fn text(&self, span: Span) -> &str {
        self.at(span.start).map_or("", |text| &text.content)
    }

    /// What the text of a place is called.
    pub(crate) fn name(&self, span: Span) -> &str {
        self.at(span.start).map_or("", |text| &text.name)
    }

    /// A path that is written there, relative to the file that it is written in.
    pub(crate) fn beside(&self, span: Span, path: PathBuf) -> PathBuf {
        self.at(span.start)
            .filter(|text| text.is_file)
            .and_then(|text| Path::new(&text.name).parent())
            .map_or(path.clone(), |folder| folder.join(path))
    }

    /// The place within its own text.
    pub(crate) fn local(&self, span: Span) -> Span {
        let start = self.at(span.start).map_or(0, |text| text.start);
        Span {
            start: span.start.saturating_sub(start),
            end: span.end.saturating_sub(start),
        }
    }

    fn at(&self, place: usize) -> Option<&Text> {
        let after = self.texts.partition_point(|text| text.start <= place);
        self.texts.get(after.checked_sub(1)?)
    }

    /// The line that `span` starts on.
    pub(crate) fn excerpt(&self, span: Span) -> Excerpt {
        let Some(text) = self.at(span.start) else {
            return Excerpt {
                line: 1,
                column: 1,
                text: String::new(),
                before: 0,
                marked: 1,
            };
        };
        let local = self.local(span);
        let start = boundary(&text.content, local.start);
        let end = boundary(&text.content, local.end).max(start);
        let before = text.content.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
        let rest = text.content.get(start..).unwrap_or_default();
        let line_end = rest
            .find('\n')
            .map_or(text.content.len(), |at| start.saturating_add(at));
        let line = before.matches('\n').count().saturating_add(1);

        let lead = count(text.content.get(line_start..start));
        let marked = count(text.content.get(start..end.min(line_end))).max(1);
        let (shown, before) = self.window(text, line_start, line_end, lead);
        let room = shown.chars().count().saturating_sub(before).max(1);
        Excerpt {
            line,
            column: lead.saturating_add(1),
            text: shown,
            before,
            marked: marked.min(room),
        }
    }

    /// A line, or the part of a long one around its mark, and the characters of it before the mark.
    fn window(&self, text: &Text, start: usize, end: usize, lead: usize) -> (String, usize) {
        let line = text.content.get(start..end).unwrap_or_default();
        if count(line.get(..line.len())) <= WIDTH {
            return (self.shown(text, start, end).trim_end().to_owned(), lead);
        }
        let skipped = lead.saturating_sub(LEAD);
        let offset = |characters: usize| {
            line.char_indices()
                .nth(characters)
                .map_or(line.len(), |(at, _)| at)
        };
        let (from, to) = (offset(skipped), offset(skipped.saturating_add(WIDTH)));
        let shown = self.shown(text, start.saturating_add(from), start.saturating_add(to));
        let (head, before) = if skipped > 0 {
            ("... ", LEAD.saturating_add(4))
        } else {
            ("", lead)
        };
        let tail = if to < line.len() { " ..." } else { "" };
        (format!("{head}{shown}{tail}"), before)
    }

    /// The text between two places, secrets starred out, characters that would upset a terminal blanked.
    fn shown(&self, text: &Text, start: usize, end: usize) -> String {
        let line = text.content.get(start..end).unwrap_or_default();
        let start = text.start.saturating_add(start);
        let end = text.start.saturating_add(end);
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
}

fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at = at.saturating_sub(1);
    }
    at
}

fn count(text: Option<&str>) -> usize {
    text.unwrap_or_default().chars().count()
}

/// Where a text that begins at `start` and could not be parsed may hold secrets: what stands after keys that sound like one.
pub(crate) fn suspects(text: &str, mut start: usize) -> Vec<Span> {
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
