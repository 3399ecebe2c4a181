//! Passing cells through a configuration, many at once, and finding out what became of each.

use std::collections::HashMap;
use std::num::NonZero;
use std::thread;

use bytes::Bytes;
use tollgate_lab::passage::Passage;
use tollgate_lab::{Telemetry, Trial};
use tollgate_record::{Malformed, Signal, count};

use crate::cell::Cell;
use crate::kind::SecretKind;
use crate::outcome::{Closed, Outcome};
use crate::output::texts;
use crate::place::{Holds, Place};
use crate::protocol::Protocol;
use crate::request::{Content, request};
use crate::search::{Found, Needle, Readings};

/// So many cells stand in one request.
const BATCH: usize = 200;

/// What became of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// What became of it.
    pub outcome: Outcome,
    /// The text that the secret was found in; never for a secret of the user's own.
    pub left: Option<String>,
}

/// A part of the attempt did not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a part of the cells could not be tried: the program failed")]
pub struct Broken;

/// What cells are passed through.
#[derive(Debug)]
pub struct Way<'t> {
    /// A configuration.
    pub trial: &'t Trial,
    /// Another one behind it: what would stop what the first lets through.
    pub behind: Option<&'t Trial>,
}

/// Tries every cell; what became of each, in their order.
pub fn attempt(
    protocol: &Protocol,
    places: &[Place],
    cells: &[Cell],
    way: &Way<'_>,
) -> Result<Vec<Tried>, Broken> {
    let mut ordered: Vec<(&Place, usize)> = cells
        .iter()
        .enumerate()
        .filter_map(|(at, cell)| Some((places.get(cell.place)?, at)))
        .collect();
    ordered.sort_by_key(|(place, at)| (place.signal.as_str(), *at));
    let batches: Vec<&[(&Place, usize)]> = ordered
        .chunk_by(|(one, _), (other, _)| one.signal == other.signal)
        .flat_map(|of_signal| of_signal.chunks(BATCH))
        .collect();
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = batches.len().div_ceil(threads).max(1);
    let mut tried: Vec<Option<Tried>> = vec![None; cells.len()];
    thread::scope(|scope| {
        let shares = batches.chunks(share).map(|share| {
            let mut attempt = Attempt {
                protocol,
                cells,
                trial: way.trial.another(),
                behind: way.behind.map(Trial::another),
                found: Vec::new(),
            };
            scope.spawn(move || {
                for batch in share {
                    attempt.batch(batch);
                }
                attempt.found
            })
        });
        let shares: Vec<_> = shares.collect();
        for share in shares {
            for (at, result) in share.join().map_err(|_| Broken)? {
                if let Some(own) = tried.get_mut(at) {
                    *own = Some(result);
                }
            }
        }
        Ok(())
    })?;
    let tried: Option<Vec<Tried>> = tried.into_iter().collect();
    tried.ok_or(Broken)
}

impl Tried {
    fn closed(closed: Closed) -> Self {
        Self {
            outcome: Outcome::Closed(closed),
            left: None,
        }
    }
}

struct Attempt<'a> {
    protocol: &'a Protocol,
    cells: &'a [Cell],
    trial: Trial,
    behind: Option<Trial>,
    found: Vec<(usize, Tried)>,
}

/// A cell in a request.
struct Sent<'a> {
    at: usize,
    cell: &'a Cell,
    place: &'a Place,
    needles: Vec<Needle>,
    /// How much of each was found.
    found: Vec<Option<Found>>,
    /// Where.
    left: Option<String>,
    /// Its record, if it has one.
    record: Option<u32>,
    /// What stands behind the configuration failed for it.
    failed_behind: Option<String>,
}

/// A request that left: from which of the records that came each of its own is.
struct Left {
    signal: Signal,
    wire: Bytes,
    origins: Vec<Option<u32>>,
}

