//! What a token costs.

use std::collections::BTreeMap;

use serde::Deserialize;
use tollgate_sdk::{Problem, Setup};

use crate::usage::Tokens;

/// Prices of one model, for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Input that no cache held.
    input: f64,
    /// Output, reasoning included.
    output: f64,
    /// Input that a cache held; the price of input if it is not given.
    cached_input: Option<f64>,
    /// Input that was written to a cache; the price of input if it is not given.
    cache_write: Option<f64>,
}

/// Tokens that a price is given for.
const UNIT: f64 = 1_000_000.0;

impl Price {
    /// What these tokens cost.
    pub(crate) fn of(&self, tokens: &Tokens) -> f64 {
        let sum = tokens.input * self.input
            + tokens.cached_input * self.cached_input.unwrap_or(self.input)
            + tokens.cache_write * self.cache_write.unwrap_or(self.input)
            + tokens.output * self.output;
        sum / UNIT
    }

    fn is_price(&self) -> bool {
        [
            Some(self.input),
            Some(self.output),
            self.cached_input,
            self.cache_write,
        ]
        .into_iter()
        .flatten()
        .all(|price| price.is_finite() && price >= 0.0)
    }
}

/// Prices by model.
pub(crate) struct Prices(BTreeMap<String, Price>);

impl Prices {
    pub(crate) fn new(prices: BTreeMap<String, Price>) -> Self {
        Self(prices)
    }

    /// The price of a model: its own, or that of the longest name it begins with, as in `gpt-5-codex-2026-01-15`.
    pub(crate) fn of(&self, model: &str) -> Option<Price> {
        let mut name = model;
        loop {
            if let Some(price) = self.0.get(name) {
                return Some(*price);
            }
            name = name.rsplit_once('-')?.0;
        }
    }
}

/// Reads the prices that the operator listed as a file of the stage.
pub(crate) fn read(setup: &Setup, name: &str) -> Result<BTreeMap<String, Price>, Problem> {
    let mistake = |message: String| {
        Problem::at("/prices_file", message)
            .help("list a JSON file of model names and prices under `gate: {files: ...}`")
    };
    let content = setup.file(name).map_err(&mistake)?;
    serde_json::from_slice(&content)
        .map_err(|error| mistake(format!("is no table of prices: {error}")))
}

/// Prices that are none.
pub(crate) fn mistakes(prices: &BTreeMap<String, Price>) -> Vec<Problem> {
    let wrong = prices.iter().filter(|(_, price)| !price.is_price());
    wrong
        .map(|(model, _)| {
            let pointer = model.replace('~', "~0").replace('/', "~1");
            Problem::at(
                format!("/prices/{pointer}"),
                "a price is a number, zero or more",
            )
            .help("give the price of a million tokens")
        })
        .collect()
}
