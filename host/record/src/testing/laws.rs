//! The laws of a batch, each as a function that panics when it does not hold.

use super::model::tree;
use super::views::{Reach, lines_of_tree, lines_of_view, same};
use super::{Dice, everything, full_access, index};
use crate::outcome::{Edits, Emission, Judgements, Measurement, Outcome};
use crate::{
    Access, Fields, Grant, Instrument, InstrumentKind, Limits, NodeKind, Signal, View, count,
};

/// A request that nobody edits keeps its bytes, its records are counted right, and a stage is shown what the structs that `prost`
/// decodes hold: all of it, or the texts alone.
pub fn untouched(signal: Signal, wire: &[u8]) {
    let tree = tree(signal, wire).expect("prost decodes the request");
    for (reach, fields) in [
        (Reach::Everything, everything(signal)),
        (Reach::Texts, Fields::parse(signal, &["*"]).unwrap()),
    ] {
        let batch = index(signal, wire, &fields).expect("the request is well-formed");
        let mut view = View::default();
        let access = Access {
            reads: fields,
            writes: Fields::none(signal),
            drops: false,
            adds: false,
        };
        batch.project(&access, 0..batch.records(), &mut view);
        same(
            &lines_of_view(&view),
            &lines_of_tree(&tree, reach),
            "what is shown",
        );
        assert_eq!(batch.encode(), wire);
        assert_eq!(count(signal, wire), Ok(batch.records()));
    }
    let batch = index(signal, wire, &Fields::none(signal)).expect("the request is well-formed");
    assert_eq!(count(signal, wire), Ok(batch.records()));
}

/// A stage that names some fields is shown these and no other, whatever other stages want.
pub fn exact_reads(signal: Signal, wire: &[u8], dice: &mut Dice<'_>) {
    let mut tree = tree(signal, wire).expect("prost decodes the request");
    let mut all: Vec<String> = lines_of_tree(&tree, Reach::Levels)
        .into_iter()
        .flat_map(|(_, _, cells)| cells.into_iter().map(|(path, _)| path))
        .collect();
    all.sort();
    all.dedup();
    let reads: Vec<&String> = all.iter().filter(|_| dice.once_in(3)).collect();
    let others: Vec<&String> = all.iter().filter(|_| dice.once_in(3)).collect();
    let reads = Fields::parse(signal, &reads).expect("paths that were shown");
    let others = Fields::parse(signal, &others).expect("paths that were shown");
    let batch = index(signal, wire, &others.union(&reads)).expect("the request is well-formed");
    let access = Access {
        reads: reads.clone(),
        writes: Fields::none(signal),
        drops: false,
        adds: false,
    };
    let mut view = View::default();
    batch.project(&access, 0..batch.records(), &mut view);
    // What is below records is a node of those views alone that name a field of it.
    for node in &mut tree.nodes {
        let prefix = match node.kind {
            NodeKind::SpanEvent => "spanevent.",
            NodeKind::SpanLink => "spanlink.",
            NodeKind::Exemplar => "exemplar.",
            _ => continue,
        };
        node.dropped = !reads.iter().any(|path| path.starts_with(prefix));
    }
    let mut expected = lines_of_tree(&tree, Reach::Levels);
    for (_, _, cells) in &mut expected {
        cells.retain(|(path, _)| reads.iter().any(|read| read == path));
    }
    same(&lines_of_view(&view), &expected, "what is shown");
    assert_eq!(
        view.fields.len(),
        reads.len(),
        "no path beyond those that are listed"
    );
}

/// Bytes of any kind are a request or an error, never a panic; and a request that `prost` can decode, too, means the same.
pub fn any_bytes(signal: Signal, wire: &[u8]) {
    let counted = count(signal, wire);
    let access = full_access(signal);
    let Ok(batch) = index(signal, wire, &access.reads) else {
        return;
    };
    assert_eq!(batch.encode(), wire);
    assert_eq!(counted, Ok(batch.records()));
    let mut view = View::default();
    batch.project(&access, 0..batch.records(), &mut view);
    assert_eq!(view.cell_node.len(), view.cell_value.len());
    let Some(tree) = tree(signal, wire) else {
        return;
    };
    // Events and links may come in any order, which the decoded structs do not tell.
    let (mut shown, mut expected) = (
        lines_of_view(&view),
        lines_of_tree(&tree, Reach::Everything),
    );
    for lines in [&mut shown, &mut expected] {
        for (_, parent, _) in lines.iter_mut() {
            *parent = 0;
        }
        lines.sort();
    }
    same(&shown, &expected, "what is shown");
}

