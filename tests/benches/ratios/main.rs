//! The table of ratios: what the batch, the sandbox and the policies cost beside what they stand in for.
//!
//! `cargo bench -p tollgate-tests --bench ratios`, or `make bench`, which builds the policies first. Everything is measured in one
//! run and in turns, a slice of a few milliseconds each, because only then do a busy neighbour and a changing clock meet both
//! sides of a ratio. (Criterion, which the benches of the crates use, measures one thing after the other.) A ratio is the median
//! over all rounds. Both sides use the system's allocator, or with `--features mimalloc` that of the binary, which makes `prost`
//! twice as fast. A word after `--` measures only what has it in its name: something to look at with a profiler.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "a bench that cannot go on should say so and stop, and its output is a table"
)]

mod clock;
mod native;
mod policy;
mod stages;
mod table;

use bytes::Bytes;
use tollgate_attributes::Attributes;
use tollgate_record::testing::codex_like;
use tollgate_redaction::Redaction;
use tollgate_sandbox::{Options, Sandbox};

use clock::{Measure, timed, timed_after};
use native::Plain;
use policy::Policy;
use stages::Chain;
use table::{Goal, Row};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Log records of a batch; each has about 750 bytes and 20 attributes, as a coding agent sends them.
const RECORDS: u64 = 512;

/// Six patterns: an e-mail address, a key, a card, a social security number, a token, an address.
const SIX_PATTERNS: &str = r#"{"allow_all_keys": true, "blocked_values": [
    "[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}", "AKIA[0-9A-Z]{16}", "(?:[0-9]{4}[ -]?){3}[0-9]{4}",
    "[0-9]{3}-[0-9]{2}-[0-9]{4}", "Bearer [A-Za-z0-9._-]{8,}", "(?:[0-9]{1,3}\\.){3}[0-9]{1,3}"]}"#;

/// Reads three fields of each record, and gives each one an attribute.
const NARROW: &str = r#"{"include": {"match_type": "strict", "attributes": [{"key": "model", "value": "gpt-5-codex"}]},
    "actions": [{"key": "cost", "action": "upsert", "from_attribute": "input_token_count"}]}"#;

/// The same policy, with nothing to do.
const IDLE: &str = r#"{"include": {"match_type": "strict", "attributes": [{"key": "model", "value": "another"}]},
    "actions": [{"key": "cost", "action": "upsert", "value": 1}]}"#;

/// Four new keys, as a Collector's users write them: the editor that sets, and the one that deletes.
const RENAMES: &str = r#"{"log_statements": [{"context": "log", "statements": [
    "set(attributes[\"a1\"], attributes[\"app.version\"]) where attributes[\"app.version\"] != nil",
    "delete_key(attributes, \"app.version\")",
    "set(attributes[\"a2\"], attributes[\"auth_mode\"]) where attributes[\"auth_mode\"] != nil",
    "delete_key(attributes, \"auth_mode\")",
    "set(attributes[\"a3\"], attributes[\"originator\"]) where attributes[\"originator\"] != nil",
    "delete_key(attributes, \"originator\")",
    "set(attributes[\"a4\"], attributes[\"model\"]) where attributes[\"model\"] != nil",
    "delete_key(attributes, \"model\")"]}]}"#;

/// The same keys, for the native side.
const NEW_KEYS: [(&str, &str); 4] = [
    ("app.version", "a1"),
    ("auth_mode", "a2"),
    ("originator", "a3"),
    ("model", "a4"),
];

/// A condition that touches one field.
const ONE_FIELD: &str = r#"{"logs": {"log_record": ["severity_number < SEVERITY_NUMBER_INFO"]}}"#;

/// What is measured, on which batch.
struct Subjects {
    wire: Bytes,
    one: Bytes,
    redaction: Policy,
    narrow: Policy,
    idle: Policy,
    sampler: Policy,
    renames: Policy,
    filter: Policy,
    chain: Chain,
    plain: Plain,
}

