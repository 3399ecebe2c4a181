//! Steps from node to node.

use std::collections::BTreeSet;

use crate::Error;

use super::Place;
use super::evaluate::{Evaluation, Found};
use super::query::Way;
use super::syntax::Test;

impl Evaluation<'_> {
    /// What a step finds from these nodes.
    pub(super) fn walk(
        &mut self,
        way: Way,
        test: &Test,
        inputs: &[Found],
    ) -> Result<Vec<Found>, Error> {
        let mut out = Vec::new();
        let mut known = BTreeSet::new();
        for input in inputs {
            let from = input.place;
            self.budget.spend(1)?;
            match way {
                Way::Itself => self.keep(&mut out, test, from, None, 0)?,
                Way::Parent => {
                    if let Some(parent) = self.parent(from) {
                        self.keep(&mut out, test, parent, None, 0)?;
                    }
                }
                Way::Attribute => {
                    let begin = from.attribute.map_or(0, |place| place.saturating_add(1));
                    for place in begin..self.node(from).attributes.len() {
                        let place = Place {
                            node: from.node,
                            attribute: Some(place),
                        };
                        self.keep(&mut out, test, place, None, 0)?;
                    }
                }
                Way::Ancestor { itself } => {
                    let mut next = if itself {
                        Some(from)
                    } else {
                        self.parent(from)
                    };
                    let mut count = 0;
                    while let Some(place) = next {
                        self.budget.spend(1)?;
                        if self.passes(test, place) && known.insert(place) {
                            self.keep(&mut out, test, place, Some(&mut count), 0)?;
                        }
                        next = self.parent(place);
                    }
                }
                Way::Child => {
                    let mut count = 0;
                    let mut next = self.child(from);
                    while let Some(place) = next {
                        self.keep(&mut out, test, place, Some(&mut count), 0)?;
                        next = self.sibling(place, true);
                    }
                }
                Way::FollowingSibling | Way::PrecedingSibling => {
                    let forward = way == Way::FollowingSibling;
                    let mut count = 0;
                    let mut next = self.sibling(from, forward);
                    while let Some(place) = next {
                        self.keep(&mut out, test, place, Some(&mut count), 0)?;
                        next = self.sibling(place, forward);
                    }
                }
                Way::Descendant { itself } => {
                    self.descend(&mut out, test, from, itself, &mut 0)?;
                }
                Way::Outermost { itself } => self.outermost(&mut out, test, from, itself)?,
                Way::Following | Way::Preceding => {
                    self.beyond(&mut out, test, from, way == Way::Following)?;
                }
            }
        }
        Ok(out)
    }

    fn keep(
        &mut self,
        out: &mut Vec<Found>,
        test: &Test,
        place: Place,
        count: Option<&mut usize>,
        depth: usize,
    ) -> Result<(), Error> {
        self.budget.spend(1)?;
        if self.passes(test, place) {
            // What is found takes memory, too.
            self.budget.spend(32)?;
            let position = match count {
                None => 1,
                Some(count) => {
                    *count = count.saturating_add(1);
                    *count
                }
            };
            out.push(Found {
                place,
                position,
                depth,
            });
        }
        Ok(())
    }

    fn descend(
        &mut self,
        out: &mut Vec<Found>,
        test: &Test,
        from: Place,
        itself: bool,
        count: &mut usize,
    ) -> Result<(), Error> {
        if itself {
            self.keep(out, test, from, Some(count), 0)?;
        }
        let mut place = from;
        let mut depth = 0_usize;
        loop {
            if let Some(child) = self.child(place) {
                place = child;
                depth = depth.saturating_add(1);
            } else {
                loop {
                    if depth == 0 {
                        return Ok(());
                    }
                    if let Some(next) = self.sibling(place, true) {
                        place = next;
                        break;
                    }
                    self.budget.spend(1)?;
                    place = self.parent(place).unwrap_or(from);
                    depth = depth.saturating_sub(1);
                }
            }
            self.keep(out, test, place, Some(count), depth)?;
        }
    }

    /// Descendants down to the first that pass. A node itself that passes is all that is found there.
    fn outermost(
        &mut self,
        out: &mut Vec<Found>,
        test: &Test,
        from: Place,
        itself: bool,
    ) -> Result<(), Error> {
        let mut count = 0;
        if itself && self.passes(test, from) {
            return self.keep(out, test, from, Some(&mut count), 0);
        }
        let mut place = from;
        let mut depth = 0_usize;
        if let Some(child) = self.child(place) {
            place = child;
            depth = 1;
        }
        loop {
            loop {
                self.keep(out, test, place, Some(&mut count), 0)?;
                if self.passes(test, place) {
                    break;
                }
                let Some(child) = self.child(place) else {
                    break;
                };
                place = child;
                depth = depth.saturating_add(1);
            }
            if depth == 0 {
                return Ok(());
            }
            while self.sibling(place, true).is_none() {
                self.budget.spend(1)?;
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Ok(());
                }
                place = self.parent(place).unwrap_or(from);
            }
            place = self.sibling(place, true).unwrap_or(place);
        }
    }

    /// What follows a node in the document, or precedes it, without what it stands within.
    fn beyond(
        &mut self,
        out: &mut Vec<Found>,
        test: &Test,
        from: Place,
        forward: bool,
    ) -> Result<(), Error> {
        let mut place = from;
        let mut count = 0;
        loop {
            self.budget.spend(1)?;
            if let Some(next) = self.sibling(place, forward) {
                place = next;
                if forward {
                    count = 0;
                }
                self.descend(out, test, place, true, &mut count)?;
            } else if let Some(parent) = self.parent(place) {
                place = parent;
                count = 0;
            } else {
                return Ok(());
            }
        }
    }
}
