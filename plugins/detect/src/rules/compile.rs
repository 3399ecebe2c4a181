//! From settings to rules.

use tollgate_patterns::Pattern;

use super::action::{Action, Deed, Written};
use super::path::PathPattern;
use super::settings::{Entry, EntrySettings, FieldEntry, PresetSettings, Settings};
use super::treat::{Kind, Treatment};
use super::{Field, Mistake, Rules, Search, preset};
use crate::decode::{Decoder, Form};
use crate::detector::{Detector, UnknownDetector};
use crate::find::Detectors;

/// What is in the making.
struct Compiler<'s> {
    settings: &'s Settings,
    names: Vec<String>,
    mistakes: Vec<Mistake>,
    searches: Vec<Search>,
    fields: Vec<Field>,
    /// What is done with what is found where nothing is said.
    action: Action,
}

impl Rules {
    /// Makes settings ready. `allowed` is what other settings spare.
    pub fn new(settings: &Settings, allowed: Vec<Pattern>) -> Result<Rules, Vec<Mistake>> {
        let mut compiler = Compiler {
            settings,
            names: Vec::new(),
            mistakes: Vec::new(),
            searches: Vec::new(),
            fields: Vec::new(),
            action: Action::Replace(None),
        };
        let (decoder, shape) = compiler.compile();
        if !compiler.mistakes.is_empty() {
            return Err(compiler.mistakes);
        }
        Ok(Rules {
            names: compiler.names,
            searches: compiler.searches,
            fields: compiler.fields,
            decoder,
            allowed,
            shape,
        })
    }
}

