//! Maps.

use std::rc::Rc;

use super::{Text, Value, wire};

/// Which of upstream's types a map has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapKind {
    /// `pcommon.Map`: what telemetry holds, and what nearly all functions return.
    Map,
    /// `map[string]any`.
    Raw,
}

impl MapKind {
    /// The name of the type in upstream's messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Map => "pcommon.Map",
            Self::Raw => "map[string]interface {}",
        }
    }
}

/// The entries of a map that was computed, in order.
pub type Entries<'e> = Vec<(Text<'e>, Value<'e>)>;

/// A map with its entries in order, read in place or shared.
#[derive(Debug, Clone)]
pub struct Map<'e> {
    kind: MapKind,
    entries: Held<'e>,
}

#[derive(Debug, Clone)]
enum Held<'e> {
    Wire(&'e [u8]),
    Owned(Rc<Entries<'e>>),
}

impl<'e> Map<'e> {
    /// A map that was computed. Its keys are taken to differ.
    #[must_use]
    pub fn new(kind: MapKind, entries: Entries<'e>) -> Self {
        Self {
            kind,
            entries: Held::Owned(Rc::new(entries)),
        }
    }

    /// A `pcommon.Map` of these entries; of entries with one key the last one counts, in the place of the first.
    #[must_use]
    pub fn of<K: Into<Text<'e>>, V: Into<Value<'e>>>(
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let mut held = Entries::new();
        for (key, value) in entries {
            put(&mut held, key.into(), value.into());
        }
        Self::new(MapKind::Map, held)
    }

    /// The map in an OTLP `AnyValue` message, which is read as it is needed.
    #[must_use]
    pub const fn wire(message: &'e [u8]) -> Self {
        Self {
            kind: MapKind::Map,
            entries: Held::Wire(message),
        }
    }

    /// Which of upstream's types it has.
    #[must_use]
    pub const fn kind(&self) -> MapKind {
        self.kind
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.entries {
            Held::Wire(message) => wire::entries(message).count(),
            Held::Owned(entries) => entries.len(),
        }
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.entries {
            Held::Wire(message) => wire::entries(message).next().is_none(),
            Held::Owned(entries) => entries.is_empty(),
        }
    }

    /// The value of the first entry with a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Value<'e>> {
        match &self.entries {
            Held::Wire(message) => wire::entries(message)
                .find(|(candidate, _)| *candidate == key)
                .map(|(_, value)| value),
            Held::Owned(entries) => entries
                .iter()
                .find(|(candidate, _)| candidate.as_str() == key)
                .map(|(_, value)| value.clone()),
        }
    }

    /// The entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Text<'e>, Value<'e>)> + '_ {
        let (wire, owned) = match &self.entries {
            Held::Wire(message) => (Some(wire::entries(message)), None),
            Held::Owned(entries) => (None, Some(entries.iter().cloned())),
        };
        let wire = wire.into_iter().flatten();
        wire.map(|(key, value)| (Text::Borrowed(key), value))
            .chain(owned.into_iter().flatten())
    }

    /// The entries, to be changed.
    #[must_use]
    pub fn into_vec(self) -> Entries<'e> {
        match self.entries {
            Held::Wire(message) => wire::entries(message)
                .map(|(key, value)| (Text::Borrowed(key), value))
                .collect(),
            Held::Owned(entries) => {
                Rc::try_unwrap(entries).unwrap_or_else(|entries| (*entries).clone())
            }
        }
    }

    /// The same entries under another type.
    #[must_use]
    pub fn into_kind(self, kind: MapKind) -> Self {
        Self { kind, ..self }
    }

    /// Whether two maps are one and the same, be it by sharing what was computed.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        match (&self.entries, &other.entries) {
            (Held::Owned(one), Held::Owned(other)) => Rc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// The `AnyValue` message that it is read from, if it was not computed.
    #[must_use]
    pub const fn message(&self) -> Option<&'e [u8]> {
        match self.entries {
            Held::Wire(message) => Some(message),
            Held::Owned(_) => None,
        }
    }
}

/// Sets the entry with a key, or appends it.
pub fn put<'e>(entries: &mut Entries<'e>, key: Text<'e>, value: Value<'e>) {
    match entries.iter_mut().find(|(known, _)| *known == key) {
        Some((_, held)) => *held = value,
        None => entries.push((key, value)),
    }
}
