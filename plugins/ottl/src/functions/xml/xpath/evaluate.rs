//! The nodes and the values of queries.

use std::collections::{BTreeMap, BTreeSet};

use crate::functions::xml::tree::{Budget, Tree};
use crate::{Error, go};

use super::Place;
use super::query::Query;
use super::value::{Value, count, truth};

/// A document that an expression is asked of.
pub(super) struct Evaluation<'t> {
    pub(super) tree: &'t Tree,
    pub(super) budget: Budget,
}

/// A node that was found, with what a condition may ask about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) place: Place,
    pub(super) position: usize,
    pub(super) depth: usize,
}

impl Evaluation<'_> {
    /// The nodes that a query finds, seen from a node.
    pub(super) fn select(&mut self, query: &Query, from: Place) -> Result<Vec<Found>, Error> {
        let found = |place| Found {
            place,
            position: 1,
            depth: 0,
        };
        self.budget.spend(1)?;
        Ok(match query {
            Query::Context => vec![found(from)],
            Query::Root => vec![found(Place {
                node: 0,
                attribute: None,
            })],
            Query::Step { way, test, input } => {
                let inputs = self.select(input, from)?;
                self.walk(*way, test, &inputs)?
            }
            Query::Filter { input, condition } => {
                let inputs = self.select(input, from)?;
                self.filter(inputs, condition)?
            }
            Query::Merge { input, child } => {
                let mut out = Vec::new();
                for input in self.select(input, from)? {
                    let found = self.select(child, input.place)?;
                    out.extend(found.into_iter().map(|found| Found {
                        position: 1,
                        depth: 0,
                        ..found
                    }));
                }
                out
            }
            Query::Group(inner) => {
                let mut found = self.select(inner, from)?;
                for (found, position) in found.iter_mut().zip(1..) {
                    found.position = position;
                    found.depth = 0;
                }
                found
            }
            Query::Union(left, right) => {
                let mut out = self.select(left, from)?;
                out.extend(self.select(right, from)?);
                let mut known = BTreeSet::new();
                out.retain(|found| known.insert(found.place));
                out.into_iter().map(|known| found(known.place)).collect()
            }
            Query::Reverse(inner) => {
                let all = self.select(inner, from)?;
                all.into_iter()
                    .rev()
                    .map(|known| found(known.place))
                    .collect()
            }
            // Upstream's `and` of nodes comes to the last one that it has seen.
            Query::Logic { or, left, right } => {
                let mut out = self.select(left, from)?;
                out.extend(self.select(right, from)?);
                if !or {
                    out = out.last().copied().into_iter().collect();
                }
                out.into_iter().map(|known| found(known.place)).collect()
            }
            _ => Vec::new(),
        })
    }

    fn filter(&mut self, inputs: Vec<Found>, condition: &Query) -> Result<Vec<Found>, Error> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        let mut out = Vec::new();
        for input in inputs {
            let holds = match self.value(condition, input.place)? {
                Value::Bool(holds) => holds,
                Value::Text(text) => !text.is_empty(),
                Value::Nodes(nodes) => !nodes.is_empty(),
                Value::Number(number) => i64::try_from(input.position) == Ok(go::truncate(number)),
            };
            if holds {
                let count = counts.entry(input.depth).or_default();
                *count = count.saturating_add(1);
                out.push(Found {
                    place: input.place,
                    position: *count,
                    depth: 0,
                });
            }
        }
        Ok(out)
    }

    /// The value of a query, seen from a node.
    pub(super) fn value(&mut self, query: &Query, from: Place) -> Result<Value, Error> {
        self.budget.spend(1)?;
        Ok(match query {
            Query::Number(number) => Value::Number(*number),
            Query::Text(text) => Value::Text(text.clone()),
            Query::Group(inner) => match self.value(inner, from)? {
                Value::Nodes(_) => Value::Nodes(self.select(query, from)?),
                other => other,
            },
            Query::Numeric(operator, left, right) => {
                let left = self.value(left, from)?;
                let left = self.number(&left)?;
                let right = self.value(right, from)?;
                let right = self.number(&right)?;
                Value::Number(match *operator {
                    "+" => left + right,
                    "-" => left - right,
                    "*" => left * right,
                    "div" => left / right,
                    _ => left % right,
                })
            }
            Query::Compare(operator, left, right) => {
                let left = self.value(left, from)?;
                let right = self.value(right, from)?;
                Value::Bool(self.compare(operator, &left, &right)?)
            }
            Query::Logic { or, left, right } => {
                let left = truth(&self.value(left, from)?);
                if left == *or {
                    Value::Bool(left)
                } else {
                    Value::Bool(truth(&self.value(right, from)?))
                }
            }
            Query::Position(test) => {
                let mut count = 1_u32;
                let mut place = from;
                while let Some(before) = self.sibling(place, false) {
                    self.budget.spend(1)?;
                    place = before;
                    if test.as_ref().is_none_or(|test| self.passes(test, place)) {
                        count = count.saturating_add(1);
                    }
                }
                Value::Number(f64::from(count))
            }
            Query::Last(test) => {
                let mut count = 0_u32;
                let mut next = Some(self.first_sibling(from)?);
                while let Some(place) = next {
                    self.budget.spend(1)?;
                    if test.as_ref().is_none_or(|test| self.passes(test, place)) {
                        count = count.saturating_add(1);
                    }
                    next = self.sibling(place, true);
                }
                Value::Number(f64::from(count))
            }
            Query::Count(all) => Value::Number(count(self.select(all, from)?.len())),
            Query::Call {
                name,
                arguments,
                pattern,
            } => self.call(name, arguments, pattern.as_deref(), from)?,
            nodes => Value::Nodes(self.select(nodes, from)?),
        })
    }
}
