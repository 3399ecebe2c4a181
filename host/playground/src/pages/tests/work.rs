//! What is answered.

use axum::http::StatusCode;
use serde_json::{Value as Json, json};

use super::{CONFIGURATION, Site};

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
