//! URLs and paths without what identifies somebody: `/users/12345/orders?token=x` becomes `/users/*/orders`.
//!
//! What comes after the path goes. Of the path's segments those stay that are written in letters and look like words; the others
//! become `*`. No more than ten segments are kept.

mod span_name;
mod words;

use std::collections::HashSet;

pub(crate) use span_name::{HTTP_KEYS, sanitized_name};
use tollgate_sdk::Rule;

use crate::config::UrlConfig;

/// Segments that are kept, the empty one before a leading slash included.
const SEGMENTS: usize = 10;

/// The sanitizer.
#[derive(Debug)]
pub(crate) struct Urls {
    attributes: HashSet<String>,
    pub(crate) rule: Rule,
}

impl Urls {
    pub(crate) fn new(config: &UrlConfig, rule: Rule) -> Urls {
        Urls {
            attributes: config.attributes.iter().map(str::to_owned).collect(),
            rule,
        }
    }

    /// Whether an attribute with this key is a URL.
    pub(crate) fn has_attribute(&self, key: &str) -> bool {
        self.attributes.contains(key)
    }

    /// Whether some attribute is a URL at all.
    pub(crate) fn has_attributes(&self) -> bool {
        !self.attributes.is_empty()
    }
}

/// A text with its segments replaced.
pub(crate) fn sanitized(url: &str) -> String {
    let end = url.find(['?', '&', '#']);
    let path = end.and_then(|end| url.get(..end)).unwrap_or(url);
    let last = path.split('/').count().saturating_sub(1);
    let mut out = String::with_capacity(path.len());
    for (index, segment) in path.split('/').enumerate().take(SEGMENTS) {
        if index > 0 {
            out.push('/');
        }
        // What stands right before the end of the path is taken for a word, whatever its letters.
        let before_end = end.is_some() && index == last;
        if segment.is_empty() || (is_plain(segment) && (before_end || words::is_wordlike(segment)))
        {
            out.push_str(segment);
        } else {
            out.push('*');
        }
    }
    out
}

/// Whether a segment is letters, `-`, `_`, `.` and spaces. Another character may stand at its second place: `v1`, `k6-runs`.
fn is_plain(segment: &str) -> bool {
    segment.bytes().enumerate().all(|(place, byte)| {
        place == 1 || byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_' | b'.' | b' ')
    })
}

#[cfg(test)]
mod tests {
    use super::sanitized;

    #[test]
    fn identifiers_go_and_words_stay() {
        for (url, expected) in [
            ("/users/12345/orders", "/users/*/orders"),
            ("/users/fdklsd/job/2", "/users/*/job/*"),
            ("/v1/products/22j", "/v1/products/*"),
            ("/products//org/3", "/products//org/*"),
            ("GET /api/cart?session=55f4", "GET /api/cart"),
            ("/api/hello.world.again", "/api/hello.world.again"),
            ("https://joe:pw@shop.example.com/cart/99", "*//*/cart/*"),
            ("/users/测试/profile", "/users/*/profile"),
            ("/a/b/c/d/e/f/g/h/i/j", "/a/b/c/d/e/f/g/h/i"),
            ("attach12?", "*"),
            ("?", ""),
            ("", ""),
        ] {
            assert_eq!(sanitized(url), expected);
        }
    }
}
