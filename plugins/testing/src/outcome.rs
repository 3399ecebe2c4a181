//! Outcomes, honest and otherwise.

use std::sync::atomic::{AtomicU32, Ordering};

use tollgate_sdk::bindings::tollgate::policy::batch::{
    Decisions, Edits, Emission, Measurement, Outcome, Signal, View,
};

use crate::{
    Behaviour as B,
    columns::{
        BOOLEAN, BYTES, DELETE, DOUBLE, DROP, EditsExt as _, HOLD, JudgementsExt as _, MAP, RENAME,
        ROUTE, SET, TEXT, WITHHELD, cells_of, empty, nodes, on_cell, records, span,
    },
    manifest::RULE,
};

const SEEN: &str = "attributes[\"seen\"]";
const VICTIM: &str = "attributes[\"victim\"]";
/// Declared as read, and not as written.
const FIXED: &str = "attributes[\"fixed\"]";
/// Never declared.
const FOREIGN: &str = "attributes[\"foreign\"]";

/// An index that no view of a test reaches.
const WILD: u32 = 0xffff_fff0;

/// Marks every record.
pub(crate) fn honest(view: &View) -> Outcome {
    let mut outcome = empty();
    for record in records(view) {
        outcome.edits.put(record, SEEN, BOOLEAN, 1);
    }
    outcome
}

/// The outcome that a behaviour stands for; the honest one for those that misbehave in another way.
pub(crate) fn dishonest(behaviour: B, view: &View) -> Outcome {
    let kinds_of_lie = [
        wild_judgements,
        wild_edits,
        wrong,
        beyond_the_manifest,
        not_offered,
        telemetry,
        additions,
        contradictory,
        too_large,
    ];
    kinds_of_lie
        .iter()
        .find_map(|lie| lie(behaviour, view))
        .unwrap_or_else(|| honest(view))
}

/// Judgements that point where nothing is.
fn wild_judgements(behaviour: B, view: &View) -> Option<Outcome> {
    let mut outcome = empty();
    let record = records(view).next()?;
    let judgements = &mut outcome.judgements;
    match behaviour {
        B::WildNode => judgements.judge(WILD, 0),
        B::WildJudgementRule => {
            judgements.judge(record, 0);
            judgements.rule = vec![WILD];
        }
        B::WildVerdict => judgements.judge(record, 200),
        B::UnequalJudgements => judgements.node.push(record),
        B::StaleIndex => judgements.judge(stale(view).unwrap_or(record), 0),
        _ => return None,
    }
    Some(outcome)
}

/// Edits that point where nothing is.
fn wild_edits(behaviour: B, view: &View) -> Option<Outcome> {
    let mut outcome = empty();
    let record = records(view).next()?;
    let edits = &mut outcome.edits;
    match behaviour {
        B::WildCell => edits.value(SET, WILD, BOOLEAN, 1),
        B::WildPut => edits.put(WILD, SEEN, BOOLEAN, 1),
        B::WildField => {
            edits.put(record, SEEN, BOOLEAN, 1);
            edits.field = vec![WILD];
        }
        B::WildSpan => edits.put(record, SEEN, TEXT, span(1 << 20, 16)),
        B::WildSpanOverflow => edits.put(record, SEEN, TEXT, u64::MAX),
        B::WildPath => {
            edits.put(record, SEEN, BOOLEAN, 1);
            edits.fields = vec![span(1 << 20, 16)];
        }
        B::WildRule => {
            edits.put(record, SEEN, BOOLEAN, 1);
            edits.rule = vec![WILD];
        }
        B::WildOp => edits.value(200, record, BOOLEAN, 1),
        B::WildKind => edits.put(record, SEEN, 200, 1),
        B::UnequalEdits => {
            edits.put(record, SEEN, BOOLEAN, 1);
            edits.target.clear();
        }
        _ => return None,
    }
    Some(outcome)
}

/// Values of the wrong kind, and bytes that are not what they are said to be.
fn wrong(behaviour: B, view: &View) -> Option<Outcome> {
    let mut outcome = empty();
    let record = records(view).next()?;
    let edits = &mut outcome.edits;
    match behaviour {
        B::WrongKind => wrong_kind(view, record, edits),
        B::WrongBoolean => edits.put(record, SEEN, BOOLEAN, 2),
        B::WrongWithheld => edits.put(record, SEEN, WITHHELD, 0),
        B::InvalidText => edits.put_bytes(record, SEEN, TEXT, b"\xff\xfe"),
        B::InvalidPath => {
            edits.put(record, SEEN, BOOLEAN, 1);
            let path = edits.text(b"attributes[\"\xff\"]");
            edits.fields = vec![path];
        }
        B::InvalidKey => rename(view, edits, VICTIM, b"seen\xff"),
        B::InvalidMap => edits.put_bytes(record, SEEN, MAP, b"\x32\xff\xff\xff\xff\x0f"),
        B::DeepMap => edits.put_bytes(record, SEEN, MAP, &deep_map(10_000)),
        B::NoPath => edits.put(record, "attributes[\"seen\"", BOOLEAN, 1),
        B::NulKey => {
            let map = field(
                6,
                &field(1, &[field(1, b"a\0b"), field(2, &field(1, b"v"))].concat()),
            );
            records(view).for_each(|record| edits.put_bytes(record, SEEN, MAP, &map));
        }
        B::Nan => {
            records(view).for_each(|record| edits.put(record, SEEN, DOUBLE, f64::NAN.to_bits()));
        }
        _ => return None,
    }
    Some(outcome)
}

