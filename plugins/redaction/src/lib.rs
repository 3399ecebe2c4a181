//! The `redaction` policy: removes attributes whose keys are not allowed, and masks secrets.
//!
//! It takes the configuration of the Collector's processor of that name. By itself it goes further: blocked values are looked for in
//! every text of the batch, where the Collector leaves ten kinds of places untouched, and an allowed value spares the text it covers
//! and no more. `scope: upstream` restores the reach of the Collector, and the host's `--compat collector` everything.
//!
//! Beside the Collector's keys it has detectors and rules for fields (`tollgate-detect`), which see a text when the rules above are done
//! with it.
//!
//! Most texts hold no secret, so most of the work is to find that out: one pass over all texts of a batch (`tollgate-patterns`) names
//! the cells that may match; what becomes of a key is found out once for each distinct path (`places`); and only a batch with rules
//! about keys is walked cell by cell (`walk`).

mod body;
mod config;
mod db;
mod detection;
mod keys;
mod manifest;
mod mask;
mod places;
mod span_name;
mod summary;
mod url;
mod values;
mod walk;
mod watch;

use std::borrow::Cow;

pub use config::{Config, DbConfig, DialectConfig, List, Reach, UrlConfig};
use tollgate_detect::rules::Treatment;
use tollgate_patterns::{Hit, Pattern};
use tollgate_sdk::{Batch, Compat, Description, NewValue, Policy, Problem, Rule, Setup, Value};

use db::Databases;
use detection::{Detection, Found};
use keys::{Action, Keys};
use mask::Mask;
use places::Places;
use span_name::SpanNames;
use summary::{Deed, Level, Tally};
use url::Urls;
use values::{Suspects, Values};
use walk::Walk;
use watch::Act;

/// The policy, configured.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one finding about the configuration"
)]
pub struct Redaction {
    keys: Keys,
    values: Values,
    level: Level,
    summary_rule: Rule,
    /// Blocked values are looked for in every text of the batch.
    everywhere: bool,
    /// Numbers, booleans and the like are looked at, too.
    all_types: bool,
    urls: Option<Urls>,
    databases: Databases,
    span_names: Option<SpanNames>,
    detection: Option<Detection>,
    /// Every cell has to be visited, not only those that may match.
    careful: bool,
    /// Bodies that are arrays or maps are worked on as a whole.
    whole_bodies: bool,
    places: Places,
    hits: Vec<Hit>,
}

impl Policy for Redaction {
    type Config = Config;

    fn describe() -> Description {
        Description::new(
            "redaction",
            env!("CARGO_PKG_VERSION"),
            "Removes attributes that are not allowed, and masks secrets in every text of a batch.",
        )
        .schema(include_str!("../schema.json"))
    }

