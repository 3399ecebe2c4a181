//! The telemetry of a case.

use tollgate_config::written::{Item, nearest};
use tollgate_lab::samples;

use super::Reader;
use super::record::{Requests, Short};
use crate::keys::{INPUT, REQUEST};
use crate::model::{At, Input};

impl<'w> Reader<'w> {
    pub(super) fn input(&mut self, item: Item<'w>) -> Vec<At<Input>> {
        let mut inputs = Vec::new();
        // Records beside one another are one request, as a client would send them.
        let mut open: Option<(Requests, Item<'w>)> = None;
        let close = |open: &mut Option<(Requests, Item<'w>)>, inputs: &mut Vec<At<Input>>| {
            if let Some((requests, first)) = open.take() {
                inputs.extend(requests.finish().into_iter().map(|json| At {
                    value: Input::Json(json),
                    place: first.at(),
                }));
            }
        };
        for own in self.one_or_more(item) {
            let place = own.at();
            if let Some(text) = own.text() {
                close(&mut open, &mut inputs);
                inputs.push(At {
                    value: Input::Text(text.to_owned()),
                    place,
                });
                continue;
            }
            if own.pairs().is_none() {
                self.wrong(own, "`input` takes a record, or a list of records");
                continue;
            }
            let has = |name: &str| own.pair(name).is_some();
            if let Some(key) = INPUT.iter().find(|key| has(key.name)) {
                close(&mut open, &mut inputs);
                if let Some(value) = self.named(own, key.name) {
                    inputs.push(At { value, place });
                }
            } else if REQUEST.iter().any(|key| has(key.name)) {
                close(&mut open, &mut inputs);
                self.keys(own, &[REQUEST], "a request in OTLP/JSON");
                inputs.push(At {
                    value: Input::Json(own.to_json()),
                    place,
                });
            } else if let Some(record) = self.record(own) {
                let Short {
                    signal,
                    resource,
                    scope,
                    record,
                } = record;
                let (requests, _) = open.get_or_insert_with(|| (Requests::default(), own));
                requests.add(signal, resource, scope, record);
            }
        }
        close(&mut open, &mut inputs);
        inputs
    }

    /// `text`, `lines`, `file` or `sample`.
    fn named(&mut self, item: Item<'w>, name: &str) -> Option<Input> {
        self.keys(item, &[INPUT], "an input");
        let mut said = item
            .pairs()?
            .filter(|pair| INPUT.iter().any(|key| key.name == pair.key));
        let pair = said.find(|pair| pair.key == name)?;
        if let Some(other) = item
            .pairs()?
            .find(|other| other.key != pair.key && INPUT.iter().any(|key| key.name == other.key))
        {
            self.error(
                other.at,
                format!("an input is `{}` or `{}`", pair.key, other.key),
                "keep one of them, or write a list of inputs",
            );
            return None;
        }
        let text = self.text(pair)?;
        Some(match name {
            "text" => Input::Text(text.to_owned()),
            "lines" => Input::Lines(text.to_owned()),
            "file" => Input::File(self.folder.join(text)),
            _ => {
                if !samples::NAMES.contains(&text) {
                    let help = nearest(text, samples::NAMES).map_or_else(
                        || format!("there are {}", samples::NAMES.join(", ")),
                        |near| format!("did you mean `{near}`?"),
                    );
                    self.error(
                        pair.item.at(),
                        format!("there is no sample `{text}`"),
                        &help,
                    );
                    return None;
                }
                Input::Sample(text.to_owned())
            }
        })
    }
}
