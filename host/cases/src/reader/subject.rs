//! What a file or a case is about.

use tollgate_config::Source;
use tollgate_config::written::{Item, Pair, Written};

use super::Reader;
use crate::model::{Block, Configuration, Subject};

impl<'w> Reader<'w> {
    /// What is tried, as `item` says it on top of what the file says; none if it says nothing.
    pub(super) fn subject(&mut self, item: Item<'w>, of_file: Option<&Subject>) -> Option<Subject> {
        let of_policy = ["settings", "gate"].map(|key| item.pair(key));
        let configuration = match (item.pair("config"), item.pair("policy")) {
            (Some(_), Some(policy)) => {
                self.error(
                    policy.at,
                    "a configuration is tried, or one policy",
                    "keep `config` or `policy`",
                );
                None
            }
            (Some(pair), None) => self.config(pair).map(|config| (config, pair.at)),
            (None, Some(pair)) => self.policy(pair, of_policy).map(|alone| (alone, pair.at)),
            (None, None) => self.other_settings(of_policy, of_file),
        };
        if item.pair("policy").is_none()
            && !matches!(
                of_file.map(|own| &own.configuration),
                Some(Configuration::Alone { .. })
            )
            && let Some(pair) = of_policy.into_iter().flatten().next()
        {
            self.error(
                pair.at,
                format!("`{}` is of a policy, and none is named", pair.key),
                "write `policy: NAME` beside it",
            );
        }
        let set = item.pair("set").map(|pair| self.assignments(pair, '='));
        let env = item.pair("env").map(|pair| self.variables(pair));
        let compat = item.pair("compat").map(|pair| self.compat(pair));
        if configuration.is_none() && set.is_none() && env.is_none() && compat.is_none() {
            return None;
        }
        let (configuration, place) = match configuration {
            Some(said) => said,
            None => of_file.map(|own| (own.configuration.clone(), own.place))?,
        };
        let mut subject = Subject {
            configuration,
            place,
            set: of_file.map(|own| own.set.clone()).unwrap_or_default(),
            env: of_file.map(|own| own.env.clone()).unwrap_or_default(),
            compat_collector: compat
                .unwrap_or_else(|| of_file.is_some_and(|own| own.compat_collector)),
        };
        subject.set.extend(set.unwrap_or_default());
        subject.env.extend(env.unwrap_or_default());
        Some(subject)
    }

    fn config(&mut self, pair: Pair<'w>) -> Option<Configuration> {
        if pair.item.pairs().is_some() {
            return Some(self.inline(pair));
        }
        let text = self.text(pair)?;
        if text.trim_end().contains('\n') {
            return Some(self.inline(pair));
        }
        Some(Configuration::File(self.folder.join(text.trim())))
    }

    /// A configuration that stands in the file, in the lines where it stands, so that what is said of it points there.
    fn inline(&self, pair: Pair<'w>) -> Configuration {
        let meant = match pair.item.text() {
            Some(text) => text.to_owned(),
            None => pair.item.to_json().to_string(),
        };
        let name = self.name;
        let tree = |text: &str| {
            let source = Source {
                name: name.to_owned(),
                text: text.to_owned(),
            };
            Some(Written::read(source).ok()?.root().to_json())
        };
        let padded = block(self.written.text(), pair);
        // A text whose mistakes hide its meaning is compared as text.
        let same = match (tree(&padded), tree(&meant)) {
            (Some(one), Some(other)) => one == other,
            (None, None) => pair.item.text().is_some(),
            _ => false,
        };
        Configuration::Inline {
            padded: if same { padded } else { meant.clone() },
            text: meant,
        }
    }

