//! What must hold of records.

use tollgate_config::ComponentId;
use tollgate_config::written::{Item, Pair};

use super::Reader;
use crate::keys::METRIC;
use crate::model::{Assertion, At, Fate, Metric, Quantity, Text};
use crate::output::path::Path;

impl<'w> Reader<'w> {
    pub(super) fn assertions(&mut self, item: Item<'w>) -> Vec<At<Assertion>> {
        let mut all = Vec::new();
        for own in item.pairs().into_iter().flatten() {
            match own.key {
                "kept" => self.becomes(own, Fate::Kept, &mut all),
                "dropped" => self.becomes(own, Fate::Dropped, &mut all),
                "rejected" => self.becomes(own, Fate::Rejected, &mut all),
                "failed" => self.becomes(own, Fate::Failed, &mut all),
                "consumed" => self.becomes(own, Fate::Consumed, &mut all),
                "dropped_by" => self.dropped_by(own, &mut all),
                "failed_with" => {
                    let text = self.text(own);
                    all.extend(text.map(|text| At {
                        value: Assertion::FailedWith(Text::Holds(text.to_owned())),
                        place: own.at,
                    }));
                }
                "absent" => self.absent(own, &mut all),
                "present" => self.present(own, &mut all),
                "equals" | "matches" => self.fields(own, &mut all),
                "routed_to" => self.routed_to(own, &mut all),
                "metric" => {
                    for item in self.one_or_more(own.item) {
                        let place = super::first_line(self.written.text(), item.at());
                        let metric = self.metric(item);
                        all.extend(metric.map(|metric| At {
                            value: Assertion::Metric(metric),
                            place,
                        }));
                    }
                }
                "unchanged" => match own.item.boolean() {
                    Some(value) => all.push(At {
                        value: Assertion::Unchanged(value),
                        place: own.at,
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

    fn becomes(&mut self, pair: Pair<'w>, fate: Fate, all: &mut Vec<At<Assertion>>) {
        let quantity = match (pair.item.boolean(), pair.item.count()) {
            (Some(all), _) => Quantity::All(all),
            (None, Some(count)) => Quantity::Exactly(count),
            (None, None) => {
                let wanted = format!("`{}` takes true, false or a number of records", pair.key);
                return self.wrong(pair.item, &wanted);
            }
        };
        all.push(At {
            value: Assertion::Becomes(fate, quantity),
            place: pair.at,
        });
    }

    fn present(&mut self, pair: Pair<'w>, all: &mut Vec<At<Assertion>>) {
        for text in self.texts(pair) {
            let regex = self.regex(text.value, text.place);
            all.extend(regex.map(|regex| At {
                value: Assertion::Present(regex),
                place: text.place,
            }));
        }
    }

    fn routed_to(&mut self, pair: Pair<'w>, all: &mut Vec<At<Assertion>>) {
        let mut pipelines = Vec::new();
        for text in self.texts(pair) {
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
            place: pair.item.at(),
        });
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
}
