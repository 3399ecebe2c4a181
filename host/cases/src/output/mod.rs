//! What came of a case: everything that passed, counted as one list of records.

pub(crate) mod path;

use tollgate_config::ComponentId;
use tollgate_lab::Telemetry;
use tollgate_lab::fields::{RecordFields, fields};
use tollgate_lab::passage::{End, Fate, Passage};
use tollgate_lab::report::label;
use tollgate_pipeline::rehearsal::Snapshot;
use tollgate_record::Signal;

/// Requests with what became of them.
#[derive(Debug)]
pub(crate) struct Produced {
    passed: Vec<(Telemetry, Passage)>,
}

/// A record that left.
#[derive(Debug, Clone)]
pub(crate) struct Left {
    /// Which of the records that came it is, counted over all requests; none if a policy made it.
    pub(crate) origin: Option<u32>,
    /// Where it left.
    pub(crate) pipeline: ComponentId,
    pub(crate) signal: Signal,
    /// What it holds.
    pub(crate) fields: RecordFields,
}

impl Left {
    /// As people know it.
    pub(crate) fn called(&self) -> String {
        let label = label(self.signal, &self.fields);
        let origin = self.origin.map_or_else(
            || "a record that a policy made".to_owned(),
            |origin| format!("record {}", origin.saturating_add(1)),
        );
        format!("{origin}, {label}")
    }
}

impl Produced {
    pub(crate) fn new(passed: Vec<(Telemetry, Passage)>) -> Self {
        Self { passed }
    }

    pub(crate) fn passed(&self) -> &[(Telemetry, Passage)] {
        &self.passed
    }

    pub(crate) fn passages(&self) -> impl Iterator<Item = &Passage> {
        self.passed.iter().map(|(_, passage)| passage)
    }

    /// What became of each record, in order.
    pub(crate) fn fates(&self) -> impl Iterator<Item = (u32, &Passage, &Fate)> {
        let all = self
            .passages()
            .flat_map(|passage| passage.fates.iter().map(move |fate| (passage, fate)));
        (0_u32..)
            .zip(all)
            .map(|(record, (passage, fate))| (record, passage, fate))
    }

    /// As people know a record that came.
    pub(crate) fn called(&self, record: u32) -> String {
        let own = self.fates().find(|(number, ..)| *number == record);
        let name = own.and_then(|(_, passage, fate)| {
            let all = fields(passage.signal, &passage.input.wire).ok()?;
            Some(label(passage.signal, all.get(fate.record as usize)?))
        });
        format!(
            "record {}, {}",
            record.saturating_add(1),
            name.unwrap_or_default()
        )
    }

    /// Everything that left, with how many records came before its request.
    pub(crate) fn exits(&self) -> impl Iterator<Item = (u32, &ComponentId, &Snapshot)> {
        let mut before = 0_u32;
        let based = self.passages().map(move |passage| {
            let base = before;
            let came = u32::try_from(passage.fates.len()).unwrap_or(u32::MAX);
            before = before.saturating_add(came);
            (base, passage)
        });
        based.flat_map(|(base, passage)| {
            let exits = passage.exits.iter();
            exits.map(move |exit| (base, &exit.pipeline, &exit.snapshot))
        })
    }

    /// Every record that left.
    pub(crate) fn left(&self) -> Vec<Left> {
        let mut all = Vec::new();
        for (base, pipeline, snapshot) in self.exits() {
            let records = fields(snapshot.signal, &snapshot.wire).unwrap_or_default();
            for (fields, origin) in records.into_iter().zip(&snapshot.origins) {
                all.push(Left {
                    origin: origin.map(|origin| base.saturating_add(origin)),
                    pipeline: pipeline.clone(),
                    signal: snapshot.signal,
                    fields,
                });
            }
        }
        all
    }

    /// How many records came.
    pub(crate) fn records(&self) -> u32 {
        u32::try_from(self.fates().count()).unwrap_or(u32::MAX)
    }
}

/// Where a record ended, as people say it.
pub(crate) fn ended(fate: &Fate) -> String {
    if fate.ends.is_empty() {
        return "no pipeline took it".to_owned();
    }
    let end = |end: &End| match end {
        End::Left { pipeline, .. } => format!("it left {pipeline}"),
        End::Dropped { place, rule } => match rule {
            Some(rule) => format!("{} dropped it, rule {rule}", place.stage),
            None => format!("{} dropped it", place.stage),
        },
        End::Failed { place, on_error } => match on_error {
            tollgate_config::OnError::Drop => {
                format!("{} failed for it, and it was dropped", place.stage)
            }
            _ => format!("{} failed for it, and it was rejected", place.stage),
        },
        End::Consumed { place } => format!("{} made other telemetry of it", place.stage),
        End::Merged { place } => format!("{} put it together with others", place.stage),
        End::KeptBack { pipeline } => {
            format!("a post-condition kept it back at the end of {pipeline}")
        }
    };
    let ends: Vec<String> = fate.ends.iter().map(end).collect();
    ends.join("; ")
}