/// Honest in form, and beyond what the manifest declares.
fn beyond_the_manifest(behaviour: B, view: &View) -> Option<Outcome> {
    let mut outcome = empty();
    let record = records(view).next()?;
    let (edits, judgements) = (&mut outcome.edits, &mut outcome.judgements);
    match behaviour {
        B::UndeclaredPut => edits.put(record, FOREIGN, BOOLEAN, 1),
        B::UndeclaredSet => on_cell(view, FIXED, |cell| edits.value(SET, cell, BOOLEAN, 1)),
        B::UndeclaredDelete => on_cell(view, FIXED, |cell| edits.value(DELETE, cell, 0, 0)),
        B::NulRename => rename(view, edits, VICTIM, b"seen\0"),
        B::UndeclaredRename => rename(view, edits, VICTIM, b"foreign"),
        B::UndeclaredDrop => judgements.judge(record, DROP),
        B::DropResource => {
            nodes(view, |kind| kind == 1).for_each(|node| judgements.judge(node, DROP));
        }
        _ => return None,
    }
    Some(outcome)
}

/// What the interface has and no manifest can ask for yet, and routes to where none leads.
fn not_offered(behaviour: B, view: &View) -> Option<Outcome> {
    let mut outcome = empty();
    let record = records(view).next()?;
    let judgements = &mut outcome.judgements;
    match behaviour {
        B::Hold => judgements.judge(record, HOLD),
        B::Route => {
            judgements.judge(record, ROUTE);
            judgements.route_sets.push(vec![0]);
        }
        B::RouteWild => {
            judgements.judge(record, ROUTE);
            judgements.argument = vec![WILD];
        }
        B::RouteNowhere => {
            judgements.judge(record, ROUTE);
            judgements.route_sets.push(Vec::new());
        }
        B::Decide => {
            outcome.decisions = Decisions {
                key: vec![span(0, 3)],
                keep: vec![1],
                rule: vec![RULE],
                text: b"key".to_vec(),
            };
        }
        _ => return None,
    }
    Some(outcome)
}

/// Measurements and emissions that are none, or that nobody allowed.
fn telemetry(behaviour: B, view: &View) -> Option<Outcome> {
    let mut outcome = empty();
    let measured = |value: f64, series: String| Measurement {
        instrument: 0,
        value,
        attributes: vec![("series".to_owned(), series)],
    };
    let emitted = |request: Vec<u8>| Emission {
        signal: view.signal,
        request,
    };
    let measurements = &mut outcome.measurements;
    match behaviour {
        B::Measure => measurements.push(measured(1.0, String::new())),
        B::MeasureNan => measurements.push(measured(f64::NAN, String::new())),
        B::MeasureNegative => measurements.push(measured(-1.0, String::new())),
        B::MeasureFlood => {
            measurements.extend((0..100_000).map(|series| measured(1.0, series.to_string())));
        }
        B::MeasureLong => measurements.push(measured(1.0, "x".repeat(4096))),
        B::Emit => outcome.emissions.push(emitted(Vec::new())),
        B::EmitGarbage => outcome
            .emissions
            .push(emitted(b"\x0a\xff garbage".to_vec())),
        B::EmitHuge => outcome.emissions.push(emitted(vec![0x7a; 8 << 20])),
        _ => return None,
    }
    Some(outcome)
}

/// Nodes that nobody allowed, that are none, or that come where none can be.
fn additions(behaviour: B, view: &View) -> Option<Outcome> {
    let mut outcome = empty();
    let record = records(view).next()?;
    let scope = nodes(view, |kind| kind == 2).next()?;
    let edits = &mut outcome.edits;
    let child = match view.signal {
        Signal::Logs => 3,
        Signal::Traces => 4,
        Signal::Metrics => 5,
    };
    match behaviour {
        B::Add => edits.add(scope, child, b""),
        B::AddWrongKind => edits.add(record, 5, b""),
        B::AddGarbage => edits.add(scope, child, b"\x0a\xff garbage"),
        B::AddWild => edits.add(WILD, child, b""),
        B::AddHuge => edits.add(scope, child, &vec![0x7a; 8 << 20]),
        B::ReplaceGarbage => match nodes(view, |kind| kind == 5).next() {
            Some(metric) => edits.put_bytes(metric, "metric", BYTES, b"\x0a\xff garbage"),
            None => edits.add(scope, child, b"\x0a\xff garbage"),
        },
        _ => return None,
    }
    Some(outcome)
}

