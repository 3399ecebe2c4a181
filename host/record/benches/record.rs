//! What a batch costs: 512 log records of about 750 bytes and 20 attributes, beside `prost` on the same bytes. Criterion prints
//! time for the batch and records a second.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench may panic, and criterion's macros make items of their own"
)]

use std::hint::black_box;
use std::sync::Arc;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use opentelemetry_proto::tonic::logs::v1::LogsData;
use prost::Message;
use tollgate_record::testing::codex_like;
use tollgate_record::{Access, Batch, Edits, Fields, Limits, Outcome, Signal, View, count};

const RECORDS: u64 = 512;

fn fields(paths: &[&str]) -> Fields {
    Fields::parse(Signal::Logs, paths).expect("fields of logs")
}

fn index(wire: &Bytes, wanted: &Fields) -> Batch {
    Batch::index(
        Signal::Logs,
        wire.clone(),
        Arc::default(),
        wanted,
        &Limits::default(),
    )
    .expect("a well-formed request")
}

/// One put for each record: the cost of what the model was asked.
fn one_put_a_record(view: &View) -> Outcome {
    let mut edits = Edits {
        text: b"attributes[\"cost\"]".to_vec(),
        ..Edits::default()
    };
    edits.fields.push(edits.text.len() as u64);
    for (node, kind) in (0_u32..).zip(&view.node_kind) {
        if *kind == 3 {
            edits.op.push(1);
            edits.target.push(node);
            edits.field.push(0);
            edits.kind.push(3);
            edits.value.push(0.25_f64.to_bits());
            edits.rule.push(0);
        }
    }
    Outcome {
        edits,
        ..Outcome::default()
    }
}

/// Four attributes of each record get other keys: the way through all phases, of records as they are renamed.
fn renames(criterion: &mut Criterion) {
    let wire = Bytes::from(codex_like(RECORDS));
    let old = [
        "model",
        "input_token_count",
        "output_token_count",
        "auth_mode",
    ];
    let path = |key: &str| format!("attributes[\"{key}\"]");
    let reads: Vec<String> = old.iter().map(|key| path(key)).collect();
    let new = ["a1", "a2", "a3", "a4"].iter().map(|key| path(key));
    let writes: Vec<String> = reads.iter().cloned().chain(new).collect();
    let access = Access {
        reads: Fields::parse(Signal::Logs, &reads).expect("fields of logs"),
        writes: Fields::parse(Signal::Logs, &writes).expect("fields of logs"),
        drops: false,
        adds: false,
    };
    let wanted = access.reads.union(&access.writes);
    let mut view = View::default();
    let mut group = criterion.benchmark_group("rename four");
    group.throughput(Throughput::Elements(RECORDS));
    group.bench_function("all phases", |bencher| {
        bencher.iter(|| {
            let mut batch = index(black_box(&wire), &wanted);
            batch.project(&access, 0..batch.records(), &mut view);
            let changes = batch
                .check(&view, &access, 1, four_renames(&view))
                .expect("an honest outcome");
            batch.apply(vec![changes]);
            batch.encode()
        });
    });
    group.finish();
}

fn four_renames(view: &View) -> Outcome {
    let cells = u32::try_from(view.cell_node.len()).unwrap_or(0);
    let edits = Edits {
        op: vec![3; view.cell_node.len()],
        target: (0..cells).collect(),
        field: vec![0; view.cell_node.len()],
        kind: vec![1; view.cell_node.len()],
        value: view
            .cell_field
            .iter()
            .map(|field| u64::from(*field) << 33 | 2)
            .collect(),
        rule: vec![0; view.cell_node.len()],
        fields: Vec::new(),
        text: b"a1a2a3a4".to_vec(),
    };
    Outcome {
        edits,
        ..Outcome::default()
    }
}

fn benches(criterion: &mut Criterion) {
    let wire = Bytes::from(codex_like(RECORDS));
    let mut group = criterion.benchmark_group("record");
    group.throughput(Throughput::Elements(RECORDS));

    group.bench_function("prost decode and encode", |bencher| {
        bencher
            .iter(|| LogsData::decode(black_box(&wire[..])).map(|decoded| decoded.encode_to_vec()));
    });
    group.bench_function("count", |bencher| {
        bencher.iter(|| count(Signal::Logs, black_box(&wire)));
    });

    let three = fields(&[
        "attributes[\"model\"]",
        "attributes[\"input_token_count\"]",
        "attributes[\"output_token_count\"]",
    ]);
    let texts = fields(&["*"]);
    let cost = fields(&["attributes[\"cost\"]"]);
    for (name, wanted) in [
        ("all", &texts),
        ("three", &three),
        ("nothing", &fields(&[])),
    ] {
        group.bench_function(format!("index {name}"), |bencher| {
            bencher.iter(|| index(black_box(&wire), wanted));
        });
    }
    let batch = index(&wire, &texts.union(&three).union(&cost));
    let mut view = View::default();
    for (name, reads) in [("all", &texts), ("three", &three)] {
        let access = Access {
            reads: reads.clone(),
            writes: fields(&[]),
            drops: false,
            adds: false,
        };
        group.bench_function(format!("project {name}"), |bencher| {
            bencher.iter(|| batch.project(black_box(&access), 0..batch.records(), &mut view));
        });
    }
    let access = Access {
        reads: three,
        writes: cost,
        drops: false,
        adds: false,
    };
    batch.project(&access, 0..batch.records(), &mut view);
    let outcome = one_put_a_record(&view);
    group.bench_function("check one put a record", |bencher| {
        bencher.iter_batched(
            || outcome.clone(),
            |outcome| {
                batch
                    .check(&view, &access, 1, outcome)
                    .expect("an honest outcome")
            },
            criterion::BatchSize::LargeInput,
        );
    });
    group.bench_function("apply one put a record", |bencher| {
        bencher.iter_batched(
            || {
                let batch = index(&wire, &access.reads.union(&access.writes));
                let mut view = View::default();
                batch.project(&access, 0..batch.records(), &mut view);
                let changes = batch
                    .check(&view, &access, 1, outcome.clone())
                    .expect("an honest outcome");
                (batch, changes)
            },
            |(mut batch, changes)| {
                batch.apply(vec![changes]);
                batch
            },
            criterion::BatchSize::LargeInput,
        );
    });
    let mut edited = index(&wire, &texts.union(&access.writes));
    edited.project(&access, 0..edited.records(), &mut view);
    let changes = edited
        .check(&view, &access, 1, outcome.clone())
        .expect("an honest outcome");
    edited.apply(vec![changes]);
    group.bench_function("encode untouched", |bencher| {
        bencher.iter(|| batch.encode());
    });
    group.bench_function("encode one put a record", |bencher| {
        bencher.iter(|| edited.encode());
    });
    group.finish();
}

criterion_group!(record, benches, renames);
criterion_main!(record);
