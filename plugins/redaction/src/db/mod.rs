//! Statements of databases, without what was filled into them.
//!
//! Each dialect has an obfuscator of its own. They keep the shape of a statement and replace its literals, as those of the Collector
//! do (which are Datadog's); none of them needs to understand a statement, and what is no statement passes unharmed.

mod json;
mod memcached;
mod redis;
mod sql;

use std::collections::HashSet;

use tollgate_sdk::{NodeView, Rule, Value};

use crate::config::{DbConfig, DialectConfig};

/// A kind of statement.
#[derive(Debug, Clone, Copy)]
enum Syntax {
    Sql,
    Redis,
    Memcached,
    Json,
}

#[derive(Debug)]
struct Dialect {
    syntax: Syntax,
    systems: &'static [&'static str],
    attributes: HashSet<String>,
}

/// The dialects that are enabled.
#[derive(Debug)]
pub(crate) struct Databases {
    dialects: Vec<Dialect>,
    pub(crate) rule: Rule,
}

const SQL: &[&str] = &["other_sql", "mysql", "postgresql", "mariadb", "sqlite"];

impl Databases {
    pub(crate) fn new(config: &DbConfig, rule: Rule) -> Databases {
        let mut dialects = Vec::new();
        let mut add = |dialect: &DialectConfig,
                       syntax: Syntax,
                       systems: &'static [&'static str],
                       with_attributes: bool| {
            if dialect.enabled {
                let attributes = if with_attributes {
                    dialect.attributes.iter().map(str::to_owned).collect()
                } else {
                    HashSet::new()
                };
                dialects.push(Dialect {
                    syntax,
                    systems,
                    attributes,
                });
            }
        };
        add(&config.sql, Syntax::Sql, SQL, true);
        add(&config.redis, Syntax::Redis, &["redis"], true);
        add(&config.valkey, Syntax::Redis, &["valkey"], true);
        add(&config.memcached, Syntax::Memcached, &["memcached"], true);
        add(&config.mongo, Syntax::Json, &["mongodb"], true);
        // The Collector takes their attributes and overlooks them.
        add(&config.opensearch, Syntax::Json, &["opensearch"], false);
        add(&config.es, Syntax::Json, &["elasticsearch"], false);
        Databases { dialects, rule }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.dialects.is_empty()
    }

    /// Whether some attribute is a statement at all.
    pub(crate) fn has_attributes(&self) -> bool {
        self.dialects
            .iter()
            .any(|dialect| !dialect.attributes.is_empty())
    }

    /// Whether an attribute with this key is a statement.
    pub(crate) fn has_attribute(&self, key: &str) -> bool {
        self.dialects
            .iter()
            .any(|dialect| dialect.attributes.contains(key))
    }

    /// An attribute's statement without its literals. Without a system each dialect that knows the key has its turn, if `guess`
    /// allows it.
    pub(crate) fn attribute(&self, text: &str, key: &str, system: &str, guess: bool) -> String {
        let mut knowing = self
            .dialects
            .iter()
            .filter(|dialect| dialect.attributes.contains(key));
        if !system.is_empty() {
            return knowing
                .find(|dialect| dialect.systems.contains(&system))
                .map_or_else(|| text.to_owned(), |dialect| dialect.obfuscated(text));
        }
        if !guess {
            return text.to_owned();
        }
        knowing.fold(text.to_owned(), |text, dialect| dialect.obfuscated(&text))
    }

    /// A text of a log body: every dialect has its turn.
    pub(crate) fn any(&self, text: &str) -> String {
        self.dialects
            .iter()
            .fold(text.to_owned(), |text, dialect| dialect.obfuscated(&text))
    }

    /// A name of a span, by the system that its attributes name.
    pub(crate) fn of_system(&self, text: &str, system: &str) -> String {
        let dialect = self
            .dialects
            .iter()
            .find(|dialect| dialect.systems.contains(&system));
        dialect.map_or_else(|| text.to_owned(), |dialect| dialect.obfuscated(text))
    }
}

impl Dialect {
    fn obfuscated(&self, text: &str) -> String {
        match self.syntax {
            Syntax::Sql => sql::obfuscated(text),
            Syntax::Redis => redis::obfuscated(text),
            Syntax::Memcached => memcached::obfuscated(text),
            Syntax::Json => json::obfuscated(text),
        }
    }
}

/// Keys of attributes that name the system, the newer one first.
pub(crate) const SYSTEM_KEYS: [&str; 2] = ["db.system.name", "db.system"];

/// The database system that the attributes of a node name, in lower case.
pub(crate) fn system(node: NodeView<'_>) -> String {
    let named = SYSTEM_KEYS.iter().find_map(|key| {
        node.attribute(key)
            .and_then(Value::as_text)
            .filter(|name| !name.is_empty())
    });
    named.unwrap_or_default().to_lowercase()
}