impl Compiler<'_> {
    fn compile(&mut self) -> (Decoder, Option<u32>) {
        let settings = self.settings;
        let written = Written {
            at: "",
            action: settings.action.as_deref(),
            keep: None,
            text: None,
            length: None,
            key: settings.pseudonym_key.as_deref(),
        };
        self.action = written.read(&Action::Replace(None), &mut self.mistakes);
        let preset = settings
            .preset
            .as_ref()
            .filter(|preset| self.is_known(preset));
        let mut search = Search::default();
        let action = self.action.clone();
        for detector in preset.iter().flat_map(|_| Detector::all()) {
            let deed = self.deed("detect.", detector.name(), action.clone());
            search.set(detector, deed);
        }
        self.entries(&settings.detect, "/detect", "detect.", &action, &mut search);
        search.ready();
        self.searches.push(search);
        let strict = preset.is_some_and(|preset| preset.strict.unwrap_or(true));
        let shape = strict.then(|| self.rule("agents.shape".to_owned()));
        for (index, entry) in settings.fields.iter().enumerate() {
            self.field(index, entry, shape);
        }
        if let Some(preset) = preset {
            self.preset(preset, shape);
        }
        (self.decoder(preset.is_some()), shape)
    }

    fn rule(&mut self, name: String) -> u32 {
        let known = self.names.iter().position(|known| *known == name);
        let place = known.unwrap_or_else(|| {
            self.names.push(name);
            self.names.len().saturating_sub(1)
        });
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    fn deed(&mut self, prefix: &str, name: &str, action: Action) -> Deed {
        Deed {
            action,
            rule: self.rule(format!("{prefix}{name}")),
            name: name.to_owned(),
            allowed: Vec::new(),
        }
    }

    fn mistake(&mut self, at: impl Into<String>, message: String, help: &str) {
        self.mistakes.push(Mistake {
            at: at.into(),
            message,
            help: help.to_owned(),
        });
    }

    fn is_known(&mut self, preset: &PresetSettings) -> bool {
        if preset.name != "agents" {
            self.mistake(
                "/preset",
                format!("there is no preset `{}`", preset.name),
                "`agents` is for coding agents",
            );
        }
        preset.name == "agents"
    }

    fn decoder(&mut self, all: bool) -> Decoder {
        let mut forms = Vec::new();
        for (index, name) in self.settings.decode.iter().enumerate() {
            match Form::ALL.into_iter().find(|form| form.name() == name) {
                Some(form) => forms.push(form),
                None => self.mistake(
                    format!("/decode/{index}"),
                    format!("there is no form `{name}`"),
                    "one of json, url, base64",
                ),
            }
        }
        if all {
            Decoder::new(Form::ALL)
        } else {
            Decoder::new(forms)
        }
    }

    /// What a list of detectors and patterns looks for.
    fn entries(
        &mut self,
        entries: &[Entry],
        at: &str,
        prefix: &str,
        action: &Action,
        search: &mut Search,
    ) {
        for (index, entry) in entries.iter().enumerate() {
            let at = format!("{at}/{index}");
            let settings = &entry.settings;
            let written = Written {
                at: &at,
                action: settings.action.as_deref(),
                keep: settings.keep.as_deref(),
                text: settings.text.as_deref(),
                length: settings.length,
                key: self.settings.pseudonym_key.as_deref(),
            };
            let action = written.read(action, &mut self.mistakes);
            let allowed = self.patterns(&settings.allow, &format!("{at}/allow"));
            match (&settings.detector, &settings.name, &settings.pattern) {
                (Some(name), None, None) => {
                    let place = if entry.is_name {
                        at
                    } else {
                        format!("{at}/detector")
                    };
                    if let Some(detector) = self.detector(name, place) {
                        let deed = self.deed(prefix, detector.name(), action);
                        search.set(detector, Deed { allowed, ..deed });
                    }
                }
                (None, Some(name), Some(_)) => {
                    if let Some(pattern) = self.own_pattern(settings, name, &at) {
                        let deed = self.deed(prefix, name, action);
                        search.patterns.push((pattern, Deed { allowed, ..deed }));
                    }
                }
                _ => self.mistake(
                    at,
                    "it is neither a detector nor a pattern".to_owned(),
                    "write `detector: email`, or `name` and `pattern`",
                ),
            }
        }
    }

    fn detector(&mut self, name: &str, at: String) -> Option<Detector> {
        match name.parse() {
            Ok(detector) => Some(detector),
            Err(UnknownDetector { nearest }) => {
                let names: Vec<_> = Detector::all().map(Detector::name).collect();
                let help = match nearest {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => format!(
                        "one of {}; or give a pattern of your own: `{{name: {name}, pattern: ...}}`",
                        names.join(", ")
                    ),
                };
                self.mistake(at, format!("there is no detector `{name}`"), &help);
                None
            }
        }
    }

    fn own_pattern(&mut self, settings: &EntrySettings, name: &str, at: &str) -> Option<Pattern> {
        let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !is_name {
            self.mistake(
                format!("{at}/name"),
                format!("`{name}` is no name"),
                "lower case letters, digits and underscores",
            );
        } else if name.parse::<Detector>().is_ok() {
            self.mistake(
                format!("{at}/name"),
                format!("`{name}` is a detector's name"),
                "give the pattern a name of its own",
            );
        }
        let pattern = settings.pattern.as_deref().unwrap_or_default();
        self.pattern(pattern, format!("{at}/pattern"))
    }

    fn pattern(&mut self, pattern: &str, at: String) -> Option<Pattern> {
        let pattern = Pattern::new(pattern);
        if let Err(error) = &pattern {
            self.mistake(
                at,
                error.to_string(),
                "patterns are Go's regular expressions: https://github.com/google/re2/wiki/Syntax",
            );
        }
        pattern.ok()
    }

    fn patterns(&mut self, patterns: &[String], at: &str) -> Vec<Pattern> {
        let patterns = patterns.iter().enumerate();
        patterns
            .filter_map(|(index, pattern)| self.pattern(pattern, format!("{at}/{index}")))
            .collect()
    }

    fn field(&mut self, index: usize, entry: &FieldEntry, shape: Option<u32>) {
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
    fn preset(&mut self, preset: &PresetSettings, shape: Option<u32>) {
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

impl Search {
    fn set(&mut self, detector: Detector, deed: Deed) {
        self.deeds.resize_with(Detector::all().len(), || None);
        if let Some(place) = self.deeds.get_mut(detector as usize) {
            *place = Some(deed);
        }
    }

    fn forget(&mut self, detector: Detector) {
        if let Some(place) = self.deeds.get_mut(detector as usize) {
            *place = None;
        }
    }

    /// Makes ready what the deeds ask for.
    fn ready(&mut self) {
        self.detectors =
            Detectors::new(Detector::all().filter(|detector| self.deed(*detector).is_some()));
    }

    pub(super) fn deed(&self, detector: Detector) -> Option<&Deed> {
        self.deeds.get(detector as usize)?.as_ref()
    }
}
