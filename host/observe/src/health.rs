//! Whether the gate is well: the Collector's `health_check`, and each component for those who ask for more.

use std::sync::Arc;

use axum::Router;
use axum::extract::RawQuery;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::sync::watch;
use tollgate_config::HealthCheck;
use tollgate_telemetry::Gate;

use crate::Phase;

/// Answers `path` as the Collector does; with `?verbose`, what each component says, and 503 if one of them is not well.
pub(crate) fn pages(
    settings: &HealthCheck,
    gate: Arc<Gate>,
    phase: watch::Receiver<Phase>,
) -> Router {
    let health = Arc::new(Health {
        healthy: settings.healthy.clone(),
        unhealthy: settings.unhealthy.clone(),
        headers: headers(settings),
        ready_since: Timestamp::now(),
        gate,
        phase,
    });
    let answer = move |query: RawQuery| {
        let answer = if wants_more(query.0.as_deref()) {
            health.components()
        } else {
            health.status()
        };
        async move { answer }
    };
    let path = settings.path.clone();
    Router::new().fallback(any(move |uri: Uri, query: RawQuery| {
        // As Go's servers read a path: one that ends in a slash stands for all below it.
        let asked = uri.path();
        let found = asked == path || (path.ends_with('/') && asked.starts_with(&path));
        let answer = answer.clone();
        async move {
            if found {
                answer(query).await
            } else {
                StatusCode::NOT_FOUND.into_response()
            }
        }
    }))
}

fn wants_more(query: Option<&str>) -> bool {
    let mut parameters = query.unwrap_or_default().split('&');
    parameters.any(|parameter| matches!(parameter, "verbose" | "verbose=true" | "verbose="))
}

fn headers(settings: &HealthCheck) -> HeaderMap {
    let pairs = settings
        .response_headers
        .iter()
        .filter_map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, HeaderValue::from_str(value.reveal()).ok()?))
        });
    pairs.collect()
}

struct Health {
    healthy: Option<String>,
    unhealthy: Option<String>,
    headers: HeaderMap,
    ready_since: Timestamp,
    gate: Arc<Gate>,
    phase: watch::Receiver<Phase>,
}

impl Health {
    fn is_ready(&self) -> bool {
        *self.phase.borrow() == Phase::Ready
    }

    fn status(&self) -> Response {
        let ready = self.is_ready();
        if self.healthy.is_some() || self.unhealthy.is_some() {
            let own = if ready {
                &self.healthy
            } else {
                &self.unhealthy
            };
            return self.answer(ready, None, own.clone().unwrap_or_default());
        }
        let body = if ready {
            json!({
                "status": "Server available",
                "upSince": self.ready_since.to_string(),
                "uptime": format!("{:?}", self.gate.started.elapsed()),
            })
        } else {
            json!({
                "status": "Server not available",
                "upSince": "0001-01-01T00:00:00Z",
                "uptime": "",
            })
        };
        self.answer(ready, Some("application/json"), body.to_string())
    }

    /// In the words of the Collector's second version of this extension.
    fn components(&self) -> Response {
        let now = Timestamp::now().to_string();
        let status = |well: bool, otherwise: &str| {
            json!({
                "healthy": well,
                "status": if well { "StatusOK" } else { otherwise },
                "status_time": now,
            })
        };
        let mut components = Map::new();
        for counts in &self.gate.receivers {
            let place = format!("receiver:{}/{}", counts.receiver, counts.transport.as_str());
            let listening = counts.listening.get();
            components.insert(place, status(listening, "StatusStopped"));
        }
        for counts in &self.gate.limiters {
            let place = format!("processor:{}", counts.processor);
            let well = !counts.refusing.get();
            components.insert(place, status(well, "StatusRecoverableError"));
        }
        for counts in &self.gate.exporters {
            let place = format!("exporter:{}", counts.exporter);
            let well = !counts.failing.get();
            components.insert(place, status(well, "StatusRecoverableError"));
        }
        let all = components
            .values()
            .all(|component| component.get("healthy") == Some(&Value::Bool(true)));
        let ready = self.is_ready() && all;
        let mut body = status(ready, "StatusRecoverableError");
        if let Some(body) = body.as_object_mut() {
            body.insert("start_time".into(), self.ready_since.to_string().into());
            body.insert("components".into(), components.into());
        }
        self.answer(ready, Some("application/json"), body.to_string())
    }

    fn answer(&self, well: bool, kind: Option<&'static str>, body: String) -> Response {
        let status = if well {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        };
        let mut response = (status, body).into_response();
        if let Some(kind) = kind {
            let kind = HeaderValue::from_static(kind);
            response.headers_mut().insert(CONTENT_TYPE, kind);
        }
        response.headers_mut().extend(self.headers.clone());
        response
    }
}
