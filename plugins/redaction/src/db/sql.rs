//! SQL: literals and placeholders become `?`, digits in names too; comments and layout stay.

/// The statement without its literals.
pub(super) fn obfuscated(statement: &str) -> String {
    let mut out = String::with_capacity(statement.len());
    let mut rest = statement;
    while let Some(first) = rest.chars().next() {
        let (length, token) = token(rest, first);
        let (text, after) = rest
            .split_at_checked(length.max(first.len_utf8()))
            .unwrap_or((rest, ""));
        match token {
            Token::Kept => out.push_str(text),
            Token::Literal => out.push('?'),
            Token::Name => push_name(text, &mut out),
            Token::Quoted(tag) => {
                out.push_str(tag);
                out.push_str(&obfuscated(
                    text.get(tag.len()..text.len().saturating_sub(tag.len()))
                        .unwrap_or_default(),
                ));
                out.push_str(tag);
            }
        }
        rest = after;
    }
    out
}

enum Token<'s> {
    /// Layout, comments, operators.
    Kept,
    /// A number, a text, a truth value, NULL or a numbered placeholder.
    Literal,
    /// An identifier or a keyword.
    Name,
    /// The body of a function between `$func$` tags.
    Quoted(&'s str),
}

/// The first token of a statement that is not at its end, and its length.
fn token(rest: &str, first: char) -> (usize, Token<'_>) {
    let second = rest.chars().nth(1);
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    match first {
        '\'' => (quoted(rest, '\''), Token::Literal),
        '"' | '`' => (quoted(rest, first), Token::Name),
        '-' if second == Some('-') => (rest.find('\n').unwrap_or(rest.len()), Token::Kept),
        '#' if second.is_none_or(char::is_whitespace) => {
            (rest.find('\n').unwrap_or(rest.len()), Token::Kept)
        }
        '/' if second == Some('*') => (
            rest.find("*/")
                .map_or(rest.len(), |end| end.saturating_add(2)),
            Token::Kept,
        ),
        '$' if is_digit(second) => (
            1_usize.saturating_add(count(tail(rest), |c| c.is_ascii_digit())),
            Token::Literal,
        ),
        '$' => dollar(rest),
        '0'..='9' => (number(rest), Token::Literal),
        '-' | '+' if is_digit(second) || second == Some('.') => {
            (1_usize.saturating_add(number(tail(rest))), Token::Literal)
        }
        '.' if is_digit(second) => (number(rest), Token::Literal),
        c if c.is_alphabetic() || c == '_' => {
            let length = count(rest, |c| {
                c.is_alphanumeric() || matches!(c, '_' | '$' | '#')
            });
            let word = rest.get(..length).unwrap_or_default();
            let literal = ["true", "false", "null"]
                .iter()
                .any(|known| word.eq_ignore_ascii_case(known));
            (length, if literal { Token::Literal } else { Token::Name })
        }
        c => (c.len_utf8(), Token::Kept),
    }
}

/// What follows an ASCII character.
fn tail(text: &str) -> &str {
    text.get(1..).unwrap_or_default()
}

/// Length of the start of which every character holds.
fn count(text: &str, holds: impl Fn(char) -> bool) -> usize {
    text.find(|c| !holds(c)).unwrap_or(text.len())
}

/// Length of what stands in quotes, with them. A backslash hides what follows it; without an end it goes to the end.
fn quoted(text: &str, quote: char) -> usize {
    let mut hidden = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if hidden => hidden = false,
            '\\' => hidden = true,
            c if c == quote => return at.saturating_add(1),
            _ => {}
        }
    }
    text.len()
}

/// Length of a number: decimal, hexadecimal, with a fraction and an exponent.
fn number(text: &str) -> usize {
    if text.starts_with("0x") || text.starts_with("0X") {
        return 2_usize.saturating_add(count(text.get(2..).unwrap_or_default(), |c| {
            c.is_ascii_hexdigit()
        }));
    }
    let length = count(text, |c| c.is_ascii_digit() || c == '.');
    let exponent = text.get(length..).unwrap_or_default();
    let Some(power) = exponent.strip_prefix(['e', 'E']) else {
        return length;
    };
    let digits = power.strip_prefix(['+', '-']).unwrap_or(power);
    let digits_length = count(digits, |c| c.is_ascii_digit());
    if digits_length == 0 {
        return length;
    }
    length
        .saturating_add(exponent.len().saturating_sub(digits.len()))
        .saturating_add(digits_length)
}

/// `$tag$ ... $tag$`, a text of PostgreSQL; under the tag `func` it is a function, whose literals are looked for.
fn dollar(rest: &str) -> (usize, Token<'_>) {
    let tag_length = 1_usize.saturating_add(count(tail(rest), |c| c.is_alphanumeric() || c == '_'));
    let Some(tag) = rest
        .get(..tag_length.saturating_add(1))
        .filter(|tag| tag.ends_with('$'))
    else {
        return (1, Token::Kept);
    };
    let Some(end) = rest.get(tag.len()..).and_then(|body| body.find(tag)) else {
        return (rest.len(), Token::Literal);
    };
    let length = end.saturating_add(tag.len().saturating_mul(2));
    (
        length,
        if tag == "$func$" {
            Token::Quoted(tag)
        } else {
            Token::Literal
        },
    )
}

/// Names of partitioned tables and the like differ in digits alone.
fn push_name(name: &str, out: &mut String) {
    let mut in_digits = false;
    for c in name.chars() {
        if c.is_ascii_digit() {
            if !in_digits {
                out.push('?');
            }
            in_digits = true;
        } else {
            out.push(c);
            in_digits = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::obfuscated;

    #[test]
    fn literals_go_and_the_shape_stays() {
        for (statement, expected) in [
            (
                "SELECT * FROM users WHERE id = 42",
                "SELECT * FROM users WHERE id = ?",
            ),
            ("SELECT 'it''s', \"col\", `t`", "SELECT ??, \"col\", `t`"),
            (r"SELECT 'a\'b' x", "SELECT ? x"),
            (
                "a=0x1F, b=-1.5e-3, c=NULL, d=TRUE, e=.5",
                "a=?, b=?, c=?, d=?, e=?",
            ),
            (
                "x = $1 -- it's 5\nAND y /* 7 */ = 8",
                "x = ? -- it's 5\nAND y /* 7 */ = ?",
            ),
            (
                "INSERT INTO log2024_01 VALUES (1)",
                "INSERT INTO log?_? VALUES (?)",
            ),
            ("SELECT $$secret$$, $t$secret$t$", "SELECT ?, ?"),
            ("DO $func$ SELECT 'x' $func$", "DO $func$ SELECT ? $func$"),
            ("SELECT 'never closed", "SELECT ?"),
            ("SELECT café FROM t -- é", "SELECT café FROM t -- é"),
            ("", ""),
        ] {
            assert_eq!(obfuscated(statement), expected);
        }
    }
}
