//! What is written where.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic")]
#![allow(
    clippy::needless_pass_by_value,
    reason = "reads best with `json!` at the place of use"
)]

use serde_json::{Value, json};
use tollgate_lookup::Lookup;
use tollgate_sdk::Signal;
use tollgate_sdk::testing::{Harness, Output, Request, data_point, log_record, span};

const OWNERS: &str =
    "service,env,team,owner\nshop,prod,core,ann\nshop,dev,lab,\n\"a,b\",prod,quoted,bob\n";

fn owners(set: Value) -> Value {
    json!({
        "tables": { "owners": { "text": OWNERS, "keys": ["service", "env"] } },
        "lookups": [{
            "table": "owners",
            "from": [r#"resource.attributes["service.name"]"#, r#"resource.attributes["env"]"#],
            "set": set,
        }],
    })
}

fn team(service: &str, env: &str) -> Output {
    let mut policy = Harness::<Lookup>::configure(owners(json!([
        { "field": r#"resource.attributes["team"]"#, "column": "team", "default": "nobody" },
        { "field": r#"resource.attributes["owner"]"#, "column": "owner" },
    ])))
    .unwrap();
    let record = log_record()
        .resource_attribute("service.name", service)
        .resource_attribute("env", env);
    policy
        .run(&Request::of([record.clone(), record]).unwrap())
        .unwrap()
}

/// The value of an attribute, wherever it stands.
fn attribute(output: &Output, key: &str) -> Option<Value> {
    fn search(value: &Value, key: &str) -> Option<Value> {
        match value {
            Value::Object(members) if members.get("key").and_then(Value::as_str) == Some(key) => {
                members.get("value").cloned()
            }
            Value::Object(members) => members.values().find_map(|member| search(member, key)),
            Value::Array(items) => items.iter().find_map(|item| search(item, key)),
            _ => None,
        }
    }
    search(&output.json(), key)
}

#[expect(clippy::unnecessary_wraps, reason = "what is compared is an option")]
fn text(text: &str) -> Option<Value> {
    Some(json!({ "stringValue": text }))
}

#[test]
fn all_keys_must_agree() {
    let found = team("shop", "prod");
    assert_eq!(
        (attribute(&found, "team"), attribute(&found, "owner")),
        (text("core"), text("ann"))
    );
    assert_eq!(
        found.edits_of("owners"),
        2,
        "once for the resource, though it has two records"
    );
    let empty_cell = team("shop", "dev");
    assert_eq!(
        (
            attribute(&empty_cell, "team"),
            attribute(&empty_cell, "owner")
        ),
        (text("lab"), None)
    );
    assert_eq!(attribute(&team("a,b", "prod"), "team"), text("quoted"));
    for (service, env) in [("shop", "test"), ("shopp", "rod"), ("", "")] {
        assert_eq!(
            attribute(&team(service, env), "team"),
            text("nobody"),
            "{service} {env}"
        );
    }
}

#[test]
fn a_field_that_is_there_is_treated_as_the_action_says() {
    let after = |action: &str, there: bool| {
        let config = owners(
            json!([{ "field": r#"attributes["team"]"#, "column": "team", "action": action }]),
        );
        let mut policy = Harness::<Lookup>::configure(config).unwrap();
        let mut record = log_record()
            .resource_attribute("service.name", "shop")
            .resource_attribute("env", "prod");
        if there {
            record = record.attribute("team", "old");
        }
        attribute(&policy.run(&record.build()).unwrap(), "team")
    };
    assert_eq!(
        (after("upsert", true), after("upsert", false)),
        (text("core"), text("core"))
    );
    assert_eq!(
        (after("insert", true), after("insert", false)),
        (text("old"), text("core"))
    );
    assert_eq!(
        (after("update", true), after("update", false)),
        (text("core"), None)
    );
}

#[test]
fn records_are_looked_up_one_by_one() {
    let config = json!({
        "tables": { "areas": { "rows": [{ "path": "/api/", "area": "api" }, { "path": "/api/billing/", "area": "billing" }],
            "keys": [{ "column": "path", "match": "prefix" }] } },
        "lookups": [{ "table": "areas", "from": [r#"attributes["url.path"]"#], "set": [{ "field": r#"attributes["area"]"#, "column": "area" }] }],
    });
    let mut policy = Harness::<Lookup>::configure(config).unwrap();
    let paths = ["/api/billing/1", "/api/users", "/other", "/api/billing/2"];
    let output = policy
        .run(&Request::of(paths.map(|path| span("GET").attribute("url.path", path))).unwrap())
        .unwrap();
    assert_eq!(output.edits_of("areas"), 3);
    assert_eq!(output.text().matches("billing\"}").count(), 2);
    let point = policy
        .run(&data_point("m", 1.0).attribute("url.path", "/api/").build())
        .unwrap();
    assert_eq!(attribute(&point, "area"), text("api"));
}

#[test]
fn an_address_is_looked_up_by_its_network() {
    let config = json!({
        "tables": { "sites": { "text": "network,site\n10.0.0.0/8,office\n10.7.0.0/16,lab\n", "keys": [{ "column": "network", "match": "cidr" }] } },
        "lookups": [{ "table": "sites", "from": [r#"metadata["x-address"]"#], "set": [{ "field": r#"resource.attributes["site"]"#, "column": "site" }] }],
    });
    let site = |addresses: &[&str]| {
        let mut policy = Harness::<Lookup>::configure(config.clone()).unwrap();
        policy.metadata("x-address", addresses.iter().copied());
        attribute(
            &policy
                .run(&log_record().resource_attribute("a", 1).build())
                .unwrap(),
            "site",
        )
    };
    assert_eq!(site(&["10.7.1.1:4317"]), text("lab"));
    assert_eq!(site(&["10.1.1.1"]), text("office"));
    assert_eq!(site(&["192.0.2.1"]), None);
    assert_eq!(site(&["10.1.1.1", "10.7.1.1"]), None);
}

#[test]
fn values_keep_their_kind() {
    let price = |table: Value, file: Option<&str>| {
        let config = json!({
            "tables": { "prices": table },
            "lookups": [{ "table": "prices", "from": [r#"attributes["port"]"#], "set": [{ "field": r#"attributes["price"]"#, "column": "value" }] }],
        });
        let stage = Harness::<Lookup>::with_file("prices", file.unwrap_or_default());
        let mut policy = stage.configure(config).unwrap();
        attribute(
            &policy
                .run(&log_record().attribute("port", 8080).build())
                .unwrap(),
            "price",
        )
    };
    let double = Some(json!({ "doubleValue": 1.25 }));
    assert_eq!(
        price(json!({ "rows": { "8080": 1.25 }, "keys": ["port"] }), None),
        double
    );
    assert_eq!(
        price(
            json!({ "rows": [{ "port": 8080, "value": 1.25 }], "keys": ["port"] }),
            None
        ),
        double
    );
    assert_eq!(
        price(
            json!({ "file": "prices", "format": "yaml", "keys": ["port"] }),
            Some("8080: 1.25\n")
        ),
        double
    );
    assert_eq!(
        price(
            json!({ "file": "prices", "format": "json", "keys": ["port"] }),
            Some(r#"{"8080": {"value": 1.25}}"#)
        ),
        double
    );
    assert_eq!(
        price(
            json!({ "file": "prices", "delimiter": ";", "keys": ["port"] }),
            Some("port;value\r\n8080;1.25\r\n")
        ),
        text("1.25")
    );
    let list = price(
        json!({ "rows": [{ "port": "8080", "value": ["a"] }], "keys": ["port"] }),
        None,
    );
    assert_eq!(
        list,
        Some(json!({ "arrayValue": { "values": [{ "stringValue": "a" }] } }))
    );
}

#[test]
fn it_reads_and_writes_what_it_names() {
    let config = owners(json!([{ "field": r#"attributes["team"]"#, "column": "team" }]));
    let policy = Harness::<Lookup>::configure(config).unwrap();
    for signal in Signal::ALL {
        assert_eq!(
            policy.manifest().reads(*signal),
            [
                r#"resource.attributes["service.name"]"#,
                r#"resource.attributes["env"]"#
            ]
        );
        assert_eq!(policy.manifest().writes(*signal), [r#"attributes["team"]"#]);
    }
    let bodies = json!({
        "tables": { "t": { "rows": { "a": "b" }, "keys": ["k"] } },
        "lookups": [{ "table": "t", "from": ["body"], "set": [{ "field": r#"attributes["x"]"#, "column": "value" }] }],
    });
    let policy = Harness::<Lookup>::configure(bodies).unwrap();
    assert_eq!(
        policy.manifest().signals().collect::<Vec<_>>(),
        [Signal::Logs]
    );
}

#[test]
fn mistakes_are_pointed_at_all_at_once() {
    let set = json!([{ "field": r#"attributes["x"]"#, "column": "b" }]);
    let problems = |config: Value| -> Vec<String> {
        let problems = Harness::<Lookup>::with_file("broken", "a: [\n")
            .configure(config)
            .err()
            .unwrap();
        problems.into_iter().map(|problem| problem.at).collect()
    };
    let table = |table: Value| {
        problems(
            json!({ "tables": { "t": table }, "lookups": [{ "table": "t", "from": ["body"], "set": set }] }),
        )
    };
    assert_eq!(
        table(json!({ "rows": [], "text": "", "keys": ["a"] })),
        ["/tables/t"]
    );
    assert_eq!(
        table(json!({ "file": "none", "keys": ["a"] })),
        ["/tables/t/file"]
    );
    assert_eq!(
        table(json!({ "file": "broken", "format": "yaml", "keys": ["a"] })),
        ["/tables/t/file"]
    );
    assert_eq!(
        table(json!({ "text": "{", "format": "json", "keys": ["a"] })),
        ["/tables/t/text"]
    );
    assert_eq!(
        table(json!({ "text": "a,b\n1,2,3\n", "keys": ["a"] })),
        ["/tables/t/text"]
    );
    assert_eq!(
        table(json!({ "rows": [3], "keys": ["a"] })),
        ["/tables/t/rows"]
    );
    assert_eq!(
        table(json!({ "rows": [{ "a": 1, "b": 2 }], "keys": [] })),
        ["/tables/t/keys"]
    );
    assert_eq!(
        table(json!({ "rows": [{ "b": 2 }], "keys": ["a"] })),
        ["/tables/t/keys"]
    );
    assert_eq!(
        table(
            json!({ "rows": [{ "a": "x", "b": 2 }], "keys": [{ "column": "a", "match": "cidr" }] })
        ),
        ["/tables/t/keys"]
    );
    assert_eq!(
        table(json!({ "rows": [{ "a": "1", "b": 2 }, { "a": 1, "b": 3 }], "keys": ["a"] })),
        ["/tables/t/keys"]
    );
    let good = json!({ "t": { "rows": [{ "a": "1", "b": 2 }], "keys": ["a"] } });
    let both = problems(json!({ "tables": good, "lookups": [
        { "table": "u", "from": ["body"], "set": set },
        { "table": "t", "from": [], "set": [{ "field": r#"attributes["x"]"#, "column": "c" }] },
        { "table": "t", "from": ["body"], "set": [{ "field": r#"resource.attributes["x"]"#, "column": "b" }, { "field": r#"attributes["x"]"#, "column": "b" }] },
    ] }));
    assert_eq!(
        both,
        [
            "/lookups/0/table",
            "/lookups/1/from",
            "/lookups/1/set/0/column",
            "/lookups/2/set/0/field",
            "/lookups/2/set/1/field"
        ]
    );
    assert_eq!(
        problems(json!({ "tables": good, "lookups": [] })),
        ["/lookups"]
    );
    assert_eq!(problems(json!({ "tables": { "t": { "rows": [], "keys": [{ "column": "a", "match": "like" }] } }, "lookups": [] })).len(), 1);
}
