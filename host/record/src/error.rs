//! The ways to fail: bytes that are no OTLP, fields that do not exist, outcomes that go too far. No text here holds content of
//! records.

use crate::signal::{NodeKind, Signal, ValueKind};

/// Why bytes are not a request. Offsets are positions in the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// A number or a length goes on beyond the message that holds it.
    #[error("the message ends in the middle of an element, at byte {offset}")]
    Truncated {
        /// Where the element starts.
        offset: usize,
    },
    /// A varint of more than ten bytes, or more than 64 bits.
    #[error("a number at byte {offset} has too many bytes")]
    Overlong {
        /// Where the number starts.
        offset: usize,
    },
    /// Field number zero, or one that is too large.
    #[error("the element at byte {offset} has no valid field number")]
    FieldNumber {
        /// Where the element starts.
        offset: usize,
    },
    /// A known field in a wire type that is not its own, a group, or a wire type that does not exist.
    #[error(
        "the element at byte {offset} has wire type {wire_type}, which its field does not allow"
    )]
    WireType {
        /// Where the element starts.
        offset: usize,
        /// The wire type found.
        wire_type: u8,
    },
    /// A text that is not UTF-8.
    #[error("the text at byte {offset} is not UTF-8")]
    Utf8 {
        /// Where the text starts.
        offset: usize,
    },
    /// A trace id or span id with another number of bytes than it has. Whatever else stands there is none, and might be text that no
    /// policy is shown.
    #[error(
        "the id at byte {offset} has the wrong length: a trace id has 16 bytes, a span id 8, and either may have none"
    )]
    IdLength {
        /// Where the id starts.
        offset: usize,
    },
    /// Values nested too deep.
    #[error("the value at byte {offset} is nested deeper than {limit} levels")]
    Depth {
        /// Where the value starts.
        offset: usize,
        /// The limit.
        limit: usize,
    },
    /// An embedded message that may stand once stands twice. Protobuf would merge the two; no OTLP encoder writes this, and
    /// nobody could say which of the two an edit means.
    #[error("a message that may stand once stands again at byte {offset}: send it in one piece")]
    Split {
        /// Where the second one starts.
        offset: usize,
    },
    /// Too many nodes.
    #[error("the request has more than {limit} nodes: send smaller batches")]
    Nodes {
        /// The limit.
        limit: usize,
    },
    /// Too many values.
    #[error("the request has more than {limit} values: send smaller batches")]
    Cells {
        /// The limit.
        limit: usize,
    },
    /// The paths of nested values are many times as long as the request.
    #[error("the keys of nested values are too long for the number of values below them")]
    Paths,
    /// More bytes than offsets can count.
    #[error("the request is larger than {limit} bytes: send smaller batches")]
    Size {
        /// The limit.
        limit: usize,
    },
}

/// The paths of a list that name no field. All of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The signal whose fields were asked for.
    pub signal: Signal,
    /// The mistakes, in the order of the list.
    pub mistakes: Vec<FieldMistake>,
}

/// One path that names no field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`: {reason}")]
pub struct FieldMistake {
    /// Its place in the list.
    pub index: usize,
    /// The path as it was written.
    pub path: String,
    /// What is wrong with it, and what would do.
    pub reason: String,
}

impl std::error::Error for FieldError {}

impl std::fmt::Display for FieldError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not a field of {}: ", self.signal.as_str())?;
        for (place, mistake) in self.mistakes.iter().enumerate() {
            let separator = if place == 0 { "" } else { "; " };
            write!(f, "{separator}{mistake}")?;
        }
        Ok(())
    }
}

