//! Metrics without their order, which a connector leaves to chance.

use serde_json::{Value, json};

const KINDS: &[&str] = &[
    "gauge",
    "sum",
    "histogram",
    "exponentialHistogram",
    "summary",
];

/// Each metric of some requests with the resource and the scope it stands under, as sorted texts. Its points are sorted, too.
pub(crate) fn metric_set(requests: &[Value]) -> Vec<String> {
    let mut set = Vec::new();
    for resource in requests
        .iter()
        .flat_map(|request| members(request, "resourceMetrics"))
    {
        for scope in members(resource, "scopeMetrics") {
            for metric in members(scope, "metrics") {
                let mut metric = metric.clone();
                for kind in KINDS {
                    let points = metric
                        .get_mut(kind)
                        .and_then(|data| data.get_mut("dataPoints"));
                    if let Some(Value::Array(points)) = points {
                        points.sort_by_cached_key(Value::to_string);
                    }
                }
                set.push(json!([resource.get("resource"), scope.get("scope"), metric]).to_string());
            }
        }
    }
    set.sort();
    set
}

fn members<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}
