//! Settings as they are written.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

/// Keys that configurations have for detectors, beside others.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// A set of rules with a name.
    pub preset: Option<PresetSettings>,
    /// What is looked for in every text.
    #[serde(deserialize_with = "or_default")]
    pub detect: Vec<Entry>,
    /// Forms that are undone before.
    #[serde(deserialize_with = "or_default")]
    pub decode: Vec<String>,
    /// What is done at paths.
    #[serde(deserialize_with = "or_default")]
    pub fields: Vec<FieldEntry>,
    /// What is done with what is found, where nothing else is said.
    pub action: Option<String>,
    /// The name of the key of pseudonyms.
    pub pseudonym_key: Option<String>,
}

impl Settings {
    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.preset.is_none() && self.detect.is_empty() && self.fields.is_empty()
    }
}

/// A key with nothing after it is a key that was left out.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A preset: its name, or more about it.
#[derive(Debug, Clone, Default)]
pub struct PresetSettings {
    /// Its name.
    pub name: String,
    /// Whether texts without a plain shape are replaced.
    pub strict: Option<bool>,
    /// What becomes of content: `replace`, `remove`, `truncate` or `detect`.
    pub content: Option<String>,
}

/// Something to look for: the name of a detector, or more about it; or a pattern with a name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EntrySettings {
    /// The detector.
    pub detector: Option<String>,
    /// The name of a pattern of one's own.
    pub name: Option<String>,
    /// That pattern.
    pub pattern: Option<String>,
    /// What is done.
    pub action: Option<String>,
    /// What a mask keeps: `length`, `shape`, `last4` or `nothing`.
    pub keep: Option<String>,
    /// What stands in its place.
    pub text: Option<String>,
    /// How much of it stays.
    pub length: Option<u32>,
    /// Patterns of what is spared.
    pub allow: Vec<String>,
}

/// What is looked for, written as a name or with settings.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// All that is said.
    pub settings: EntrySettings,
    /// It was written as a name alone.
    pub is_name: bool,
}

/// What is done at a path.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FieldEntry {
    /// The path, or several.
    pub path: Option<String>,
    /// Several paths.
    pub paths: Vec<String>,
    /// What is looked for there, in place of what is looked for everywhere.
    pub detect: Option<Vec<Entry>>,
    /// What is done with the whole value, or with what is found in it where `detect` is written.
    pub action: Option<String>,
    /// What a mask keeps.
    pub keep: Option<String>,
    /// What stands in its place.
    pub text: Option<String>,
    /// How much of it stays.
    pub length: Option<u32>,
    /// Patterns of what is spared.
    pub allow: Vec<String>,
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entry, D::Error> {
        struct NameOrMore;
        impl<'de> Visitor<'de> for NameOrMore {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "the name of a detector, or a map with `detector` or with `name` and `pattern`",
                )
            }

            fn visit_str<E>(self, name: &str) -> Result<Entry, E> {
                let settings = EntrySettings {
                    detector: Some(name.to_owned()),
                    ..EntrySettings::default()
                };
                Ok(Entry {
                    settings,
                    is_name: true,
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry, A::Error> {
                let settings = EntrySettings::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Entry {
                    settings,
                    is_name: false,
                })
            }
        }
        deserializer.deserialize_any(NameOrMore)
    }
}

impl<'de> Deserialize<'de> for PresetSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PresetSettings, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            name: String,
            strict: Option<bool>,
            content: Option<String>,
        }

        struct NameOrMore;
        impl<'de> Visitor<'de> for NameOrMore {
            type Value = PresetSettings;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a preset, or a map with `name`")
            }

            fn visit_str<E>(self, name: &str) -> Result<PresetSettings, E> {
                Ok(PresetSettings {
                    name: name.to_owned(),
                    ..PresetSettings::default()
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PresetSettings, A::Error> {
                let Written {
                    name,
                    strict,
                    content,
                } = Written::deserialize(MapAccessDeserializer::new(map))?;
                Ok(PresetSettings {
                    name,
                    strict,
                    content,
                })
            }
        }
        deserializer.deserialize_any(NameOrMore)
    }
}
