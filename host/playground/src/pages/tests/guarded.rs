//! Who is answered.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;

use super::{CONFIGURATION, Site, typed};

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
        for named in quoted.filter(|named| is_part(named)) {
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

/// Whether a name is that of a part of the page.
fn is_part(named: &str) -> bool {
    let ending = std::path::Path::new(named).extension();
    ending.is_some_and(|ending| ending == "js" || ending == "css")
}
