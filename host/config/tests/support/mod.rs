//! What the tests of this crate share.

use std::collections::HashMap;

use tollgate_config::{Diagnostics, KnownPolicies, Loaded, Options, Source, load};

/// The stock policies, as the program knows them.
pub(crate) struct Stock;

impl KnownPolicies for Stock {
    fn processors(&self) -> Vec<&str> {
        vec![
            "attributes",
            "probabilistic_sampler",
            "redaction",
            "resource",
        ]
    }
}

/// Loads `text` as `config.yaml` with these environment variables.
pub(crate) fn load_with(text: &str, env: &[(&str, &str)]) -> Result<Loaded, Diagnostics> {
    let env: HashMap<String, String> = env
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let source = Source {
        name: "config.yaml".to_owned(),
        text: text.to_owned(),
    };
    load(
        source,
        &|name| env.get(name).cloned(),
        &Stock,
        &Options::default(),
    )
}
