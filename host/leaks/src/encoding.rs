//! How a secret is written where it stands.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::look_alike;

/// How a secret is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Encoding {
    /// As it is.
    Plain,
    /// In capitals, or in small letters where it has no small ones.
    Case,
    /// In the query of a URL.
    Url,
    /// In base64.
    Base64,
    /// In hexadecimal.
    Hex,
    /// In JSON that is a string within JSON.
    Json,
    /// In HTML, with entities.
    Html,
    /// With spaces or dashes in it.
    Spaced,
    /// With letters and digits that look like others.
    Unicode,
    /// One half here, the other in the next attribute or element.
    Split,
}

impl Encoding {
    /// Every encoding.
    pub const ALL: [Self; 10] = [
        Self::Plain,
        Self::Case,
        Self::Url,
        Self::Base64,
        Self::Hex,
        Self::Json,
        Self::Html,
        Self::Spaced,
        Self::Unicode,
        Self::Split,
    ];

    /// The name, as it is typed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Case => "case",
            Self::Url => "url",
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Json => "json",
            Self::Html => "html",
            Self::Spaced => "spaced",
            Self::Unicode => "unicode",
            Self::Split => "split",
        }
    }

    /// The encoding of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|encoding| encoding.name() == name)
    }

    /// The secret in this form: one text, two if it is split, or none if it has no such form.
    #[must_use]
    pub fn write(self, secret: &str) -> Option<Written> {
        let whole = match self {
            Self::Plain => secret.to_owned(),
            Self::Case => other_case(secret),
            Self::Url => format!("https://example.com/find?q={}", url(secret)),
            Self::Base64 => STANDARD.encode(secret),
            Self::Hex => hex(secret),
            Self::Json => json(secret),
            Self::Html => format!("<td>{}</td>", html(secret)),
            Self::Spaced => spaced(secret),
            Self::Unicode => secret.chars().map(look_alike::disguised).collect(),
            Self::Split => {
                let middle = secret.char_indices().nth(secret.chars().count() / 2);
                let (first, second) = secret.split_at_checked(middle?.0)?;
                return (!first.is_empty()).then(|| Written {
                    text: first.to_owned(),
                    rest: Some(second.to_owned()),
                });
            }
        };
        (self == Self::Plain || whole != secret).then_some(Written {
            text: whole,
            rest: None,
        })
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A secret as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What stands at the place.
    pub text: String,
    /// What stands beside it.
    pub rest: Option<String>,
}

fn hex(secret: &str) -> String {
    let digit = |digit: u8| char::from_digit(u32::from(digit), 16).unwrap_or('0');
    let digits = |byte: u8| [digit(byte >> 4), digit(byte & 15)];
    secret.bytes().flat_map(digits).collect()
}

fn other_case(secret: &str) -> String {
    let capitals = secret.to_uppercase();
    if capitals == secret {
        secret.to_lowercase()
    } else {
        capitals
    }
}

fn is_plain(sign: u8) -> bool {
    sign.is_ascii_alphanumeric()
}

/// What a URL cannot hold is escaped; where that is nothing, everything is.
fn url(secret: &str) -> String {
    let everything = secret.bytes().all(is_plain);
    let escape = |byte: u8| {
        if is_plain(byte) && !everything {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    secret.bytes().map(escape).collect()
}

/// The arguments of a call, as agents log them: a document in a string of another, with everything escaped in the inner one that may be.
fn json(secret: &str) -> String {
    let everything = secret.bytes().all(is_plain);
    let escape = |sign: char| {
        let is_kept = sign.is_ascii_alphanumeric() && !everything || sign == ' ';
        if is_kept {
            return sign.to_string();
        }
        let mut units = [0; 2];
        let units = sign.encode_utf16(&mut units).iter();
        units.fold(String::new(), |escaped, unit| {
            format!("{escaped}\\u{unit:04x}")
        })
    };
    let escaped: String = secret.chars().map(escape).collect();
    let inner = format!("{{\"value\":\"{escaped}\"}}");
    serde_json::json!({ "arguments": inner }).to_string()
}

/// Entities for everything that is no letter, by number and in both notations.
fn html(secret: &str) -> String {
    let everything = secret.bytes().all(is_plain);
    let escape = |(place, sign): (usize, char)| {
        let is_kept = sign.is_ascii_alphanumeric() && !everything || sign == ' ';
        match place % 2 {
            _ if is_kept => sign.to_string(),
            0 => format!("&#{};", u32::from(sign)),
            _ => format!("&#x{:x};", u32::from(sign)),
        }
    };
    secret.chars().enumerate().map(escape).collect()
}

/// Cards as they are printed, and everything else likewise: in groups of four, with a space or, where there are spaces, with a dash.
fn spaced(secret: &str) -> String {
    let separator = if secret.contains(' ') { '-' } else { ' ' };
    let bare = secret.chars().filter(|sign| *sign != '-');
    let mut out = String::new();
    for (place, sign) in bare.enumerate() {
        if place > 0 && place % 4 == 0 {
            out.push(separator);
        }
        out.push(sign);
    }
    out
}