/// Rows that say different things of one node or cell.
fn contradictory(behaviour: B, view: &View) -> Option<Outcome> {
    let mut outcome = empty();
    let record = records(view).next()?;
    let (edits, judgements) = (&mut outcome.edits, &mut outcome.judgements);
    match behaviour {
        B::JudgeTwice => {
            judgements.judge(record, DROP);
            judgements.judge(record, 0);
        }
        B::DeleteTwice => on_cell(view, VICTIM, |cell| {
            edits.value(DELETE, cell, 0, 0);
            edits.value(DELETE, cell, 0, 0);
        }),
        B::EditDropped => {
            for record in records(view) {
                judgements.judge(record, DROP);
                edits.put(record, SEEN, BOOLEAN, 1);
            }
        }
        B::PutTwice => {
            for record in records(view) {
                edits.put(record, SEEN, BOOLEAN, 1);
                edits.put(record, SEEN, BOOLEAN, 0);
            }
        }
        B::BackwardSpans => {
            for (number, record) in records(view).enumerate() {
                edits.put(record, SEEN, TEXT, span(64_usize.saturating_sub(number), 4));
            }
            edits.text.resize(edits.text.len().max(128), b'x');
        }
        B::RenameOntoExisting => {
            for record in records(view) {
                edits.put(record, SEEN, BOOLEAN, 1);
            }
            for cell in cells_of(view, VICTIM) {
                let key = edits.text(b"seen");
                edits.value(RENAME, cell, TEXT, key);
            }
        }
        _ => return None,
    }
    Some(outcome)
}

/// More than an honest answer to the view could hold.
fn too_large(behaviour: B, view: &View) -> Option<Outcome> {
    let mut outcome = honest(view);
    let record = records(view).next()?;
    match behaviour {
        B::HugeList => outcome.edits.text = four_gibibytes(),
        B::FullOutcome => outcome.edits.text.resize((1 << 20) - (64 << 10), b'x'),
        B::HugeOutcome => outcome.edits.text = vec![b'x'; 40 << 20],
        B::HugeValue => outcome
            .edits
            .put_bytes(record, SEEN, TEXT, &vec![b'x'; 8 << 20]),
        _ => return None,
    }
    Some(outcome)
}

/// A node of the largest view so far that this one does not have.
fn stale(view: &View) -> Option<u32> {
    static LARGEST: AtomicU32 = AtomicU32::new(0);
    let nodes = u32::try_from(view.nodes.kind.len()).ok()?;
    let largest = LARGEST.fetch_max(nodes, Ordering::Relaxed);
    (largest > nodes).then(|| largest.saturating_sub(1))
}

fn rename(view: &View, edits: &mut Edits, path: &str, key: &[u8]) {
    on_cell(view, path, |cell| {
        let key = edits.text(key);
        edits.value(RENAME, cell, TEXT, key);
    });
}

/// Text for a number, or a number for a text.
fn wrong_kind(view: &View, record: u32, edits: &mut Edits) {
    match view.signal {
        Signal::Logs => edits.put_bytes(record, "severity_number", TEXT, b"high"),
        Signal::Traces => edits.put_bytes(record, "kind", TEXT, b"server"),
        Signal::Metrics => edits.put(record, "metric.unit", DOUBLE, 0),
    }
}

/// A map in a map in a map ..., as an `AnyValue`.
fn deep_map(depth: usize) -> Vec<u8> {
    // From the inside: AnyValue{kvlist: KeyValueList{values: [KeyValue{key: "a", value: ...}]}}
    let mut bytes = Vec::new();
    for _ in 0..depth {
        let value = field(2, &bytes);
        let entry = field(1, &[field(1, b"a"), value].concat());
        bytes = field(6, &entry);
    }
    bytes
}

/// A length-delimited field of protobuf.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2];
    let mut length = content.len();
    while length >= 0x80 {
        bytes.push(length.to_le_bytes()[0] | 0x80);
        length >>= 7;
    }
    bytes.push(length.to_le_bytes()[0]);
    bytes.extend_from_slice(content);
    bytes
}

/// A list that claims to fill the whole address space.
#[expect(
    unsafe_code,
    reason = "no safe way leads to a list longer than memory, which is the deed"
)]
fn four_gibibytes() -> Vec<u8> {
    let (start, length) = (std::ptr::dangling_mut(), usize::MAX - 15);
    let capacity = length;
    // SAFETY: none. The generated code hands pointer and length to the host without reading, and the host never returns here.
    unsafe { Vec::from_raw_parts(start, length, capacity) }
}
