//! What must come of a case.

use regex::Regex;
use tollgate_config::ComponentId;
use tollgate_config::written::{Item, Pair, Place, size};

use super::Reader;
use crate::keys::{ASSERTIONS, EXPECT, METRIC, RECORD};
use crate::model::{Assertion, At, ConfigError, Expect, Fate, Golden, Metric, Quantity, Text};
use crate::output::path::Path;

impl<'w> Reader<'w> {
    pub(super) fn expect(&mut self, pair: Pair<'w>) -> Expect {
        let mut expect = Expect::default();
        let item = pair.item;
        if item.pairs().is_none() {
            self.wrong(item, "`expect` takes a mapping");
            return expect;
        }
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
        if nothing && self.found.is_empty() {
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

    fn assertions(&mut self, item: Item<'w>) -> Vec<At<Assertion>> {
        let mut all = Vec::new();
        for own in item.pairs().into_iter().flatten() {
            let place = own.at;
            let becomes = match own.key {
                "kept" => Some(Fate::Kept),
                "dropped" => Some(Fate::Dropped),
                "rejected" => Some(Fate::Rejected),
                "failed" => Some(Fate::Failed),
                "consumed" => Some(Fate::Consumed),
                _ => None,
            };
            if let Some(fate) = becomes {
                let quantity = match (own.item.boolean(), own.item.count()) {
                    (Some(all), _) => Quantity::All(all),
                    (None, Some(count)) => Quantity::Exactly(count),
                    (None, None) => {
                        self.wrong(
                            own.item,
                            &format!("`{}` takes true, false or a number of records", own.key),
                        );
                        continue;
                    }
                };
                all.push(At {
                    value: Assertion::Becomes(fate, quantity),
                    place,
                });
                continue;
            }
            match own.key {
                "dropped_by" => self.dropped_by(own, &mut all),
                "failed_with" => {
                    let text = self.text(own);
                    all.extend(text.map(|text| At {
                        value: Assertion::FailedWith(Text::Holds(text.to_owned())),
                        place,
                    }));
                }
                "absent" => self.absent(own, &mut all),
                "present" => {
                    for text in self.texts(own) {
                        let regex = self.regex(text.value, text.place);
                        all.extend(regex.map(|regex| At {
                            value: Assertion::Present(regex),
                            place: text.place,
                        }));
                    }
                }
                "equals" | "matches" => self.fields(own, &mut all),
                "routed_to" => {
                    let mut pipelines = Vec::new();
                    for text in self.texts(own) {
                        match ComponentId::parse(text.value) {
                            Ok(id) => pipelines.push(id),
                            Err(why) => self.error(
                                text.place,
                                why,
                                "name a pipeline as in the configuration: `logs/audit`",
                            ),
                        }
                    }
                    all.push(At {
                        value: Assertion::RoutedTo(pipelines),
                        place: own.item.at(),
                    });
                }
                "metric" => {
                    for item in self.one_or_more(own.item) {
                        let place = item.at();
                        let metric = self.metric(item);
                        all.extend(metric.map(|metric| At {
                            value: Assertion::Metric(metric),
                            place: super::first_line(self.written.text(), place),
                        }));
                    }
                }
                "unchanged" => match own.item.boolean() {
                    Some(value) => all.push(At {
                        value: Assertion::Unchanged(value),
                        place,
                    }),
                    None => self.wrong(own.item, "`unchanged` takes true or false"),
                },
                "holds" => {
                    let texts = self.texts(own).into_iter();
                    all.extend(texts.map(|text| At {
                        value: Assertion::Holds(text.value.to_owned()),
                        place: text.place,
                    }));
                }
                "explained_by" => self.explained_by(own, &mut all),
                _ => {}
            }
        }
        all
    }

    fn dropped_by(&mut self, pair: Pair<'w>, all: &mut Vec<At<Assertion>>) {
        let place = pair.item.at();
        if pair.item.pairs().is_none() {
            let rule = self.text(pair).map(str::to_owned);
            all.extend(rule.map(|rule| At {
                value: Assertion::DroppedBy {
                    stage: None,
                    rule: Some(rule),
                },
                place,
            }));
            return;
        }
        let mut named = |name: &str| {
            let own = pair.item.pair(name)?;
            self.text(own).map(str::to_owned)
        };
        let (stage, rule) = (named("stage"), named("rule"));
        for own in pair.item.pairs().into_iter().flatten() {
            if !["stage", "rule"].contains(&own.key) {
                self.error(
                    own.at,
                    format!("`dropped_by` has no key `{}`", own.key),
                    "known keys: stage, rule",
                );
            }
        }
        all.push(At {
            value: Assertion::DroppedBy { stage, rule },
            place: pair.at,
        });
    }

    fn absent(&mut self, pair: Pair<'w>, all: &mut Vec<At<Assertion>>) {
        for item in self.one_or_more(pair.item) {
            let (text, decoded) = match item.pair("regex") {
                Some(own) => {
                    let decoded = item.pair("decoded").and_then(|own| own.item.boolean());
                    for other in item.pairs().into_iter().flatten() {
                        if !["regex", "decoded"].contains(&other.key) {
                            self.error(
                                other.at,
                                format!("`absent` has no key `{}`", other.key),
                                "known keys: regex, decoded",
                            );
                        }
                    }
                    (own.item, decoded.unwrap_or(false))
                }
                None => (item, false),
            };
            let Some(written) = text.text() else {
                self.wrong(text, "`absent` takes regular expressions");
                continue;
            };
            let regex = self.regex(written, text.at());
            all.extend(regex.map(|regex| At {
                value: Assertion::Absent { regex, decoded },
                place: text.at(),
            }));
        }
    }

    fn fields(&mut self, pair: Pair<'w>, all: &mut Vec<At<Assertion>>) {
        let Some(pairs) = pair.item.pairs() else {
            self.wrong(
                pair.item,
                &format!("`{}` takes a mapping of fields to values", pair.key),
            );
            return;
        };
        for own in pairs {
            if let Err(why) = Path::parse(own.key) {
                self.error(
                    own.at,
                    why,
                    "write it as OTTL does: `body`, `attributes[\"user\"]`, `resource.attributes[\"service.name\"]`",
                );
                continue;
            }
            let path = own.key.to_owned();
            let value = if pair.key == "equals" {
                Some(Assertion::Equals(path, own.item.to_json()))
            } else {
                let text = self.text(own);
                text.and_then(|text| self.regex(text, own.item.at()))
                    .map(|regex| Assertion::Matches(path, regex))
            };
            all.extend(value.map(|value| At {
                value,
                place: own.at,
            }));
        }
    }

    fn metric(&mut self, item: Item<'w>) -> Option<Metric> {
        if let Some(name) = item.text() {
            return Some(Metric {
                name: name.to_owned(),
                unit: None,
                value: None,
                count: None,
                attributes: Vec::new(),
            });
        }
        if item.pairs().is_none() {
            self.wrong(
                item,
                "`metric` takes a mapping of `name`, `value` and `attributes`",
            );
            return None;
        }
        self.keys(item, &[METRIC], "`metric`");
        let Some(name) = item.pair("name") else {
            self.error(
                super::first_line(self.written.text(), item.at()),
                "it is not said which metric",
                "write `name:`",
            );
            return None;
        };
        let name = self.text(name)?.to_owned();
        let unit = item
            .pair("unit")
            .and_then(|own| self.text(own))
            .map(str::to_owned);
        let value = item.pair("value").and_then(|own| {
            let value = own.item.to_json().as_f64();
            if value.is_none() {
                self.wrong(own.item, "`value` takes a number");
            }
            value
        });
        let count = item.pair("count").and_then(|own| {
            if own.item.count().is_none() {
                self.wrong(own.item, "`count` takes a number");
            }
            own.item.count()
        });
        let attributes = item.pair("attributes").map(|own| {
            if own.item.pairs().is_none() {
                self.wrong(own.item, "`attributes` takes a mapping");
            }
            let pairs = own.item.pairs().into_iter().flatten();
            pairs
                .map(|own| (own.key.to_owned(), own.item.to_json()))
                .collect()
        });
        Some(Metric {
            name,
            unit,
            value,
            count,
            attributes: attributes.unwrap_or_default(),
        })
    }

    fn explained_by(&mut self, pair: Pair<'w>, all: &mut Vec<At<Assertion>>) {
        let Some(pairs) = pair.item.pairs() else {
            let rule = self.text(pair).map(str::to_owned);
            all.extend(rule.map(|rule| At {
                value: Assertion::ExplainedBy { field: None, rule },
                place: pair.item.at(),
            }));
            return;
        };
        for own in pairs {
            if let Err(why) = Path::parse(own.key) {
                self.error(
                    own.at,
                    why,
                    "write it as OTTL does: `body`, `attributes[\"user\"]`",
                );
                continue;
            }
            let rule = self.text(own).map(str::to_owned);
            all.extend(rule.map(|rule| At {
                value: Assertion::ExplainedBy {
                    field: Some(own.key.to_owned()),
                    rule,
                },
                place: own.item.at(),
            }));
        }
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

    fn regex(&mut self, text: &str, at: Place) -> Option<Regex> {
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
