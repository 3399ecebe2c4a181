//! What expressions see of a node, and the nodes next to it.

use crate::Error;
use crate::functions::xml::tree::{Attribute, Kind, Node};

use super::Place;
use super::evaluate::Evaluation;
use super::syntax::{Test, Type};

impl<'t> Evaluation<'t> {
    pub(super) fn node(&self, place: Place) -> &'t Node {
        self.tree.node(place.node)
    }

    pub(super) fn attribute(&self, place: Place) -> Option<&'t Attribute> {
        self.node(place).attributes.get(place.attribute?)
    }

    fn kind(&self, place: Place) -> Type {
        match self.node(place).kind {
            Kind::Document | Kind::Declaration => Type::Root,
            Kind::Element if place.attribute.is_some() => Type::Attribute,
            Kind::Element | Kind::Instruction => Type::Element,
            Kind::Text | Kind::Cdata | Kind::Directive => Type::Text,
            Kind::Comment => Type::Comment,
        }
    }

    pub(super) fn local(&self, place: Place) -> &'t str {
        match self.attribute(place) {
            Some(attribute) => &attribute.local,
            None => &self.node(place).data,
        }
    }

    pub(super) fn prefix(&self, place: Place) -> &'t str {
        match self.attribute(place) {
            Some(attribute) => &attribute.prefix,
            None => &self.node(place).prefix,
        }
    }

    pub(super) fn passes(&self, test: &Test, place: Place) -> bool {
        test.takes(self.kind(place))
            && (!test.is_named()
                || (test.local == self.local(place) && test.prefix == self.prefix(place)))
    }

    pub(super) fn parent(&self, place: Place) -> Option<Place> {
        if place.attribute.is_some() {
            return Some(at(place.node));
        }
        self.node(place).parent.map(at)
    }

    pub(super) fn child(&self, place: Place) -> Option<Place> {
        if place.attribute.is_some() {
            return None;
        }
        self.node(place).first.map(at)
    }

    /// The next sibling, or the one before; text that is only space is passed over.
    pub(super) fn sibling(&self, place: Place, forward: bool) -> Option<Place> {
        if place.attribute.is_some() {
            return None;
        }
        let mut node = self.node(place);
        loop {
            let id = if forward { node.next } else { node.before }?;
            node = self.tree.node(id);
            if node.kind != Kind::Text || !node.data.trim().is_empty() {
                return Some(at(id));
            }
        }
    }

    /// The first of the siblings, be it space.
    pub(super) fn first_sibling(&mut self, place: Place) -> Result<Place, Error> {
        let mut first = place;
        while first.attribute.is_none()
            && let Some(before) = self.node(first).before
        {
            self.budget.spend(1)?;
            first = at(before);
        }
        Ok(first)
    }
}

const fn at(node: usize) -> Place {
    Place {
        node,
        attribute: None,
    }
}
