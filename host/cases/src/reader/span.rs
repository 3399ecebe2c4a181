//! Spans in the short form, as OTLP/JSON.

use serde_json::{Map, Value as Json, json};
use tollgate_config::written::{Item, Pair};

use super::Reader;

const KINDS: [&str; 5] = ["internal", "server", "client", "producer", "consumer"];

impl<'w> Reader<'w> {
    pub(super) fn span(&mut self, item: Item<'w>) -> Map<String, Json> {
        let mut record = Map::new();
        // A span without ids is none.
        record.insert(
            "traceId".to_owned(),
            "0af7651916cd43dd8448eb211c80319c".into(),
        );
        record.insert("spanId".to_owned(), "b7ad6b7169203331".into());
        self.copy(
            item,
            &[
                ("span", "name"),
                ("trace_id", "traceId"),
                ("span_id", "spanId"),
                ("parent_span_id", "parentSpanId"),
                ("trace_state", "traceState"),
                ("flags", "flags"),
            ],
            &mut record,
        );
        self.copy_attributes(item, &mut record);
        self.times(
            item,
            &[("start", "startTimeUnixNano"), ("end", "endTimeUnixNano")],
            &mut record,
        );
        if let Some(pair) = item.pair("kind") {
            let word = pair.item.text().unwrap_or_default().to_lowercase();
            match KINDS.iter().zip(1_u64..).find(|(own, _)| **own == word) {
                Some((_, number)) => {
                    record.insert("kind".to_owned(), number.into());
                }
                None => self.error(
                    pair.item.at(),
                    "this is no kind of span",
                    &format!("there are {}", KINDS.join(", ")),
                ),
            }
        }
        if let Some(pair) = item.pair("status") {
            let status = self.status(pair);
            record.insert("status".to_owned(), status);
        }
        for (key, own) in [
            ("events", &["name"][..]),
            ("links", &["trace_id", "span_id", "trace_state"]),
        ] {
            let Some(pair) = item.pair(key) else { continue };
            let Some(items) = pair.item.items() else {
                self.wrong(pair.item, &format!("`{key}` takes a list"));
                continue;
            };
            let mut all = Vec::new();
            for child in items {
                let child = Pair {
                    item: child,
                    ..pair
                };
                all.push(match child.item.text() {
                    Some(name) if key == "events" => json!({ "name": name }),
                    _ => self.named_things(child, own),
                });
            }
            record.insert(key.to_owned(), all.into());
        }
        record
    }

    fn status(&mut self, pair: Pair<'w>) -> Json {
        let code = pair.item.pair("code").map_or(pair.item, |code| code.item);
        let number = match code.text().map(str::to_lowercase).as_deref() {
            Some("unset") => 0,
            Some("ok") => 1,
            Some("error") => 2,
            _ => {
                self.error(code.at(), "this is no status", "write `ok` or `error`");
                0
            }
        };
        let mut status = json!({ "code": number });
        if let Some(message) = pair.item.pair("message").and_then(|own| self.text(own))
            && let Some(status) = status.as_object_mut()
        {
            status.insert("message".to_owned(), message.into());
        }
        status
    }

    /// A mapping of texts, with attributes and a time.
    pub(super) fn named_things(&mut self, pair: Pair<'w>, texts: &[&str]) -> Json {
        let mut out = Map::new();
        let Some(pairs) = pair.item.pairs() else {
            self.wrong(pair.item, &format!("`{}` takes a mapping", pair.key));
            return Json::Object(out);
        };
        for own in pairs {
            match own.key {
                "attributes" => {
                    let attributes = self.attributes(own);
                    out.insert("attributes".to_owned(), attributes);
                }
                "time" => self.times(pair.item, &[("time", "timeUnixNano")], &mut out),
                key if texts.contains(&key) => {
                    let names = [
                        ("trace_id", "traceId"),
                        ("span_id", "spanId"),
                        ("trace_state", "traceState"),
                    ];
                    let name = names.iter().find(|(short, _)| *short == key);
                    if let Some(text) = self.text(own) {
                        out.insert(name.map_or(key, |(_, json)| json).to_owned(), text.into());
                    }
                }
                key => self.error(
                    own.at,
                    format!("`{}` has no key `{key}`", pair.key),
                    &format!("known keys: {}, attributes", texts.join(", ")),
                ),
            }
        }
        Json::Object(out)
    }
}
