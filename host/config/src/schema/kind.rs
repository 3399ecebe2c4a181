use std::fmt;

use super::Key;

/// What the value of a key may be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Any text.
    Text,
    /// A text that is never shown.
    Secret,
    /// A list of texts.
    Texts,
    /// The name of an HTTP header.
    HeaderName,
    /// The value of an HTTP header, which is never shown.
    HeaderValue,
    /// A list of such values.
    HeaderValues,
    /// `true` or `false`.
    Flag,
    /// A whole number between these two.
    Count(u64, u64),
    /// A whole number that may be negative, between these two.
    Level(i64, i64),
    /// A number between these two.
    Number(f64, f64),
    /// A duration such as `300ms` or `1m30s`.
    Duration,
    /// A size such as `64MiB`, or bytes.
    Size,
    /// One of these words; the second list holds words that a Collector knows and that are not offered.
    Choice(&'static [&'static str], &'static [&'static str]),
    /// A list of such words.
    Choices(&'static [&'static str], &'static [&'static str]),
    /// `host:port` to listen on.
    Listen,
    /// `host:port` to connect to, with or without a scheme.
    Connect,
    /// An `http://` or `https://` URL.
    Url,
    /// A path of a file or folder.
    Path,
    /// File permissions as an octal text.
    Permissions,
    /// A mapping from names to paths.
    Paths,
    /// A mapping from names to secrets.
    Secrets,
    /// HTTP headers: a mapping, or a list of `name` and `value`.
    Headers,
    /// Keys of its own.
    Section(&'static [Key]),
    /// A list, each item of which has these keys.
    Sections(&'static [Key]),
    /// Anything; it is checked elsewhere.
    Any,
}

/// What to write, in a few words.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = |list: &[&str]| {
            let words: Vec<&str> = list
                .iter()
                .copied()
                .filter(|word| !word.is_empty())
                .collect();
            words.join(" | ")
        };
        match self {
            Self::Text => f.write_str("text"),
            Self::Secret | Self::HeaderValue => f.write_str("secret"),
            Self::Texts => f.write_str("list of texts"),
            Self::HeaderName => f.write_str("header"),
            Self::HeaderValues => f.write_str("list of secrets"),
            Self::Flag => f.write_str("true | false"),
            Self::Count(..) | Self::Level(..) => f.write_str("whole number"),
            Self::Number(..) => f.write_str("number"),
            Self::Duration => f.write_str("duration"),
            Self::Size => f.write_str("size"),
            Self::Choice(offered, _) => f.write_str(&words(offered)),
            Self::Choices(offered, _) => write!(f, "list of {}", words(offered)),
            Self::Listen | Self::Connect => f.write_str("host:port"),
            Self::Url => f.write_str("URL"),
            Self::Path => f.write_str("path"),
            Self::Permissions => f.write_str("octal text"),
            Self::Paths => f.write_str("paths by name"),
            Self::Secrets => f.write_str("secrets by name"),
            Self::Headers => f.write_str("headers"),
            Self::Section(_) => f.write_str("keys"),
            Self::Sections(_) => f.write_str("list of keys"),
            Self::Any => f.write_str("anything"),
        }
    }
}
