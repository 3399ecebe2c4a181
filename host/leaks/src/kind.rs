//! Kinds of secrets, made freshly: fake, but of the structure that detectors look for.

use std::fmt;

use fastrand::Rng;

use crate::words::{ADJECTIVES, FIRST_NAMES, LAST_NAMES, NOUNS, STREETS, TOWNS, VERBS};

/// What a secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SecretKind {
    /// A mail address, at a domain that nobody can have.
    Mail,
    /// The id of a cloud's access key.
    Key,
    /// A bearer token, as an API wants it.
    Token,
    /// A card number with its check digit.
    Card,
    /// A social security number.
    National,
    /// A postal address.
    Address,
    /// What somebody typed.
    Prompt,
    /// A text of the user's own.
    Own,
}

impl SecretKind {
    /// Those that are made freshly.
    pub const MADE: [Self; 7] = [
        Self::Mail,
        Self::Key,
        Self::Token,
        Self::Card,
        Self::National,
        Self::Address,
        Self::Prompt,
    ];

    /// The name, as it is typed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Key => "key",
            Self::Token => "token",
            Self::Card => "card",
            Self::National => "ssn",
            Self::Address => "address",
            Self::Prompt => "prompt",
            Self::Own => "own",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let mut all = Self::MADE.into_iter().chain([Self::Own]);
        all.find(|kind| kind.name() == name)
    }

    /// A secret of this kind. Others come of other states of the dice.
    pub(crate) fn make(self, dice: &mut Rng) -> String {
        match self {
            Self::Mail => mail(dice),
            Self::Key => format!(
                "AKIA{}",
                signs(dice, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)
            ),
            Self::Token => token(dice),
            Self::Card => card(dice),
            Self::National => national(dice),
            Self::Address => address(dice),
            Self::Prompt => prompt(dice),
            Self::Own => String::new(),
        }
    }
}

impl fmt::Display for SecretKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn pick<'a>(dice: &mut Rng, words: &[&'a str]) -> &'a str {
    dice.choice(words).copied().unwrap_or_default()
}

fn signs(dice: &mut Rng, of: &[u8], length: usize) -> String {
    let mut sign = || dice.choice(of).copied().map_or('0', char::from);
    (0..length).map(|_| sign()).collect()
}

fn mail(dice: &mut Rng) -> String {
    let (first, last) = (pick(dice, FIRST_NAMES), pick(dice, LAST_NAMES));
    let number = dice.u32(10_000..100_000);
    let domain = pick(dice, &["example.com", "example.org", "example.net"]);
    format!("{first}.{last}{number}@{domain}")
}

/// A token of GitHub, without the check sum that theirs have: it is not one that somebody has.
fn token(dice: &mut Rng) -> String {
    let of = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    format!("ghp_{}", signs(dice, of, 36))
}

/// Sixteen digits of a range that a large scheme uses, the last of which is Luhn's.
fn card(dice: &mut Rng) -> String {
    let mut number = format!("4{}", signs(dice, b"0123456789", 14));
    number.push(luhn(&number));
    number
}

/// The digit that makes a number of these digits a valid one.
fn luhn(digits: &str) -> char {
    let values = digits.chars().rev().filter_map(|digit| digit.to_digit(10));
    let sum = values.enumerate().fold(0u32, |sum, (place, digit)| {
        let twice = digit.saturating_mul(2);
        let weighed = match place % 2 {
            0 if twice > 9 => twice.saturating_sub(9),
            0 => twice,
            _ => digit,
        };
        sum.saturating_add(weighed)
    });
    char::from_digit(10u32.saturating_sub(sum % 10) % 10, 10).unwrap_or('0')
}

/// Of areas that are given out; the number itself is nobody's business.
fn national(dice: &mut Rng) -> String {
    let area = match dice.u32(1..899) {
        666 => 667,
        area => area,
    };
    let (group, serial) = (dice.u32(1..100), dice.u32(1..10_000));
    format!("{area:03}-{group:02}-{serial:04}")
}

fn address(dice: &mut Rng) -> String {
    let house = dice.u32(100..10_000);
    let (street, (town, state)) = (
        pick(dice, STREETS),
        dice.choice(TOWNS).copied().unwrap_or_default(),
    );
    let (flat, code) = (dice.u32(1..1000), dice.u32(10_000..99_999));
    format!("{house} {street}, Apt {flat}, {town}, {state} {code}")
}

fn prompt(dice: &mut Rng) -> String {
    let (verb, adjective, noun) = (pick(dice, VERBS), pick(dice, ADJECTIVES), pick(dice, NOUNS));
    let name = pick(dice, LAST_NAMES);
    let (project, percent) = (dice.u32(1000..100_000), dice.u32(3..60));
    format!(
        "Please {verb} the {adjective} {noun} about project {name} {project} before the board hears that revenue fell by {percent} percent"
    )
}

#[cfg(test)]
mod tests {
    use super::luhn;

    #[test]
    fn the_check_digit_is_that_of_known_numbers() {
        for number in ["4111111111111111", "4242424242424242", "5555555555554444"] {
            assert_eq!(Some(luhn(&number[..15])), number.chars().last());
        }
    }
}
