//! The stock policies, compiled ahead and part of this binary.

use tollgate_pipeline::StockPolicies;

include!(concat!(env!("OUT_DIR"), "/stock.rs"));

/// Stock policies that are connectors; the others are processors.
const CONNECTORS: [&str; 5] = [
    "count",
    "routing",
    "signal_to_metrics",
    "signaltometrics",
    "sum",
];

/// What `build.rs` embedded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Embedded;

impl Embedded {
    /// Names of all stock policies.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        STOCK.iter().map(|(name, _)| *name)
    }
}

impl StockPolicies for Embedded {
    fn artifact(&self, name: &str) -> Option<&[u8]> {
        STOCK
            .iter()
            .find(|(own, _)| *own == name)
            .map(|(_, code)| *code)
    }
}

impl tollgate_config::KnownPolicies for Embedded {
    fn schema(&self, policy: &str) -> Option<&str> {
        SCHEMAS
            .iter()
            .find(|(own, _)| *own == policy)
            .map(|(_, schema)| *schema)
    }

    fn processors(&self) -> Vec<&str> {
        Self::names()
            .filter(|name| !CONNECTORS.contains(name))
            .collect()
    }

    fn connectors(&self) -> Vec<&str> {
        Self::names()
            .filter(|name| CONNECTORS.contains(name))
            .collect()
    }
}
