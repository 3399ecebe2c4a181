//! Queries in JSON, as MongoDB, OpenSearch and Elasticsearch have them: every value becomes `"?"`; keys stay.

/// The query without its values, and without layout. What is not JSON stays as it is.
pub(super) fn obfuscated(query: &str) -> String {
    let mut scanner = Scanner {
        rest: query.trim(),
        out: String::with_capacity(query.len()),
    };
    if scanner.document() {
        scanner.out
    } else {
        query.to_owned()
    }
}

struct Scanner<'q> {
    rest: &'q str,
    out: String,
}

/// What a bracket that is open is waiting for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Map,
    Array,
}

impl<'q> Scanner<'q> {
    /// Reads one value; whether it was one, and all there is. Depth costs a byte a level, and no stack.
    fn document(&mut self) -> bool {
        let mut open = Vec::new();
        loop {
            // Here a value begins.
            match self.next_token() {
                Some("{") => {
                    self.out.push('{');
                    if self.take("}") {
                        self.out.push('}');
                    } else if self.key() {
                        open.push(Open::Map);
                        continue;
                    } else {
                        return false;
                    }
                }
                Some("[") => {
                    self.out.push('[');
                    if self.take("]") {
                        self.out.push(']');
                    } else {
                        open.push(Open::Array);
                        continue;
                    }
                }
                Some(scalar) if is_scalar(scalar) => self.out.push_str("\"?\""),
                _ => return false,
            }
            // Here one has ended.
            loop {
                let Some(&inside) = open.last() else {
                    return self.rest.trim().is_empty();
                };
                if self.take(",") {
                    self.out.push(',');
                    if inside == Open::Map && !self.key() {
                        return false;
                    }
                    break;
                }
                let end = if inside == Open::Map { "}" } else { "]" };
                if !self.take(end) {
                    return false;
                }
                self.out.push_str(end);
                open.pop();
            }
        }
    }

    /// A key and its colon.
    fn key(&mut self) -> bool {
        let Some(key) = self
            .next_token()
            .filter(|token| token.starts_with('"') && is_scalar(token))
        else {
            return false;
        };
        self.out.push_str(key);
        self.out.push(':');
        self.take(":")
    }

    fn take(&mut self, symbol: &str) -> bool {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(symbol) {
            Some(after) => {
                self.rest = after;
                true
            }
            None => false,
        }
    }

    /// A symbol, a text with its quotes, or a word.
    fn next_token(&mut self) -> Option<&'q str> {
        let rest = self.rest.trim_start();
        let length = match rest.chars().next()? {
            '"' => {
                let mut hidden = false;
                let end = rest.char_indices().skip(1).find(|(_, c)| {
                    let ends = *c == '"' && !hidden;
                    hidden = *c == '\\' && !hidden;
                    ends
                });
                end?.0.saturating_add(1)
            }
            c if c.is_ascii_alphanumeric() || c == '-' => rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.')))
                .unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at_checked(length)?;
        self.rest = after;
        Some(token)
    }
}

fn is_scalar(token: &str) -> bool {
    if token.starts_with('"') {
        return token.chars().all(|c| c >= ' ');
    }
    matches!(token, "true" | "false" | "null")
        || (token.starts_with(|c: char| c == '-' || c.is_ascii_digit())
            && token.parse::<f64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::obfuscated;

    #[test]
    fn values_go_and_keys_stay() {
        for (query, expected) in [
            (
                r#"{"find":"users","filter":{"age":{"$gt":5},"tags":["a",1]}}"#,
                r#"{"find":"?","filter":{"age":{"$gt":"?"},"tags":["?","?"]}}"#,
            ),
            (
                r#" { "a" : [ ] , "b" : { } , "c" : null } "#,
                r#"{"a":[],"b":{},"c":"?"}"#,
            ),
            (r#""te\"xt""#, r#""?""#),
            ("-1.5e+3", r#""?""#),
            ("not json", "not json"),
            (r#"{"a":1"#, r#"{"a":1"#),
            (r#"{"a":1}x"#, r#"{"a":1}x"#),
            (r#"{"a" 1}"#, r#"{"a" 1}"#),
            ("[1,]", "[1,]"),
            ("", ""),
        ] {
            assert_eq!(obfuscated(query), expected);
        }
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(obfuscated(&deep).contains(r#"["?"]"#));
    }
}
