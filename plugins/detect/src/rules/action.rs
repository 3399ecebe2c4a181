//! What is done with what is found, and with whole fields.

use std::net::{Ipv4Addr, Ipv6Addr};

use tollgate_patterns::Pattern;

use super::Mistake;

/// The length that is kept where none is said.
const KEPT: u32 = 100;

/// What a mask keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// A star for each character.
    Length,
    /// A star for each letter and digit; all else stays.
    Shape,
    /// The last four letters or digits, and what is neither.
    Last4,
    /// Four stars, whatever it was.
    Nothing,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    Keep,
    /// Stars.
    Mask(Keep),
    /// A text: the name of what was found, or the length of what stood there, if none is given.
    Replace(Option<String>),
    /// It is left out; an attribute with its key.
    Remove,
    /// The record is dropped.
    Drop,
    /// A name that is always the same for the same, made with a key of this name, which the host keeps.
    Pseudonym(String),
    /// The first characters, and how many there were more; of an address, its network.
    Truncate(u32),
}

/// An action for something that has a name.
#[derive(Debug, Clone)]
pub(super) struct Deed {
    pub(super) action: Action,
    /// Index of the rule.
    pub(super) rule: u32,
    pub(super) name: String,
    pub(super) allowed: Vec<Pattern>,
}

/// An action as it is written, with where it stands.
pub(super) struct Written<'w> {
    pub(super) at: &'w str,
    pub(super) action: Option<&'w str>,
    pub(super) keep: Option<&'w str>,
    pub(super) text: Option<&'w str>,
    pub(super) length: Option<u32>,
    pub(super) key: Option<&'w str>,
}

impl Written<'_> {
    /// What is meant, or `otherwise` where nothing is said.
    pub(super) fn read(&self, otherwise: &Action, mistakes: &mut Vec<Mistake>) -> Action {
        let mut mistake = |at: &str, message: String, help: &str| {
            mistakes.push(Mistake {
                at: format!("{}/{at}", self.at),
                message,
                help: help.to_owned(),
            });
        };
        let name = match (self.action, self.text, self.keep, self.length) {
            (Some(name), ..) => name,
            (None, Some(_), ..) => "replace",
            (None, None, Some(_), _) => "mask",
            (None, None, None, Some(_)) => "truncate",
            (None, None, None, None) => return otherwise.clone(),
        };
        for (setting, is_there, action) in [
            ("text", self.text.is_some(), "replace"),
            ("keep", self.keep.is_some(), "mask"),
            ("length", self.length.is_some(), "truncate"),
        ] {
            if is_there && name != action {
                mistake(
                    setting,
                    format!("`{setting}` says nothing to the action `{name}`"),
                    &format!("leave it out, or write `action: {action}`"),
                );
            }
        }
        match name {
            "keep" => Action::Keep,
            "mask" => Action::Mask(match self.keep {
                None | Some("length") => Keep::Length,
                Some("shape") => Keep::Shape,
                Some("last4") => Keep::Last4,
                Some("nothing") => Keep::Nothing,
                Some(other) => {
                    mistake("keep", format!("a mask cannot keep `{other}`"), "one of length, shape, last4, nothing");
                    Keep::Nothing
                }
            }),
            "replace" => Action::Replace(self.text.map(str::to_owned)),
            "remove" => Action::Remove,
            "drop" => Action::Drop,
            "pseudonym" => Action::Pseudonym(self.key.unwrap_or_else(|| {
                mistake("action", "a pseudonym needs a key".to_owned(), "name one in `pseudonym_key`, and the key itself under `gate: {keys: {NAME: ${env:...}}}`");
                ""
            }).to_owned()),
            "truncate" => Action::Truncate(self.length.unwrap_or(KEPT)),
            other => {
                mistake("action", format!("there is no action `{other}`"), "one of keep, mask, replace, remove, drop, pseudonym, truncate");
                Action::Keep
            }
        }
    }
}

impl Deed {
    /// What stands for something that was found; none if the record is dropped.
    pub(super) fn stand_in(
        &self,
        secret: &str,
        pseudonym: &mut dyn FnMut(&str, &str) -> Option<String>,
    ) -> Option<String> {
        Some(match &self.action {
            Action::Keep => secret.to_owned(),
            Action::Mask(keep) => masked(secret, *keep),
            Action::Replace(Some(text)) => text.clone(),
            Action::Replace(None) => format!("[{}]", self.name),
            Action::Remove => String::new(),
            Action::Drop => return None,
            Action::Pseudonym(key) => pseudonym(key, secret).map_or_else(
                || format!("[{}]", self.name),
                |digits| format!("{}_{digits}", self.name),
            ),
            Action::Truncate(length) => {
                network(secret).unwrap_or_else(|| truncated(secret, *length))
            }
        })
    }

