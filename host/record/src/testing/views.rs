//! Views in a form that can be compared with the model.

use opentelemetry_proto::tonic::common::v1::AnyValue;
use prost::Message;

use super::model::{self, Tree};
use crate::fields::path::{push_index, push_key};
use crate::schema::SLOTS;
use crate::{NodeKind, Value, ValueKind, View};

/// A node, and its cells by path: kind and value as text, so that NaN equals itself.
pub(super) type Lines = Vec<(NodeKind, usize, Vec<(String, String)>)>;

/// What the model says a view shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Every value, and every leaf of nested ones.
    Everything,
    /// Every value, and every value inside it.
    Levels,
    /// Every text; and the keys of all else.
    Texts,
}

/// The path of a cell of a view.
pub(super) fn path_of(view: &View, cell: usize) -> String {
    String::from_utf8(bytes(view, view.fields[view.cell_field[cell] as usize]).to_vec()).unwrap()
}

/// The value of a cell of a view; `None` when it is withheld.
pub(super) fn value_of(view: &View, cell: usize) -> Option<Value> {
    let number = view.cell_value[cell];
    Some(match ValueKind::try_from(view.cell_kind[cell]).unwrap() {
        ValueKind::Empty => Value::Empty,
        ValueKind::Text => Value::Text(String::from_utf8(bytes(view, number).to_vec()).unwrap()),
        ValueKind::Int => Value::Int(number.cast_signed()),
        ValueKind::Double => Value::Double(f64::from_bits(number)),
        ValueKind::Boolean => Value::Boolean(number != 0),
        ValueKind::Bytes => Value::Bytes(bytes(view, number).to_vec()),
        ValueKind::Array | ValueKind::Map => {
            model::value(&AnyValue::decode(bytes(view, number)).unwrap())
        }
        ValueKind::Withheld => return None,
    })
}

fn bytes(view: &View, span: u64) -> &[u8] {
    let start = usize::try_from(span >> 32).unwrap();
    let length = usize::try_from(span & 0xffff_ffff).unwrap();
    &view.text[start..start + length]
}

/// A view as lines.
pub(super) fn lines_of_view(view: &View) -> Lines {
    let mut lines: Lines = view
        .node_kind
        .iter()
        .zip(&view.node_parent)
        .map(|(kind, parent)| {
            (
                NodeKind::try_from(*kind).unwrap(),
                *parent as usize,
                Vec::new(),
            )
        })
        .collect();
    for cell in 0..view.cell_node.len() {
        let shown =
            value_of(view, cell).map_or("withheld".to_owned(), |value| format!("{value:?}"));
        lines[view.cell_node[cell] as usize]
            .2
            .push((path_of(view, cell), shown));
    }
    settle(&mut lines);
    lines
}

/// What the model says the view shows, as lines.
pub(super) fn lines_of_tree(tree: &Tree, reach: Reach) -> Lines {
    let mut lines = Lines::new();
    let mut kept = vec![None; tree.nodes.len()];
    for (index, node) in tree.nodes.iter().enumerate() {
        let parent = if index == 0 {
            Some(0)
        } else {
            kept[node.parent]
        };
        let (Some(parent), false) = (parent, node.dropped) else {
            continue;
        };
        kept[index] = Some(lines.len());
        let mut cells = Vec::new();
        for (path, value) in &node.cells {
            let is_value = path.contains('[') || path == "body";
            match reach {
                Reach::Everything => all(path, value, true, &mut cells),
                Reach::Levels => levels(path, value, &mut cells),
                Reach::Texts if is_value => texts(path, value, path != "body", &mut cells),
                Reach::Texts if matches!(value, Value::Text(_)) => {
                    cells.push((path.clone(), format!("{value:?}")));
                }
                Reach::Texts => {}
            }
        }
        lines.push((node.kind, parent, cells));
    }
    settle(&mut lines);
    lines
}

fn all(path: &str, value: &Value, is_top: bool, out: &mut Vec<(String, String)>) {
    let inside = inside(path, value);
    // The numbers of a histogram are no values with leaves.
    let is_closed = !path.contains('[') && path != "body";
    if is_top || inside.is_empty() {
        out.push((path.to_owned(), format!("{value:?}")));
    }
    if !is_closed {
        for (path, value, _) in &inside {
            all(path, value, false, out);
        }
    }
}

fn levels(path: &str, value: &Value, out: &mut Vec<(String, String)>) {
    out.push((path.to_owned(), format!("{value:?}")));
    if path.contains('[') || path == "body" {
        for (path, value, _) in &inside(path, value) {
            levels(path, value, out);
        }
    }
}

fn texts(path: &str, value: &Value, keyed: bool, out: &mut Vec<(String, String)>) {
    let is_text = match value {
        Value::Text(_) => true,
        Value::Bytes(bytes) => std::str::from_utf8(bytes).is_ok(),
        _ => false,
    };
    if is_text {
        out.push((path.to_owned(), format!("{value:?}")));
    } else if keyed {
        out.push((path.to_owned(), "withheld".to_owned()));
    }
    for (path, value, keyed) in &inside(path, value) {
        texts(path, value, *keyed, out);
    }
}

fn inside<'a>(path: &str, value: &'a Value) -> Vec<(String, &'a Value, bool)> {
    match value {
        Value::Array(values) => (0_u32..)
            .zip(values)
            .map(|(index, value)| {
                let mut path = path.to_owned();
                push_index(&mut path, index);
                (path, value, false)
            })
            .collect(),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, value)| {
                let mut path = path.to_owned();
                push_key(&mut path, key);
                (path, value, true)
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Order of fields is not the model's business, and a single value that is the default may be there or not.
fn settle(lines: &mut Lines) {
    for (_, _, cells) in lines {
        cells.retain(|(path, value)| {
            let is_typed = SLOTS.iter().any(|slot| slot.path == path && path != "body");
            let is_default = [
                "Text(\"\")",
                "Int(0)",
                "Double(0.0)",
                "Double(-0.0)",
                "Boolean(false)",
                "Bytes([])",
            ]
            .contains(&value.as_str());
            !(is_typed && is_default)
        });
        cells.sort_by(|left, right| left.0.cmp(&right.0));
    }
}

/// Panics at the first node where the two differ.
pub(super) fn same(found: &Lines, expected: &Lines, what: &str) {
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert_eq!(found, expected, "{what}, node {place}");
    }
    assert_eq!(found.len(), expected.len(), "{what}, number of nodes");
}
