//! One pattern, compiled.

use std::ops::Range;

use memchr::memmem::Finder;
use regex_automata::Input;
use regex_automata::meta::Regex;
use regex_syntax::hir::{Hir, HirKind};

use crate::PatternError;
use crate::syntax::parse;

/// What the compiled form of one pattern may weigh. Go's own limit is far higher; a policy has 64 MiB for everything.
const LARGEST: usize = 4 << 20;

/// What the states that a search builds as it goes may weigh, for each direction of a pattern.
const CACHE: usize = 512 << 10;

/// A regular expression in Go's syntax with Go's meaning, ready to search UTF-8.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    regex: Regex,
    /// The pattern where it is nothing but a text: finding that takes no engine.
    literal: Option<Finder<'static>>,
    hir: Hir,
    names: Vec<Option<String>>,
}

impl Pattern {
    /// Compiles a pattern that Go's `regexp.Compile` would take.
    pub fn new(go_regex: &str) -> Result<Pattern, PatternError> {
        let parsed = parse(go_regex)?;
        let too_large = |_| {
            PatternError::new(
                0,
                "the pattern is too large when compiled; lower its counted repetitions",
            )
        };
        let config = Regex::config()
            .nfa_size_limit(Some(LARGEST))
            .hybrid_cache_capacity(CACHE);
        let regex = Regex::builder()
            .configure(config)
            .build_from_hir(&parsed.hir)
            .map_err(too_large)?;
        let literal = match parsed.hir.kind() {
            HirKind::Literal(literal) => Some(Finder::new(&literal.0).into_owned()),
            _ => None,
        };
        Ok(Pattern {
            source: go_regex.to_owned(),
            regex,
            literal,
            hir: parsed.hir,
            names: parsed.names,
        })
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// What the pattern means, for the screen.
    pub(crate) fn hir(&self) -> &Hir {
        &self.hir
    }

    /// Length in bytes of the shortest text that may match.
    #[must_use]
    pub fn shortest_match(&self) -> usize {
        self.hir.properties().minimum_len().unwrap_or(usize::MAX)
    }

    /// Whether the text holds a match.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        match &self.literal {
            Some(literal) => literal.find(text.as_bytes()).is_some(),
            None => self.regex.is_match(Input::new(text).earliest(true)),
        }
    }

    /// Where the first match stands that begins at `from` or later.
    #[must_use]
    pub fn find_at(&self, text: &str, from: usize) -> Option<Range<usize>> {
        if from > text.len() {
            return None;
        }
        self.regex
            .search(&Input::new(text).range(from..))
            .map(|found| found.range())
    }

    /// The matches that Go's `ReplaceAllStringFunc` would replace, from left to right: they do not overlap, and an empty one does
    /// not follow right after another.
    pub fn matches<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
        self.regex.find_iter(text).map(|found| found.range())
    }

    /// The text with each match replaced by what `replace` appends for it; none if nothing matches.
    pub fn replace_all(
        &self,
        text: &str,
        mut replace: impl FnMut(&str, &mut String),
    ) -> Option<String> {
        let mut out = None;
        let mut copied = 0;
        for found in self.matches(text) {
            let out = out.get_or_insert_with(|| String::with_capacity(text.len()));
            out.push_str(text.get(copied..found.start).unwrap_or_default());
            replace(text.get(found.clone()).unwrap_or_default(), out);
            copied = found.end;
        }
        let mut out = out?;
        out.push_str(text.get(copied..).unwrap_or_default());
        Some(out)
    }

    /// The first match with its groups.
    #[must_use]
    pub fn captures<'t>(&'t self, text: &'t str) -> Option<Captures<'t>> {
        self.captures_at(text, 0)
    }

    /// The first match that begins at `from` or later, with its groups.
    #[must_use]
    pub fn captures_at<'t>(&'t self, text: &'t str, from: usize) -> Option<Captures<'t>> {
        if from > text.len() {
            return None;
        }
        let mut found = self.regex.create_captures();
        self.regex
            .search_captures(&Input::new(text).range(from..), &mut found);
        found.is_match().then_some(Captures {
            pattern: self,
            text,
            found,
        })
    }

    /// Names of the groups by their index; the first is the whole match, and a group without a name has none.
    pub fn group_names(&self) -> impl Iterator<Item = Option<&str>> {
        self.names.iter().map(Option::as_deref)
    }
}

/// What the groups of a pattern matched.
#[derive(Debug, Clone)]
pub struct Captures<'t> {
    pattern: &'t Pattern,
    text: &'t str,
    found: regex_automata::util::captures::Captures,
}

impl<'t> Captures<'t> {
    /// What a group matched, by index; 0 is the whole match. None for a group that took no part in it.
    #[must_use]
    pub fn get(&self, group: usize) -> Option<&'t str> {
        self.text.get(self.found.get_group(group)?.range())
    }

    /// What a group matched, by name.
    #[must_use]
    pub fn name(&self, name: &str) -> Option<&'t str> {
        let group = self
            .pattern
            .names
            .iter()
            .position(|known| known.as_deref() == Some(name))?;
        self.get(group)
    }

    /// The groups that have a name, in the order of the pattern, with what they matched.
    pub fn named(&self) -> impl Iterator<Item = (&'t str, Option<&'t str>)> + '_ {
        let pattern: &'t Pattern = self.pattern;
        pattern
            .names
            .iter()
            .enumerate()
            .filter_map(move |(group, name)| Some((name.as_deref()?, self.get(group))))
    }
}