    fn configure(mut config: Config, setup: &mut Setup) -> Result<Redaction, Vec<Problem>> {
        let mut problems = Vec::new();
        let patterns = config.patterns(setup.compat(), &mut problems);
        let mask = Mask::new(&config.hash_function, &config.hmac_key, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let collector = setup.compat() == Compat::Collector;
        let everywhere = config.scope == Reach::Everywhere && !collector;

        let allowed_keys = (!config.allow_all_keys)
            .then(|| (config.allowed_keys.iter(), setup.rule("allowed_keys")));
        let ignored_keys = (config.ignored_keys.iter().next().is_some())
            .then(|| (config.ignored_keys.iter(), setup.rule("ignored_keys")));
        let ignored_patterns = with_rules(patterns.ignored_keys, "ignored_key_patterns", setup);
        let blocked_keys = with_rules(patterns.blocked_keys, "blocked_key_patterns", setup);
        let keys = Keys::new(allowed_keys, ignored_keys, ignored_patterns, blocked_keys);
        let blocked = with_rules(patterns.blocked_values, "blocked_values", setup);
        let allowed = patterns.allowed_values.clone();
        let spared = with_rules(patterns.allowed_values, "allowed_values", setup);
        let values = Values::new(blocked, spared, mask, collector);
        let urls = config
            .url_sanitizer
            .enabled
            .then(|| Urls::new(&config.url_sanitizer, setup.rule("url_sanitizer")));
        let databases = Databases::new(&config.db_sanitizer, setup.rule("db_sanitizer"));
        let summary_rule = setup.rule("summary");
        let detection = Detection::new(&config.detection(), allowed, summary_rule, setup)?;
        if detection.is_some() && !config.allow_all_keys && config.allowed_keys.is_empty() {
            let warning = "every attribute is removed, because no key is allowed";
            setup.warn(Problem::at("", warning).help("write `allow_all_keys: true`"));
        }

        let mut redaction = Redaction {
            keys,
            values,
            level: Level::new(&config.summary),
            summary_rule,
            everywhere,
            all_types: config.redact_all_types,
            urls,
            databases,
            span_names: None,
            detection,
            careful: false,
            whole_bodies: false,
            places: Places::default(),
            hits: Vec::new(),
        };
        redaction.span_names = SpanNames::new(&config, &redaction, setup);
        redaction.careful = redaction.must_visit_all();
        redaction.whole_bodies = !everywhere || redaction.works_on_bodies_by_more_than_values();
        manifest::declare(&redaction, setup);
        Ok(redaction)
    }

    fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        let mut hits = std::mem::take(&mut self.hits);
        hits.clear();
        walk::find(&self.values, batch, &mut hits);
        let places = walk::places(self, batch);
        Walk::new(self, &places).batch(batch, &hits);
        self.hits = hits;
        Ok(())
    }
}

/// Names the rules `list[0]`, `list[1]` and so on.
fn with_rules(patterns: Vec<Pattern>, list: &str, setup: &mut Setup) -> Vec<(Pattern, Rule)> {
    patterns
        .into_iter()
        .enumerate()
        .map(|(index, pattern)| (pattern, setup.rule(format!("{list}[{index}]"))))
        .collect()
}

impl Redaction {
    /// Whether cells matter that hold no blocked value.
    fn must_visit_all(&self) -> bool {
        self.must_visit_texts()
            || !self.keys.is_empty()
            || self.urls.is_some()
            || !self.databases.is_empty()
            || self.detection.is_some()
    }

    /// Whether every text matters, wherever it stands.
    fn must_visit_texts(&self) -> bool {
        let counts_spared =
            self.values.has_allowed() && (self.values.spares_whole() || self.level > Level::Silent);
        counts_spared
            || self.all_types
            || self.detection.is_some()
            || !self.values.screen().unscreened().is_empty()
    }

    fn works_on_bodies_by_more_than_values(&self) -> bool {
        !self.keys.is_empty() || self.urls.is_some() || !self.databases.is_empty()
    }

    /// What is left of a text that is an attribute.
    fn left(&self, key: &str, text: &str) -> String {
        let values = &self.values;
        match self.keys.action(key) {
            Action::Ignore => text.to_owned(),
            Action::Remove(_) => String::new(),
            _ if values.spares_whole() && values.is_allowed(text) => text.to_owned(),
            Action::Mask(_) => values.masked_whole(text),
            Action::Look => self
                .masked_name(text)
                .map_or_else(|| text.to_owned(), |(masked, _)| masked),
        }
    }

    /// What blocked values and detectors leave of a text that is no value: a key, or what a summary says of one.
    fn masked_name(&self, text: &str) -> Option<(String, Rule)> {
        masked_name(&self.values, self.detection.as_ref(), text)
    }

