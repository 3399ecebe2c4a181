//! Which cells are wanted: `mail`, `log.body/plain`, `card/span.*/url`.

use std::fmt;
use std::str::FromStr;

use crate::encoding::Encoding;
use crate::kind::SecretKind;

/// Some of the cells: those that any of its filters holds for; all, if it has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    filters: Vec<Filter>,
    kind: Option<SecretKind>,
}

impl Selection {
    /// Cells that any of the filters holds for, and of one kind if that is said.
    #[must_use]
    pub fn new(filters: Vec<Filter>, kind: Option<SecretKind>) -> Self {
        Self { filters, kind }
    }

    /// Whether a cell is wanted.
    #[must_use]
    pub fn holds(&self, kind: SecretKind, label: &str, encoding: Encoding) -> bool {
        let mut filters = self.filters.iter();
        let is_kind = self.kind.is_none_or(|own| own == kind);
        is_kind
            && (self.filters.is_empty()
                || filters.any(|filter| filter.holds(kind, label, encoding)))
    }
}

/// One filter. What it does not say is all the same to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// A kind of secret.
    pub kind: Option<SecretKind>,
    /// A place by its label, in which `*` stands for anything.
    pub place: Option<String>,
    /// An encoding.
    pub encoding: Option<Encoding>,
}

impl Filter {
    fn holds(&self, kind: SecretKind, label: &str, encoding: Encoding) -> bool {
        self.kind.is_none_or(|own| own == kind)
            && self.encoding.is_none_or(|own| own == encoding)
            && self.place.as_deref().is_none_or(|own| is_like(own, label))
    }
}

/// A text that is no filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoFilter(String);

impl fmt::Display for NoFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<&str> = SecretKind::MADE.iter().map(|kind| kind.name()).collect();
        let encodings: Vec<&str> = Encoding::ALL.iter().map(|own| own.name()).collect();
        write!(
            f,
            "{}: write KIND/PLACE/ENCODING, each of which may be missing or `*`; kinds are {} and own, encodings {}, and a place is like `log.body` or `span.*`",
            self.0,
            kinds.join(", "),
            encodings.join(", ")
        )
    }
}

impl std::error::Error for NoFilter {}

impl FromStr for Filter {
    type Err = NoFilter;

    fn from_str(text: &str) -> Result<Self, NoFilter> {
        let mut filter = Self::default();
        for part in text.split('/').filter(|part| !matches!(*part, "" | "*")) {
            let is_new = if let Some(kind) = SecretKind::parse(part) {
                filter.kind.replace(kind).is_none()
            } else if let Some(encoding) = Encoding::parse(part) {
                filter.encoding.replace(encoding).is_none()
            } else if part.contains(['.', '*', '(', '[']) {
                filter.place.replace(part.to_owned()).is_none()
            } else {
                return Err(NoFilter(format!("`{part}` is no kind, place or encoding")));
            };
            if !is_new {
                return Err(NoFilter(format!("`{text}` says the same thing twice")));
            }
        }
        Ok(filter)
    }
}

/// Whether a text is like a pattern in which `*` stands for anything.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_apart_by_what_they_are() {
        let filter: Filter = "url/mail".parse().unwrap_or_default();
        assert_eq!(filter.kind, Some(SecretKind::Mail));
        assert_eq!(filter.encoding, Some(Encoding::Url));
        let filter: Filter = "*/log.*/".parse().unwrap_or_default();
        assert_eq!(filter.place.as_deref(), Some("log.*"));
        assert!("mail/card".parse::<Filter>().is_err());
        assert!("rot13".parse::<Filter>().is_err());
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, holds) in [
            ("log.body", "log.body", true),
            ("log.body", "log.body (key)", false),
            ("log.*", "log.body (key)", true),
            ("*(key)", "log.body (key)", true),
            ("l*b*y", "log.body", true),
            ("*.body", "log.bodyguard", false),
        ] {
            assert_eq!(is_like(pattern, text), holds, "{pattern} {text}");
        }
    }
}
