//! What the wall costs: a call with nothing to do, for one record and for 512 of three fields each; setting up and loading.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::cast_possible_truncation,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a bench may panic, and uses a part of what the tests share"
)]

#[path = "../tests/sandbox/guests.rs"]
mod guests;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput};
use tollgate_record::{Signal, View};
use tollgate_sandbox::{Options, Sandbox};

const RECORDS: u32 = 512;

fn span(offset: u64, length: u64) -> u64 {
    offset << 32 | length
}

/// Resource, scope and `records` log records of three texts of 16 bytes.
fn view(records: u32) -> View {
    let cells = records * 3;
    let head = b"bodyattributes[\"model\"]attributes[\"user\"]";
    let mut text = head.to_vec();
    text.resize(head.len() + cells as usize * 16, b'x');
    View {
        signal: Some(Signal::Logs),
        fields: vec![span(0, 4), span(4, 19), span(23, 18)],
        node_kind: [0, 1, 2]
            .into_iter()
            .chain((0..records).map(|_| 3))
            .collect(),
        node_parent: [0, 0, 1]
            .into_iter()
            .chain((0..records).map(|_| 2))
            .collect(),
        cell_node: (0..cells).map(|cell| 3 + cell / 3).collect(),
        cell_field: (0..cells).map(|cell| cell % 3).collect(),
        cell_kind: vec![1; cells as usize],
        cell_value: (0..u64::from(cells))
            .map(|cell| span(head.len() as u64 + cell * 16, 16))
            .collect(),
        text,
        now: 1,
        seed: 2,
        ..View::default()
    }
}

fn calls(criterion: &mut Criterion) {
    let sandbox = Sandbox::new(Options::default()).unwrap();
    let wasm = guests::Guest::default().component();
    let component = sandbox.load("empty", &wasm).unwrap();
    let mut group = criterion.benchmark_group("call that does nothing");
    for records in [1, RECORDS] {
        let (mut instance, _) = component.configure(Arc::default()).unwrap();
        let view = view(records);
        group.throughput(Throughput::Elements(u64::from(records)));
        group.bench_function(format!("{records} records"), |bencher| {
            bencher.iter(|| instance.process(black_box(&view)).unwrap());
        });
    }
    group.finish();
}

fn life(criterion: &mut Criterion) {
    let sandbox = Sandbox::new(Options::default()).unwrap();
    let wasm = guests::Guest::default().component();
    let component = sandbox.load("empty", &wasm).unwrap();
    let stock = Sandbox::compile_stock(
        &wasm,
        &format!("{}-unknown-linux-gnu", std::env::consts::ARCH),
    )
    .unwrap();
    criterion.bench_function("configure and drop an instance", |bencher| {
        bencher.iter(|| component.configure(Arc::default()).unwrap());
    });
    criterion.bench_function("set a sandbox up", |bencher| {
        bencher.iter(|| Sandbox::new(Options::default()).unwrap());
    });
    criterion.bench_function("load a stock policy", |bencher| {
        bencher.iter(|| sandbox.load_stock(black_box(&stock)).unwrap());
    });
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    calls(&mut criterion);
    life(&mut criterion);
    criterion.final_summary();
}
