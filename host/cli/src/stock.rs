//! The stock policies, compiled ahead and part of this binary.

use std::borrow::Cow;

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
        STOCK.iter().map(|(name, ..)| *name)
    }
}

impl StockPolicies for Embedded {
    fn artifact(&self, name: &str) -> Option<&[u8]> {
        STOCK
            .iter()
            .find(|(own, ..)| *own == name)
            .map(|(_, code, _)| *code)
    }

    fn source(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        let (.., compressed) = STOCK.iter().find(|(own, ..)| *own == name)?;
        // It is part of the binary, so it can be read.
        zstd::decode_all(*compressed).ok().map(Cow::Owned)
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
