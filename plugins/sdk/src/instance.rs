//! One configured policy: what stands between the interface and [`Policy`].

use crate::columns::{Columns, Frame};
use crate::draft::{Draft, Habit};
use crate::setup::Declared;
use crate::trail::Trail;
use crate::{Batch, Compat, Manifest, Policy, Problem, Setup, config};

/// A policy that was configured, and what it declared.
pub(crate) struct Instance<P> {
    policy: P,
    declared: Declared,
    habit: Habit,
}

impl<P: Policy> Instance<P> {
    pub(crate) fn configure(json: &str, compat: Compat) -> Result<Self, Vec<Problem>> {
        let config = config::parse(json).map_err(|problem| vec![problem])?;
        let mut setup = Setup::new(compat);
        let policy = P::configure(config, &mut setup)?;
        Ok(Self {
            policy,
            declared: setup.into_declared(),
            habit: Habit::default(),
        })
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.declared.manifest
    }

    /// What [`Self::process`] would do, and why.
    pub(crate) fn explain(&mut self, columns: Columns<'_>) -> Result<Trail, String> {
        let records = columns.records();
        let mut draft = Draft::new(records, self.habit.expect(records), columns.seed);
        draft.trail = Some(Box::default());
        let frame = Frame::new(columns, &self.declared);
        self.policy.batch(&mut Batch::new(&frame, &mut draft))?;
        match draft.mistake.take() {
            Some(mistake) => Err(mistake),
            None => Ok(draft.trail.map(|trail| *trail).unwrap_or_default()),
        }
    }

    pub(crate) fn process(&mut self, columns: Columns<'_>) -> Result<Draft, String> {
        let records = columns.records();
        let mut draft = Draft::new(records, self.habit.expect(records), columns.seed);
        let frame = Frame::new(columns, &self.declared);
        self.policy.batch(&mut Batch::new(&frame, &mut draft))?;
        self.habit = Habit::of(records, &draft);
        match draft.mistake.take() {
            Some(mistake) => Err(mistake),
            None => Ok(draft),
        }
    }
}
