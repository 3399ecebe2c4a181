//! Tokens.

use std::ops::Range;

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: Range<usize>,
}

/// What a token is. Its text is looked up in the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Bytes,
    Float,
    Int,
    /// A string, unquoted.
    Text(String),
    Nil,
    Not,
    Or,
    And,
    Compare,
    Arrow,
    Plus,
    Minus,
    Star,
    Slash,
    Bool(bool),
    Equal,
    Open,
    Close,
    OpenBrace,
    CloseBrace,
    Colon,
    Comma,
    Dot,
    OpenBracket,
    CloseBracket,
    /// `[A-Z][A-Z0-9_]*`
    Upper,
    /// `[a-z][a-z0-9_]*`
    Lower,
    Underscore,
    End,
}
