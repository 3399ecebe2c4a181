//! The policy: chooses records, and acts upon their attributes.

use serde::Deserialize;
use tollgate_attraction::{Attraction, Place, WrittenAction};
use tollgate_sdk::{Batch, Description, NodeKind, Policy, Problem, Setup, Signal, Verdict};
use tollgate_selection::{Filters, WrittenProperties};

/// The configuration as written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    include: Option<WrittenProperties>,
    exclude: Option<WrittenProperties>,
    actions: Option<Vec<WrittenAction>>,
}

/// Acts upon the attributes of records.
#[derive(Debug)]
pub struct Attributes {
    filters: Filters,
    attraction: Attraction,
}

impl Policy for Attributes {
    type Config = Written;

    fn describe() -> Description {
        let summary = "Inserts, updates, deletes, hashes, extracts and converts attributes of log records, spans and data points.";
        Description::new("attributes", env!("CARGO_PKG_VERSION"), summary)
            .schema(include_str!("../schema.json"))
    }

    fn configure(written: Written, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        let filters = Filters::configure(written.include, written.exclude, setup);
        // Where the filters are wrong the actions are looked at all the same, so that all mistakes are shown at once.
        let signals = filters
            .as_ref()
            .map_or_else(|_| Signal::ALL.to_vec(), Filters::signals);
        let place = Place {
            kind: NodeKind::LogRecord,
            signals: &signals,
            list: "actions",
        };
        let attraction = Attraction::configure(written.actions.unwrap_or_default(), place, setup);
        match (filters, attraction) {
            (Ok(filters), Ok(attraction)) => Ok(Self {
                filters,
                attraction,
            }),
            (filters, attraction) => Err([filters.err(), attraction.err()]
                .into_iter()
                .flatten()
                .flatten()
                .collect()),
        }
    }

    fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        let Self {
            filters,
            attraction,
        } = self;
        match filters.of(batch.signal()) {
            None => batch.each_record(|record| {
                attraction.act(record);
                Verdict::Keep
            }),
            Some(filter) => {
                let mut chosen = filter.start();
                batch.each_record(|record| {
                    if chosen.holds(record) {
                        attraction.act(record);
                    } else {
                        attraction.pass_over(record);
                    }
                    Verdict::Keep
                });
            }
        }
        Ok(())
    }
}
