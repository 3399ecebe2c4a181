//! What pages of other people, and texts of other people, get from this one.

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

#[tokio::test]
async fn the_page_holds_the_token_and_nothing_inline() {
    let site = Site::new();
    let page = site.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains(&site.token));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'self';") && !policy.contains("unsafe"));
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
    assert_eq!(page.headers["cache-control"], "no-store");
    for inline in [
        "<style",
        " style=",
        " onclick=",
        "javascript:",
        "<script>",
        "://",
    ] {
        assert!(!page.body.contains(inline), "{inline}");
    }
}

#[tokio::test]
async fn everything_that_the_page_names_is_there() {
    let site = Site::new();
    let mut left = vec!["/".to_owned()];
    let mut seen = Vec::new();
    while let Some(path) = left.pop() {
        let file = site.get(&path).await;
        assert_eq!(file.status, StatusCode::OK, "{path}");
        let foreign = file.body.replace("http://www.w3.org/2000/svg", "");
        assert!(!foreign.contains("://"), "{path} names another place");
        let quoted = file.body.split('"').skip(1).step_by(2);
        for named in quoted.filter(|named| named.ends_with(".js") || named.ends_with(".css")) {
            let path = format!("/{}", named.trim_start_matches(['.', '/']));
            if !seen.contains(&path) {
                seen.push(path.clone());
                left.push(path);
            }
        }
    }
    assert!(seen.len() >= 7, "{seen:?}");
}

#[tokio::test]
async fn the_page_itself_is_answered() {
    let answer = Site::new().run(CONFIGURATION, "hello\n").await;
    assert_eq!(answer["configuration"], json!([]));
    assert_eq!(answer["summary"]["unchanged"], 1);
    let form = &answer["records"][0]["forms"][0];
    assert_eq!(form["to"], json!(["logs \u{2192} debug"]));
    let rows = form["rows"].as_array().unwrap();
    let body = rows.iter().find(|row| row["field"] == "body").unwrap();
    assert_eq!(body["after"], json!([{"text": "hello"}]));
}

