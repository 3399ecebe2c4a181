//! A document as a tree of nodes that are linked as upstream links them: a node that is put elsewhere is not taken out of where it was.
//!
//! That shows in results: of elements that an expression selects along with their parents, siblings get lost.

use crate::Error;

/// The number of a node in its tree.
pub(super) type Id = usize;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    #[default]
    Document,
    Declaration,
    Element,
    Text,
    Cdata,
    Comment,
    Directive,
    Instruction,
}

/// An attribute; its prefix is the one that its namespace is known by.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    pub(super) prefix: String,
    pub(super) local: String,
    pub(super) value: String,
    pub(super) space: String,
}

/// A node: its data is the name of an element, and the content of everything else.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) data: String,
    pub(super) prefix: String,
    pub(super) space: String,
    pub(super) attributes: Vec<Attribute>,
    /// What stands in an instruction behind its target.
    pub(super) instruction: String,
    pub(super) parent: Option<Id>,
    pub(super) first: Option<Id>,
    pub(super) last: Option<Id>,
    pub(super) before: Option<Id>,
    pub(super) next: Option<Id>,
}

impl Node {
    pub(super) fn new(kind: Kind, data: impl Into<String>) -> Self {
        Self {
            kind,
            data: data.into(),
            ..Self::default()
        }
    }
}

/// How many bytes an expression or a result may come to, in all, for one document. Repeated nodes could make it grow without end.
const MOST: usize = 16 << 20;

const TOO_LARGE: Error = Error::failed("the XML or what is selected from it is too large");

/// The nodes; the first is the document.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    nothing: Node,
}

impl Tree {
    /// A tree that holds one node.
    pub(super) fn new(top: Node) -> Self {
        Self {
            nodes: vec![top],
            nothing: Node::default(),
        }
    }

    pub(super) fn node(&self, id: Id) -> &Node {
        self.nodes.get(id).unwrap_or(&self.nothing)
    }

    /// Changes a node.
    pub(super) fn change(&mut self, id: Id, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.get_mut(id) {
            change(node);
        }
    }

    fn change_at(&mut self, id: Option<Id>, change: impl FnOnce(&mut Node)) {
        if let Some(id) = id {
            self.change(id, change);
        }
    }

    /// A node that is linked to nothing yet.
    pub(super) fn add(&mut self, node: Node) -> Id {
        self.nodes.push(node);
        self.nodes.len().saturating_sub(1)
    }

    /// Takes in the nodes of another tree. The number of what was its first node.
    pub(super) fn graft(&mut self, other: Tree) -> Id {
        let offset = self.nodes.len();
        let moved = |id: Option<Id>| id.map(|id| id.saturating_add(offset));
        let nodes = other.nodes.into_iter().map(|node| Node {
            parent: moved(node.parent),
            first: moved(node.first),
            last: moved(node.last),
            before: moved(node.before),
            next: moved(node.next),
            ..node
        });
        self.nodes.extend(nodes);
        offset
    }

    /// Makes a node the last child of another.
    pub(super) fn append(&mut self, parent: Id, id: Id) {
        let last = self
            .node(parent)
            .last
            .filter(|_| self.node(parent).first.is_some());
        self.change(id, |node| {
            node.parent = Some(parent);
            node.next = None;
            node.before = last;
        });
        self.change_at(last, |node| node.next = Some(id));
        self.change(parent, |node| {
            node.first = node.first.or(Some(id));
            node.last = Some(id);
        });
    }

    /// Makes a node the last of the siblings of another that has no parent, and is the last of them.
    pub(super) fn follow(&mut self, last: Id, id: Id) {
        self.change(id, |node| {
            node.before = Some(last);
            node.next = None;
        });
        self.change(last, |node| node.next = Some(id));
    }

    /// Takes a node with all that it holds out of the tree.
    pub(super) fn remove(&mut self, id: Id) {
        let Node {
            parent: Some(parent),
            before,
            next,
            ..
        } = *self.node(id)
        else {
            return;
        };
        let (first, last) = (self.node(parent).first, self.node(parent).last);
        if first == Some(id) && last == Some(id) {
            self.change(parent, |node| {
                node.first = None;
                node.last = None;
            });
        } else if first == Some(id) {
            self.change(parent, |node| node.first = next);
            self.change_at(next, |node| node.before = None);
        } else if last == Some(id) {
            self.change(parent, |node| node.last = before);
            self.change_at(before, |node| node.next = None);
        } else {
            self.change_at(before, |node| node.next = next);
            self.change_at(next, |node| node.before = before);
        }
        self.change(id, |node| {
            node.parent = None;
            node.before = None;
            node.next = None;
        });
    }

    /// Removes an attribute that has no prefix.
    pub(super) fn remove_attribute(
        &mut self,
        id: Id,
        local: &str,
        budget: &mut Budget,
    ) -> Result<(), Error> {
        // Those behind it move up.
        budget.spend(self.node(id).attributes.len())?;
        self.change(id, |node| {
            let named =
                |attribute: &Attribute| attribute.prefix.is_empty() && attribute.local == local;
            if let Some(place) = node.attributes.iter().position(named) {
                node.attributes.remove(place);
            }
        });
        Ok(())
    }

    /// The children of a node.
    pub(super) fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(self.node(id).first, |id| self.node(*id).next)
            // Nodes that are linked twice can form a circle.
            .take(self.nodes.len().saturating_mul(2))
    }

    /// All text within a node.
    pub(super) fn text(&self, id: Id, budget: &mut Budget) -> Result<String, Error> {
        let mut out = String::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            let node = self.node(id);
            budget.spend(1)?;
            match node.kind {
                Kind::Text | Kind::Cdata => {
                    budget.spend(node.data.len())?;
                    out.push_str(&node.data);
                }
                Kind::Comment => {}
                _ => {
                    let from = open.len();
                    for child in self.children(id) {
                        budget.spend(1)?;
                        open.push(child);
                    }
                    if let Some(children) = open.get_mut(from..) {
                        children.reverse();
                    }
                }
            }
        }
        Ok(out)
    }
}

/// What may still be spent on a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(MOST)
    }
}

impl Budget {
    pub(super) fn spend(&mut self, cost: usize) -> Result<(), Error> {
        self.0 = self.0.checked_sub(cost).ok_or(TOO_LARGE)?;
        Ok(())
    }
}
