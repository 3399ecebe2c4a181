//! From a case file's text to what it means, or to everything that is wrong with it.

mod assertions;
mod expect;
mod input;
mod point;
mod record;
mod span;
mod subject;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use tollgate_config::written::{Item, Pair, Place, Written, nearest};
use tollgate_config::{ComponentId, Diagnostics, Severity, Source};
use tollgate_lab::Scope;

use crate::keys::{CASE, FILE, Key, SUBJECT};
use crate::model::{At, Case, CaseFile, Expect};

/// Reads a case file. `name` is its path: what it refers to stands beside it.
pub fn read(name: &str, text: &str) -> Result<CaseFile, Diagnostics> {
    let written = Written::read(Source {
        name: name.to_owned(),
        text: text.to_owned(),
    })?;
    let mut reader = Reader {
        folder: Path::new(name)
            .parent()
            .map_or_else(PathBuf::new, Path::to_owned),
        written: &written,
        name,
        found: Diagnostics::default(),
        is_subject_told: false,
    };
    let (subject, cases) = reader.file();
    let mut found = reader.found;
    if found.is_empty() {
        return Ok(CaseFile {
            name: name.to_owned(),
            written,
            subject,
            cases,
        });
    }
    found.sort();
    Err(found)
}

/// Reads values, and collects what is wrong with them.
struct Reader<'w> {
    written: &'w Written,
    name: &'w str,
    folder: PathBuf,
    found: Diagnostics,
    /// Whether it was said that nothing says what is tried, or why it could not be understood.
    is_subject_told: bool,
}

impl<'w> Reader<'w> {
    fn file(&mut self) -> (Option<crate::model::Subject>, Vec<Case>) {
        let root = self.written.root();
        if root.pairs().is_none() {
            let line = self.written.text().find('\n');
            let end = line.unwrap_or(self.written.text().len());
            self.error(
                Place { start: 0, end },
                format!("a case file is a mapping, not {}", root.noun()),
                "start from `config: config.yaml` and `cases:`",
            );
            return (None, Vec::new());
        }
        self.keys(root, &[SUBJECT, FILE], "a case file");
        let subject = self.subject(root, None);
        self.is_subject_told = !self.found.is_empty();
        let Some(cases) = root.pair("cases") else {
            self.error(
                Place { start: 0, end: 0 },
                "there are no cases in this file",
                "write `cases:` with a list of `name`, `input` and `expect`",
            );
            return (subject, Vec::new());
        };
        let Some(items) = cases.item.items() else {
            self.wrong(cases.item, "`cases` takes a list");
            return (subject, Vec::new());
        };
        let mut names = HashMap::new();
        let mut read = Vec::new();
        for item in items {
            if let Some(case) = self.case(item, subject.as_ref()) {
                let line = self.written.line(case.name.place);
                if let Some(first) = names.insert(case.name.value.clone(), line) {
                    self.error(
                        case.name.place,
                        format!(
                            "another case is called `{}`, in line {first}",
                            case.name.value
                        ),
                        "give each case of a file a name of its own",
                    );
                }
                read.push(case);
            }
        }
        if read.is_empty() && self.found.is_empty() {
            self.error(
                cases.at,
                "the list of cases is empty",
                "write a case: `name`, `input` and `expect`",
            );
        }
        (subject, read)
    }

    fn case(&mut self, item: Item<'w>, of_file: Option<&crate::model::Subject>) -> Option<Case> {
        if item.pairs().is_none() {
            self.wrong(item, "a case is a mapping of `name`, `input` and `expect`");
            return None;
        }
        let before = self.found.len();
        self.keys(item, &[CASE, SUBJECT], "a case");
        let name = if let Some(pair) = item.pair("name") {
            self.text(pair).map(|text| At {
                value: text.trim().to_owned(),
                place: pair.item.at(),
            })
        } else {
            self.error(
                first_line(self.written.text(), item.at()),
                "this case has no name",
                "say what it shows: `name: mail addresses are masked`",
            );
            None
        };
        let place = name.as_ref().map_or_else(
            || first_line(self.written.text(), item.at()),
            |name| name.place,
        );
        let subject = self.subject(item, of_file);
        if subject.is_none() && of_file.is_none() {
            let said = ["config", "policy"];
            let is_said = said.iter().any(|key| item.pair(key).is_some());
            if !is_said && !self.is_subject_told {
                self.is_subject_told = true;
                self.error(
                    place,
                    "it is not said what is tried",
                    "write `config: FILE` or `policy: NAME` at the top of the file",
                );
            }
        }
        let scope = self.scope(item, place);
        let ignored = item
            .pair("ignored")
            .and_then(|pair| self.text(pair))
            .map(str::to_owned);
        let expect = if let Some(pair) = item.pair("expect") {
            self.expect(pair)
        } else {
            self.error(
                place,
                "this case expects nothing",
                "write `expect:` with what must come of it, such as `kept: true`",
            );
            Expect::default()
        };
        let input = if let Some(pair) = item.pair("input") {
            self.input(pair.item)
        } else {
            if expect.config_errors.is_empty() && self.found.len() == before {
                self.error(
                    place,
                    "this case has no input",
                    "write `input:` with a record, `text:`, `file:` or `sample:`",
                );
            }
            Vec::new()
        };
        Some(Case {
            name: name?,
            subject,
            scope,
            ignored,
            input,
            expect,
        })
    }

