//! Paths, resolved.

use super::{Build, Compiled};
use crate::expression::{Expression, Key, Target};
use crate::paths::{self, Path, Segment, Usage};
use crate::syntax::tree::{FieldNode, KeyNode, PathNode};
use crate::value::Text;
use crate::{Context, Slot, Value};

impl Build<'_> {
    /// The place that a path leads to.
    pub(super) fn target(&mut self, node: &PathNode, usage: Usage) -> Compiled<Target> {
        let (context, fields) = self.split(node)?;
        let mut keys = Vec::with_capacity(fields.len());
        for field in fields {
            keys.push(self.keys(&field.keys)?);
        }
        let behind = known(keys.last());
        for (field, keys) in fields.iter().zip(&keys).rev().skip(1) {
            if known(Some(keys)) < keys.len() {
                let message = "a key that is computed stands at the end of a path only";
                return Err(self.mistake(&field.at, message));
            }
        }
        let dynamic = keys.last().is_some_and(|keys| behind < keys.len());
        let path = path(context, fields, &keys, dynamic);
        // What stands beside the entry is kept, so it is read.
        let usage = if dynamic && usage.write {
            Usage::EDIT
        } else {
            usage
        };
        let resolved = self.paths.resolve(&path, usage);
        let always_map = self.paths.is_map(&path);
        let slot = resolved.map_err(|problem| self.mistake(&node.at, problem))?;
        let mut keys = keys.pop().unwrap_or_default();
        Ok(Target {
            slot,
            keys: keys.split_off(behind),
            always_map,
            creates: behind > 0,
        })
    }

    /// The entry that a literal key names in a map that is always there; none where the path leads to no such map.
    pub(super) fn entry(&mut self, node: &PathNode, key: &str) -> Compiled<Option<Slot>> {
        let (context, fields) = self.split(node)?;
        if fields.iter().any(|field| !field.keys.is_empty()) {
            return Ok(None);
        }
        let mut path = path(context, fields, &[], false);
        if !self.paths.is_map(&path) {
            return Ok(None);
        }
        if let Some(last) = path.segments.last_mut() {
            last.keys.push(paths::Key::Text(key));
        }
        let slot = self.paths.resolve(&path, Usage::WRITE);
        slot.map(Some)
            .map_err(|problem| self.mistake(&node.at, problem))
    }

    /// The context that a path begins at, and what follows.
    fn split<'n>(&self, node: &'n PathNode) -> Compiled<(Context, &'n [FieldNode])> {
        if let [first, rest @ ..] = node.fields.as_slice()
            && !rest.is_empty()
            && first.keys.is_empty()
            && let Some(context) = Context::by_name(&first.name)
        {
            if self.context.reachable().contains(&context) {
                return Ok((context, rest));
            }
            let message = format!(
                "a statement on `{}` does not reach `{}`",
                self.context.name(),
                first.name
            );
            let reachable = self.context.reachable().iter();
            let reachable: Vec<_> = reachable
                .map(|context| format!("`{}`", context.name()))
                .collect();
            let help = format!("paths begin at one of {}", reachable.join(", "));
            return Err(self.mistake(&first.at, message).with_help(help));
        }
        if self.named {
            let mistake = self.mistake(&node.at, "the path does not name its context");
            let text = self.text.get(node.at.clone()).unwrap_or_default();
            let help = format!("write `{}.{text}`", self.context.name());
            return Err(mistake.with_help(help));
        }
        Ok((self.context, &node.fields))
    }

    /// Keys, those that are known ahead as such.
    pub(super) fn keys(&mut self, nodes: &[KeyNode]) -> Compiled<Vec<Key>> {
        let key = |node: &KeyNode| {
            Ok(match node {
                KeyNode::Text(text) => Key::Text(Text::from(text.clone())),
                KeyNode::Index(index) => Key::Index(*index),
                KeyNode::Computed(node) => match self.value(node)? {
                    Expression::Literal(Value::Text(text))
                    | Expression::Folded(Value::Text(text)) => Key::Text(text),
                    Expression::Literal(Value::Int(index))
                    | Expression::Folded(Value::Int(index)) => Key::Index(index),
                    other => Key::Computed(other),
                },
            })
        };
        nodes.iter().map(key).collect()
    }
}

/// How many keys stand before the first that is computed when the statement runs.
fn known(keys: Option<&Vec<Key>>) -> usize {
    let keys = keys.map_or(&[][..], Vec::as_slice);
    let computed = |key: &Key| matches!(key, Key::Computed(_));
    keys.iter().position(computed).unwrap_or(keys.len())
}

fn path<'p>(
    context: Context,
    fields: &'p [FieldNode],
    keys: &'p [Vec<Key>],
    dynamic: bool,
) -> Path<'p> {
    let key = |key: &'p Key| match key {
        Key::Text(text) => Some(paths::Key::Text(text.as_str())),
        Key::Index(index) => Some(paths::Key::Index(*index)),
        Key::Computed(_) => None,
    };
    let segment = |(place, field): (usize, &'p FieldNode)| Segment {
        name: &field.name,
        keys: keys
            .get(place)
            .into_iter()
            .flatten()
            .map_while(key)
            .collect(),
    };
    Path {
        context,
        segments: fields.iter().enumerate().map(segment).collect(),
        dynamic,
    }
}
