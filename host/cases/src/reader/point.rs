//! Data points in the short form, as OTLP/JSON.

use serde_json::{Map, Value as Json, json};
use tollgate_config::written::{Item, Pair};

use super::Reader;

impl<'w> Reader<'w> {
    pub(super) fn point(&mut self, item: Item<'w>) -> Map<String, Json> {
        let mut metric = Map::new();
        self.copy(
            item,
            &[
                ("metric", "name"),
                ("unit", "unit"),
                ("description", "description"),
            ],
            &mut metric,
        );
        let mut point = Map::new();
        self.copy_attributes(item, &mut point);
        self.times(
            item,
            &[("start", "startTimeUnixNano"), ("time", "timeUnixNano")],
            &mut point,
        );
        let kinds = ["sum", "gauge", "histogram"];
        let mut said = kinds.iter().filter_map(|kind| item.pair(kind));
        let (Some(kind), None) = (said.next(), said.next()) else {
            self.error(
                item.pair("metric").map(|pair| pair.at).unwrap_or_default(),
                "a data point has one of `sum`, `gauge` and `histogram`",
                "write `sum: 1`; metrics of other kinds are written as OTLP/JSON",
            );
            return metric;
        };
        if kind.key == "histogram" {
            self.histogram(kind, &mut point);
        } else if let Some(number) = number(&kind.item.to_json()) {
            point.extend([number]);
        } else {
            self.wrong(kind.item, &format!("`{}` takes a number", kind.key));
        }
        let mut data = json!({ "dataPoints": [point] });
        if let Some(data) = data.as_object_mut().filter(|_| kind.key != "gauge") {
            let temporality = item
                .pair("temporality")
                .and_then(|pair| pair.item.text())
                .unwrap_or("cumulative");
            let code = if temporality == "delta" { 1 } else { 2 };
            data.insert("aggregationTemporality".to_owned(), code.into());
            if kind.key == "sum" {
                let monotonic = item
                    .pair("monotonic")
                    .and_then(|pair| pair.item.boolean())
                    .unwrap_or(true);
                data.insert("isMonotonic".to_owned(), monotonic.into());
            }
        }
        metric.insert(kind.key.to_owned(), data);
        metric
    }

    fn histogram(&mut self, pair: Pair<'w>, point: &mut Map<String, Json>) {
        const MEMBERS: [(&str, &str); 6] = [
            ("count", "count"),
            ("sum", "sum"),
            ("min", "min"),
            ("max", "max"),
            ("bounds", "explicitBounds"),
            ("buckets", "bucketCounts"),
        ];
        for own in pair.item.pairs().into_iter().flatten() {
            match MEMBERS.iter().find(|(name, _)| *name == own.key) {
                Some((_, json)) => {
                    point.insert((*json).to_owned(), own.item.to_json());
                }
                None => self.error(
                    own.at,
                    format!("a histogram has no `{}`", own.key),
                    "it has count, sum, min, max, bounds and buckets",
                ),
            }
        }
    }
}

fn number(value: &Json) -> Option<(String, Json)> {
    match value {
        Json::Number(number) if number.is_i64() || number.is_u64() => {
            Some(("asInt".to_owned(), number.to_string().into()))
        }
        Json::Number(number) => Some(("asDouble".to_owned(), number.clone().into())),
        _ => None,
    }
}