    fn scope(&mut self, item: Item<'w>, place: Place) -> At<Scope> {
        let whole = At {
            value: Scope::Whole,
            place,
        };
        let (pair, scope): (_, fn(ComponentId) -> Scope) =
            match (item.pair("stage"), item.pair("pipeline")) {
                (None, None) => return whole,
                (Some(_), Some(other)) => {
                    self.error(
                        other.at,
                        "a case is about a stage or about a pipeline",
                        "keep one of the two",
                    );
                    return whole;
                }
                (Some(pair), None) => (pair, Scope::Stage),
                (None, Some(pair)) => (pair, Scope::Pipeline),
            };
        match self.text(pair).map(ComponentId::parse) {
            None => whole,
            Some(Ok(id)) => At {
                value: scope(id),
                place: pair.item.at(),
            },
            Some(Err(why)) => {
                self.error(
                    pair.item.at(),
                    why,
                    "write it as in the configuration: `type` or `type/name`",
                );
                whole
            }
        }
    }

    /// Says which keys mean nothing.
    fn keys(&mut self, item: Item<'w>, known: &[&'static [Key]], what: &str) {
        for pair in item.pairs().into_iter().flatten() {
            let names = || known.iter().copied().flatten().map(|key| key.name);
            if names().any(|name| name == pair.key) {
                continue;
            }
            let help = match nearest(pair.key, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known keys: {}", names().collect::<Vec<_>>().join(", ")),
            };
            self.error(
                pair.at,
                format!("{what} has no key `{}`", pair.key),
                help.as_str(),
            );
        }
    }

    fn text(&mut self, pair: Pair<'w>) -> Option<&'w str> {
        let text = pair.item.text().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.wrong(pair.item, &format!("`{}` takes a text", pair.key));
        }
        text
    }

    /// A text, or a list of them.
    fn texts(&mut self, pair: Pair<'w>) -> Vec<At<&'w str>> {
        let mut texts = Vec::new();
        for item in self.one_or_more(pair.item) {
            match item.text() {
                Some(text) => texts.push(At {
                    value: text,
                    place: item.at(),
                }),
                None => self.wrong(item, &format!("`{}` takes texts", pair.key)),
            }
        }
        texts
    }

    #[expect(clippy::unused_self, reason = "reads as the others do")]
    fn one_or_more(&self, item: Item<'w>) -> Vec<Item<'w>> {
        match item.items() {
            Some(items) => items.collect(),
            None => vec![item],
        }
    }

    /// Something else was wanted than what stands there.
    fn wrong(&mut self, item: Item<'w>, wanted: &str) {
        let at = item.at();
        let at = first_line(self.written.text(), at);
        self.found.push(self.written.diagnostic(
            Severity::Error,
            at,
            format!("{wanted}, not {}", item.noun()),
            None,
        ));
    }

    fn error(&mut self, at: Place, message: impl Into<String>, help: &str) {
        self.found.push(self.written.diagnostic(
            Severity::Error,
            at,
            message,
            Some(help.to_owned()),
        ));
    }
}

/// A whole block would be a poor thing to mark.
fn first_line(text: &str, at: Place) -> Place {
    let marked = text.get(at.range()).unwrap_or_default();
    let line = marked.split('\n').next().unwrap_or_default().trim_end();
    Place {
        start: at.start,
        end: at.start.saturating_add(line.len()),
    }
}
