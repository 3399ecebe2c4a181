//! Rules for fields, of the configuration and of the preset.

use super::action::{Action, Deed, Written};
use super::compile::Compiler;
use super::path::PathPattern;
use super::settings::{FieldEntry, PresetSettings};
use super::treat::{Kind, Treatment};
use super::{Field, Search, preset};
use crate::detector::Detector;

impl Compiler<'_> {
    pub(super) fn field(&mut self, index: usize, entry: &FieldEntry, shape: Option<u32>) {
        let at = format!("/fields/{index}");
        let mut paths = Vec::new();
        let written = entry.path.iter().map(|path| (path, format!("{at}/path")));
        let more = entry
            .paths
            .iter()
            .enumerate()
            .map(|(place, path)| (path, format!("{at}/paths/{place}")));
        for (path, at) in written.chain(more).collect::<Vec<_>>() {
            match PathPattern::new(path) {
                Ok(path) => paths.push(path),
                Err(message) => self.mistake(at, message, "write OTTL's paths: `attributes[\"prompt\"]`, `body`, `name`; `*[\"prompt\"]` is that key anywhere"),
            }
        }
        if paths.is_empty() && entry.path.is_none() && entry.paths.is_empty() {
            self.mistake(
                at.as_str(),
                "the rule has no path".to_owned(),
                "name one in `path`, or several in `paths`",
            );
        }
        let allowed = self.patterns(&entry.allow, &format!("{at}/allow"));
        let looks = entry.action.as_deref() == Some("detect");
        let says = entry.action.is_some()
            || entry.keep.is_some()
            || entry.text.is_some()
            || entry.length.is_some();
        let written = Written {
            at: &at,
            action: entry.action.as_deref().filter(|_| !looks),
            keep: entry.keep.as_deref(),
            text: entry.text.as_deref(),
            length: entry.length,
            key: self.settings.pseudonym_key.as_deref(),
        };
        let otherwise = self.action.clone();
        let action = written.read(&otherwise, &mut self.mistakes);
        let prefix = format!("fields[{index}]");
        let treatment = if let Some(entries) = &entry.detect {
            let mut search = Search {
                allowed,
                ..Search::default()
            };
            self.entries(
                entries,
                &format!("{at}/detect"),
                &format!("{prefix}."),
                &action,
                &mut search,
            );
            self.look(search, None)
        } else if says && !looks {
            match action {
                Action::Keep => Treatment(Kind::Keep),
                action => Treatment(Kind::Whole(Deed {
                    action,
                    rule: self.rule(prefix),
                    name: field_name(entry),
                    allowed,
                })),
            }
        } else if allowed.is_empty() && !looks {
            self.mistake(at, "the rule does nothing".to_owned(), "say what is done in `action`, what is looked for in `detect`, or what is spared in `allow`");
            return;
        } else {
            let mut search = self.searches.first().cloned().unwrap_or_default();
            search.allowed = allowed;
            self.look(search, shape.filter(|_| !looks))
        };
        self.fields.push(Field { paths, treatment });
    }

    fn look(&mut self, mut search: Search, shape: Option<u32>) -> Treatment {
        search.ready();
        self.searches.push(search);
        Treatment(Kind::Look {
            search: self.searches.len().saturating_sub(1),
            shape,
        })
    }

    /// What the preset does with content and with ids.
    pub(super) fn preset(&mut self, preset: &PresetSettings, shape: Option<u32>) {
        let anywhere = |keys: &[&str]| {
            keys.iter()
                .map(|key| PathPattern::anywhere(key))
                .collect::<Vec<_>>()
        };
        let mut without = self.searches.first().cloned().unwrap_or_default();
        without.forget(Detector::HighEntropy);
        let ids = self.look(without, shape);
        self.fields.push(Field {
            paths: anywhere(&preset::NO_CONTENT),
            treatment: ids.clone(),
        });
        let action = match preset.content.as_deref() {
            None | Some("replace") => Some(Action::Replace(None)),
            Some("remove") => Some(Action::Remove),
            Some("truncate") => Some(Action::Truncate(preset::CONTENT_LENGTH)),
            Some("detect") => None,
            Some(other) => {
                self.mistake(
                    "/preset/content",
                    format!("content cannot be treated by `{other}`"),
                    "one of replace, remove, truncate, detect",
                );
                None
            }
        };
        let rule = self.rule("agents.content".to_owned());
        let treatment = Treatment(match action {
            Some(action) => Kind::Whole(Deed {
                action,
                rule,
                name: "content".to_owned(),
                allowed: Vec::new(),
            }),
            None => Kind::Look {
                search: 0,
                shape: None,
            },
        });
        self.fields.push(Field {
            paths: anywhere(&preset::CONTENT),
            treatment,
        });
        // A message of an error may be a code, which says what happened, or quote what was said.
        let shape = shape.or_else(|| (preset.content.as_deref() != Some("detect")).then_some(rule));
        let messages = Treatment(Kind::Look { search: 0, shape });
        self.fields.push(Field {
            paths: anywhere(&preset::MESSAGES),
            treatment: messages,
        });
        self.fields.push(Field {
            paths: anywhere(&preset::IDS),
            treatment: ids,
        });
    }
}

/// What pseudonyms of a field are called: its last key.
fn field_name(entry: &FieldEntry) -> String {
    let path = entry
        .path
        .as_deref()
        .or(entry.paths.first().map(String::as_str))
        .unwrap_or_default();
    let mut keys = path
        .split('"')
        .filter(|part| part.bytes().any(|byte| byte.is_ascii_alphanumeric()));
    let last = keys.next_back().unwrap_or_default();
    let name = last.chars().map(|character| {
        if character.is_ascii_alphanumeric() {
            character.to_ascii_lowercase()
        } else {
            '_'
        }
    });
    name.collect()
}
