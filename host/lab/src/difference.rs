//! How two forms of a record differ.

use tollgate_record::{NodeKind, Value};

use crate::align::align;
use crate::fields::{FieldAt, RecordFields};

/// A value that is not the same in two records.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Where. A place below the record is that of the first of the two, where it was there.
    pub field: FieldAt,
    /// The value before; none if there was none.
    pub before: Option<Value>,
    /// The value after; none if there is none.
    pub after: Option<Value>,
}

impl RecordFields {
    /// What changed from this record to another form of it. Nested values are compared level by level.
    #[must_use]
    pub fn differences(&self, after: &Self) -> Vec<Difference> {
        let pairs = pairs(self, after);
        let mut found = Vec::new();
        for pair in pairs {
            match pair {
                (Some(old), Some(new)) => compare(old, &self.of(old), &after.of(new), &mut found),
                (Some(old), None) => found.extend(old.map(|place| Difference {
                    field: whole(place),
                    before: Some(together(&self.of(old))),
                    after: None,
                })),
                (None, new) => found.extend(new.flatten().map(|place| Difference {
                    field: whole(place),
                    before: None,
                    after: Some(together(&after.of(Some(place)))),
                })),
            }
        }
        found
    }

    /// The places that values stand at: the record, then what is below it.
    fn places(&self) -> Vec<Option<(NodeKind, u32)>> {
        let mut places = vec![None];
        for (at, _) in &self.fields {
            if places.last() != Some(&at.child) && at.child.is_some() {
                places.push(at.child);
            }
        }
        places
    }

    fn of(&self, place: Option<(NodeKind, u32)>) -> Vec<(&str, &Value)> {
        let own = self.fields.iter().filter(|(at, _)| at.child == place);
        own.map(|(at, value)| (at.path.as_str(), value)).collect()
    }
}

/// What stands below a record, as a whole.
fn whole(place: (NodeKind, u32)) -> FieldAt {
    let path = match place.0 {
        NodeKind::SpanEvent => "spanevent",
        NodeKind::SpanLink => "spanlink",
        _ => "exemplar",
    };
    FieldAt {
        child: Some(place),
        path: path.to_owned(),
    }
}

fn together(fields: &[(&str, &Value)]) -> Value {
    let entries = fields.iter();
    Value::Map(
        entries
            .map(|(path, value)| ((*path).to_owned(), (*value).clone()))
            .collect(),
    )
}

type Place = Option<(NodeKind, u32)>;

/// Which place of one record is which of the other: those below a record move up when one before them is dropped.
fn pairs(before: &RecordFields, after: &RecordFields) -> Vec<(Option<Place>, Option<Place>)> {
    let mut pairs = vec![(Some(None), Some(None))];
    for kind in [NodeKind::SpanEvent, NodeKind::SpanLink, NodeKind::Exemplar] {
        let of_kind = |record: &RecordFields| -> Vec<Place> {
            let places = record.places().into_iter();
            places
                .filter(|place| place.is_some_and(|(own, _)| own == kind))
                .collect()
        };
        let (old, new) = (of_kind(before), of_kind(after));
        if old.len() == new.len() {
            let same = old.into_iter().zip(new);
            pairs.extend(same.map(|(old, new)| (Some(old), Some(new))));
            continue;
        }
        let cost = |one: usize, other: usize| {
            let mut found = Vec::new();
            let one = old
                .get(one)
                .map_or_else(Vec::new, |place| before.of(*place));
            let other = new
                .get(other)
                .map_or_else(Vec::new, |place| after.of(*place));
            compare(None, &one, &other, &mut found);
            found.len()
        };
        let aligned = align(old.len(), new.len(), cost);
        let place = |places: &[Place], at: Option<usize>| at.and_then(|at| places.get(at).copied());
        pairs.extend(
            aligned
                .into_iter()
                .map(|(one, other)| (place(&old, one), place(&new, other))),
        );
    }
    pairs
}

fn compare(
    child: Place,
    before: &[(&str, &Value)],
    after: &[(&str, &Value)],
    found: &mut Vec<Difference>,
) {
    let mut taken = vec![false; after.len()];
    for (path, old) in before {
        let new = after
            .iter()
            .zip(&mut taken)
            .find(|((own, _), taken)| own == path && !**taken);
        let new = new.map(|((_, value), taken)| {
            *taken = true;
            *value
        });
        compare_values(child, path, Some(old), new, found);
    }
    for ((path, new), taken) in after.iter().zip(&taken) {
        if !taken {
            compare_values(child, path, None, Some(new), found);
        }
    }
}

fn compare_values(
    child: Place,
    path: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    match (before, after) {
        (Some(Value::Map(old)), Some(Value::Map(new))) => {
            let path_of = |key: &str| format!("{path}[{}]", serde_json::Value::from(key));
            let own = |entries: &'_ [(String, Value)]| -> Vec<String> {
                entries.iter().map(|(key, _)| path_of(key)).collect()
            };
            let (old_paths, new_paths) = (own(old), own(new));
            let old: Vec<_> = old_paths
                .iter()
                .map(String::as_str)
                .zip(old.iter().map(|(_, value)| value))
                .collect();
            let new: Vec<_> = new_paths
                .iter()
                .map(String::as_str)
                .zip(new.iter().map(|(_, value)| value))
                .collect();
            compare(child, &old, &new, found);
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                compare_values(
                    child,
                    &format!("{path}[{index}]"),
                    Some(old),
                    Some(new),
                    found,
                );
            }
        }
        (old, new) if is_same(old, new) => {}
        (old, new) => found.push(Difference {
            field: FieldAt {
                child,
                path: path.to_owned(),
            },
            before: old.cloned(),
            after: new.cloned(),
        }),
    }
}

/// Whether two values are the same; a number that is none is the same as itself.
fn is_same(one: Option<&Value>, other: Option<&Value>) -> bool {
    match (one, other) {
        (Some(Value::Double(one)), Some(Value::Double(other))) => one.to_bits() == other.to_bits(),
        (one, other) => one == other,
    }
}
