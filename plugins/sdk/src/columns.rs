//! A batch as it crosses the wall, and the index over it that makes nodes of columns.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

use crate::finder::Finder;
use crate::setup::Declared;
use crate::value::{AnyValue, Value};
use crate::{NodeKind, Signal, path};

/// The columns of a view, as `wit/policy.wit` describes them. Policies that look at every text work on them directly.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'b> {
    /// The signal of the request.
    pub signal: Signal,
    /// Spans of `text`: paths. First what the manifest reads, in its order, then what wildcards found.
    pub fields: &'b [u64],
    /// Kind of each node.
    pub node_kind: &'b [u8],
    /// Parent of each node.
    pub node_parent: &'b [u32],
    /// Node of each cell.
    pub cell_node: &'b [u32],
    /// Index into `fields` of each cell.
    pub cell_field: &'b [u32],
    /// Kind of each cell's value.
    pub cell_kind: &'b [u8],
    /// Value of each cell: number, or `offset << 32 | length` into `text`.
    pub cell_value: &'b [u64],
    /// What spans point into.
    pub text: &'b [u8],
    /// Unix time in nanoseconds.
    pub now: u64,
    /// Randomness, new for each call.
    pub seed: u64,
}

/// Kinds of values, as they cross the wall.
pub(crate) mod kind {
    pub(crate) const EMPTY: u8 = 0;
    pub(crate) const TEXT: u8 = 1;
    pub(crate) const INT: u8 = 2;
    pub(crate) const DOUBLE: u8 = 3;
    pub(crate) const BOOLEAN: u8 = 4;
    pub(crate) const BYTES: u8 = 5;
    pub(crate) const ARRAY: u8 = 6;
    pub(crate) const MAP: u8 = 7;
}

/// Offset and length of a span.
pub(crate) fn span(value: u64) -> (usize, usize) {
    // Offsets and lengths are 32 bits wide by contract, so both halves fit.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a half of 64 bits, on machines of 32 bits and more"
    )]
    let halves = ((value >> 32) as usize, value as u32 as usize);
    halves
}

impl<'b> Columns<'b> {
    /// How many records there are.
    pub(crate) fn records(&self) -> usize {
        let record = self.signal.record_kind() as u8;
        let is_record = |kind: &u8| usize::from(*kind == record);
        self.node_kind.iter().map(is_record).sum()
    }

    /// The cells of `node`, where those of the nodes before it end at `start`. Records mostly have as many as their neighbours, so
    /// the `usual` number is tried before they are counted.
    #[inline]
    pub(crate) fn cells_from(&self, start: usize, node: u32, usual: usize) -> Cells {
        let rest = self.cell_node.get(start..).unwrap_or_default();
        // Cells stand in the order of their nodes: where the last one is the node's, those before it are, too.
        let last = usual
            .checked_sub(1)
            .map_or(Some(&node), |last| rest.get(last));
        let own = if last == Some(&node) && rest.get(usual) != Some(&node) {
            usual
        } else {
            rest.iter().take_while(|of| **of == node).count()
        };
        Cells {
            start,
            end: start + own,
        }
    }

    /// The bytes of a span; empty where it points outside, which a host never does.
    #[inline]
    pub(crate) fn slice(&self, value: u64) -> &'b [u8] {
        let (offset, length) = span(value);
        offset
            .checked_add(length)
            .and_then(|end| self.text.get(offset..end))
            .unwrap_or_default()
    }

    /// The text of a span of kind text.
    #[inline]
    pub(crate) fn str(&self, value: u64) -> &'b str {
        utf8(self.slice(value))
    }

    /// The value of a cell.
    #[inline]
    pub(crate) fn value(&self, cell: usize) -> Option<Value<'b>> {
        let kind = *self.cell_kind.get(cell)?;
        let value = *self.cell_value.get(cell)?;
        Some(match kind {
            kind::TEXT => Value::Text(self.str(value)),
            kind::INT => Value::Int(value.cast_signed()),
            kind::DOUBLE => Value::Double(f64::from_bits(value)),
            kind::BOOLEAN => Value::Boolean(value != 0),
            kind::BYTES => Value::Bytes(self.slice(value)),
            kind::ARRAY => Value::Array(AnyValue::new(self.slice(value))),
            kind::MAP => Value::Map(AnyValue::new(self.slice(value))),
            kind::EMPTY => Value::Empty,
            _ => Value::Withheld,
        })
    }
}

