//! Requests to ask about, views to read, and answers to give.

use std::sync::Arc;

use bytes::Bytes;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use tollgate_record::{
    Access, Batch, Changes, Fields, Limits, Malformed, NodeKind, Outcome, Refusal, Signal,
    ValueKind, View,
};

pub(crate) fn text(value: &str) -> AnyValue {
    AnyValue {
        value: Some(Any::StringValue(value.to_owned())),
    }
}

pub(crate) fn attribute(key: &str, value: AnyValue) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(value),
        ..KeyValue::default()
    }
}

pub(crate) fn record(attributes: &[(&str, &str)]) -> LogRecord {
    LogRecord {
        attributes: attributes
            .iter()
            .map(|(key, value)| attribute(key, text(value)))
            .collect(),
        ..LogRecord::default()
    }
}

/// One resource and one scope with these records.
pub(crate) fn logs(log_records: Vec<LogRecord>) -> LogsData {
    let resource = Resource {
        attributes: vec![attribute("service.name", text("shop"))],
        ..Resource::default()
    };
    let scope_logs = vec![ScopeLogs {
        log_records,
        ..ScopeLogs::default()
    }];
    LogsData {
        resource_logs: vec![ResourceLogs {
            resource: Some(resource),
            scope_logs,
            ..ResourceLogs::default()
        }],
    }
}

pub(crate) fn access(signal: Signal, reads: &[&str], writes: &[&str]) -> Access {
    Access {
        reads: Fields::parse(signal, reads).unwrap(),
        writes: Fields::parse(signal, writes).unwrap(),
        drops: true,
        adds: false,
    }
}

pub(crate) fn try_index(
    signal: Signal,
    wire: Vec<u8>,
    wanted: &Fields,
) -> Result<Batch, Malformed> {
    Batch::index(
        signal,
        Bytes::from(wire),
        Arc::default(),
        wanted,
        &Limits::default(),
    )
}

pub(crate) fn index(access: &Access, wire: Vec<u8>) -> Batch {
    let wanted = access.reads.union(&access.writes);
    try_index(access.reads.signal(), wire, &wanted).unwrap()
}

pub(crate) fn project(batch: &Batch, access: &Access) -> View {
    let mut view = View::default();
    batch.project(access, 0..batch.records(), &mut view);
    view
}

/// The cells of a view: kind of node, path, kind of value, value.
pub(crate) fn cells(view: &View) -> Vec<(NodeKind, String, ValueKind, String)> {
    (0..view.cell_node.len())
        .map(|cell| {
            let node = NodeKind::try_from(view.node_kind[view.cell_node[cell] as usize]).unwrap();
            let kind = ValueKind::try_from(view.cell_kind[cell]).unwrap();
            let value = match kind {
                ValueKind::Text => slice(view, view.cell_value[cell]),
                kind if kind.is_span() => format!("{} bytes", view.cell_value[cell] & 0xffff_ffff),
                _ => view.cell_value[cell].to_string(),
            };
            (
                node,
                slice(view, view.fields[view.cell_field[cell] as usize]),
                kind,
                value,
            )
        })
        .collect()
}

pub(crate) fn texts(view: &View) -> Vec<(String, String)> {
    cells(view)
        .into_iter()
        .map(|(_, path, _, value)| (path, value))
        .collect()
}

pub(crate) fn slice(view: &View, span: u64) -> String {
    let start = (span >> 32) as usize;
    String::from_utf8(view.text[start..start + (span & 0xffff_ffff) as usize].to_vec()).unwrap()
}

/// An outcome under construction.
#[derive(Default)]
pub(crate) struct Answer(pub(crate) Outcome);

impl Answer {
    pub(crate) fn edit(mut self, op: u8, target: usize, field: u32, kind: u8, value: u64) -> Self {
        let edits = &mut self.0.edits;
        edits.op.push(op);
        edits.target.push(target as u32);
        edits.field.push(field);
        edits.kind.push(kind);
        edits.value.push(value);
        edits.rule.push(0);
        self
    }

    pub(crate) fn span(&mut self, bytes: &[u8]) -> u64 {
        let start = self.0.edits.text.len() as u64;
        self.0.edits.text.extend_from_slice(bytes);
        (start << 32) | bytes.len() as u64
    }

    pub(crate) fn set(mut self, cell: usize, value: &str) -> Self {
        let span = self.span(value.as_bytes());
        self.edit(0, cell, 0, 1, span)
    }

    pub(crate) fn rename(mut self, cell: usize, key: &str) -> Self {
        let span = self.span(key.as_bytes());
        self.edit(3, cell, 0, 1, span)
    }

    pub(crate) fn delete(self, cell: usize) -> Self {
        self.edit(2, cell, 0, 0, 0)
    }

    pub(crate) fn put(mut self, node: usize, path: &str, kind: ValueKind, value: &[u8]) -> Self {
        let span = self.span(path.as_bytes());
        self.0.edits.fields.push(span);
        let field = self.0.edits.fields.len() as u32 - 1;
        let value = if kind.is_span() {
            self.span(value)
        } else {
            u64::from_le_bytes(value.try_into().unwrap())
        };
        self.edit(1, node, field, kind as u8, value)
    }

    pub(crate) fn judge(mut self, node: usize, verdict: u8) -> Self {
        let judgements = &mut self.0.judgements;
        judgements.node.push(node as u32);
        judgements.verdict.push(verdict);
        judgements.rule.push(0);
        judgements.argument.push(0);
        self
    }

    pub(crate) fn check(
        self,
        batch: &Batch,
        view: &View,
        access: &Access,
    ) -> Result<Changes, Refusal> {
        batch.check(view, access, 1, self.0)
    }

    pub(crate) fn refusal(self, batch: &Batch, view: &View, access: &Access) -> Refusal {
        self.check(batch, view, access).unwrap_err()
    }
}

pub(crate) fn number(value: i64) -> [u8; 8] {
    value.to_le_bytes()
}
