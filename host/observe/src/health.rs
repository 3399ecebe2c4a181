//! Whether the gate is well: the Collector's `health_check`, and each component for those who ask for more.
//!
//! Beside the path that is configured there are `/live` (the process answers) and `/ready` (it takes requests, and no stage is kept
//! from being called because it fails for everything). A path that is configured as one of these answers as the Collector does.

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
use tollgate_telemetry::{Gate, Live};

use crate::Phase;

/// Answers `path` as the Collector does; with `?verbose`, what each component says, and 503 if one of them is not well.
pub(crate) fn pages(
    settings: &HealthCheck,
    gate: Arc<Live>,
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
    let path = settings.path.clone();
    Router::new().fallback(any(move |uri: Uri, query: RawQuery| {
        // As Go's servers read a path: one that ends in a slash stands for all below it.
        let asked = uri.path();
        let more = wants_more(query.0.as_deref());
        let answer = match asked {
            "/live" if path != "/live" => health.live(),
            "/ready" if path != "/ready" => health.ready(more),
            _ if asked == path || (path.ends_with('/') && asked.starts_with(&path)) => {
                if more {
                    health.components()
                } else {
                    health.status()
                }
            }
            _ => StatusCode::NOT_FOUND.into_response(),
        };
        async move { answer }
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

/// A stage that is not called at the moment.
struct Open<'g> {
    pipeline: &'g str,
    stage: &'g str,
    failure: &'static str,
}

struct Health {
    healthy: Option<String>,
    unhealthy: Option<String>,
    headers: HeaderMap,
    ready_since: Timestamp,
    gate: Arc<Live>,
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
                "uptime": format!("{:?}", self.gate.now().started.elapsed()),
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
        let gate = self.gate.now();
        let now = Timestamp::now().to_string();
        let status = |well: bool, otherwise: &str| {
            json!({
                "healthy": well,
                "status": if well { "StatusOK" } else { otherwise },
                "status_time": now,
            })
        };
        let mut components = Map::new();
        for counts in &gate.receivers {
            let place = format!("receiver:{}/{}", counts.receiver, counts.transport.as_str());
            let listening = counts.listening.get();
            components.insert(place, status(listening, "StatusStopped"));
        }
        for counts in &gate.limiters {
            let place = format!("processor:{}", counts.processor);
            let well = !counts.refusing.get();
            components.insert(place, status(well, "StatusRecoverableError"));
        }
        for counts in &gate.exporters {
            let place = format!("exporter:{}", counts.exporter);
            let well = !counts.failing.get();
            components.insert(place, status(well, "StatusRecoverableError"));
        }
        for open in open_stages(&gate) {
            let place = format!("stage:{}/{}", open.pipeline, open.stage);
            let mut status = status(false, "StatusRecoverableError");
            if let Some(status) = status.as_object_mut() {
                status.insert("error".into(), open.failure.into());
            }
            components.insert(place, status);
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

    /// The process answers: that is all.
    fn live(&self) -> Response {
        let body = json!({"status": "live"});
        self.answer(true, Some("application/json"), body.to_string())
    }

    /// Whether requests are taken, on every way.
    fn ready(&self, more: bool) -> Response {
        let gate = self.gate.now();
        let open = open_stages(&gate);
        let (taking, well) = (self.is_ready(), open.is_empty());
        if more {
            let components = self.components();
            if !taking || !well || components.status().is_success() {
                return components;
            }
        }
        let status = match (taking, well) {
            (true, true) => "ready",
            (true, false) => "a stage fails for everything",
            (false, _) => "not taking requests",
        };
        let open: Vec<Value> = open
            .iter()
            .map(|open| json!({"pipeline": open.pipeline, "stage": open.stage, "failure": open.failure}))
            .collect();
        let body = json!({"status": status, "open_stages": open});
        let well = taking && well;
        self.answer(well, Some("application/json"), body.to_string())
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

/// Stages that are not called because they fail for everything. A failure is told by its kind.
fn open_stages(gate: &Gate) -> Vec<Open<'_>> {
    let pipelines = gate.pipelines.iter();
    pipelines
        .flat_map(|pipeline| {
            let stages = pipeline.stages.iter().chain(&pipeline.connectors);
            stages.filter_map(|stage| {
                let failure = stage.breaker.failure()?;
                Some(Open {
                    pipeline: &pipeline.pipeline,
                    stage: &stage.stage,
                    failure,
                })
            })
        })
        .collect()
}
