//! Records that go different ways, and batches in parts.

use opentelemetry_proto::tonic::logs::v1::{LogsData, ResourceLogs};
use prost::Message;
use tollgate_record::{Batch, Grant, Refusal, Signal, View};

use crate::answer::*;

/// Three records under two resources, and a resource without any.
fn batch() -> (Batch, View) {
    let mut data = logs(vec![record(&[("a", "0")]), record(&[("a", "1")])]);
    data.resource_logs
        .push(logs(vec![record(&[("a", "2")])]).resource_logs.remove(0));
    data.resource_logs.push(ResourceLogs::default());
    let access = access(Signal::Logs, &["attributes[*]"], &["attributes[*]"]);
    let batch = index(&access, data.encode_to_vec());
    let view = project(&batch, &access);
    (batch, view)
}

/// The nodes of the records in the view.
const RECORDS: [usize; 3] = [3, 4, 7];

fn route(mut answer: Answer, record: usize, set: u32) -> Answer {
    answer = answer.judge(RECORDS[record], 3);
    *answer.0.judgements.argument.last_mut().unwrap() = set;
    answer
}

fn grant() -> Grant<'static> {
    Grant {
        routes: 2,
        ..Grant::from(1)
    }
}

fn values(batch: &Batch) -> Vec<String> {
    let access = access(Signal::Logs, &["attributes[*]"], &[]);
    let values = texts(&project(batch, &access));
    values.into_iter().map(|(_, value)| value).collect()
}

#[test]
fn each_route_gets_its_records_in_the_state_that_the_policy_left() {
    let (mut batch, view) = batch();
    let access = access(Signal::Logs, &["attributes[*]"], &["attributes[*]"]);
    let mut answer = Answer::default().set(0, "edited");
    answer.0.judgements.route_sets = vec![vec![0], vec![0, 1]];
    let answer = route(route(answer, 0, 0), 2, 1);
    let changes = batch.check(&view, &access, grant(), answer.0).unwrap();
    let applied = batch.apply(vec![changes]);
    let routed = &applied.routed;
    assert_eq!((routed.len(), &applied.routed_by_rule), (2, &vec![2]));
    assert_eq!(routed.of(0), Some(&[0][..]));
    assert_eq!(routed.of(1), None);
    assert_eq!(routed.records(0).collect::<Vec<_>>(), [0, 2]);
    assert_eq!(routed.records(1).collect::<Vec<_>>(), [2]);

    let goes = |route: u32| move |record| routed.of(record).is_some_and(|set| set.contains(&route));
    let first = batch.part(goes(0));
    let second = batch.part(goes(1));
    assert_eq!(values(&first), ["edited", "2"]);
    assert_eq!(values(&second), ["2"]);
    assert_eq!((first.live_records(), second.live_records()), (2, 1));
    assert_eq!(batch.live_records(), 3, "the batch itself is as it was");
    let sent = LogsData::decode(second.encode()).unwrap();
    assert_eq!(
        sent.resource_logs.len(),
        1,
        "nothing of a resource whose records went elsewhere, or that had none"
    );
    let whole = batch.part(|_| true);
    assert_eq!(whole.encode(), batch.encode());
    assert!(batch.part(|_| false).encode().is_empty());
}

#[test]
fn a_part_goes_its_own_way_from_then_on() {
    let (batch, _) = batch();
    let access = access(Signal::Logs, &["attributes[*]"], &["attributes[*]"]);
    let mut part = batch.part(|record| record != 1);
    let mut other = part.clone();
    let view = project(&part, &access);
    let changes = Answer::default()
        .set(1, "here alone")
        .check(&part, &view, &access)
        .unwrap();
    part.apply(vec![changes]);
    other.discard(0);
    assert_eq!(values(&part), ["0", "here alone"]);
    assert_eq!(values(&other), ["2"]);
    assert_eq!(values(&batch), ["0", "1", "2"]);
    assert_eq!(part.live_ordinals(0..9).collect::<Vec<_>>(), [0, 2]);
}

#[test]
fn routes_beyond_the_manifest_and_to_nowhere_are_refused() {
    let (batch, view) = batch();
    let access = access(Signal::Logs, &["attributes[*]"], &[]);
    let refusal = |sets: Vec<Vec<u32>>, set: u32, grant: Grant<'_>| {
        let mut answer = route(Answer::default(), 0, set);
        answer.0.judgements.route_sets = sets;
        batch.check(&view, &access, grant, answer.0).unwrap_err()
    };
    let set = |index| Refusal::RouteSet { index };
    assert_eq!(refusal(vec![vec![0], vec![2]], 0, grant()), set(1));
    assert_eq!(refusal(vec![vec![]], 0, grant()), set(0));
    assert_eq!(refusal(vec![vec![0]], 0, Grant::from(1)), set(0));
    let missing = Refusal::Index {
        columns: "judgements",
        what: "route set",
        index: 0,
    };
    assert_eq!(refusal(vec![vec![0]], 1, grant()), missing);
    let mut resource = Answer::default().judge(1, 3);
    resource.0.judgements.route_sets = vec![vec![0]];
    let refused = batch.check(&view, &access, grant(), resource.0);
    assert!(matches!(refused, Err(Refusal::Verdict { index: 0, .. })));
}

#[test]
fn a_part_is_halved_down_to_one_record() {
    let (mut batch, _) = batch();
    let access = access(Signal::Logs, &["attributes[*]"], &[]);
    assert_eq!(batch.halves(0..3, &access), Some((0..1, 1..3)));
    assert_eq!(batch.halves(1..9, &access), Some((1..2, 2..3)));
    assert_eq!(batch.halves(2..3, &access), None);
    batch.discard(1);
    assert_eq!(
        batch.halves(1..3, &access),
        None,
        "one record is left in it"
    );
}
