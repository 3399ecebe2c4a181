//! What a path of the view is, and what the rules about keys say to it: found out once for each distinct path, and remembered.

use std::collections::HashMap;
use std::rc::Rc;

use tollgate_detect::rules::{self, Treatment};
use tollgate_sdk::{Rule, push_key};

use crate::Redaction;
use crate::detection::Detection;
use crate::keys::{Action, Keys};
use crate::masked_name;
use crate::values::Values;

/// Paths that are remembered: a sender that makes up keys shall not fill the memory.
const REMEMBERED: usize = 16_384;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An attribute.
    Attribute,
    /// Something within an attribute.
    WithinAttribute,
    /// A log body.
    Body,
    /// Something within a log body.
    WithinBody,
    /// The name of a span.
    SpanName,
    /// Another text of the batch.
    Other,
    /// Something of the request, which is not exported.
    Request,
}

/// A path, judged.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) kind: Kind,
    /// Key of the attribute that it is or stands in.
    pub(crate) key: String,
    /// What that key says.
    pub(crate) action: Action,
    /// How summaries call it: `user.tags.[1]`.
    pub(crate) name: String,
    /// What detectors and rules for fields do with what stands here.
    pub(crate) treatment: Option<Treatment>,
    /// The rule by which its record is dropped for what its key says.
    pub(crate) dropped: Option<Rule>,
    /// It is an entry of a map, or an attribute, so that it can be taken away.
    pub(crate) has_key: bool,
    /// Its new key, where its own holds a secret.
    pub(crate) new_key: Option<NewKey>,
}

/// A key with its secrets masked.
#[derive(Debug, Clone)]
pub(crate) struct NewKey {
    pub(crate) key: String,
    /// The path of what the key stands in: keys are unique there.
    pub(crate) container: String,
    pub(crate) rule: Rule,
}

/// Paths that were seen before.
#[derive(Debug, Default)]
pub(crate) struct Places {
    known: HashMap<Box<str>, Rc<Place>>,
}

impl Places {
    /// The place of a path. `mask_keys`: whether keys, too, are looked at for blocked values.
    pub(crate) fn of(
        &mut self,
        path: &str,
        keys: &Keys,
        values: &Values,
        detection: Option<&Detection>,
        mask_keys: bool,
    ) -> Rc<Place> {
        if let Some(place) = self.known.get(path) {
            return Rc::clone(place);
        }
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        let place = Rc::new(Place::new(path, keys, values, detection, mask_keys));
        self.known.insert(path.into(), Rc::clone(&place));
        place
    }
}

impl Place {
    /// Whether something has to be done with what stands here, even where no blocked value was seen in it.
    pub(crate) fn has_say(&self, redaction: &Redaction) -> bool {
        match self.kind {
            Kind::Attribute => {
                self.action != Action::Look
                    || self.new_key.is_some()
                    || redaction.databases.has_attribute(&self.key)
                    || redaction
                        .urls
                        .as_ref()
                        .is_some_and(|urls| urls.has_attribute(&self.key))
            }
            Kind::WithinAttribute | Kind::Other => self.new_key.is_some(),
            Kind::SpanName => redaction.span_names.is_some(),
            Kind::Body | Kind::WithinBody => true,
            Kind::Request => false,
        }
    }

