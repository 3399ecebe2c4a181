//! What the page, other pages, and texts of other people get from a site.

mod guarded;
mod work;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value as Json, json};
use tollgate_sandbox::{Options, Sandbox};
use tower::ServiceExt as _;

use super::pages;
use crate::guard::Token;
use crate::workbench::Workbench;

/// A program that ships with no policy.
struct NoPolicies;

impl tollgate_pipeline::StockPolicies for NoPolicies {
    fn artifact(&self, _: &str) -> Option<&[u8]> {
        None
    }
}

impl tollgate_config::KnownPolicies for NoPolicies {
    fn processors(&self) -> Vec<&str> {
        Vec::new()
    }

    fn connectors(&self) -> Vec<&str> {
        Vec::new()
    }
}

const CONFIGURATION: &str = "receivers:
  otlp:
    protocols: { grpc: {} }
exporters:
  debug: {}
service:
  pipelines:
    logs: { receivers: [otlp], exporters: [debug] }
";

struct Site {
    pages: Router,
    token: String,
}

struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answered {
    fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Site {
    fn new() -> Self {
        let token = Token::random().unwrap();
        let sandbox = Sandbox::new(Options::default()).unwrap();
        Self {
            token: token.as_str().to_owned(),
            pages: pages(token, Workbench::new(sandbox, Arc::new(NoPolicies)), None),
        }
    }

    async fn ask(&self, request: Request<Body>) -> Answered {
        let answer = self.pages.clone().oneshot(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answered {
            status: head.status,
            headers: head.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// What the page itself asks, with other headers than it has where they are named.
    async fn post(&self, path: &str, body: impl Into<Body>, headers: &[(&str, &str)]) -> Answered {
        let mut request = Request::post(path);
        let own = [
            ("host", "127.0.0.1:4000"),
            ("origin", "http://127.0.0.1:4000"),
            ("content-type", "application/json"),
            ("x-tollgate-token", &*self.token),
        ];
        for (name, value) in own {
            if headers.iter().all(|(other, _)| *other != name) {
                request = request.header(name, value);
            }
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        self.ask(request.body(body.into()).unwrap()).await
    }

    async fn run(&self, configuration: &str, telemetry: &str) -> Json {
        let typed = json!({"configuration": configuration, "telemetry": telemetry});
        let answered = self.post("/api/run", typed.to_string(), &[]).await;
        assert_eq!(answered.status, StatusCode::OK, "{}", answered.body);
        answered.json()
    }

    async fn get(&self, path: &str) -> Answered {
        let request = Request::get(path).header("host", "localhost:4000");
        self.ask(request.body(Body::empty()).unwrap()).await
    }
}

fn typed() -> String {
    json!({"configuration": CONFIGURATION, "telemetry": "hello\n"}).to_string()
}
