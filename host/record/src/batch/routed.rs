//! Where records go on.

use super::store::NONE;

/// The records of a batch that were judged `route`, each with its set of destinations, as indices into the manifest's `routes`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routed {
    sets: Vec<Vec<u32>>,
    /// By ordinal, the place of the record's set; `NONE` for those that were not routed.
    set_of: Vec<u32>,
    len: usize,
}

impl Routed {
    /// Whether no record was routed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many records were routed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Where a record goes; `None` where it was not routed.
    #[must_use]
    pub fn of(&self, record: u32) -> Option<&[u32]> {
        let set = self.set_of.get(record as usize)?;
        self.sets.get(*set as usize).map(Vec::as_slice)
    }

    /// The records that go to one of the routes, in order.
    pub fn records(&self, route: u32) -> impl Iterator<Item = u32> {
        let goes_there: Vec<bool> = self.sets.iter().map(|set| set.contains(&route)).collect();
        (0_u32..)
            .zip(&self.set_of)
            .filter(move |(_, set)| goes_there.get(**set as usize).copied().unwrap_or(false))
            .map(|(record, _)| record)
    }

    /// Takes up the sets of one outcome; returns the place of the first.
    pub(super) fn take_sets(&mut self, mut sets: Vec<Vec<u32>>) -> u32 {
        let first = u32::try_from(self.sets.len()).unwrap_or(NONE);
        self.sets.append(&mut sets);
        first
    }

    /// Notes where a record goes; of how many, so that room is made once.
    pub(super) fn route(&mut self, record: u32, records: u32, set: u32) {
        if self.set_of.is_empty() {
            self.set_of.resize(records as usize, NONE);
        }
        if let Some(place) = self.set_of.get_mut(record as usize) {
            self.len = self.len.saturating_add(usize::from(*place == NONE));
            *place = set;
        }
    }
}
