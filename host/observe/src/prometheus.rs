//! The page that Prometheus fetches, and the account of every record beside it.

use std::sync::Arc;

use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use axum::{Json, Router};
use tollgate_config::PrometheusReader;
use tollgate_telemetry::prometheus::{self, Naming, render};
use tollgate_telemetry::{Detail, Live};

pub(crate) fn page(
    reader: &PrometheusReader,
    resource: &[(String, String)],
    detail: Detail,
    gate: Arc<Live>,
) -> Router {
    let constant = reader.resource_labels.as_ref().map(|choice| {
        let chosen = resource.iter().filter(|(key, _)| choice.chooses(key));
        chosen.cloned().collect()
    });
    let naming = Arc::new(Naming {
        units: !reader.without_units,
        type_suffix: !reader.without_type_suffix,
        scope: (!reader.without_scope_info).then(crate::scope),
        target: resource.to_vec(),
        constant: constant.unwrap_or_default(),
    });
    let accounts = Arc::clone(&gate);
    let account = move || {
        let account = Json(accounts.now().conservation());
        async move { account }
    };
    let answer = move || {
        let page = render(&gate.now().metrics(detail), &naming);
        async move { ([(CONTENT_TYPE, prometheus::CONTENT_TYPE)], page) }
    };
    Router::new()
        .route("/metrics", get(answer))
        .route("/debug/conservation", get(account))
}
