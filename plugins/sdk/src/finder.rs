//! Finding a cell by its field.
//!
//! A node that is asked once or twice is looked through. One with many cells that is asked again and again, as statements do, has
//! its cells noted by their fields the first time: from then on a value costs one step, and an absent one, too.

use std::cell::{Cell, RefCell};

use crate::NodeKind;
use crate::columns::Cells;

/// Up to so many cells looking through them is cheaper than noting them.
const FEW: usize = 4;

/// For the last node of each kind that was asked, where its cells are.
#[derive(Debug, Default)]
pub(crate) struct Finder {
    /// By kind, where the cells of the noted node start.
    noted: [Cell<Option<usize>>; NodeKind::COUNT],
    /// By field, where the cells of the node start that has it, and the first of its cells with it. Nodes of different kinds share
    /// no field, so that one table serves all of them.
    cells: RefCell<Vec<(usize, usize)>>,
}

impl Finder {
    /// The first of these cells with this field. `fields` has the field of every cell of the view, and `kinds` says which node is asked.
    #[inline]
    pub(crate) fn find(
        &self,
        kind: NodeKind,
        cells: Cells,
        fields: &[u32],
        field: u32,
    ) -> Option<usize> {
        let own = fields.get(cells.start..cells.end)?;
        if own.len() <= FEW {
            let place = own.iter().position(|candidate| *candidate == field)?;
            return Some(cells.start + place);
        }
        let noted = self.noted.get(kind as usize)?;
        if noted.get() != Some(cells.start) {
            self.note(cells.start, own);
            noted.set(Some(cells.start));
        }
        let known = *self.cells.borrow().get(field as usize)?;
        (known.0 == cells.start).then_some(known.1)
    }

    #[inline(never)]
    fn note(&self, start: usize, own: &[u32]) {
        let mut cells = self.cells.borrow_mut();
        // The first of several cells with one field is the one that counts, so it is noted last.
        for (place, field) in own.iter().enumerate().rev() {
            let field = *field as usize;
            if field >= cells.len() {
                cells.resize(field + 1, (usize::MAX, 0));
            }
            if let Some(known) = cells.get_mut(field) {
                *known = (start, start + place);
            }
        }
    }
}
