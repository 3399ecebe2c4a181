//! The configuration as it is written: the keys of the Collector's `redaction` processor, `scope`, and those of detectors.

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use tollgate_detect::rules::{Entry, FieldEntry, PresetSettings, Settings};
use tollgate_patterns::Pattern;
use tollgate_sdk::{Compat, Problem};

/// Everything that can be said about a redaction.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Keep attributes whatever their key.
    #[serde(deserialize_with = "or_default")]
    pub allow_all_keys: bool,
    /// Keys of the attributes that are kept; the others are removed.
    pub allowed_keys: List,
    /// Keys of attributes that are neither looked at nor removed.
    pub ignored_keys: List,
    /// The same, by patterns of keys.
    pub ignored_key_patterns: List,
    /// Patterns of keys whose values are masked as a whole.
    pub blocked_key_patterns: List,
    /// Patterns of what is masked.
    pub blocked_values: List,
    /// Patterns of what is spared.
    pub allowed_values: List,
    /// Look at numbers, booleans and the like, too.
    #[serde(deserialize_with = "or_default")]
    pub redact_all_types: bool,
    /// What is said about it in attributes: `debug`, `info` or `silent`.
    #[serde(deserialize_with = "or_default")]
    pub summary: String,
    /// Put a hash in place of the mask.
    #[serde(deserialize_with = "or_default")]
    pub hash_function: String,
    /// Key of the `hmac-` functions.
    #[serde(deserialize_with = "or_default")]
    pub hmac_key: String,
    /// Replace what identifies somebody in URLs.
    #[serde(deserialize_with = "or_default")]
    pub url_sanitizer: UrlConfig,
    /// Replace literals in database statements.
    #[serde(deserialize_with = "or_default")]
    pub db_sanitizer: DbConfig,
    /// Where blocked values are looked for.
    #[serde(deserialize_with = "or_default")]
    pub scope: Reach,
    /// A set of rules with a name: `agents`.
    pub preset: Option<PresetSettings>,
    /// Detectors, and patterns with names.
    #[serde(deserialize_with = "or_default")]
    pub detect: Vec<Entry>,
    /// Forms that are undone before: `json`, `url`, `base64`.
    #[serde(deserialize_with = "or_default")]
    pub decode: Vec<String>,
    /// What is done at paths.
    #[serde(deserialize_with = "or_default")]
    pub fields: Vec<FieldEntry>,
    /// What is done with what is detected, where nothing else is said.
    pub action: Option<String>,
    /// The key of pseudonyms, by its name in the stage's `gate`.
    pub pseudonym_key: Option<String>,
}

/// Where blocked values are looked for.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// In every text of the batch.
    #[default]
    Everywhere,
    /// Where the Collector looks: attributes of resources, scopes, records and span events, and log bodies.
    Upstream,
}

/// The URL sanitizer.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UrlConfig {
    /// Whether it works at all.
    #[serde(deserialize_with = "or_default")]
    pub enabled: bool,
    /// Keys of attributes that are URLs.
    pub attributes: List,
    /// Whether names of client and server spans are sanitized; so it is unless it is said.
    pub sanitize_span_name: Option<bool>,
}

/// The database sanitizer.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DbConfig {
    /// SQL databases.
    #[serde(deserialize_with = "or_default")]
    pub sql: DialectConfig,
    /// Redis.
    #[serde(deserialize_with = "or_default")]
    pub redis: DialectConfig,
    /// Valkey.
    #[serde(deserialize_with = "or_default")]
    pub valkey: DialectConfig,
    /// Memcached.
    #[serde(deserialize_with = "or_default")]
    pub memcached: DialectConfig,
    /// MongoDB.
    #[serde(deserialize_with = "or_default")]
    pub mongo: DialectConfig,
    /// OpenSearch.
    #[serde(deserialize_with = "or_default")]
    pub opensearch: DialectConfig,
    /// Elasticsearch.
    #[serde(deserialize_with = "or_default")]
    pub es: DialectConfig,
    /// Whether span names are sanitized; so it is unless it is said.
    pub sanitize_span_name: Option<bool>,
}

/// One kind of database.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DialectConfig {
    /// Whether it is sanitized.
    #[serde(deserialize_with = "or_default")]
    pub enabled: bool,
    /// Keys of attributes that hold its statements.
    pub attributes: List,
}

/// A list of texts. The Collector takes one text for a list too, and nothing for an empty one.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct List {
    /// The entries, as they were written.
    entries: Vec<String>,
    /// Whether one text was written where a list belongs.
    single: bool,
}

