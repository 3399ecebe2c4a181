//! What comes from the host: time, randomness, files, keys, metadata of the request; and what goes to it: logs.

use serde_json::json;
use tollgate_sdk::log::{self, Level};
use tollgate_sdk::testing::{Harness, RunError, log_record};
use tollgate_sdk::{
    Batch, Description, Field, NoConfig, Policy, Problem, Rule, Setup, Signal, Value, pseudonym,
};

/// Writes into the body all it can learn from the host.
struct Curious {
    file: String,
    tenant: Field,
    body: Field,
    told: Rule,
}

impl Policy for Curious {
    type Config = NoConfig;

    fn describe() -> Description {
        Description::new("curious", "1.0.0", "Asks the host.")
    }

    fn configure(_: NoConfig, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        log::info("configured");
        let content = setup
            .file("greeting")
            .map_err(|error| vec![Problem::at("", error)])?;
        Ok(Self {
            file: String::from_utf8_lossy(&content).into_owned(),
            tenant: setup.reads(&[Signal::Logs], "metadata[\"x-tenant\"]"),
            body: setup.writes(&[Signal::Logs], "body"),
            told: setup.rule("told"),
        })
    }

    fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        log::warn("processed");
        let (now, seed, random) = (batch.now(), batch.seed(), batch.random());
        let pseudonym = pseudonym("pepper", b"alice")?;
        let pseudonym = pseudonym.first().copied().unwrap_or_default();
        let file = &self.file;
        batch.each_record(|record| {
            let tenant = record.get(self.tenant).and_then(Value::as_text);
            let tenant = tenant.unwrap_or("nobody");
            let next = record.random();
            let told = format!("{file} {tenant} {now} {seed} {random} {next} {pseudonym}");
            record.set(self.told, self.body, told);
            tollgate_sdk::Verdict::Keep
        });
        Ok(())
    }
}

fn curious() -> Harness<Curious> {
    Harness::<Curious>::with_file("greeting", "hello")
        .with_key("pepper", "salt")
        .configure(json!({}))
        .unwrap()
}

/// What one run of a policy told.
fn told(curious: &mut Harness<Curious>) -> String {
    let json = curious.run(&log_record().build()).unwrap().json();
    let body = &json["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["body"];
    body["stringValue"].as_str().unwrap().to_owned()
}

#[test]
fn everything_a_policy_knows_comes_with_the_batch() {
    let mut curious = curious();
    curious.now(7).seed(3).metadata("x-tenant", ["acme"]);
    let told = told(&mut curious);
    assert!(told.starts_with("hello acme 7 3 "), "{told}");
}

#[test]
fn the_same_seed_draws_the_same_numbers() {
    let (mut one, mut other) = (curious(), curious());
    let first = told(&mut one);
    assert_eq!(first, told(&mut other));
    assert_ne!(first, told(&mut one), "each call has a seed of its own");
    one.seed(1);
    assert_eq!(first, told(&mut one));
    // SplitMix64 of seed 1, so that another build draws them, too.
    let numbers: Vec<&str> = first.split(' ').collect();
    assert_eq!(
        numbers[4..6],
        ["10451216379200822465", "13757245211066428519"]
    );
}

#[test]
fn logs_are_collected_by_call() {
    let mut curious = curious();
    let configured = (Level::Info, "configured".to_owned());
    assert_eq!(curious.logs(), [configured]);
    let output = curious.run(&log_record().build()).unwrap();
    assert_eq!(output.logs(), [(Level::Warn, "processed".to_owned())]);
}

#[test]
fn a_file_or_a_key_that_is_not_listed_is_an_error() {
    let problems = Harness::<Curious>::configure(json!({})).err().unwrap();
    assert!(problems[0].message.contains("greeting"), "{problems:?}");

    let mut keyless = Harness::<Curious>::with_file("greeting", "hello")
        .configure(json!({}))
        .unwrap();
    let error = keyless.run(&log_record().build()).err().unwrap();
    assert!(matches!(error, RunError::Policy(message) if message.contains("pepper")));
}