/// Why an outcome was refused as a whole. A path is named only when it is the table's or was declared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Columns of one record differ in length.
    #[error("the columns of {columns} differ in length")]
    Columns {
        /// Which column record.
        columns: &'static str,
    },
    /// A number that stands for nothing.
    #[error("{what} {index} of {columns} points where nothing is")]
    Index {
        /// Which column record.
        columns: &'static str,
        /// What the number should point at.
        what: &'static str,
        /// Place in the columns.
        index: usize,
    },
    /// An operation, verdict or kind that does not exist.
    #[error("{what} {index} has a number that means nothing")]
    Meaning {
        /// What was numbered.
        what: &'static str,
        /// Place in the columns.
        index: usize,
    },
    /// Something that the interface keeps for later.
    #[error("{what} is not offered to policies yet")]
    NotOffered {
        /// What was asked for.
        what: &'static str,
    },
    /// A change that the manifest does not declare.
    #[error(
        "edit {index} changes a field of a {node} that the manifest does not declare under `writes`"
    )]
    Undeclared {
        /// Place of the edit.
        index: usize,
        /// Kind of the node.
        node: NodeKind,
    },
    /// A drop that the manifest does not declare.
    #[error("judgement {index} drops a {node}, and the manifest does not declare `drops`")]
    UndeclaredDrop {
        /// Place of the judgement.
        index: usize,
        /// Kind of the node.
        node: NodeKind,
    },
    /// A field that nobody can write.
    #[error("edit {index} changes `{path}`, which is read-only")]
    ReadOnly {
        /// Place of the edit.
        index: usize,
        /// The field, from the table.
        path: &'static str,
    },
    /// A path that is no field of the node.
    #[error("edit {index} puts a path that is no field of this {node}")]
    Field {
        /// Place of the edit.
        index: usize,
        /// Kind of the node.
        node: NodeKind,
    },
    /// A value of a kind that the field cannot hold.
    #[error("edit {index} gives `{path}` a value of kind {kind}, which it cannot hold")]
    Kind {
        /// Place of the edit.
        index: usize,
        /// The field, from the table.
        path: &'static str,
        /// The kind given.
        kind: ValueKind,
    },
    /// A number out of the range of its field, an id of the wrong length.
    #[error("edit {index} gives `{path}` a value out of its range")]
    Range {
        /// Place of the edit.
        index: usize,
        /// The field, from the table.
        path: &'static str,
    },
    /// A text that is not UTF-8, or a value that is no `AnyValue` of its kind.
    #[error("the value of edit {index} is not well-formed")]
    Value {
        /// Place of the edit.
        index: usize,
    },
    /// A nested put through a value that is no map, or to an element that an array does not have.
    #[error("edit {index} puts into a value that has no such place")]
    Place {
        /// Place of the edit.
        index: usize,
    },
    /// A rename of what has no key.
    #[error("edit {index} renames a value of a {node} that has no key")]
    NoKey {
        /// Place of the edit.
        index: usize,
        /// Kind of the node.
        node: NodeKind,
    },
    /// A change of a cell that an earlier edit of the same outcome took away.
    #[error("edit {index} changes a value that an earlier edit took away")]
    Gone {
        /// Place of the edit.
        index: usize,
    },
    /// A node judged twice.
    #[error("judgement {index} is the second one of its node")]
    Twice {
        /// Place of the judgement.
        index: usize,
    },
    /// A verdict that this kind of node cannot get.
    #[error("judgement {index} gives a {node} a verdict that is not for it")]
    Verdict {
        /// Place of the judgement.
        index: usize,
        /// Kind of the node.
        node: NodeKind,
    },
    /// An addition that the manifest does not declare.
    #[error("edit {index} adds a {node}, and the manifest does not declare `adds`")]
    UndeclaredAdd {
        /// Place of the edit.
        index: usize,
        /// Kind of the new node.
        node: NodeKind,
    },
    /// A node where there is no place for one of its kind.
    #[error("edit {index} adds a {node} where none can stand")]
    Child {
        /// Place of the edit.
        index: usize,
        /// Kind of the new node.
        node: NodeKind,
    },
    /// A metric that is replaced as a whole, and changed in another way, too.
    #[error("edit {index} changes a metric that the outcome replaces as a whole")]
    Replaced {
        /// Place of the edit.
        index: usize,
    },
    /// A metric deleted as if it were a field.
    #[error("edit {index} deletes a metric: drop it")]
    Whole {
        /// Place of the edit.
        index: usize,
    },
    /// A judgement of what stands in a metric that is replaced as a whole.
    #[error("judgement {index} is of a {node} in a metric that the outcome replaces as a whole")]
    JudgedInside {
        /// Place of the judgement.
        index: usize,
        /// Kind of the node.
        node: NodeKind,
    },
    /// A set of destinations that is empty, or names one that the manifest does not.
    #[error("route set {index} is empty, or names what is not under the manifest's `routes`")]
    RouteSet {
        /// Place of the set.
        index: usize,
    },
    /// A measurement that no instrument can take.
    #[error("measurement {index} {reason}")]
    Measurement {
        /// Place of the measurement.
        index: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// New telemetry that is none, or of a signal that the manifest does not name.
    #[error("emission {index} {reason}")]
    Emission {
        /// Place of the emission.
        index: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Values that add up to too much, or changes that cost too much to make.
    #[error("the edits are too large")]
    TooLarge,
}
