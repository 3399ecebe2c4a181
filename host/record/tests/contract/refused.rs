//! Outcomes that are refused as a whole.

use prost::Message;
use tollgate_record::{Access, Batch, NodeKind, Refusal, Signal, ValueKind, View};

use crate::answer::*;

/// A stage of narrow rights, a batch of one record with two attributes, and the view of it.
struct Stage {
    access: Access,
    batch: Batch,
    view: View,
}

impl Stage {
    fn new() -> Self {
        let writes = ["attributes[\"a\"]", "severity_number", "trace_id"];
        let access = access(Signal::Logs, &["attributes[*]"], &writes);
        let batch = index(
            &access,
            logs(vec![record(&[("a", "1"), ("b", "2")])]).encode_to_vec(),
        );
        let view = project(&batch, &access);
        Self {
            access,
            batch,
            view,
        }
    }

    fn refusal(&self, answer: Answer) -> Refusal {
        answer.refusal(&self.batch, &self.view, &self.access)
    }
}

fn nowhere(columns: &'static str, what: &'static str) -> Refusal {
    Refusal::Index {
        columns,
        what,
        index: 0,
    }
}

#[test]
fn edits_beyond_the_manifest_are_refused() {
    let stage = Stage::new();
    let node = NodeKind::LogRecord;
    let undeclared = Refusal::Undeclared { index: 0, node };
    assert_eq!(stage.refusal(Answer::default().set(1, "x")), undeclared);
    assert_eq!(stage.refusal(Answer::default().rename(0, "c")), undeclared);
    let put = Answer::default().put(3, "attributes[\"c\"]", ValueKind::Text, b"x");
    assert_eq!(stage.refusal(put), undeclared);
    let adding = Refusal::UndeclaredAdd { index: 0, node };
    assert_eq!(stage.refusal(Answer::default().edit(4, 2, 3, 5, 0)), adding);
}

#[test]
fn edits_that_point_where_nothing_is_are_refused() {
    let stage = Stage::new();
    assert_eq!(
        stage.refusal(Answer::default().set(9, "x")),
        nowhere("edits", "target")
    );
    assert_eq!(
        stage.refusal(Answer::default().delete(0).set(0, "x")),
        Refusal::Gone { index: 1 }
    );
    let kind = Refusal::Meaning {
        what: "the kind of edit",
        index: 0,
    };
    assert_eq!(stage.refusal(Answer::default().edit(0, 0, 0, 8, 0)), kind);
    let op = Refusal::Meaning {
        what: "edit",
        index: 0,
    };
    assert_eq!(stage.refusal(Answer::default().edit(7, 0, 0, 0, 0)), op);
    assert_eq!(
        stage.refusal(Answer::default().edit(1, 3, 7, 1, 0)),
        nowhere("edits", "path")
    );
    let mut uneven = Answer::default().set(0, "x");
    uneven.0.edits.kind.clear();
    assert_eq!(stage.refusal(uneven), Refusal::Columns { columns: "edits" });
    let mut wild = Answer::default().set(0, "x");
    wild.0.edits.rule[0] = 1;
    assert_eq!(stage.refusal(wild), nowhere("edits", "rule"));
    let elsewhere = Answer::default().put(1, "severity_number", ValueKind::Int, &number(1));
    let field = Refusal::Field {
        index: 0,
        node: NodeKind::Resource,
    };
    assert_eq!(stage.refusal(elsewhere), field);
}

#[test]
fn values_that_do_not_fit_are_refused() {
    let stage = Stage::new();
    let malformed = Refusal::Value { index: 0 };
    assert_eq!(
        stage.refusal(Answer::default().edit(0, 0, 0, 1, u64::MAX)),
        malformed
    );
    assert_eq!(
        stage.refusal(Answer::default().edit(0, 0, 0, 4, 2)),
        malformed
    );
    let invalid = Answer::default().put(3, "attributes[\"a\"]", ValueKind::Text, &[0xff]);
    assert_eq!(stage.refusal(invalid), malformed);
    let broken = Answer::default().put(3, "attributes[\"a\"]", ValueKind::Map, &[0x32, 9]);
    assert_eq!(stage.refusal(broken), malformed);
    let path = "severity_number";
    let text = Answer::default().put(3, path, ValueKind::Text, b"x");
    let kind = ValueKind::Text;
    assert_eq!(
        stage.refusal(text),
        Refusal::Kind {
            index: 0,
            path,
            kind
        }
    );
    let large = Answer::default().put(3, path, ValueKind::Int, &number(1 << 40));
    assert_eq!(stage.refusal(large), Refusal::Range { index: 0, path });
    let short = Answer::default().put(3, "trace_id", ValueKind::Bytes, &[1; 15]);
    assert_eq!(
        stage.refusal(short),
        Refusal::Range {
            index: 0,
            path: "trace_id"
        }
    );
}

#[test]
fn judgements_beyond_the_manifest_or_of_the_wrong_node_are_refused() {
    let mut stage = Stage::new();
    assert_eq!(
        stage.refusal(Answer::default().judge(9, 1)),
        nowhere("judgements", "node")
    );
    let twice = Answer::default().judge(3, 1).judge(3, 0);
    assert_eq!(stage.refusal(twice), Refusal::Twice { index: 1 });
    let resource = Refusal::Verdict {
        index: 0,
        node: NodeKind::Resource,
    };
    assert_eq!(stage.refusal(Answer::default().judge(1, 1)), resource);
    let holding = Refusal::NotOffered {
        what: "holding records",
    };
    assert_eq!(stage.refusal(Answer::default().judge(3, 2)), holding);
    let unknown = Refusal::Meaning {
        what: "the verdict of judgement",
        index: 0,
    };
    assert_eq!(stage.refusal(Answer::default().judge(3, 9)), unknown);
    stage.access.drops = false;
    let drop = Refusal::UndeclaredDrop {
        index: 0,
        node: NodeKind::LogRecord,
    };
    assert_eq!(stage.refusal(Answer::default().judge(3, 1)), drop);
}

#[test]
fn a_text_shared_by_very_many_edits_is_refused_before_it_is_written() {
    let access = access(Signal::Logs, &["attributes[*]"], &["attributes[*]"]);
    let batch = index(&access, logs(vec![record(&[("a", "1")])]).encode_to_vec());
    let view = project(&batch, &access);
    let mut answer = Answer::default();
    let span = answer.span(&vec![b'x'; 1 << 20]);
    for _ in 0..40 {
        answer = answer.edit(0, 0, 0, 1, span);
    }
    assert_eq!(answer.refusal(&batch, &view, &access), Refusal::TooLarge);
}
