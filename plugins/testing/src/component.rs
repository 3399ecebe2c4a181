use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

use tollgate_sdk::bindings::{
    exports::tollgate::policy::{
        explanation,
        policy::{Compat, Description, Guest, Manifest, Problem},
    },
    tollgate::policy::batch::{Outcome, View},
};

use crate::{
    Behaviour, Config,
    act::{act, act_at_configure, act_at_explain},
    columns::{empty, records},
    explain::trail,
    manifest::manifest,
    outcome::honest,
};

static CONFIG: OnceLock<Config> = OnceLock::new();
static CALLS: AtomicU64 = AtomicU64::new(0);
static RECORDS: AtomicU64 = AtomicU64::new(0);

/// The guest. An instance is configured once; the counters of [`When`](crate::When) are its state.
pub struct Hostile;

impl Guest for Hostile {
    fn describe() -> Description {
        Description {
            name: "hostile".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Misbehaves as it is told to.".to_owned(),
            config_schema: r#"{"type": "object", "required": ["behaviour"]}"#.to_owned(),
        }
    }

    fn configure(config: String, _: Compat) -> Result<Manifest, Vec<Problem>> {
        let config = Config::parse(&config).map_err(|message| {
            vec![Problem {
                at: String::new(),
                message,
                help: None,
                span: None,
            }]
        })?;
        act_at_configure(config.behaviour);
        if config.behaviour == Behaviour::ConfigureProblems {
            return Err(strange_problems());
        }
        Ok(manifest(CONFIG.get_or_init(|| config)))
    }

    fn process(view: View) -> Result<Outcome, String> {
        let config = CONFIG.get().ok_or("not configured")?;
        let seen_now = records(&view).count() as u64;
        let seen_before = RECORDS.fetch_add(seen_now, Ordering::Relaxed);
        let call = CALLS.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let (first, last) = (
            seen_before.saturating_add(1),
            seen_before.saturating_add(seen_now),
        );
        let misbehaves =
            config.behaviour == Behaviour::Spy || config.when.is_now(call, first, last, &view.text);
        if misbehaves {
            act(config.behaviour, &view)
        } else {
            Ok(honest(&view))
        }
    }

    fn tick(_: u64, _: u64) -> Result<Outcome, String> {
        Ok(empty())
    }
}

impl explanation::Guest for Hostile {
    fn explain(view: View) -> Result<explanation::Trail, String> {
        let config = CONFIG.get().ok_or("not configured")?;
        act_at_explain(config.behaviour);
        Ok(trail(config.behaviour, &view))
    }
}

fn strange_problems() -> Vec<Problem> {
    let places = [
        "/behaviour",
        "/no/such/place",
        "no pointer at all",
        "/~9",
        "/when/0/0/0",
    ];
    let problem = |at: &str| Problem {
        at: at.to_owned(),
        message: format!("a problem at {at:?} \u{1b}[31m with an escape sequence"),
        help: Some("behave".to_owned()),
        span: Some((4_000_000_000, 7)),
    };
    places.into_iter().map(problem).collect()
}

// Natively there is no component to export, and the names would not link.
#[cfg(target_family = "wasm")]
mod exports {
    use super::Hostile;
    tollgate_sdk::bindings::export_component!(Hostile with_types_in tollgate_sdk::bindings);
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may panic"
    )]

    use tollgate_sdk::bindings::tollgate::policy::batch::{Cells, Nodes, Signal};

    use super::*;
    use crate::columns::span;

    /// A log record with a victim.
    fn view() -> View {
        let text = b"attributes[\"victim\"]attributes[\"fixed\"]bodyvalue".to_vec();
        View {
            signal: Signal::Logs,
            fields: vec![span(0, 20), span(20, 19), span(39, 4)],
            nodes: Nodes {
                kind: vec![0, 1, 2, 3],
                parent: vec![0, 0, 1, 2],
            },
            cells: Cells {
                node: vec![3],
                field: vec![0],
                kind: vec![1],
                value: vec![span(43, 5)],
            },
            text,
            now: 0,
            seed: 0,
        }
    }

    #[test]
    fn an_instance_is_honest_until_its_time_comes() {
        let config = r#"{"behaviour": "wild_node", "when": {"call": 2}}"#.to_owned();
        assert!(Hostile::configure(config, Compat::Tollgate).is_ok());
        let first = Hostile::process(view()).unwrap();
        assert_eq!(
            (first.judgements.node.len(), &first.edits.target),
            (0, &vec![3]),
            "the record is marked"
        );
        let second = Hostile::process(view()).unwrap();
        assert!(
            second.judgements.node[0] > 1000,
            "a node that the view does not have"
        );
    }

    #[test]
    fn mistakes_in_its_configuration_are_problems() {
        assert!(
            Hostile::configure("{\"behaviour\": \"kindness\"}".to_owned(), Compat::Tollgate)
                .is_err()
        );
    }
}
