//! The sandbox through its public seam, with guests that keep to the interface and guests that do not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::type_complexity,
    missing_docs,
    unreachable_pub,
    reason = "a test may panic, and documents by its name"
)]

mod answers;
mod artifacts;
mod attacks;
mod explain;
mod guests;
mod host_functions;
mod laptop;
mod limits;
mod loading;
mod manifests;

use std::sync::Arc;

use tollgate_record::{Signal, View};
use tollgate_sandbox::{
    Component, ConfigureError, Instance, Limits, Manifest, Options, Sandbox, StageSettings,
};

fn sandbox() -> Sandbox {
    Sandbox::new(Options::default()).unwrap()
}

fn load(guest: &guests::Guest) -> Component {
    sandbox().load("test", &guest.component()).unwrap()
}

fn configure(
    guest: &guests::Guest,
    settings: StageSettings,
) -> Result<(Instance, Manifest), ConfigureError> {
    load(guest).configure(Arc::new(settings))
}

/// An instance under the default limits.
fn instance(guest: &guests::Guest) -> Instance {
    configure(guest, StageSettings::default()).unwrap().0
}

fn limited(guest: &guests::Guest, limits: Limits) -> Instance {
    let settings = StageSettings {
        limits,
        ..StageSettings::default()
    };
    configure(guest, settings).unwrap().0
}

fn view() -> View {
    View {
        signal: Some(Signal::Logs),
        fields: vec![4],
        node_kind: vec![0, 1, 2, 3],
        node_parent: vec![0, 0, 1, 2],
        cell_node: vec![3],
        cell_field: vec![0],
        cell_kind: vec![1],
        cell_value: vec![4 << 32 | 5],
        text: b"bodyhello".to_vec(),
        now: 1_700_000_000_000_000_000,
        seed: 7,
        ..View::default()
    }
}
