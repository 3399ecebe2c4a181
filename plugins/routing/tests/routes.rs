//! Where records go.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]
#![allow(
    clippy::needless_pass_by_value,
    reason = "reads best with `json!` at the place of use"
)]

use serde_json::{Value, json};
use tollgate_routing::Routing;
use tollgate_sdk::testing::{Harness, Output, Request, data_point, log_record};
use tollgate_sdk::{Compat, Signal};

fn policy(config: Value) -> Harness<Routing> {
    Harness::configure(config).unwrap()
}

/// Where each record goes: the pipelines, by its place.
fn routes(output: &Output) -> Vec<(u32, Vec<String>)> {
    output.routed().to_vec()
}

fn bodies(bodies: &[&str]) -> Request {
    Request::of(bodies.iter().map(|body| log_record().body(*body))).unwrap()
}

#[test]
fn a_record_leaves_at_the_first_row_that_it_meets() {
    let mut policy = policy(json!({
        "table": [
            { "context": "log", "condition": r#"body == "a""#, "pipelines": ["logs/a"] },
            { "context": "log", "condition": r#"body != "c""#, "pipelines": ["logs/b", "logs/b2"] },
        ],
        "default_pipelines": ["logs/rest"],
    }));
    let output = policy.run(&bodies(&["a", "b", "c"])).unwrap();
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        routes(&output),
        [
            (0, names(&["logs/a"])),
            (1, names(&["logs/b", "logs/b2"])),
            (2, names(&["logs/rest"]))
        ]
    );
    assert!(output.route_json("logs/b2").to_string().contains("\"b\""));
}

#[test]
fn a_copy_goes_on() {
    let row = |pipeline: &str, action: &str| json!({ "context": "log", "condition": "true", "pipelines": [pipeline], "action": action });
    let table = |second: Value, defaults: Value| {
        let mut policy = policy(
            json!({ "table": [row("logs/a", "copy"), second], "default_pipelines": defaults }),
        );
        routes(&policy.run(&bodies(&["x"])).unwrap()).remove(0).1
    };
    assert_eq!(
        table(row("logs/b", "move"), json!(["logs/rest"])),
        ["logs/a", "logs/b"]
    );
    assert_eq!(
        table(row("logs/a", "copy"), json!(["logs/rest"])),
        ["logs/a", "logs/rest"]
    );
    assert_eq!(
        table(row("logs/b", "copy"), json!([])),
        ["logs/a", "logs/b"]
    );
}

#[test]
fn what_goes_nowhere_is_dropped() {
    let mut policy = policy(
        json!({ "table": [{ "context": "log", "condition": r#"body == "a""#, "pipelines": ["logs/a"] }] }),
    );
    let output = policy.run(&bodies(&["a", "b"])).unwrap();
    assert_eq!((output.dropped(), output.drops_of("unmatched")), (1, 1));
}

#[test]
fn the_paths_say_what_a_condition_is_about() {
    let mut policy = policy(json!({
        "table": [
            { "condition": r#"log.body == "a""#, "pipelines": ["logs/log"] },
            { "condition": r#"attributes["tenant"] == "acme""#, "pipelines": ["logs/resource"] },
            { "statement": r#"route() where resource.attributes["tenant"] == "other""#, "pipelines": ["logs/statement"] },
        ],
        "default_pipelines": ["logs/rest"],
    }));
    let record =
        |body: &str, tenant: &str| log_record().body(body).resource_attribute("tenant", tenant);
    let request = Request::of([
        record("a", "acme"),
        record("b", "acme"),
        record("b", "other"),
        record("b", ""),
    ])
    .unwrap();
    let found: Vec<String> = routes(&policy.run(&request).unwrap())
        .into_iter()
        .flat_map(|(_, names)| names)
        .collect();
    assert_eq!(
        found,
        ["logs/log", "logs/resource", "logs/statement", "logs/rest"]
    );
}

#[test]
fn metrics_are_asked_once_for_all_their_points() {
    let mut policy = policy(json!({
        "table": [
            { "context": "metric", "condition": r#"name == "a""#, "pipelines": ["metrics/a"] },
            { "context": "datapoint", "condition": "value_double > 1.0", "pipelines": ["metrics/large"] },
        ],
        "default_pipelines": ["metrics/rest"],
    }));
    let request = Request::of([
        data_point("a", 5.0),
        data_point("b", 5.0),
        data_point("b", 0.5),
    ])
    .unwrap();
    let found: Vec<String> = routes(&policy.run(&request).unwrap())
        .into_iter()
        .flat_map(|(_, names)| names)
        .collect();
    assert_eq!(found, ["metrics/a", "metrics/large", "metrics/rest"]);
}

#[test]
fn the_request_is_asked_by_its_headers() {
    let config = |condition: &str| json!({ "table": [{ "context": "request", "condition": condition, "pipelines": ["logs/acme"] }], "default_pipelines": ["logs/rest"] });
    let goes = |condition: &str, values: &[&str]| {
        let mut policy = policy(config(condition));
        if !values.is_empty() {
            policy.metadata("x-tenant", values.to_vec());
        }
        routes(&policy.run(&bodies(&["x"])).unwrap())
            .remove(0)
            .1
            .remove(0)
    };
    let equal = r#"request["X-Tenant"] == "acme""#;
    let other = r#"request["X-Tenant"] != "acme""#;
    assert_eq!(
        (
            goes(equal, &["acme"]),
            goes(equal, &["x", "acme"]),
            goes(equal, &["x"]),
            goes(equal, &[])
        ),
        (
            "logs/acme".to_owned(),
            "logs/acme".to_owned(),
            "logs/rest".to_owned(),
            "logs/rest".to_owned()
        )
    );
    assert_eq!(
        (
            goes(other, &["acme"]),
            goes(other, &["x", "acme"]),
            goes(other, &[])
        ),
        (
            "logs/rest".to_owned(),
            "logs/acme".to_owned(),
            "logs/rest".to_owned()
        )
    );
}

#[test]
fn a_statement_may_take_something_away() {
    let mut policy = policy(
        json!({ "table": [{ "context": "log", "statement": r#"delete_key(attributes, "secret") where attributes["secret"] == "x""#, "pipelines": ["logs/a"] }],
        "default_pipelines": ["logs/rest"] }),
    );
    let record = |secret: &str| log_record().attribute("secret", secret);
    let output = policy
        .run(&Request::of([record("x"), record("y")]).unwrap())
        .unwrap();
    assert!(!output.route_json("logs/a").to_string().contains("secret"));
    assert!(
        output
            .route_json("logs/rest")
            .to_string()
            .contains("secret")
    );
}

#[test]
fn a_condition_that_fails_is_treated_as_the_error_mode_says() {
    let outcome = |mode: &str, compat: Compat| {
        let config = json!({ "error_mode": mode, "default_pipelines": ["logs/rest"],
            "table": [{ "context": "log", "condition": r#"Int(attributes["a"]) / Int(attributes["b"]) == 1"#, "pipelines": ["logs/a"] }] });
        let mut policy = Harness::<Routing>::with_compat(compat)
            .configure(config)
            .unwrap();
        let record = |b: i64| log_record().attribute("a", 1).attribute("b", b);
        let output = policy.run(&Request::of([record(0), record(1)]).unwrap());
        output.map(|output| {
            (
                output.failed().to_vec(),
                routes(&output),
                output.logs().len(),
            )
        })
    };
    let to = |record: u32, name: &str| (record, vec![name.to_owned()]);
    assert_eq!(
        outcome("propagate", Compat::Tollgate).unwrap(),
        (vec![0], vec![to(1, "logs/a")], 0)
    );
    assert_eq!(
        outcome("ignore", Compat::Tollgate).unwrap(),
        (vec![], vec![to(0, "logs/rest"), to(1, "logs/a")], 1)
    );
    assert_eq!(
        outcome("silent", Compat::Collector).unwrap(),
        (vec![], vec![to(0, "logs/rest"), to(1, "logs/a")], 0)
    );
    assert!(outcome("propagate", Compat::Collector).is_err());
}

#[test]
fn match_once_is_gone_upstream() {
    let config = json!({ "match_once": false, "default_pipelines": ["logs/rest"], "table": [
        { "context": "log", "condition": "true", "pipelines": ["logs/a"] }, { "context": "log", "condition": "1 == 1", "pipelines": ["logs/b"] }] });
    let mut both = policy(config.clone());
    assert_eq!(
        routes(&both.run(&bodies(&["x"])).unwrap()).remove(0).1,
        ["logs/a", "logs/b"]
    );
    assert_eq!(both.warnings().len(), 1);
    assert!(
        Harness::<Routing>::with_compat(Compat::Collector)
            .configure(config)
            .is_err()
    );
}

#[test]
fn it_takes_the_signals_of_its_pipelines_and_reads_its_conditions() {
    let policy = policy(
        json!({ "table": [{ "context": "log", "condition": "severity_number > 8", "pipelines": ["logs/a"] }] }),
    );
    assert_eq!(
        policy.manifest().signals().collect::<Vec<_>>(),
        [Signal::Logs]
    );
    assert_eq!(policy.manifest().reads(Signal::Logs), ["severity_number"]);
}

#[test]
fn mistakes_are_pointed_at_all_at_once() {
    let places = |config: Value| {
        let problems = Harness::<Routing>::configure(config).err().unwrap();
        let mut places: Vec<String> = problems.into_iter().map(|problem| problem.at).collect();
        places.sort_unstable();
        places
    };
    assert_eq!(places(json!({})), ["/table"]);
    let config = json!({ "default_pipelines": ["rest"], "table": [
        { "pipelines": ["logs/a"] },
        { "condition": "true", "statement": "route()", "pipelines": ["logs/a"] },
        { "condition": "true" },
        { "context": "logs", "condition": "true", "pipelines": ["logs/a", "traces/a"] },
        { "context": "request", "statement": "route()", "pipelines": ["logs/a"] },
    ] });
    assert_eq!(
        places(config),
        [
            "/default_pipelines/0",
            "/table/0",
            "/table/1",
            "/table/2/pipelines",
            "/table/3/context",
            "/table/3/pipelines/1",
            "/table/4/statement"
        ]
    );
    let conditions = json!({ "table": [
        { "context": "log", "condition": "body ==", "pipelines": ["logs/a"] },
        { "context": "request", "condition": "body == 1", "pipelines": ["logs/a"] },
        { "context": "log", "statement": "set(body, 1)", "pipelines": ["logs/a"] },
    ] });
    assert_eq!(
        places(conditions),
        [
            "/table/0/condition",
            "/table/1/condition",
            "/table/2/statement"
        ]
    );
}