impl Subjects {
    fn new() -> Self {
        let sandbox = Sandbox::new(Options::default()).expect("a sandbox");
        let subjects = Self {
            wire: Bytes::from(codex_like(RECORDS)),
            one: Bytes::from(codex_like(1)),
            redaction: Policy::stock(&sandbox, "redaction", SIX_PATTERNS),
            narrow: Policy::stock(&sandbox, "attributes", NARROW),
            idle: Policy::stock(&sandbox, "attributes", IDLE),
            sampler: Policy::stock(
                &sandbox,
                "probabilistic_sampler",
                r#"{"sampling_percentage": 10}"#,
            ),
            renames: Policy::stock(&sandbox, "transform", RENAMES),
            filter: Policy::stock(&sandbox, "filter", ONE_FIELD),
            chain: Chain::new(&sandbox),
            plain: Plain::new(SIX_PATTERNS),
        };
        assert!(
            native::same(
                &native::rename(&subjects.wire, &NEW_KEYS),
                &subjects.renames.stage().pass(&subjects.wire)
            ),
            "both must give the same new keys"
        );
        let sandboxed = subjects.redaction.stage().pass(&subjects.wire);
        assert!(
            native::same(&subjects.plain.pass(&subjects.wire), &sandboxed),
            "both redactions must make the same of the batch"
        );
        assert!(
            native::same(&subjects.plain.pass_by_set(&subjects.wire), &sandboxed),
            "by the set, too"
        );
        subjects
    }
}

/// The sides of the ratios.
struct Sides<'m> {
    prost: Measure<'m>,
    index: Measure<'m>,
    narrow_stage: Measure<'m>,
    filter_stage: Measure<'m>,
    renames: Measure<'m>,
    native_renames: Measure<'m>,
    sandboxed: Measure<'m>,
    native_by_set: Measure<'m>,
    native_one_by_one: Measure<'m>,
    redaction_guest: Measure<'m>,
    redaction_native: Measure<'m>,
    narrow_guest: Measure<'m>,
    narrow_native: Measure<'m>,
}

impl<'m> Sides<'m> {
    fn of(subjects: &'m Subjects) -> Self {
        let Subjects {
            wire,
            redaction,
            narrow,
            renames,
            filter,
            plain,
            ..
        } = subjects;
        let (mut path, mut stage) = (redaction.stage(), narrow.stage());
        let (mut filter_stage, mut renames_path) = (filter.stage(), renames.stage());
        let (redaction_guest, redaction_native) = both::<Redaction>(redaction, SIX_PATTERNS, wire);
        let (narrow_guest, narrow_native) = both::<Attributes>(narrow, NARROW, wire);
        Self {
            prost: Measure::new("prost decode + encode", move || {
                timed(|| native::decode_and_encode(wire))
            }),
            index: Measure::new("index, for every text of the batch", move || {
                timed(|| redaction.index(wire))
            }),
            narrow_stage: Measure::new("narrow stage: project, call, check, apply", move || {
                timed_after(|| narrow.index(wire), |batch| stage.edit(batch))
            }),
            filter_stage: Measure::new(
                "filter on one field: project, call, check, apply",
                move || timed_after(|| filter.index(wire), |batch| filter_stage.edit(batch)),
            ),
            renames: Measure::new("four new keys, bytes to bytes, sandboxed", move || {
                timed(|| renames_path.pass(wire))
            }),
            native_renames: Measure::new("four new keys, bytes to bytes, prost", move || {
                timed(|| native::rename(wire, &NEW_KEYS))
            }),
            sandboxed: Measure::new("redaction, bytes to bytes, sandboxed", move || {
                timed(|| path.pass(wire))
            }),
            native_by_set: Measure::new(
                "redaction, bytes to bytes, prost and RegexSet",
                move || timed(|| plain.pass_by_set(wire)),
            ),
            native_one_by_one: Measure::new(
                "redaction, bytes to bytes, prost and each Regex",
                move || timed(|| plain.pass(wire)),
            ),
            redaction_guest: redaction_guest.called("redaction, call, sandboxed"),
            redaction_native: redaction_native.called("redaction, call, native"),
            narrow_guest: narrow_guest.called("narrow policy, call, sandboxed"),
            narrow_native: narrow_native.called("narrow policy, call, native"),
        }
    }

    fn all(&mut self) -> [&mut Measure<'m>; 13] {
        let Self {
            prost,
            index,
            narrow_stage,
            filter_stage,
            renames,
            native_renames,
            sandboxed,
            native_by_set,
            native_one_by_one,
            ..
        } = self;
        let Self {
            redaction_guest,
            redaction_native,
            narrow_guest,
            narrow_native,
            ..
        } = self;
        [
            prost,
            index,
            narrow_stage,
            filter_stage,
            renames,
            native_renames,
            sandboxed,
            native_by_set,
            native_one_by_one,
            redaction_guest,
            redaction_native,
            narrow_guest,
            narrow_native,
        ]
    }