/// An outcome of any kind is refused or applied, never a panic; and what comes of it is a request.
pub fn any_outcome(signal: Signal, wire: &[u8], dice: &mut Dice<'_>) {
    let mut access = full_access(signal);
    access.adds = true;
    let maps = Fields::parse_writes(signal, &["attributes", "resource.attributes"]).unwrap();
    access.writes = access.writes.union(&maps);
    if signal == Signal::Metrics {
        let whole = Fields::parse(signal, &["metric"]).unwrap();
        access.reads = access.reads.union(&whole);
        access.writes = access.writes.union(&whole);
    }
    let small = Limits {
        nodes: 10_000,
        cells: 20_000,
        depth: 64,
    };
    let wire = bytes::Bytes::copy_from_slice(wire);
    let Ok(mut batch) = crate::Batch::index(
        signal,
        wire,
        std::sync::Arc::default(),
        &access.reads,
        &small,
    ) else {
        return;
    };
    let mut view = View::default();
    batch.project(&access, 0..batch.records(), &mut view);
    let outcome = outcome(&view, dice);
    let instruments = [Instrument {
        name: "seen".to_owned(),
        unit: String::new(),
        description: String::new(),
        kind: InstrumentKind::DeltaSum,
    }];
    let grant = Grant {
        rules: 2,
        routes: 2,
        instruments: &instruments,
        emits: &[Signal::Logs],
    };
    let Ok(changes) = batch.check(&view, &access, grant, outcome) else {
        return;
    };
    let before = u64::from(batch.live_records());
    let applied = batch.apply(vec![changes]);
    assert_eq!(
        u64::from(batch.live_records()) + applied.dropped + applied.merged,
        before + applied.created,
        "records are conserved"
    );
    let part = batch.part(|record| applied.routed.of(record).is_none());
    assert!(part.live_records() <= batch.live_records());
    for record in &applied.failed {
        batch.discard(*record);
    }
    let unsettled = batch.encode();
    batch.settle().expect("what was added was checked");
    let encoded = batch.encode();
    assert_eq!(unsettled, encoded, "to settle changes nothing");
    assert!(
        tree(signal, &encoded).is_some(),
        "what comes of it is a request"
    );
    assert_eq!(count(signal, &encoded), Ok(batch.live_records()));
    batch.project(&access, 0..batch.records(), &mut view);
    index(signal, &encoded, &access.reads).expect("what comes of it can be indexed");
}

fn outcome(view: &View, dice: &mut Dice<'_>) -> Outcome {
    let mut edits = Edits::default();
    for path in [
        "body",
        "attributes[\"model\"]",
        "attributes[\"a\"][\"b\"][0]",
        "metric.name",
        "nothing",
        "status.code",
        "attributes",
        "resource.attributes",
        "metric",
    ] {
        edits
            .fields
            .push((edits.text.len() as u64) << 32 | path.len() as u64);
        edits.text.extend_from_slice(path.as_bytes());
    }
    let texts = dice.below(40);
    edits.text.extend((0..texts).map(|_| dice.byte()));
    // An empty map, and one with an entry.
    edits
        .text
        .extend_from_slice(&[0x32, 0, 0x32, 5, 0x0a, 3, 0x0a, 1, b'k']);
    let near = |dice: &mut Dice<'_>, length: usize| {
        u32::try_from(if dice.once_in(20) {
            dice.below(65_536)
        } else {
            dice.below(length.max(1))
        })
        .unwrap_or(0)
    };
    for _ in 0..dice.below(12) {
        let op = dice.below(5);
        edits.op.push(u8::try_from(op).unwrap_or(0));
        edits.target.push(if op == 1 || op == 4 {
            near(dice, view.node_kind.len())
        } else {
            near(dice, view.cell_node.len())
        });
        edits.field.push(near(dice, edits.fields.len()));
        edits.kind.push(u8::try_from(dice.below(8)).unwrap_or(0));
        let start = near(dice, edits.text.len());
        let length = near(dice, 10);
        edits
            .value
            .push((u64::from(start) << 32) | u64::from(length));
        edits.rule.push(near(dice, 2));
    }
    if dice.once_in(30) {
        edits.kind.pop();
    }
    let mut judgements = Judgements::default();
    for _ in 0..dice.below(4) {
        judgements.node.push(near(dice, view.node_kind.len()));
        judgements
            .verdict
            .push(u8::try_from(dice.below(5)).unwrap_or(0));
        judgements.rule.push(near(dice, 2));
        judgements.argument.push(near(dice, 2));
    }
    judgements.route_sets = vec![vec![0], vec![near(dice, 2), 1]];
    let mut measurements = Vec::new();
    let mut emissions = Vec::new();
    if dice.once_in(4) {
        measurements.push(Measurement {
            instrument: near(dice, 1),
            value: f64::from(dice.byte()) / f64::from(dice.byte()),
            attributes: Vec::new(),
        });
        emissions.push(Emission {
            signal: Signal::Logs,
            request: (0..dice.below(4)).map(|_| dice.byte()).collect(),
        });
    }
    Outcome {
        judgements,
        edits,
        measurements,
        emissions,
    }
}
