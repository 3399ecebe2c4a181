//! What is wrong with a configuration, and where.

use std::fmt;
use std::sync::Arc;

use crate::document::Document;
use crate::render;
use crate::yaml::Span;

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The configuration works, and probably not as it was meant.
    Warning,
    /// The configuration is refused.
    Error,
}

/// One thing that is wrong: what it is, where it stands, and what would mend it.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What would mend it.
    pub help: Option<String>,
    /// The bytes of the file that it is about.
    pub span: std::ops::Range<usize>,
    /// The same among all files.
    place: Span,
    document: Arc<Document>,
}

impl Diagnostic {
    pub(crate) fn new(
        document: &Arc<Document>,
        severity: Severity,
        span: Span,
        message: String,
        help: Option<String>,
    ) -> Self {
        let local = document.local(span);
        Self {
            severity,
            message,
            help,
            span: local.start..local.end,
            place: span,
            document: Arc::clone(document),
        }
    }

    /// The file, as it was named by whoever read it.
    #[must_use]
    pub fn file(&self) -> &str {
        self.document.name(self.place)
    }

    /// Line and column, from 1.
    #[must_use]
    pub fn position(&self) -> (usize, usize) {
        let excerpt = self.document.excerpt(self.place);
        (excerpt.line, excerpt.column)
    }

    /// The diagnostic with its line and a caret under the place, in several lines.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let excerpt = self.document.excerpt(self.place);
        render::diagnostic(self, &excerpt, colour)
    }
}

/// One line, without the excerpt: `config.yaml:3:5: error: ...`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.position();
        let word = render::word(self.severity);
        write!(
            f,
            "{}:{line}:{column}: {word}: {}",
            self.file(),
            self.message
        )
    }
}

/// Everything that is wrong with a configuration, in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How much there is to say.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether something must be mended before the configuration can be used.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Adds a diagnostic, such as a policy's own complaint.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// The diagnostics one by one.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// All of them with their lines and carets, and a last line that counts them.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        render::all(&self.list, colour)
    }

    /// Puts them into the order of the file.
    pub fn sort(&mut self) {
        self.list
            .sort_by_key(|diagnostic| (diagnostic.place.start, diagnostic.place.end));
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, list: T) {
        self.list.extend(list);
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<T: IntoIterator<Item = Diagnostic>>(list: T) -> Self {
        Self {
            list: list.into_iter().collect(),
        }
    }
}
