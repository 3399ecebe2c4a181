//! `cost`: adds to each model call of a coding agent what it cost.
//!
//! `usage` knows how the clients tell of a call, and what counts twice if one is careless; `prices` knows what a token costs.

mod prices;
mod usage;

use std::collections::BTreeMap;

use serde::Deserialize;
use tollgate_sdk::{
    Description, Field, NodeKind, Policy, Problem, Record, Rule, Setup, Signal, Verdict,
    attribute_path,
};

pub use prices::Price;
use prices::Prices;
use usage::Clients;

/// What stands under `config:` in the configuration.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Prices by model. A name also stands for the models that begin with it and `-`; the longest name wins.
    #[serde(default)]
    prices: BTreeMap<String, Price>,
    /// A JSON file of the same form, by the name it has under `gate: {files: ...}`. What is inline goes before it.
    prices_file: Option<String>,
    /// The attribute that takes the cost, in the currency of the prices.
    #[serde(default = "usual_attribute")]
    attribute: String,
}

fn usual_attribute() -> String {
    "cost.usd".to_owned()
}

/// The policy, configured.
pub struct Cost {
    clients: Clients,
    prices: Prices,
    target: Field,
    priced: Rule,
}

impl Policy for Cost {
    type Config = Config;

    fn describe() -> Description {
        Description::new(
            "cost",
            env!("CARGO_PKG_VERSION"),
            "Adds to each model call of a coding agent what it cost.",
        )
        .schema(include_str!("../schema.json"))
    }

    fn configure(config: Config, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut prices = config.prices;
        if let Some(name) = &config.prices_file {
            match prices::read(setup, name) {
                Ok(listed) => listed.into_iter().for_each(|(model, price)| {
                    prices.entry(model).or_insert(price);
                }),
                Err(problem) => problems.push(problem),
            }
        }
        if prices.is_empty() && problems.is_empty() {
            problems.push(Problem::at("", "no prices").help("give `prices`, or `prices_file`"));
        }
        problems.extend(prices::mistakes(&prices));
        if config.attribute.is_empty() {
            problems.push(
                Problem::at("/attribute", "is empty")
                    .help("name the attribute that takes the cost"),
            );
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        // What is not declared is neither delivered nor taken: this policy never sees a prompt.
        let target = setup.writes(
            &[Signal::Logs],
            &attribute_path(NodeKind::LogRecord, &config.attribute),
        );
        Ok(Self {
            clients: Clients::new(setup),
            prices: Prices::new(prices),
            target,
            priced: setup.rule("priced"),
        })
    }

    fn record(&mut self, record: &mut Record<'_>) -> Verdict {
        let Some(call) = self.clients.call(record) else {
            return Verdict::Keep;
        };
        if let Some(price) = self.prices.of(call.model) {
            record.set(self.priced, self.target, price.of(&call.tokens));
        }
        Verdict::Keep
    }
}

tollgate_sdk::export!(Cost);
