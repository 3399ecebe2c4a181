use serde::Deserialize;

use crate::Behaviour;

/// What the guest is told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What it does.
    pub behaviour: Behaviour,
    /// When it does so. Without meaning for behaviours of `configure` and for the spy.
    #[serde(default)]
    pub when: When,
    /// What the spy reads.
    #[serde(default = "everything")]
    pub reads: Vec<String>,
    /// The signals that it asks for; all when it is not told.
    #[serde(default = "every_signal")]
    pub signals: Vec<String>,
}

/// For which calls the guest misbehaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// For all.
    #[default]
    Always,
    /// When a text of the view contains "poison". Split often enough, the batch loses the poisoned records alone.
    Poison,
    /// When the instance is called for the n-th time, counted from 1.
    Call(u64),
    /// When the instance sees its n-th record, counted from 1.
    Record(u64),
}

fn everything() -> Vec<String> {
    vec!["*".to_owned()]
}

fn every_signal() -> Vec<String> {
    ["logs", "traces", "metrics"].map(str::to_owned).to_vec()
}

impl Config {
    /// Reads it from JSON.
    pub(crate) fn parse(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }
}

impl When {
    /// Whether the guest misbehaves in its `call`-th call, which shows it records up to the `last`-th, the first of them being
    /// record `first`.
    pub(crate) fn is_now(self, call: u64, first: u64, last: u64, text: &[u8]) -> bool {
        match self {
            Self::Always => true,
            Self::Poison => text
                .windows(b"poison".len())
                .any(|window| window == b"poison"),
            Self::Call(n) => call == n,
            Self::Record(n) => first <= n && n <= last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_is_what_the_documentation_shows() {
        let poison = Config::parse(r#"{"behaviour": "memory_bomb", "when": "poison"}"#);
        let expected = Config {
            behaviour: Behaviour::MemoryBomb,
            when: When::Poison,
            reads: everything(),
            signals: every_signal(),
        };
        assert_eq!(poison, Ok(expected));
        let nth = Config::parse(r#"{"behaviour": "trap", "when": {"record": 3}}"#)
            .map(|config| config.when);
        assert_eq!(nth, Ok(When::Record(3)));
        assert!(Config::parse(r#"{"behaviour": "kindness"}"#).is_err());
    }

    #[test]
    fn a_guest_misbehaves_when_it_is_told_to_and_at_no_other_time() {
        assert!(
            When::Poison.is_now(1, 1, 1, b"a poisoned text")
                && !When::Poison.is_now(1, 1, 1, b"poiso n")
        );
        assert!(When::Call(2).is_now(2, 5, 6, b"") && !When::Call(2).is_now(3, 1, 2, b""));
        assert!(When::Record(6).is_now(2, 5, 6, b"") && !When::Record(7).is_now(2, 5, 6, b""));
    }
}