    /// What stands for a whole field; none if the field or the record has to go.
    pub(super) fn whole(
        &self,
        text: &str,
        pseudonym: &mut dyn FnMut(&str, &str) -> Option<String>,
    ) -> Option<String> {
        match &self.action {
            Action::Replace(None) => Some(note(text)),
            Action::Remove => None,
            _ => self.stand_in(text, pseudonym),
        }
    }

    /// Whether something that was found is what this or another deed left there.
    pub(super) fn is_own(&self, text: &str) -> bool {
        let own_text = matches!(&self.action, Action::Replace(Some(own)) if own == text);
        own_text || is_masked(text) || is_token(text) || is_note(text) || is_cut(text)
    }
}

/// What stands between the beginning of a text and how much more there was.
const CUT: &str = "…[+";

/// How long a text was, in its place.
pub(super) fn note(text: &str) -> String {
    if is_note(text) {
        return text.to_owned();
    }
    format!("[redacted:{}]", text.chars().count())
}

pub(super) fn is_note(text: &str) -> bool {
    let length = text
        .strip_prefix("[redacted:")
        .and_then(|rest| rest.strip_suffix(']'));
    length.is_some_and(|length| {
        length.len() <= 12 && length.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Whether there is no more of it than stars and four letters or digits.
fn is_masked(text: &str) -> bool {
    let signs = text.chars().filter(|character| character.is_alphanumeric());
    let signs = signs.take(5).count();
    signs == 0 || signs <= 4 && text.contains("***")
}

/// Whether it ends with how much more there was.
fn is_cut(text: &str) -> bool {
    let tail = text.len().saturating_sub(20);
    let tail = (tail..=text.len()).find_map(|start| text.get(start..));
    tail.is_some_and(|tail| tail.contains(CUT))
}

/// Whether it is a pseudonym: a name, and sixteen hexadecimal digits.
pub(super) fn is_token(text: &str) -> bool {
    text.rsplit_once('_').is_some_and(|(name, digits)| {
        let is_name = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        is_name
            && digits.len() == 16
            && digits
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

fn masked(text: &str, keep: Keep) -> String {
    let signs = text
        .chars()
        .filter(|character| character.is_alphanumeric())
        .count();
    let shown = if signs >= 8 { 4 } else { 0 };
    let mut seen = 0_usize;
    match keep {
        Keep::Nothing => "****".to_owned(),
        Keep::Length => text.chars().map(|_| '*').collect(),
        Keep::Shape => text
            .chars()
            .map(|character| {
                if character.is_alphanumeric() {
                    '*'
                } else {
                    character
                }
            })
            .collect(),
        Keep::Last4 => text
            .chars()
            .map(|character| {
                let is_sign = character.is_alphanumeric();
                seen = seen.saturating_add(usize::from(is_sign));
                if is_sign && seen.saturating_add(shown) <= signs {
                    '*'
                } else {
                    character
                }
            })
            .collect(),
    }
}

/// The beginning of a text, and how many characters there were more.
pub(super) fn truncated(text: &str, length: u32) -> String {
    let kept = length as usize;
    let Some((end, _)) = text.char_indices().nth(kept) else {
        return text.to_owned();
    };
    // What was cut before stays as it was cut.
    if let Some((head, rest)) = text.rsplit_once(CUT)
        && head.chars().count() <= kept
        && rest.strip_suffix(']').is_some_and(|digits| {
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
    {
        return text.to_owned();
    }
    let (head, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    format!("{head}{CUT}{}]", rest.chars().count())
}

/// The network of an address: the first 24 bits of four bytes, the first 48 of sixteen.
fn network(text: &str) -> Option<String> {
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        return Some(Ipv4Addr::from_bits(address.to_bits() & !0xff).to_string());
    }
    let address = text.parse::<Ipv6Addr>().ok()?;
    Some(Ipv6Addr::from_bits(address.to_bits() & !(u128::MAX >> 48)).to_string())
}