    fn rows(&self) -> Vec<Row> {
        let native = if self.native_by_set.median() < self.native_one_by_one.median() {
            &self.native_by_set
        } else {
            &self.native_one_by_one
        };
        vec![
            Row::new(
                "index : `prost` decode + encode",
                &self.index,
                &self.prost,
                Goal::OneTo(15.0),
            ),
            Row::new(
                "one narrow stage : `prost` decode + encode",
                &self.narrow_stage,
                &self.prost,
                Goal::OneTo(50.0),
            ),
            Row::new(
                "filter on one field, the stage : `prost` decode + encode",
                &self.filter_stage,
                &self.prost,
                Goal::OneTo(50.0),
            ),
            Row::new(
                "four new keys, bytes to bytes, sandboxed : native with `prost`",
                &self.renames,
                &self.native_renames,
                Goal::OneTo(2.5),
            ),
            Row::new(
                "redaction, bytes to bytes, sandboxed : native with `prost`",
                &self.sandboxed,
                native,
                Goal::OneTo(2.5),
            ),
            Row::new(
                "redaction call, sandboxed : native",
                &self.redaction_guest,
                &self.redaction_native,
                Goal::ToOne(1.8),
            ),
            Row::new(
                "narrow policy call, sandboxed : native",
                &self.narrow_guest,
                &self.narrow_native,
                Goal::ToOne(2.0),
            ),
        ]
    }
}

/// What is reported by itself.
struct Costs<'m> {
    idle: Vec<Measure<'m>>,
    new: Vec<Measure<'m>>,
}

impl<'m> Costs<'m> {
    fn of(subjects: &'m Subjects) -> Self {
        let Subjects {
            wire,
            one,
            redaction,
            narrow,
            idle,
            sampler,
            ..
        } = subjects;
        let idle_call = |name, wire| {
            let (mut instance, view) = (idle.instance(), idle.view(wire));
            Measure::new(name, move || timed(|| instance.process(&view)))
        };
        let new =
            |name, policy: &'m Policy| Measure::new(name, move || timed(|| policy.instance()));
        Self {
            idle: vec![
                idle_call("call with nothing to do, 1 record", one),
                idle_call("call with nothing to do, 512 records", wire),
            ],
            new: vec![
                new("instantiate and configure: probabilistic_sampler", sampler),
                new("instantiate and configure: attributes", narrow),
                new(
                    "instantiate and configure: redaction with six patterns",
                    redaction,
                ),
            ],
        }
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Measure<'m>> {
        self.idle.iter_mut().chain(&mut self.new)
    }
}

/// One policy's call on the same columns, in the sandbox and natively.
fn both<'m, P: tollgate_sdk::Policy + 'm>(
    policy: &Policy,
    config: &str,
    wire: &Bytes,
) -> (Measure<'m>, Measure<'m>) {
    let (view, mut guest, mut harness) = (
        policy.view(wire),
        policy.instance(),
        policy::native::<P>(config),
    );
    assert_eq!(
        guest.process(&view).unwrap(),
        harness.process(&view).unwrap(),
        "one policy, one answer"
    );
    let same = view.clone();
    (
        Measure::new("", move || timed(|| guest.process(&view))),
        Measure::new("", move || timed(|| harness.process(&same))),
    )
}

fn main() {
    let subjects = Subjects::new();
    let (mut sides, mut costs) = (Sides::of(&subjects), Costs::of(&subjects));
    let only = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let chosen = |measure: &&mut Measure<'_>| {
        only.as_ref()
            .is_none_or(|word| measure.name.contains(word.as_str()))
    };
    clock::run(
        &mut sides
            .all()
            .into_iter()
            .chain(costs.all())
            .filter(chosen)
            .collect::<Vec<_>>(),
    );

    println!(
        "\n{RECORDS} log records of {} bytes; the narrow stage is the policy `attributes`, which here reads {} fields\n",
        subjects.wire.len() as u64 / RECORDS,
        subjects.narrow.reads()
    );
    table::ratios(&sides.rows());
    table::steps("a record", &sides.all(), RECORDS as f64);
    table::steps("a call", &costs.all().collect::<Vec<_>>(), 1.0);
    if only.is_none_or(|word| "chain".contains(&word)) {
        subjects.chain.print(&subjects.wire, RECORDS as f64);
    }
}