/// Text that the interface promises to be UTF-8.
///
/// In a component the promise is the host's, which has checked every text it delivers, exactly as it is for the component model's
/// own `string`. To check again would cost a narrow policy as much as all its other work. Should the host ever break its word, the
/// damage stays within the sandbox. Natively nobody stands in front, so the text is checked.
#[cfg(target_arch = "wasm32")]
#[expect(
    unsafe_code,
    reason = "the host checked it; a second check would double the cost of a narrow policy"
)]
fn utf8(bytes: &[u8]) -> &str {
    // SAFETY: spans of kind text are UTF-8 by the contract of `wit/policy.wit`, and columns come from the host alone.
    unsafe { str::from_utf8_unchecked(bytes) }
}

/// Text that the interface promises to be UTF-8, checked.
#[cfg(not(target_arch = "wasm32"))]
fn utf8(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_default()
}

/// Columns, and what is needed to find a node's cells in them.
pub(crate) struct Frame<'b> {
    pub(crate) columns: Columns<'b>,
    pub(crate) declared: &'b Declared,
    /// For each kind of node, the one whose cells were last looked for, and its cells: records share what stands above them.
    recent: [Cell<(u32, Cells)>; NodeKind::COUNT],
    finder: Finder,
    /// For each field of the view the key, where it is an attribute. Made when a policy first asks for a key by name.
    keys: OnceCell<Vec<Option<Key>>>,
    /// Where the texts of the cells start. Made when a policy first asks.
    text_start: OnceCell<usize>,
}

/// The cells of a node: the first, and the first that is no longer its own.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cells {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The key in the path of an attribute.
enum Key {
    /// Where it stands in the path.
    Plain { start: usize, end: usize },
    /// It has escapes, so it does not stand there as it is.
    Unescaped(Box<str>),
}

impl<'b> Frame<'b> {
    pub(crate) fn new(columns: Columns<'b>, declared: &'b Declared) -> Self {
        Self {
            columns,
            declared,
            recent: [const { Cell::new((u32::MAX, Cells { start: 0, end: 0 })) }; NodeKind::COUNT],
            finder: Finder::default(),
            keys: OnceCell::new(),
            text_start: OnceCell::new(),
        }
    }

    /// The cells of any node. Those of a node after the other are cheaper by [`Columns::cells_from`].
    pub(crate) fn cells_of(&self, node: u32, kind: NodeKind) -> Cells {
        let recent = self.recent.get(kind as usize);
        match recent.map(Cell::get) {
            Some((last, cells)) if last == node => return cells,
            _ => {}
        }
        let start = self.columns.cell_node.partition_point(|of| *of < node);
        let cells = self.columns.cells_from(start, node, 0);
        if let Some(recent) = recent {
            recent.set((node, cells));
        }
        cells
    }

    /// The first of these cells, which are all those of a node of this kind, with this field.
    #[inline]
    pub(crate) fn find(&self, kind: NodeKind, cells: Cells, field: u32) -> Option<usize> {
        self.finder
            .find(kind, cells, self.columns.cell_field, field)
    }

    /// The path of a field of the view.
    pub(crate) fn path(&self, field: u32) -> &'b str {
        self.columns
            .fields
            .get(field as usize)
            .map_or("", |span| self.columns.str(*span))
    }

    /// The key of a field of the view, where it is an attribute.
    pub(crate) fn key(&self, field: u32) -> Option<&str> {
        let keys = self.keys.get_or_init(|| {
            self.columns
                .fields
                .iter()
                .map(|span| Key::of(self.columns.str(*span)))
                .collect()
        });
        match keys.get(field as usize)?.as_ref()? {
            Key::Plain { start, end } => self.path(field).get(*start..*end),
            Key::Unescaped(key) => Some(key),
        }
    }
}

impl Frame<'_> {
    /// Offset and length of what a cell has in the text.
    pub(crate) fn in_text(&self, cell: usize) -> Option<(usize, usize)> {
        let in_text = matches!(
            *self.columns.cell_kind.get(cell)?,
            kind::TEXT | kind::BYTES | kind::ARRAY | kind::MAP
        );
        in_text
            .then(|| self.columns.cell_value.get(cell).copied().map(span))
            .flatten()
    }

    /// Where the texts of the cells start: behind the paths.
    pub(crate) fn text_start(&self) -> usize {
        *self.text_start.get_or_init(|| {
            (0..self.columns.cell_kind.len())
                .find_map(|cell| self.in_text(cell).filter(|(_, length)| *length > 0))
                .map_or(self.columns.text.len(), |(offset, _)| offset)
        })
    }
}

impl Key {
    fn of(path: &str) -> Option<Key> {
        match path::attribute_key(path)? {
            // A plain key is what stands between the first `["` and the final `"]`.
            Cow::Borrowed(key) => {
                let end = path.len().checked_sub(2)?;
                Some(Key::Plain {
                    start: end.checked_sub(key.len())?,
                    end,
                })
            }
            Cow::Owned(key) => Some(Key::Unescaped(key.into_boxed_str())),
        }
    }
}
