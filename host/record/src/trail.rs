//! Why a policy answers as it does, as columns: the host's form of `trail` in `wit/policy.wit`.

use crate::View;

/// Stands for a cell, or a rule, that there is not.
const NONE: u32 = u32::MAX;

/// What a policy says of its reasons. Nothing in here is believed before [`Trail::check`] has seen it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trail {
    /// View index of a node.
    pub node: Vec<u32>,
    /// View index of a cell, or 4294967295.
    pub cell: Vec<u32>,
    /// Spans of `text`: the path of what has no cell.
    pub path: Vec<u64>,
    /// Index into the manifest's rules.
    pub rule: Vec<u32>,
    /// What came of it.
    pub effect: Vec<u8>,
    /// Spans of the text of the cell.
    pub at: Vec<u64>,
    /// Index of the other rule, or 4294967295.
    pub by: Vec<u32>,
    /// Spans of `text`: notes.
    pub note: Vec<u64>,
    /// What spans of paths and notes point into.
    pub text: Vec<u8>,
}

/// What came of a rule's look at something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// It does not match.
    Missed,
    /// It matches, and what it asks for is done.
    Applied,
    /// It matches, and what another rule did stands instead.
    Overridden,
    /// It matches, and another rule keeps it from doing anything.
    Spared,
    /// It matches, and there is nothing to do.
    Idle,
    /// It could not do its work.
    Failed,
    /// Another rule had put an end to the matter before its turn.
    Skipped,
}

/// One look of one rule at one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting<'t> {
    /// View index of the node.
    pub node: u32,
    /// View index of the cell.
    pub cell: Option<u32>,
    /// Where it is no cell: the path, empty for the node as a whole.
    pub path: &'t str,
    /// Index into the manifest's rules.
    pub rule: u32,
    /// What came of it.
    pub effect: Effect,
    /// Where in the text of the cell: first byte, and the byte after the last. None for all of it.
    pub at: Option<(usize, usize)>,
    /// Index of the other rule.
    pub by: Option<u32>,
    /// What else there is to say; empty for nothing.
    pub note: &'t str,
}

/// Why a trail is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrailMistake {
    /// Its columns differ in length.
    #[error("its columns differ in length")]
    Columns,
    /// A sighting points where nothing is.
    #[error("sighting {0} names a node, a cell, a rule, an effect or a text that there is not")]
    Sighting(usize),
}

impl Effect {
    /// Its name in explanations.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missed => "missed",
            Self::Applied => "applied",
            Self::Overridden => "overridden",
            Self::Spared => "spared",
            Self::Idle => "idle",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// Whether the rule matches what it looked at.
    #[must_use]
    pub fn matches(self) -> bool {
        matches!(
            self,
            Self::Applied | Self::Overridden | Self::Spared | Self::Idle
        )
    }

    fn of(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Missed,
            1 => Self::Applied,
            2 => Self::Overridden,
            3 => Self::Spared,
            4 => Self::Idle,
            5 => Self::Failed,
            6 => Self::Skipped,
            _ => return None,
        })
    }
}

impl Trail {
    /// How many sightings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rule.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rule.is_empty()
    }

    /// Whether every number in it points to something, in a view and a manifest with so many rules.
    pub fn check(&self, view: &View, rules: usize) -> Result<(), TrailMistake> {
        let long = self.len();
        let columns = [
            self.node.len(),
            self.cell.len(),
            self.path.len(),
            self.effect.len(),
            self.at.len(),
            self.by.len(),
            self.note.len(),
        ];
        if columns.iter().any(|own| *own != long) {
            return Err(TrailMistake::Columns);
        }
        match (0..long).find(|index| !self.is_sound(*index, view, rules)) {
            Some(index) => Err(TrailMistake::Sighting(index)),
            None => Ok(()),
        }
    }

    fn is_sound(&self, index: usize, view: &View, rules: usize) -> bool {
        let Some(sighting) = self.get(index) else {
            return false;
        };
        let is_rule = |rule: u32| (rule as usize) < rules;
        let cell_fits = sighting.cell.is_none_or(|cell| {
            let cell = cell as usize;
            let long = view.cell_value.get(cell).map(|value| low(*value));
            let is_text = view.cell_kind.get(cell).is_some_and(|kind| *kind == 1);
            view.cell_node.get(cell) == Some(&sighting.node)
                && sighting.at.is_none_or(|(_, end)| {
                    long.is_some_and(|long| end <= long)
                        && (!is_text || self.cuts_no_character(index, view))
                })
        });
        (sighting.node as usize) < view.node_kind.len()
            && cell_fits
            && is_rule(sighting.rule)
            && sighting.by.is_none_or(is_rule)
    }

    fn cuts_no_character(&self, index: usize, view: &View) -> bool {
        let cut = || {
            let value = *view.cell_value.get(*self.cell.get(index)? as usize)?;
            let text = view
                .text
                .get(high(value)..high(value).saturating_add(low(value)))?;
            let at = *self.at.get(index)?;
            std::str::from_utf8(text)
                .ok()?
                .get(high(at)..high(at).saturating_add(low(at)))
        };
        cut().is_some()
    }

    /// A sighting; none where its own numbers say nothing.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Sighting<'_>> {
        let cell = *self.cell.get(index)?;
        let by = *self.by.get(index)?;
        let at = *self.at.get(index)?;
        Some(Sighting {
            node: *self.node.get(index)?,
            cell: (cell != NONE).then_some(cell),
            path: self.span(*self.path.get(index)?)?,
            rule: *self.rule.get(index)?,
            effect: Effect::of(*self.effect.get(index)?)?,
            at: (low(at) > 0).then(|| (high(at), high(at).saturating_add(low(at)))),
            by: (by != NONE).then_some(by),
            note: self.span(*self.note.get(index)?)?,
        })
    }

    /// All sightings, in the policy's order.
    pub fn sightings(&self) -> impl Iterator<Item = Sighting<'_>> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    fn span(&self, span: u64) -> Option<&str> {
        if low(span) == 0 {
            return Some("");
        }
        let bytes = self
            .text
            .get(high(span)..high(span).saturating_add(low(span)))?;
        std::str::from_utf8(bytes).ok()
    }
}

fn high(span: u64) -> usize {
    usize::try_from(span >> 32).unwrap_or(usize::MAX)
}

fn low(span: u64) -> usize {
    usize::try_from(span & u64::from(u32::MAX)).unwrap_or(usize::MAX)
}