    fn new(
        path: &str,
        keys: &Keys,
        values: &Values,
        detection: Option<&Detection>,
        mask_keys: bool,
    ) -> Place {
        let (root, steps) = split(path);
        let of_attribute = matches!(
            root,
            "attributes"
                | "resource.attributes"
                | "scope.attributes"
                | "spanevent.attributes"
                | "spanlink.attributes"
                | "exemplar.filtered_attributes"
        );
        let kind = match (root, steps.len()) {
            (_, 1) if of_attribute => Kind::Attribute,
            (_, 2..) if of_attribute => Kind::WithinAttribute,
            ("body", 0) => Kind::Body,
            ("body", _) => Kind::WithinBody,
            ("name", 0) => Kind::SpanName,
            ("metadata" | "auth" | "client.address", _) => Kind::Request,
            _ => Kind::Other,
        };
        let key = match steps.first() {
            Some(Step::Key(key)) => key.clone(),
            _ => String::new(),
        };
        let judged = matches!(kind, Kind::Attribute | Kind::WithinAttribute);
        let action = if judged {
            keys.action(&key)
        } else {
            Action::Look
        };
        let new_key = match steps.last() {
            Some(Step::Key(last))
                if mask_keys && kind != Kind::Request && action != Action::Ignore =>
            {
                let mut step = String::new();
                push_key(&mut step, last);
                let container = path
                    .strip_suffix(step.as_str())
                    .unwrap_or_default()
                    .to_owned();
                masked_name(values, detection, last).map(|(key, rule)| NewKey {
                    key,
                    container,
                    rule,
                })
            }
            _ => None,
        };
        let name = if steps.is_empty() {
            own_name(root)
        } else {
            joined(&steps, |key| {
                masked_name(values, detection, key).filter(|_| mask_keys)
            })
        };
        let treatment = detection
            .filter(|_| kind != Kind::Request)
            .map(|detection| {
                let steps: Vec<_> = steps.iter().map(Step::shown).collect();
                detection.treatment(root, &steps)
            });
        let keys_matter = mask_keys && kind != Kind::Request && action != Action::Ignore;
        let dropped = match (steps.last(), detection.filter(|_| keys_matter)) {
            (Some(Step::Key(last)), Some(detection)) => detection.drops_for_key(last),
            _ => None,
        };
        Place {
            treatment,
            dropped,
            has_key: matches!(steps.last(), Some(Step::Key(_))),
            kind,
            key,
            action,
            name,
            new_key,
        }
    }
}

/// A fixed field as the summary of its own node calls it.
fn own_name(root: &str) -> String {
    let prefixes = [
        "resource.",
        "scope.",
        "spanevent.",
        "spanlink.",
        "exemplar.",
    ];
    prefixes
        .iter()
        .find_map(|prefix| root.strip_prefix(prefix))
        .unwrap_or(root)
        .to_owned()
}

/// The steps as the Collector writes them in summaries; what is secret in a key is masked here, too.
fn joined(steps: &[Step], masked: impl Fn(&str) -> Option<(String, Rule)>) -> String {
    let mut name = String::new();
    for step in steps {
        if !name.is_empty() {
            name.push('.');
        }
        match step {
            Step::Key(key) => match masked(key) {
                Some((masked, _)) => name.push_str(&masked),
                None => name.push_str(key),
            },
            Step::Index(index) => {
                name.push('[');
                name.push_str(index);
                name.push(']');
            }
        }
    }
    name
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(String),
}

impl Step {
    fn shown(&self) -> rules::Step<'_> {
        match self {
            Step::Key(key) => rules::Step::Key(key),
            Step::Index(_) => rules::Step::Index,
        }
    }
}

/// The keys that lead to a place.
pub(crate) fn keys_of(path: &str) -> Vec<String> {
    let (_, steps) = split(path);
    let keys = steps.into_iter().filter_map(|step| match step {
        Step::Key(key) => Some(key),
        Step::Index(_) => None,
    });
    keys.collect()
}

/// A path in OTTL's spelling as what stands before the first bracket, and the steps in brackets.
fn split(path: &str) -> (&str, Vec<Step>) {
    let start = path.find('[').unwrap_or(path.len());
    let (root, rest) = path.split_at_checked(start).unwrap_or((path, ""));
    let mut steps = Vec::new();
    let mut characters = rest.chars().peekable();
    while characters.next() == Some('[') {
        if characters.next_if_eq(&'"').is_none() {
            steps.push(Step::Index(
                characters.by_ref().take_while(|c| *c != ']').collect(),
            ));
            continue;
        }
        let mut key = String::new();
        while let Some(c) = characters.next() {
            match c {
                '"' => break,
                '\\' => key.extend(characters.next()),
                _ => key.push(c),
            }
        }
        steps.push(Step::Key(key));
        // The closing bracket.
        characters.next();
    }
    (root, steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_apart() {
        assert_eq!(split("body"), ("body", vec![]));
        let key = |key: &str| Step::Key(key.to_owned());
        assert_eq!(
            split(r#"attributes["a.b"]["c\"]\\"][12]["d"]"#),
            (
                "attributes",
                vec![
                    key("a.b"),
                    key(r#"c"]\"#),
                    Step::Index("12".to_owned()),
                    key("d")
                ]
            )
        );
    }
}