impl List {
    /// The entries.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(String::as_str)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Settles what one text means: the Collector splits it at commas, which cuts a pattern such as `a{2,3}` in two.
    fn settle(&mut self, at: &str, compat: Compat, problems: &mut Vec<Problem>) {
        let Some(text) = self.entries.first().filter(|_| self.single) else {
            return;
        };
        if text.contains(',') && compat == Compat::Tollgate {
            problems.push(
                Problem::at(at, "one text with a comma stands where a list belongs")
                    .help("write a list: the Collector would split the text at its commas"),
            );
        } else {
            self.entries = if text.is_empty() {
                Vec::new()
            } else {
                text.split(',').map(str::to_owned).collect()
            };
        }
    }

    /// Compiles the entries as patterns.
    fn patterns(&self, at: &str, problems: &mut Vec<Problem>) -> Vec<Pattern> {
        let mut patterns = Vec::with_capacity(self.entries.len());
        for (index, entry) in self.iter().enumerate() {
            match Pattern::new(entry) {
                Ok(pattern) => patterns.push(pattern),
                Err(error) => {
                    let at = if self.single {
                        at.to_owned()
                    } else {
                        format!("{at}/{index}")
                    };
                    problems.push(Problem::at(at, error.to_string()).help("patterns are Go's regular expressions: https://github.com/google/re2/wiki/Syntax"));
                }
            }
        }
        patterns
    }
}

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<List, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = List;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of texts")
            }

            fn visit_str<E>(self, text: &str) -> Result<List, E> {
                Ok(List {
                    entries: vec![text.to_owned()],
                    single: true,
                })
            }

            fn visit_unit<E>(self) -> Result<List, E> {
                Ok(List::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<List, A::Error> {
                let mut list = List::default();
                while let Some(entry) = entries.next_element::<Option<String>>()? {
                    list.entries.push(entry.unwrap_or_default());
                }
                Ok(list)
            }
        }
        deserializer.deserialize_any(Entries)
    }
}

/// A key with nothing after it is a key that was left out.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// The patterns of a configuration, compiled.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    pub(crate) ignored_keys: Vec<Pattern>,
    pub(crate) blocked_keys: Vec<Pattern>,
    pub(crate) blocked_values: Vec<Pattern>,
    pub(crate) allowed_values: Vec<Pattern>,
}

impl Config {
    /// What is said to detectors.
    pub(crate) fn detection(&mut self) -> Settings {
        Settings {
            preset: self.preset.take(),
            detect: std::mem::take(&mut self.detect),
            decode: std::mem::take(&mut self.decode),
            fields: std::mem::take(&mut self.fields),
            action: self.action.take(),
            pseudonym_key: self.pseudonym_key.take(),
        }
    }

    /// Settles every list and compiles every pattern.
    pub(crate) fn patterns(&mut self, compat: Compat, problems: &mut Vec<Problem>) -> Patterns {
        let db = &mut self.db_sanitizer;
        for (at, list) in [
            ("/allowed_keys", &mut self.allowed_keys),
            ("/ignored_keys", &mut self.ignored_keys),
            ("/ignored_key_patterns", &mut self.ignored_key_patterns),
            ("/blocked_key_patterns", &mut self.blocked_key_patterns),
            ("/blocked_values", &mut self.blocked_values),
            ("/allowed_values", &mut self.allowed_values),
            (
                "/url_sanitizer/attributes",
                &mut self.url_sanitizer.attributes,
            ),
            ("/db_sanitizer/sql/attributes", &mut db.sql.attributes),
            ("/db_sanitizer/redis/attributes", &mut db.redis.attributes),
            ("/db_sanitizer/valkey/attributes", &mut db.valkey.attributes),
            (
                "/db_sanitizer/memcached/attributes",
                &mut db.memcached.attributes,
            ),
            ("/db_sanitizer/mongo/attributes", &mut db.mongo.attributes),
            (
                "/db_sanitizer/opensearch/attributes",
                &mut db.opensearch.attributes,
            ),
            ("/db_sanitizer/es/attributes", &mut db.es.attributes),
        ] {
            list.settle(at, compat, problems);
        }
        Patterns {
            ignored_keys: self
                .ignored_key_patterns
                .patterns("/ignored_key_patterns", problems),
            blocked_keys: self
                .blocked_key_patterns
                .patterns("/blocked_key_patterns", problems),
            blocked_values: self.blocked_values.patterns("/blocked_values", problems),
            allowed_values: self.allowed_values.patterns("/allowed_values", problems),
        }
    }
}
