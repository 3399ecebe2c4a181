//! Attributes by which series are told apart, and those that resources keep.

use tollgate_attraction::Constant;
use tollgate_metrics::Labels;
use tollgate_ottl::Error;
use tollgate_sdk::{Field, NodeKind, NodeView, Problem, Setup, Signal, Value, attribute_path};
use tollgate_tally::{Formula, Outcome, Plans, Scene, Section};

use crate::config::WrittenAttribute;

/// A list of attributes, sorted by their keys, each key once.
#[derive(Debug)]
pub(crate) struct Entries {
    /// Those whose keys are known.
    fixed: Vec<Entry>,
    /// Those whose keys come with the record: in their order, with all others.
    computed: Option<Vec<Source>>,
    signal: Signal,
}

#[derive(Debug)]
struct Entry {
    key: String,
    field: Field,
    /// Whether a record without it is left out.
    required: bool,
    default: Option<Constant>,
}

#[derive(Debug)]
enum Source {
    Fixed {
        key: String,
        default: Option<Constant>,
    },
    Computed {
        keys: Formula,
        default: Option<Constant>,
    },
}

impl Entries {
    /// Checked attributes of nodes of a kind.
    pub(crate) fn configure(
        written: &[WrittenAttribute],
        kind: NodeKind,
        section: Section,
        at: &str,
        plans: &mut Plans,
        setup: &mut Setup,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let signal = section.signal();
        let default = |attribute: &WrittenAttribute| {
            let default = attribute.default_value.as_ref().map(Constant::of);
            default.filter(|value| *value != Constant::Empty)
        };
        let mut fixed: Vec<Entry> = Vec::new();
        let mut sources = Vec::new();
        let mut any_computed = false;
        for (nth, attribute) in written.iter().enumerate() {
            if attribute.keys_expression.is_empty() {
                let default = default(attribute);
                sources.push(Source::Fixed {
                    key: attribute.key.clone(),
                    default: default.clone(),
                });
                fixed.push(Entry {
                    field: setup.reads(&[signal], &attribute_path(kind, &attribute.key)),
                    key: attribute.key.clone(),
                    required: !attribute.optional && default.is_none(),
                    default,
                });
            } else {
                any_computed = true;
                let at = format!("{at}/{nth}/keys_expression");
                let keys =
                    Formula::compile(section, &attribute.keys_expression, &at, plans, problems);
                sources.extend(keys.map(|keys| Source::Computed {
                    keys,
                    default: default(attribute),
                }));
            }
        }
        if any_computed {
            setup.reads(&[signal], &format!("{}[*]", kind.attributes_path()));
        }
        fixed.sort_by(|one, next| one.key.cmp(&next.key));
        Self {
            fixed,
            computed: any_computed.then_some(sources),
            signal,
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.fixed.is_empty() && self.computed.is_none()
    }

    /// Whether a node has all that it must have.
    pub(crate) fn are_there(&self, node: &NodeView<'_>) -> bool {
        debug_assert_eq!(node.signal(), self.signal);
        let required = self.fixed.iter().filter(|entry| entry.required);
        required
            .into_iter()
            .all(|entry| node.get(entry.field).is_some())
    }

    /// Writes those that a node has, or that have a default. `holder` is the node that has the attributes.
    pub(crate) fn write<'e>(
        &'e self,
        node: &NodeView<'_>,
        holder: &NodeView<'_>,
        labels: &mut Labels,
        scene: &mut Scene<'e>,
    ) -> Result<(), Error> {
        let Some(sources) = &self.computed else {
            for entry in &self.fixed {
                let value = node.get(entry.field);
                push(labels, &entry.key, value, entry.default.as_ref());
            }
            return Ok(());
        };
        for (key, default) in resolve(sources, scene)? {
            push(labels, &key, holder.attribute(&key), default);
        }
        Ok(())
    }
}

fn push(labels: &mut Labels, key: &str, value: Option<Value<'_>>, default: Option<&Constant>) {
    if let Some(value) = value.or_else(|| default.map(Constant::value)) {
        labels.push(key, value);
    }
}

/// Keys with their defaults, sorted; of one that is named several times the last counts.
fn resolve<'e>(
    sources: &'e [Source],
    scene: &mut Scene<'e>,
) -> Result<std::collections::BTreeMap<String, Option<&'e Constant>>, Error> {
    let mut keys = std::collections::BTreeMap::new();
    for source in sources {
        match source {
            Source::Fixed { key, default } => {
                keys.insert(key.clone(), default.as_ref());
            }
            Source::Computed {
                keys: formula,
                default,
            } => match formula.evaluate(scene)? {
                Outcome::Nil => {}
                Outcome::Texts(texts) => {
                    keys.extend(texts.into_iter().map(|text| (text, default.as_ref())));
                }
                other => {
                    return Err(Error::expected("[]string", other.kind()));
                }
            },
        }
    }
    Ok(keys)
}