#[tokio::test]
async fn foreign_pages_and_names_are_refused_before_anything_is_computed() {
    let site = Site::new();
    let foreign = [
        (
            ("host", "evil.example:4000"),
            StatusCode::MISDIRECTED_REQUEST,
        ),
        (("host", ""), StatusCode::MISDIRECTED_REQUEST),
        (("origin", "http://evil.example"), StatusCode::FORBIDDEN),
        (("origin", "null"), StatusCode::FORBIDDEN),
        (("sec-fetch-site", "cross-site"), StatusCode::FORBIDDEN),
        (("x-tollgate-token", ""), StatusCode::FORBIDDEN),
        (("x-tollgate-token", "0000"), StatusCode::FORBIDDEN),
        (
            ("content-type", "text/plain"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
    ];
    for (header, status) in foreign {
        for path in ["/api/run", "/api/case", "/api/open"] {
            let answered = site.post(path, typed(), &[header]).await;
            assert_eq!(answered.status, status, "{path} {header:?}");
            assert!(!answered.body.contains(&site.token));
            assert!(!answered.headers.contains_key("access-control-allow-origin"));
        }
    }
}

#[tokio::test]
async fn a_rebound_name_does_not_even_get_the_page() {
    let site = Site::new();
    for path in ["/", "/main.js", "/api/begin"] {
        let request = Request::get(path).header("host", "rebound.example:4000");
        let answered = site.ask(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answered.status, StatusCode::MISDIRECTED_REQUEST, "{path}");
        assert!(!answered.body.contains(&site.token));
    }
}

#[tokio::test]
async fn nobody_begins_without_the_token() {
    let site = Site::new();
    assert_eq!(site.get("/api/begin").await.status, StatusCode::FORBIDDEN);
    let request = Request::get("/api/begin").header("host", "localhost:4000");
    let request = request.header("x-tollgate-token", &site.token);
    let begin = site.ask(request.body(Body::empty()).unwrap()).await;
    assert_eq!(begin.status, StatusCode::OK);
    let samples = begin.json()["samples"].as_array().unwrap().clone();
    assert!(samples.len() >= 5);
    for sample in samples {
        let telemetry = sample["telemetry"].as_str().unwrap();
        assert!(!telemetry.is_empty(), "{sample}");
    }
}

#[tokio::test]
async fn preflights_of_other_pages_are_not_granted() {
    let site = Site::new();
    let request = Request::options("/api/run")
        .header("host", "127.0.0.1:4000")
        .header("origin", "http://evil.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "x-tollgate-token");
    let answered = site.ask(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answered.status, StatusCode::FORBIDDEN);
    assert!(!answered.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let telemetry = "x".repeat(5 << 20);
    let typed = json!({"configuration": CONFIGURATION, "telemetry": telemetry});
    let answered = Site::new().post("/api/run", typed.to_string(), &[]).await;
    assert_eq!(answered.status, StatusCode::PAYLOAD_TOO_LARGE);
    let message = answered.json()["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains("4 MB") && message.contains("tollgate try"),
        "{message}"
    );
}

#[tokio::test]
async fn too_many_records_are_refused() {
    let answer = Site::new().run(CONFIGURATION, &"x\n".repeat(2_001)).await;
    let message = answer["telemetry"]["message"].as_str().unwrap();
    assert!(message.contains("2001 records"), "{message}");
    assert_eq!(answer["summary"], Json::Null);
}

#[tokio::test]
async fn a_request_that_is_none_is_refused() {
    let site = Site::new();
    for body in [
        "",
        "{",
        "[]",
        r#"{"configuration": 1, "telemetry": ""}"#,
        r#"{"configuration": ""}"#,
    ] {
        let answered = site.post("/api/run", body, &[]).await;
        assert_eq!(answered.status, StatusCode::BAD_REQUEST, "{body}");
    }
}

#[tokio::test]
async fn a_pasted_configuration_reads_neither_files_nor_variables() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret.yaml");
    std::fs::write(&file, "planted-secret: 1\n").unwrap();
    let path = file.display();
    let site = Site::new();
    let hostile = [
        format!("${{file:{path}}}\n"),
        format!("{CONFIGURATION}processors: ${{file:{path}}}\n"),
        format!("{CONFIGURATION}extensions: {{ x: \"${{file:{path}}}\" }}\n"),
        format!("{CONFIGURATION}processors:\n  wasm/x: {{ component: {path} }}\n"),
        format!("{CONFIGURATION}processors:\n  wasm/x: {{ component: /etc/passwd }}\n"),
        format!("{CONFIGURATION}# \nextensions: {{ \"${{env:PATH}}\": {{}} }}\n"),
    ];
    let search_path = std::env::var("PATH").unwrap();
    for configuration in hostile {
        let answer = site.run(&configuration, "hello\n").await;
        let told = answer.to_string();
        assert!(!told.contains("planted-secret"), "{told}");
        assert!(!told.contains(&search_path), "{told}");
        let problems = answer["configuration"].as_array().unwrap();
        assert!(!problems.is_empty(), "{configuration}\n{told}");
        assert_eq!(answer["summary"], Json::Null, "{configuration}");
    }
}

#[tokio::test]
async fn mistakes_stand_at_their_place() {
    let wrong = CONFIGURATION.replace("exporters: [debug]", "exporters: [debgu]");
    // Characters outside of the basic plane are two units for the page.
    let wrong = format!("# \u{1f50e}\n{wrong}");
    let answer = Site::new().run(&wrong, "hello\n").await;
    let problem = &answer["configuration"][0];
    assert_eq!(problem["severity"], "error");
    assert_eq!(problem["line"], 9);
    assert!(problem["excerpt"].as_str().unwrap().contains('^'));
    let units: Vec<u16> = wrong.encode_utf16().collect();
    let place = |key: &str| usize::try_from(problem[key].as_u64().unwrap()).unwrap();
    let marked = String::from_utf16(&units[place("start")..place("end")]).unwrap();
    assert_eq!(marked, "debgu");
}

#[tokio::test]
async fn telemetry_that_is_none_says_what_and_where() {
    let answer = Site::new()
        .run(CONFIGURATION, "{\"resourceLogs\": [\n  nonsense\n")
        .await;
    assert_eq!(answer["summary"], Json::Null);
    assert_eq!(answer["telemetry"]["line"], 2, "{answer}");
}

#[tokio::test]
async fn records_are_shown_as_they_are() {
    let markup = "<img src=x onerror=alert(1)>";
    let answer = Site::new().run(CONFIGURATION, &format!("{markup}\n")).await;
    assert!(answer["records"].to_string().contains(markup));
}

#[tokio::test]
async fn nothing_else_is_there() {
    let site = Site::new();
    for path in [
        "/etc/passwd",
        "/../Cargo.toml",
        "/api",
        "/api/",
        "/api/other",
        "//evil.example",
    ] {
        let answered = site.get(path).await;
        assert_eq!(answered.status, StatusCode::NOT_FOUND, "{path}");
    }
    let answered = site.post("/", "", &[]).await;
    assert_eq!(answered.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_case_holds_what_was_typed_and_is_opened_again() {
    let site = Site::new();
    let configuration = format!("# A comment, \"quoted\": it stays.\n\n{CONFIGURATION}");
    for telemetry in [
        "hello\nagain\n",
        "no end of a line",
        "  indented\n\n\nwith gaps\n\n",
        "a\ttab and \u{7} a bell\n",
    ] {
        let typed = json!({"configuration": configuration, "telemetry": telemetry}).to_string();
        let case = site.post("/api/case", typed, &[]).await;
        assert_eq!(case.status, StatusCode::OK, "{}", case.body);
        assert!(case.body.contains("golden: |"), "{}", case.body);
        let picked = json!({"name": "playground.test.yaml", "text": case.body}).to_string();
        let opened = site.post("/api/open", picked, &[]).await;
        assert_eq!(opened.status, StatusCode::OK, "{}", opened.body);
        let both = json!({"configuration": configuration, "telemetry": telemetry});
        assert_eq!(opened.json(), both);
    }
}

#[tokio::test]
async fn there_is_no_case_of_what_is_wrong() {
    let typed = json!({"configuration": "nonsense: 1\n", "telemetry": "hello\n"}).to_string();
    let case = Site::new().post("/api/case", typed, &[]).await;
    assert_eq!(case.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn there_is_no_case_of_what_no_pipeline_takes() {
    let telemetry = r#"{"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "a"}]}]}]}"#;
    let typed = json!({"configuration": CONFIGURATION, "telemetry": telemetry}).to_string();
    let case = Site::new().post("/api/case", typed, &[]).await;
    assert_eq!(case.status, StatusCode::UNPROCESSABLE_ENTITY);
    let message = case.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("no pipeline takes traces"), "{message}");
}

#[tokio::test]
async fn a_configuration_in_one_line_is_no_name_of_a_file() {
    let configuration = "{receivers: {otlp: {protocols: {grpc: {}}}}, exporters: {debug: {}}, service: {pipelines: {logs: {receivers: [otlp], exporters: [debug]}}}}";
    let typed = json!({"configuration": configuration, "telemetry": "hello\n"}).to_string();
    let site = Site::new();
    let case = site.post("/api/case", typed, &[]).await;
    let picked = json!({"name": "picked", "text": case.body}).to_string();
    let opened = site.post("/api/open", picked, &[]).await.json();
    assert!(
        opened["configuration"]
            .as_str()
            .unwrap()
            .contains(configuration),
        "{opened}"
    );
}

#[tokio::test]
async fn what_is_opened_goes_where_it_belongs() {
    let site = Site::new();
    let open = async |text: &str| {
        let picked = json!({"name": "picked", "text": text}).to_string();
        site.post("/api/open", picked, &[]).await
    };
    let configuration = open(CONFIGURATION).await.json();
    assert_eq!(
        configuration,
        json!({"configuration": CONFIGURATION, "telemetry": null})
    );
    let telemetry = "{\"resourceLogs\": []}";
    let opened = open(telemetry).await.json();
    assert_eq!(
        opened,
        json!({"configuration": null, "telemetry": telemetry})
    );
    let reaching =
        open("config: /etc/passwd\ncases:\n  - name: a\n    input: {file: /etc/passwd}\n").await;
    assert_eq!(
        reaching.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        reaching.body
    );
    assert!(!reaching.body.contains("root:"), "{}", reaching.body);
}

#[tokio::test]
async fn one_record_is_explained() {
    let site = Site::new();
    let ask = async |number: usize| {
        let doubted =
            json!({"configuration": CONFIGURATION, "telemetry": "one\ntwo\n", "number": number});
        site.post("/api/explain", doubted.to_string(), &[]).await
    };
    assert_eq!(ask(2).await.json()["label"], "two");
    for beyond in [0, 3] {
        assert_eq!(ask(beyond).await.status, StatusCode::NOT_FOUND);
    }
}
