//! Stock policy `resource`: acts upon the attributes of resources, as the Collector's processor of that name does.

use serde::Deserialize;
use tollgate_attraction::{Attraction, Place, WrittenAction};
use tollgate_sdk::{Batch, Description, NodeKind, Policy, Problem, Setup, Signal};

/// The configuration as written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    attributes: Option<Vec<WrittenAction>>,
}

/// Acts upon the attributes of resources.
#[derive(Debug)]
pub struct Resource {
    attraction: Attraction,
}

impl Policy for Resource {
    type Config = Written;

    fn describe() -> Description {
        let summary =
            "Inserts, updates, deletes, hashes, extracts and converts attributes of resources.";
        Description::new("resource", env!("CARGO_PKG_VERSION"), summary)
            .schema(include_str!("../schema.json"))
    }

    fn configure(written: Written, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        let place = Place {
            kind: NodeKind::Resource,
            signals: Signal::ALL,
            list: "attributes",
        };
        let attraction =
            Attraction::configure(written.attributes.unwrap_or_default(), place, setup)?;
        Ok(Self { attraction })
    }

    fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        batch.each(NodeKind::Resource, |resource| self.attraction.act(resource));
        Ok(())
    }
}

tollgate_sdk::export!(Resource);