    fn policy(
        &mut self,
        pair: Pair<'w>,
        [settings, gate]: [Option<Pair<'w>>; 2],
    ) -> Option<Configuration> {
        let name = self.text(pair)?;
        Some(Configuration::Alone {
            policy: name.to_owned(),
            settings: self.block_of_policy(settings),
            gate: self.block_of_policy(gate),
        })
    }

    /// A case that gives the file's policy other settings.
    fn other_settings(
        &mut self,
        [settings, gate]: [Option<Pair<'w>>; 2],
        of_file: Option<&Subject>,
    ) -> Option<(Configuration, tollgate_config::written::Place)> {
        let at = settings.or(gate)?.at;
        let Configuration::Alone {
            policy,
            settings: own,
            gate: own_gate,
        } = &of_file?.configuration
        else {
            return None;
        };
        let configuration = Configuration::Alone {
            policy: policy.clone(),
            settings: settings.map_or_else(|| own.clone(), |_| self.block_of_policy(settings)),
            gate: gate.map_or_else(|| own_gate.clone(), |_| self.block_of_policy(gate)),
        };
        Some((configuration, at))
    }

    fn block_of_policy(&mut self, pair: Option<Pair<'w>>) -> Option<Block> {
        let pair = pair.filter(|pair| !pair.item.is_absent())?;
        if pair.item.pairs().is_none() {
            self.wrong(pair.item, &format!("`{}` takes a mapping", pair.key));
            return None;
        }
        let text = self.written.text();
        let at = pair.item.at();
        let before = text.get(..at.start).unwrap_or_default();
        let line = before.matches('\n').count();
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count();
        let own = text.get(at.range()).unwrap_or_default();
        let block = Block {
            line,
            text: format!("{}{own}\n", " ".repeat(column)),
        };
        // Anchors are defined elsewhere, and a key needs a line before its block.
        let source = Source {
            name: self.name.to_owned(),
            text: format!("under:\n{}", block.text),
        };
        let read = Written::read(source).ok();
        let is_same = read.is_some_and(|read| {
            read.root()
                .pair("under")
                .is_some_and(|under| under.item.to_json() == pair.item.to_json())
        });
        Some(if is_same && line > 0 {
            block
        } else {
            Block {
                line: line.max(1),
                text: format!(" {}\n", pair.item.to_json()),
            }
        })
    }

    /// A list of `key=value`, or a mapping of keys to values.
    fn assignments(&mut self, pair: Pair<'w>, sign: char) -> Vec<String> {
        if let Some(pairs) = pair.item.pairs() {
            return pairs
                .map(|own| format!("{}{sign}{}", own.key, own.item.to_json()))
                .collect();
        }
        let mut read = Vec::new();
        for text in self.texts(pair) {
            if text.value.contains(sign) {
                read.push(text.value.to_owned());
            } else {
                self.error(
                    text.place,
                    "a key and a value have a `=` between them",
                    "write `processors.batch.timeout=2s`",
                );
            }
        }
        read
    }

    fn variables(&mut self, pair: Pair<'w>) -> Vec<(String, String)> {
        let Some(pairs) = pair.item.pairs() else {
            self.wrong(pair.item, "`env` takes a mapping of names to texts");
            return Vec::new();
        };
        let mut read = Vec::new();
        for own in pairs {
            let value = match (own.item.text(), own.item.to_json()) {
                (Some(text), _) => text.to_owned(),
                (None, value @ (serde_json::Value::Bool(_) | serde_json::Value::Number(_))) => {
                    value.to_string()
                }
                _ => {
                    self.wrong(own.item, "a variable of the environment is a text");
                    continue;
                }
            };
            read.push((own.key.to_owned(), value));
        }
        read
    }

    fn compat(&mut self, pair: Pair<'w>) -> bool {
        let text = self.text(pair);
        if text.is_some_and(|text| text != "collector") {
            self.error(
                pair.item.at(),
                "the only product to be compatible with is `collector`",
                "write `compat: collector`, or leave it out",
            );
        }
        text.is_some()
    }
}

/// The lines below a key that are indented deeper than it, with blank ones for everything before them.
fn block(text: &str, pair: Pair<'_>) -> String {
    let before = text.get(..pair.at.start).unwrap_or_default();
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().len();
    let mut padded = "\n".repeat(line.saturating_add(1));
    for own in text.lines().skip(line.saturating_add(1)) {
        let indent = own.len().saturating_sub(own.trim_start_matches(' ').len());
        if !own.trim().is_empty() && indent <= column {
            break;
        }
        padded.push_str(own);
        padded.push('\n');
    }
    padded
}