impl<'a> Attempt<'a> {
    /// Cells of one signal in one request. If that is refused, each of its halves, so that one cell does not hide others.
    fn batch(&mut self, batch: &[(&'a Place, usize)]) {
        let Some((place, _)) = batch.first() else {
            return;
        };
        let (wire, mut sent) = self.sent(batch);
        let telemetry = Telemetry::new(place.signal, wire, "leak-test");
        let mut failures = HashMap::new();
        let reason = match self.pass(&telemetry, &mut failures) {
            Ok((passage, left)) => {
                for left in &left {
                    self.look(left, &mut sent);
                }
                for sent in &mut sent {
                    let own = sent.record.and_then(|record| failures.get(&record));
                    sent.failed_behind = own.cloned();
                }
                let tried = sent.into_iter();
                let tried = tried.map(|sent| (sent.at, sent.judged(&passage))).collect();
                self.keep(batch, tried);
                return;
            }
            Err(error) => error.to_string(),
        };
        match batch.split_at_checked(batch.len() / 2) {
            Some((first, second)) if !first.is_empty() => {
                self.batch(first);
                self.batch(second);
            }
            _ => {
                let rejected = batch.iter().map(|(_, at)| {
                    let reason = reason.clone();
                    (*at, Tried::closed(Closed::Rejected { reason }))
                });
                self.found.extend(rejected);
            }
        }
    }

    /// Keeps what became of the cells of a request. Those that a stage failed for may have failed with others, and are tried alone.
    fn keep(&mut self, batch: &[(&'a Place, usize)], tried: Vec<(usize, Tried)>) {
        let is_failed =
            |tried: &Tried| matches!(tried.outcome, Outcome::Closed(Closed::Failed { .. }));
        if batch.len() < 2 || tried.iter().all(|(_, own)| is_failed(own)) {
            self.found.extend(tried);
            return;
        }
        for (cell, (at, own)) in batch.iter().zip(tried) {
            if is_failed(&own) {
                self.batch(std::slice::from_ref(cell));
            } else {
                self.found.push((at, own));
            }
        }
    }

    fn sent(&self, batch: &[(&'a Place, usize)]) -> (Vec<u8>, Vec<Sent<'a>>) {
        let mut wire = Vec::new();
        let mut sent = Vec::new();
        let mut records = 0_u32;
        for (place, at) in batch {
            let Some(cell) = self.cells.get(*at) else {
                continue;
            };
            let content = Content {
                place,
                text: &cell.written.text,
                rest: cell.written.rest.as_deref(),
                number: u64::try_from(*at).unwrap_or_default(),
            };
            let own = request(self.protocol.request(place.signal), content);
            let count = count(place.signal, &own).unwrap_or_default();
            let needles = cell.needles();
            sent.push(Sent {
                at: *at,
                cell,
                place,
                found: vec![None; needles.len()],
                needles,
                left: None,
                record: (count > 0).then_some(records),
                failed_behind: None,
            });
            records = records.saturating_add(count);
            wire.extend(own);
        }
        (wire, sent)
    }

    /// Passes a request through everything. Records that what stands behind fails for are told with its stage.
    fn pass(
        &mut self,
        telemetry: &Telemetry,
        failures: &mut HashMap<u32, String>,
    ) -> Result<(Passage, Vec<Left>), Malformed> {
        let passage = self.trial.pass(telemetry)?;
        let left = passage.exits.iter().map(|exit| Left {
            signal: exit.snapshot.signal,
            wire: exit.snapshot.wire.clone(),
            origins: exit.snapshot.origins.clone(),
        });
        let left: Vec<Left> = left.collect();
        let Some(behind) = &mut self.behind else {
            return Ok((passage, left));
        };
        let mut further = Vec::new();
        for left in left {
            let again = behind.pass(&Telemetry::new(left.signal, left.wire, "leak-test"))?;
            let first = |place: u32| left.origins.get(place as usize).copied().flatten();
            for fate in &again.fates {
                let failed = fate.failures.first().zip(first(fate.record));
                failures.extend(failed.map(|(own, at)| (at, own.place.stage.to_string())));
            }
            further.extend(again.exits.into_iter().map(|exit| {
                let origins = exit.snapshot.origins.into_iter();
                Left {
                    signal: exit.snapshot.signal,
                    wire: exit.snapshot.wire,
                    origins: origins.map(|origin| origin.and_then(first)).collect(),
                }
            }));
        }
        Ok((passage, further))
    }

    /// Looks for every secret in what left: in the records that came of its own, and in those that came of nobody's.
    fn look(&self, left: &Left, sent: &mut [Sent<'_>]) {
        let descriptor = self.protocol.request(left.signal);
        let Some((texts, records)) = texts(descriptor, &left.wire) else {
            return;
        };
        // Where the records that are counted here are not the gate's, a text may be anybody's.
        let is_told = records == left.origins.len();
        for text in texts {
            let origins = left.origins.get(text.records.clone()).unwrap_or_default();
            let is_anybodys = !is_told || origins.is_empty() || origins.iter().any(Option::is_none);
            let mut readings = None;
            for sent in &mut *sent {
                let is_own = sent.record.is_some() && origins.contains(&sent.record);
                if is_own || is_anybodys {
                    let readings = readings.get_or_insert_with(|| Readings::of(&text.bytes));
                    sent.look(readings, &text.bytes, is_own);
                }
            }
        }
    }
}

impl Sent<'_> {
    fn look(&mut self, readings: &Readings, text: &[u8], is_own: bool) {
        for (needle, found) in self.needles.iter().zip(&mut self.found) {
            // Among what came of many records a piece of a number may be there by chance.
            let here = readings.hold(needle);
            let here = here.filter(|here| is_own || *here == Found::Whole);
            if here > *found {
                *found = here;
                if self.cell.kind != SecretKind::Own {
                    self.left = Some(String::from_utf8_lossy(text).into_owned());
                }
            }
        }
    }

    fn judged(self, passage: &Passage) -> Tried {
        // A secret that is in halves got through if both did.
        let least = self.found.iter().min().copied().flatten();
        match least {
            Some(_) if matches!(self.place.holds, Holds::Id(_)) => Tried {
                outcome: Outcome::Unavoidable,
                left: self.left,
            },
            Some(found) => Tried {
                outcome: Outcome::Open(found),
                left: self.left,
            },
            None => {
                if let Some(stage) = self.failed_behind {
                    return Tried::closed(Closed::Failed { stage });
                }
                let fate = self.record.and_then(|at| passage.fates.get(at as usize));
                Tried::closed(fate.map_or(Closed::NotTaken, Closed::of))
            }
        }
    }
}
