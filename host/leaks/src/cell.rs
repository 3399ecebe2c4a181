//! What is tried: secrets of each kind, in each encoding, at each place.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use fastrand::Rng;

use crate::encoding::{Encoding, Written};
use crate::kind::SecretKind;
use crate::place::{Holds, Place};
use crate::request::split_at;
use crate::search::Needle;
use crate::selection::Selection;

/// So many secrets are made until one is no other cell's.
const MOST_TRIES: usize = 64;

/// One attempt: a secret of a kind, in an encoding, at a place.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Which of the places.
    pub place: usize,
    /// What the secret is.
    pub kind: SecretKind,
    /// How it is written.
    pub encoding: Encoding,
    /// The secret: of a kind that is made freshly, no other cell's.
    pub secret: String,
    /// As it is sent.
    pub written: Written,
}

impl Cell {
    /// What is looked for: the secret, or both of its halves.
    pub(crate) fn needles(&self) -> Vec<Needle> {
        if let Some(rest) = &self.written.rest {
            return vec![Needle::half(&self.written.text), Needle::half(rest)];
        }
        let is_opaque = matches!(self.encoding, Encoding::Base64 | Encoding::Hex);
        let opaque = is_opaque.then_some(&*self.written.text);
        vec![Needle::new(&self.secret, opaque)]
    }
}

/// Which cells there are.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// All of them, or some.
    pub selection: Selection,
    /// No more than this, spread evenly over all.
    pub limit: Option<usize>,
    /// Where secrets come from: the same for the same number.
    pub seed: u64,
    /// A secret of the user's own, beside those that are made.
    pub own: Option<String>,
}

impl Wanted {
    /// The cells, ordered by place, encoding and kind.
    #[must_use]
    pub fn cells(&self, places: &[Place]) -> Vec<Cell> {
        let own = self.own.as_ref().map(|_| SecretKind::Own);
        let kinds: Vec<SecretKind> = SecretKind::MADE.into_iter().chain(own).collect();
        let mut all = Vec::new();
        for (at, place) in places.iter().enumerate() {
            for encoding in Encoding::ALL {
                let kinds = kinds.iter().copied();
                let wanted =
                    kinds.filter(|kind| self.selection.holds(*kind, &place.label, encoding));
                all.extend(wanted.map(|kind| (at, place, encoding, kind)));
            }
        }
        let mut made = HashSet::new();
        let cells = all.into_iter().filter_map(|(at, place, encoding, kind)| {
            let (secret, written) = self.secret(place, encoding, kind, &mut made)?;
            Some(Cell {
                place: at,
                kind,
                encoding,
                secret,
                written,
            })
        });
        spread(cells.collect(), self.limit)
    }

    /// A secret that no other cell has, and its form; none if it has no such form here.
    fn secret(
        &self,
        place: &Place,
        encoding: Encoding,
        kind: SecretKind,
        made: &mut HashSet<String>,
    ) -> Option<(String, Written)> {
        let mut hasher = DefaultHasher::new();
        (self.seed, place.to_string(), encoding.name(), kind.name()).hash(&mut hasher);
        let mut dice = Rng::with_seed(hasher.finish());
        let mut another = || match (kind, &self.own) {
            (SecretKind::Own, Some(own)) => own.clone(),
            _ => kind.make(&mut dice),
        };
        let mut secret = another();
        if kind != SecretKind::Own {
            for _ in 0..MOST_TRIES {
                if made.insert(secret.clone()) {
                    break;
                }
                secret = another();
            }
        }
        if let Holds::Id(length) = place.holds {
            secret.truncate(secret.floor_char_boundary(length));
        }
        let written = encoding.write(&secret)?;
        let fits = match place.holds {
            Holds::Text | Holds::Bytes => true,
            Holds::Id(length) => written.text.len() <= length,
            Holds::WrongId(length) => written.text.len() != length,
        };
        let stands = written.rest.is_none() || split_at(place).is_some();
        (fits && stands).then_some((secret, written))
    }
}

/// So many of them, the first included.
fn spread(cells: Vec<Cell>, limit: Option<usize>) -> Vec<Cell> {
    let Some(limit) = limit.filter(|limit| *limit < cells.len()) else {
        return cells;
    };
    let total = cells.len();
    let mut taken = 0_usize;
    let every = cells.into_iter().enumerate().filter(|(at, _)| {
        // As many as belong to this share of all.
        let due = at.saturating_add(1).saturating_mul(limit).div_ceil(total);
        let is_due = due > taken;
        taken = if is_due {
            taken.saturating_add(1)
        } else {
            taken
        };
        is_due
    });
    every.map(|(_, cell)| cell).collect()
}
