//! What must come of a case.

use regex::Regex;
use tollgate_config::written::{Pair, Place, size};

use super::Reader;
use crate::keys::{ASSERTIONS, EXPECT, RECORD};
use crate::model::{Assertion, At, ConfigError, Expect, Golden, Text};

impl<'w> Reader<'w> {
    pub(super) fn expect(&mut self, pair: Pair<'w>) -> Expect {
        let mut expect = Expect::default();
        let item = pair.item;
        if item.pairs().is_none() {
            self.wrong(item, "`expect` takes a mapping");
            return expect;
        }
        let before = self.found.len();
        self.keys(item, &[ASSERTIONS, EXPECT], "`expect`");
        expect.all = self.assertions(item);
        for own in item.pairs().into_iter().flatten() {
            let place = own.at;
            match own.key {
                "golden" => expect.golden = self.golden(own).map(|value| At { value, place }),
                "records" => expect.records = self.records(own),
                "config_error" => expect.config_errors = self.config_errors(own),
                "cost" => expect.fuel_per_record = self.cost(own),
                "memory" => {
                    let size = own.item.count().or_else(|| size(own.item.text()?));
                    match size {
                        Some(value) => expect.memory = Some(At { value, place }),
                        None => self.error(
                            own.item.at(),
                            "this is no size",
                            "write a size as in `4MiB`, or a number of bytes",
                        ),
                    }
                }
                _ => {}
            }
        }
        let nothing = expect.golden.is_none()
            && expect.all.is_empty()
            && expect.records.is_empty()
            && expect.config_errors.is_empty()
            && expect.fuel_per_record.is_none()
            && expect.memory.is_none();
        if nothing && self.found.len() == before {
            self.error(
                pair.at,
                "this case expects nothing",
                "write what must come of it, such as `kept: true` or `absent: '@'`",
            );
        }
        let besides =
            expect.golden.is_some() || !expect.all.is_empty() || !expect.records.is_empty();
        if besides && !expect.config_errors.is_empty() {
            self.error(
                pair.at,
                "nothing passes a configuration that is wrong",
                "keep `config_error`, or what is expected of telemetry",
            );
        }
        expect
    }

    fn golden(&mut self, pair: Pair<'w>) -> Option<Golden> {
        if pair.item.is_absent() {
            return Some(Golden::Inline(None));
        }
        let Some(text) = pair.item.text() else {
            self.wrong(pair.item, "`golden` takes a block of text, or a file");
            return None;
        };
        Some(if text.trim().is_empty() {
            Golden::Inline(None)
        } else if text.contains('\n') {
            Golden::Inline(Some(text.to_owned()))
        } else {
            Golden::File(self.folder.join(text))
        })
    }

    fn records(&mut self, pair: Pair<'w>) -> Vec<(u32, Vec<At<Assertion>>)> {
        let Some(items) = pair.item.items() else {
            self.wrong(pair.item, "`records` takes a list");
            return Vec::new();
        };
        let mut records = Vec::new();
        for (place, item) in (0_u32..).zip(items) {
            if item.pairs().is_none() {
                self.wrong(
                    item,
                    "an element of `records` is a mapping of what must hold",
                );
                continue;
            }
            self.keys(item, &[RECORD, ASSERTIONS], "a record of `records`");
            let number = item.pair("record").and_then(|own| {
                let number = own.item.count().and_then(|count| u32::try_from(count).ok());
                let from_zero = number.and_then(|number| number.checked_sub(1));
                if from_zero.is_none() {
                    self.error(
                        own.item.at(),
                        "`record` takes a number",
                        "records are counted from 1, in the order of the input",
                    );
                }
                from_zero
            });
            records.push((number.unwrap_or(place), self.assertions(item)));
        }
        records
    }

    fn config_errors(&mut self, pair: Pair<'w>) -> Vec<At<ConfigError>> {
        let mut errors = Vec::new();
        for item in self.one_or_more(pair.item) {
            let place = super::first_line(self.written.text(), item.at());
            if let Some(text) = item.text() {
                errors.push(At {
                    value: ConfigError {
                        text: Text::Holds(text.to_owned()),
                        line: None,
                    },
                    place,
                });
                continue;
            }
            if item.pairs().is_none() {
                self.wrong(
                    item,
                    "`config_error` takes a text, or `{text, regex, line}`",
                );
                continue;
            }
            let mut text = Text::Holds(String::new());
            let mut line = None;
            for own in item.pairs().into_iter().flatten() {
                match own.key {
                    "text" => {
                        if let Some(own) = self.text(own) {
                            text = Text::Holds(own.to_owned());
                        }
                    }
                    "regex" => {
                        let written = self.text(own);
                        let regex = written.and_then(|text| self.regex(text, own.item.at()));
                        if let Some(regex) = regex {
                            text = Text::Matches(regex);
                        }
                    }
                    "line" => {
                        line = own.item.count();
                        if line.is_none() {
                            self.wrong(own.item, "`line` takes a number");
                        }
                    }
                    key => self.error(
                        own.at,
                        format!("`config_error` has no key `{key}`"),
                        "known keys: text, regex, line",
                    ),
                }
            }
            errors.push(At {
                value: ConfigError { text, line },
                place,
            });
        }
        errors
    }

    fn cost(&mut self, pair: Pair<'w>) -> Option<At<u64>> {
        let Some(own) = pair.item.pair("fuel_per_record") else {
            self.error(
                pair.at,
                "`cost` takes `fuel_per_record`",
                "write `cost: {fuel_per_record: 4000}`: instructions a record",
            );
            return None;
        };
        for other in pair.item.pairs().into_iter().flatten() {
            if other.key != own.key {
                self.error(
                    other.at,
                    format!("`cost` has no key `{}`", other.key),
                    "known keys: fuel_per_record",
                );
            }
        }
        let Some(value) = own.item.count().filter(|value| *value > 0) else {
            self.wrong(own.item, "`fuel_per_record` takes a number of instructions");
            return None;
        };
        Some(At {
            value,
            place: own.at,
        })
    }

    pub(super) fn regex(&mut self, text: &str, at: Place) -> Option<Regex> {
        match Regex::new(text) {
            Ok(regex) => Some(regex),
            Err(error) => {
                // The last line says what is wrong; those before it show where, which the caret does.
                let text = error.to_string();
                let why = text.lines().last().unwrap_or_default();
                let why = why.strip_prefix("error: ").unwrap_or(why);
                self.error(
                    at,
                    format!("this regular expression cannot be read: {why}"),
                    "in single quotes YAML changes nothing in it",
                );
                None
            }
        }
    }
}