    /// A leaf of a body, or a body that is one: what becomes of it, if something does.
    fn body_leaf<'v>(
        &self,
        value: Value<'v>,
        tally: &mut Tally,
        suspects: Suspects<'_>,
        treatment: Option<&Treatment>,
        name: impl Fn() -> String,
    ) -> Option<Leaf<'v>> {
        let text = match value {
            Value::Withheld => return None,
            Value::Bytes(bytes) if self.everywhere => {
                Cow::Borrowed(std::str::from_utf8(bytes).ok()?)
            }
            value => tollgate_values::text(value),
        };
        let allowed = self.values.has_allowed() && self.values.is_allowed(&text);
        if allowed && self.values.spares_whole() {
            tally.note(Deed::Spared, true, name);
            return None;
        }
        let masked = self.masked_body_text(&text, suspects);
        let Some(leaf) = self.settled(treatment, &text, masked) else {
            if allowed {
                tally.note(Deed::Spared, true, name);
            }
            return None;
        };
        tally.note(Deed::Masked, true, name);
        Some(leaf.of_kind(value, self.everywhere))
    }

    /// What detectors and rules for fields make of a text, when blocked values and sanitizers are done with it.
    fn settled(
        &self,
        treatment: Option<&Treatment>,
        text: &str,
        masked: Option<(String, Rule)>,
    ) -> Option<Leaf<'static>> {
        let before = masked.as_ref().map_or(text, |(masked, _)| masked);
        let detection = self.detection.as_ref().zip(treatment);
        let found = detection.and_then(|(detection, treatment)| detection.found(treatment, before));
        if detection.is_some() {
            self.values.watch.note(|| Act::Detected {
                text: before.to_owned(),
                by: found.as_ref().map(Found::rule),
                ends: matches!(found, Some(Found::Removed(_) | Found::Dropped(_))),
            });
        }
        match found {
            Some(Found::Text(text, rule)) => Some(Leaf::Set(NewValue::from(text), rule)),
            Some(Found::Removed(rule)) => Some(Leaf::Removed(rule)),
            Some(Found::Dropped(rule)) => Some(Leaf::Dropped(rule)),
            None => masked.map(|(masked, rule)| Leaf::Set(NewValue::from(masked), rule)),
        }
    }

    /// What a sanitizer made of a text, if it made anything of it.
    fn sanitized(&self, before: &str, after: String, rule: Rule) -> Option<(String, Rule)> {
        let changed = after != before;
        self.values.watch.note(|| Act::Sanitized { rule, changed });
        changed.then_some((after, rule))
    }

    fn masked_body_text(&self, text: &str, suspects: Suspects<'_>) -> Option<(String, Rule)> {
        let mut new = self.values.masked(text, suspects);
        if let Some(urls) = &self.urls {
            let before = new.as_ref().map_or(text, |(new, _)| new);
            new = self
                .sanitized(before, url::sanitized(before), urls.rule)
                .or(new);
        }
        if !self.databases.is_empty() {
            let before = new.as_ref().map_or(text, |(new, _)| new);
            let after = self.databases.any(before);
            new = self.sanitized(before, after, self.databases.rule).or(new);
        }
        new.filter(|(new, _)| new != text)
    }
}

/// What becomes of a value.
enum Leaf<'v> {
    Set(NewValue<'v>, Rule),
    Removed(Rule),
    Dropped(Rule),
}

impl<'v> Leaf<'v> {
    /// Text in place of bytes stays bytes, where it was looked at as what it says.
    fn of_kind(self, value: Value<'_>, everywhere: bool) -> Leaf<'v> {
        match self {
            Leaf::Set(NewValue::Text(text), rule)
                if everywhere && matches!(value, Value::Bytes(_)) =>
            {
                Leaf::Set(NewValue::from(text.into_owned().into_bytes()), rule)
            }
            other => other,
        }
    }
}

/// What blocked values and detectors leave of a text that is no value.
fn masked_name(
    values: &Values,
    detection: Option<&Detection>,
    text: &str,
) -> Option<(String, Rule)> {
    let masked = values.masked(text, Suspects::All);
    let before = masked.as_ref().map_or(text, |(masked, _)| masked);
    let found =
        detection.and_then(|detection| detection.found(detection.treatment_of_keys(), before));
    match found {
        Some(Found::Text(text, rule)) => Some((text, rule)),
        // A key that has to go keeps its place: what stands under it is another matter.
        Some(Found::Removed(rule) | Found::Dropped(rule)) => Some(("****".to_owned(), rule)),
        None => masked,
    }
}

tollgate_sdk::export!(Redaction);
