//! From settings to rules.

use tollgate_patterns::Pattern;

use super::action::{Action, Deed, Written};
use super::settings::{Entry, EntrySettings, PresetSettings, Settings};
use super::{Field, Mistake, Rules, Search};
use crate::decode::{Decoder, Form};
use crate::detector::{Detector, UnknownDetector};
use crate::find::Detectors;

/// What is in the making.
pub(super) struct Compiler<'s> {
    pub(super) settings: &'s Settings,
    names: Vec<String>,
    pub(super) mistakes: Vec<Mistake>,
    pub(super) searches: Vec<Search>,
    pub(super) fields: Vec<Field>,
    /// What is done with what is found where nothing is said.
    pub(super) action: Action,
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

    pub(super) fn rule(&mut self, name: String) -> u32 {
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

    pub(super) fn mistake(&mut self, at: impl Into<String>, message: String, help: &str) {
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
    pub(super) fn entries(
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

    pub(super) fn patterns(&mut self, patterns: &[String], at: &str) -> Vec<Pattern> {
        let patterns = patterns.iter().enumerate();
        patterns
            .filter_map(|(index, pattern)| self.pattern(pattern, format!("{at}/{index}")))
            .collect()
    }
}

impl Search {
    fn set(&mut self, detector: Detector, deed: Deed) {
        self.deeds.resize_with(Detector::all().len(), || None);
        if let Some(place) = self.deeds.get_mut(detector as usize) {
            *place = Some(deed);
        }
    }

    pub(super) fn forget(&mut self, detector: Detector) {
        if let Some(place) = self.deeds.get_mut(detector as usize) {
            *place = None;
        }
    }

    /// Makes ready what the deeds ask for.
    pub(super) fn ready(&mut self) {
        self.detectors =
            Detectors::new(Detector::all().filter(|detector| self.deed(*detector).is_some()));
    }

    pub(super) fn deed(&self, detector: Detector) -> Option<&Deed> {
        self.deeds.get(detector as usize)?.as_ref()
    }
}
