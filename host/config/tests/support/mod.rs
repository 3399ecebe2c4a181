//! What the tests of this crate share.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::HashMap;

use tollgate_config::{
    Diagnostics, KnownPolicies, Loaded, Location, Options, Source, Surroundings, load,
};

/// The stock policies, as the program knows them.
pub(crate) struct Stock;

impl KnownPolicies for Stock {
    fn processors(&self) -> Vec<&str> {
        vec![
            "attributes",
            "filter",
            "lookup",
            "probabilistic_sampler",
            "redaction",
            "resource",
            "transform",
        ]
    }

    fn connectors(&self) -> Vec<&str> {
        vec!["count", "routing", "signaltometrics", "sum"]
    }
}

/// The same, where one of them says what it takes.
pub(crate) struct Typed;

impl KnownPolicies for Typed {
    fn processors(&self) -> Vec<&str> {
        Stock.processors()
    }

    fn connectors(&self) -> Vec<&str> {
        Stock.connectors()
    }

    fn schema(&self, policy: &str) -> Option<&str> {
        (policy == "attributes").then_some(include_str!("../fixtures/typed.json"))
    }
}

/// Variables and files that a test needs.
#[derive(Default)]
pub(crate) struct Around {
    pub(crate) variables: HashMap<String, String>,
    pub(crate) files: HashMap<String, String>,
}

fn owned(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

impl Around {
    pub(crate) fn new(variables: &[(&str, &str)], files: &[(&str, &str)]) -> Self {
        Self {
            variables: owned(variables),
            files: owned(files),
        }
    }
}

impl Surroundings for Around {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn file(&self, path: &str) -> Result<String, String> {
        self.files
            .get(path)
            .cloned()
            .ok_or_else(|| "there is no such file".to_owned())
    }
}

/// A text that is at hand, as `config.yaml`.
pub(crate) fn text(text: &str) -> Location {
    Location::Text(Source {
        name: "config.yaml".to_owned(),
        text: text.to_owned(),
    })
}

/// Loads several places with these variables and files.
pub(crate) fn load_all(locations: &[Location], around: &Around) -> Result<Loaded, Diagnostics> {
    load(locations, around, &Stock, &Options::default())
}

/// Loads `written` as `config.yaml` with these environment variables.
pub(crate) fn load_with(written: &str, env: &[(&str, &str)]) -> Result<Loaded, Diagnostics> {
    load_all(&[text(written)], &Around::new(env, &[]))
}
