//! How many instructions calls take.

use tollgate_lab::{Telemetry, Trial};
use tollgate_pipeline::rehearsal::StagePlace;

use crate::float;
use crate::stage::each_call;

/// Instructions and records, by stage.
pub(crate) struct Fuel(Vec<(StagePlace, u64, u64)>);

impl Fuel {
    /// Counts in the second of two passes: in the first one policies prepare what they need later, once.
    pub(crate) fn count(counted: Option<&Trial>, telemetry: &[Telemetry]) -> Self {
        let Some(counted) = counted else {
            return Self(Vec::new());
        };
        let mut trial = counted.another();
        each_call(&mut trial, telemetry, |_, _| {});
        let mut all: Vec<(StagePlace, u64, u64)> = Vec::new();
        each_call(&mut trial, telemetry, |place, call| {
            let (Some(fuel), records) = (call.fuel, u64::from(call.records)) else {
                return;
            };
            match all.iter_mut().find(|(known, ..)| known == place) {
                Some((_, sum, shown)) => {
                    *sum = sum.saturating_add(fuel);
                    *shown = shown.saturating_add(records);
                }
                None => all.push((place.clone(), fuel, records)),
            }
        });
        Self(all)
    }

    pub(crate) fn per_record(&self, place: &StagePlace) -> Option<f64> {
        let (_, fuel, records) = self.0.iter().find(|(known, ..)| known == place)?;
        (*records > 0).then(|| float(*fuel) / float(*records))
    }
}
