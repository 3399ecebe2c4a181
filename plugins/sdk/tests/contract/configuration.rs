//! Mistakes of configuration point to their place, say what would mend them, and show no value.

use serde::Deserialize;
use serde_json::{Value, json};
use tollgate_sdk::testing::Harness;
use tollgate_sdk::{Compat, Description, Policy, Problem, Setup, Signal};

struct Strict;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read by serde alone")]
struct Config {
    #[serde(default)]
    actions: Vec<Action>,
    #[serde(default)]
    limit: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read by serde alone")]
struct Action {
    key: String,
    #[serde(default)]
    kind: Kind,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    Insert,
    Update,
}

impl Policy for Strict {
    type Config = Config;

    fn describe() -> Description {
        Description::new("strict", "1.0.0", "Takes what it takes.").schema("{}")
    }

    fn configure(config: Config, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        setup.reads(&[Signal::Logs], "body");
        if config.limit > 10 {
            let two = [
                Problem::at("/limit", "the limit is too high").help("write 10 or less"),
                Problem::at("", "nothing would pass"),
            ];
            return Err(two.into());
        }
        Ok(Self)
    }
}

/// The only problem of a configuration.
fn problem(config: Value) -> Problem {
    let mut problems = Harness::<Strict>::configure(config).err().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

#[test]
fn an_unknown_key_points_to_itself_and_to_its_neighbour() {
    let problem = problem(json!({ "actions": [{ "key": "a" }, { "key": "b", "knid": "insert" }] }));
    assert_eq!(problem.at, "/actions/1/knid");
    assert_eq!(problem.message, "unknown key `knid`");
    assert_eq!(problem.help.as_deref(), Some("did you mean `kind`?"));
}

#[test]
fn a_key_that_is_like_none_gets_the_list() {
    let problem = problem(json!({ "a/b~c": 1 }));
    assert_eq!(problem.at, "/a~1b~0c");
    assert_eq!(problem.help.as_deref(), Some("known here: actions, limit"));
}

#[test]
fn a_value_of_the_wrong_type_is_not_shown() {
    let problem = problem(json!({ "actions": [{ "key": "a" }], "limit": "s3cret, expected soon" }));
    assert_eq!(problem.at, "/limit");
    assert_eq!(problem.message, "this is text, and u64 is expected");
    assert!(!format!("{problem:?}").contains("s3cret"));
}

#[test]
fn what_is_missing_is_named() {
    let problem = problem(json!({ "actions": [{}] }));
    assert_eq!(problem.at, "/actions/0");
    assert_eq!(problem.message, "`key` is missing");
    assert_eq!(problem.help.as_deref(), Some("add `key`"));
}

#[test]
fn an_unknown_choice_points_to_its_nearest() {
    let problem = problem(json!({ "actions": [{ "key": "a", "kind": "updaet" }] }));
    assert_eq!(problem.at, "/actions/0/kind");
    assert_eq!(problem.message, "unknown choice `updaet`");
    assert_eq!(problem.help.as_deref(), Some("did you mean `update`?"));
}

#[test]
fn a_policy_reports_several_problems_at_once() {
    let problems = Harness::<Strict>::configure(json!({ "limit": 11 }))
        .err()
        .unwrap();
    assert_eq!(problems.len(), 2);
    assert_eq!(problems[0].help.as_deref(), Some("write 10 or less"));
}

#[test]
fn no_configuration_is_an_empty_one() {
    assert!(Harness::<Strict>::configure(Value::Null).is_ok());
    assert!(
        Harness::<Strict>::with_compat(Compat::Collector)
            .configure(json!({}))
            .is_ok()
    );
}

/// Declares a path that no record has.
struct Astray;

impl Policy for Astray {
    type Config = tollgate_sdk::NoConfig;

    fn describe() -> Description {
        Description::new("astray", "1.0.0", "Asks for what does not exist.")
    }

    fn configure(_: Self::Config, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        setup.reads(&[Signal::Logs], "no.such.field");
        Ok(Self)
    }
}

#[test]
fn a_path_that_is_no_field_is_a_problem() {
    let problems = Harness::<Astray>::configure(json!({})).err().unwrap();
    assert!(
        problems[0].message.contains("no.such.field"),
        "{problems:?}"
    );
}
