//! A request as fields: every value of every record in OTTL's spelling, and how two of them differ.

use std::fmt;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use serde::Serialize;
use serde::ser::{SerializeStruct as _, Serializer};
use tollgate_record::{
    Access, Batch, Fields, Limits, Malformed, NodeKind, RequestContext, Signal, Value, View,
    listing,
};

use crate::value::{json, of_cell, span};

/// Where a value stands, seen from a record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldAt {
    /// What stands below the record, if the value does: its kind, and its place among those of that kind.
    pub child: Option<(NodeKind, u32)>,
    /// The path in OTTL's spelling: `attributes["model"]`, `resource.attributes["service.name"]`, `spanevent.name`.
    pub path: String,
}

/// The fields of one record, with those that it shares with others: of its resource, scope and metric.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordFields {
    /// In the order of OTLP's messages.
    pub fields: Vec<(FieldAt, Value)>,
}

/// The records of a request as fields, in order.
pub fn fields(signal: Signal, wire: &Bytes) -> Result<Vec<RecordFields>, Malformed> {
    read(signal, wire, everything(signal))
}

/// Likewise, of these fields alone.
pub fn chosen(fields: Fields, wire: &Bytes) -> Result<Vec<RecordFields>, Malformed> {
    let signal = fields.signal();
    let access = Access {
        reads: fields,
        writes: Fields::none(signal),
        drops: false,
        adds: false,
    };
    read(signal, wire, &access)
}

fn read(signal: Signal, wire: &Bytes, access: &Access) -> Result<Vec<RecordFields>, Malformed> {
    let context = Arc::<RequestContext>::default();
    let batch = Batch::index(
        signal,
        wire.clone(),
        context,
        &access.reads,
        &Limits::default(),
    )?;
    let mut view = View::default();
    batch.project(access, 0..batch.records(), &mut view);
    Ok(records(&view))
}

/// Reads every field that there is.
fn everything(signal: Signal) -> &'static Access {
    static ALL: LazyLock<[Access; 3]> = LazyLock::new(|| {
        Signal::ALL.map(|signal| {
            let of_signal = listing().filter(|field| {
                // The whole metric holds the others once more.
                field.signals.contains(&signal)
                    && field.node != NodeKind::Request
                    && field.path != "metric"
            });
            let paths: Vec<String> = of_signal
                .map(|field| field.path.replace("[\"key\"]", "[*]"))
                .collect();
            Access {
                reads: Fields::parse(signal, &paths).unwrap_or_else(|_| Fields::none(signal)),
                writes: Fields::none(signal),
                drops: false,
                adds: false,
            }
        })
    });
    let [logs, traces, metrics] = &*ALL;
    match signal {
        Signal::Logs => logs,
        Signal::Traces => traces,
        Signal::Metrics => metrics,
    }
}

/// Where the nodes of a view stand.
struct Tree {
    kinds: Vec<NodeKind>,
    parents: Vec<usize>,
}

impl Tree {
    fn of(view: &View) -> Self {
        let kind = |kind: &u8| NodeKind::try_from(*kind).unwrap_or(NodeKind::Request);
        Self {
            kinds: view.node_kind.iter().map(kind).collect(),
            parents: view
                .node_parent
                .iter()
                .map(|parent| *parent as usize)
                .collect(),
        }
    }

    fn kind(&self, node: usize) -> NodeKind {
        self.kinds.get(node).copied().unwrap_or(NodeKind::Request)
    }

    fn parent(&self, node: usize) -> Option<usize> {
        self.parents
            .get(node)
            .copied()
            .filter(|parent| *parent != node)
    }

    /// A node and what it stands under, from the top.
    fn line(&self, node: usize) -> Vec<usize> {
        let mut line: Vec<usize> =
            std::iter::successors(Some(node), |node| self.parent(*node)).collect();
        line.reverse();
        line
    }

    /// Record nodes, in order.
    fn records(&self) -> impl Iterator<Item = usize> {
        let all = self.kinds.iter().enumerate();
        all.filter(|(_, kind)| kind.is_record())
            .map(|(node, _)| node)
    }
}

fn records(view: &View) -> Vec<RecordFields> {
    let tree = Tree::of(view);
    let mut cells: Vec<Vec<usize>> = vec![Vec::new(); tree.kinds.len()];
    for (cell, node) in view.cell_node.iter().enumerate() {
        if let Some(own) = cells.get_mut(*node as usize) {
            own.push(cell);
        }
    }
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); tree.kinds.len()];
    for node in 0..tree.kinds.len() {
        let above = tree.line(node);
        let record = above.iter().find(|above| tree.kind(**above).is_record());
        if let Some(own) = record.filter(|record| **record != node)
            && let Some(children) = below.get_mut(*own)
        {
            children.push(node);
        }
    }
    let values = |node: usize, child: Option<(NodeKind, u32)>| {
        let own = cells.get(node).into_iter().flatten();
        own.filter_map(move |cell| {
            let path = path_of(view, *cell)?;
            let kind = view.cell_kind.get(*cell)?;
            let value = of_cell(*kind, *view.cell_value.get(*cell)?, &view.text)?;
            Some((FieldAt { child, path }, value))
        })
    };
    let record = |node: usize| {
        let mut fields: Vec<_> = tree
            .line(node)
            .into_iter()
            .flat_map(|own| values(own, None))
            .collect();
        let mut places: Vec<(NodeKind, u32)> = Vec::new();
        for child in below.get(node).into_iter().flatten() {
            let kind = tree.kind(*child);
            let place = places.iter().filter(|(known, _)| *known == kind).count();
            let place = (kind, u32::try_from(place).unwrap_or(u32::MAX));
            places.push(place);
            fields.extend(values(*child, Some(place)));
        }
        RecordFields { fields }
    };
    tree.records().map(record).collect()
}

/// The path of a cell of a view.
pub(crate) fn path_of(view: &View, cell: usize) -> Option<String> {
    let field = *view.cell_field.get(cell)? as usize;
    let path = span(*view.fields.get(field)?, &view.text)?;
    Some(String::from_utf8_lossy(path).into_owned())
}

impl RecordFields {
    /// The value at a path of the record itself, its resource, scope or metric.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Value> {
        let mut own = self.fields.iter();
        own.find(|(at, _)| at.child.is_none() && at.path == path)
            .map(|(_, value)| value)
    }
}

/// `spanevent.name (2nd span event)`: the path, and where there may be several of its kind, which.
impl fmt::Display for FieldAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        match self.child {
            None => Ok(()),
            Some((kind, place)) => write!(f, " ({kind} {})", place.saturating_add(1)),
        }
    }
}

/// As an object: `path`, and `child` with `kind` and `number`, counted from 1.
impl Serialize for FieldAt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let child = self.child.map(|(kind, place)| {
            serde_json::json!({"kind": kind.as_str(), "number": place.saturating_add(1)})
        });
        let mut fields = serializer.serialize_struct("FieldAt", 2)?;
        fields.serialize_field("path", &self.path)?;
        fields.serialize_field("child", &child)?;
        fields.end()
    }
}

/// As a list of `field` and `value`.
impl Serialize for RecordFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            self.fields
                .iter()
                .map(|(at, value)| serde_json::json!({"field": at, "value": json(value)})),
        )
    }
}
