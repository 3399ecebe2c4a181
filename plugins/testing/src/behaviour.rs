use serde::Deserialize;

/// What the guest does. The first line of each entry is the deed, the second the host's promise; *refused* means that the whole
/// outcome is refused and its records count as failed, *contained* that the call ends, the store is thrown away, and every record
/// without part in it is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Behaviour {
    /// Marks every record as seen.
    /// Promise: all records are delivered, marked.
    Honest,

    // While it is configured.
    /// `configure` never returns.
    /// Promise: loading fails at the limit for it, and says that it was the time.
    ConfigureLoop,
    /// `configure` allocates without end.
    /// Promise: loading fails, and says that it was memory.
    ConfigureBomb,
    /// `configure` traps.
    /// Promise: loading fails, and says so.
    ConfigureTrap,
    /// `configure` reports problems at places that its configuration does not have.
    /// Promise: they are shown, at the nearest place that exists.
    ConfigureProblems,
    /// The manifest asks for `partition-by`.
    /// Promise: refused at load, with that reason.
    AsksPartition,
    /// The manifest asks for `tick-every`.
    /// Promise: refused at load, with that reason.
    AsksTick,
    /// The manifest names a route twice.
    /// Promise: refused at load, with that reason.
    AsksRoutes,
    /// The manifest names an instrument with spaces and line breaks.
    /// Promise: refused at load, with that reason.
    AsksInstruments,
    /// The manifest has two entries for one signal.
    /// Promise: refused at load.
    ManifestTwice,
    /// The manifest reads paths that no field has.
    /// Promise: refused at load, with the paths named.
    ManifestBadPath,
    /// The manifest names a hundred thousand fields and rules.
    /// Promise: refused at load, or taken at a cost that stays within the limits.
    ManifestHuge,
    /// A rule's name is no UTF-8.
    /// Promise: loading fails.
    ManifestInvalidString,

    // While it is called.
    /// Never returns.
    /// Promise: contained, at the deadline.
    Loop,
    /// Allocates without end.
    /// Promise: contained, at the memory limit.
    MemoryBomb,
    /// Calls itself without end.
    /// Promise: contained.
    Recursion,
    /// Runs into `unreachable`.
    /// Promise: contained.
    Trap,
    /// Panics, with the content of a record in the message.
    /// Promise: contained, and the message is shown nowhere.
    Panic,
    /// Answers an error with the content of a record in its text.
    /// Promise: the records of the call fail; the text is counted, and shown only where the stage allows it.
    Error,
    /// Answers an error that is no UTF-8.
    /// Promise: contained.
    ErrorInvalidString,
    /// Logs a million lines.
    /// Promise: contained, at the limit of host calls.
    LogFlood,
    /// Logs one line of 16 MiB.
    /// Promise: contained, or cut; never held as a whole.
    LogHuge,
    /// Logs the content of every record, and is honest otherwise.
    /// Promise: the lines are counted, and shown only where the stage allows it.
    LogContent,
    /// Asks for pseudonyms without end.
    /// Promise: contained, at the limit of host calls.
    PseudonymFlood,
    /// Takes memory in steps of 1 MiB, up to 10 MiB, and keeps it; honest otherwise.
    /// Promise: delivered, on every lane; what all instances hold is their limit times their number at most.
    MemorySteps,
    /// Asks for a file outside of `configure`, and marks records with "refused" or "given".
    /// Promise: refused.
    FileLate,

    // Outcomes that point where nothing is.
    /// Judges a node that the view does not have.
    /// Promise: refused.
    WildNode,
    /// Sets a cell that the view does not have.
    /// Promise: refused.
    WildCell,
    /// Puts to a node that the view does not have.
    /// Promise: refused.
    WildPut,
    /// Puts a field that the edits do not list.
    /// Promise: refused.
    WildField,
    /// A value lies outside of the text.
    /// Promise: refused.
    WildSpan,
    /// A value's offset and length overflow when they are added.
    /// Promise: refused.
    WildSpanOverflow,
    /// Keeps the number of a node of an earlier, larger view, and judges it when there are fewer.
    /// Promise: refused.
    StaleIndex,
    /// A path lies outside of the text.
    /// Promise: refused.
    WildPath,
    /// An edit names a rule that the manifest does not have.
    /// Promise: refused.
    WildRule,
    /// A judgement names a rule that the manifest does not have.
    /// Promise: refused.
    WildJudgementRule,
    /// A verdict of 200.
    /// Promise: refused.
    WildVerdict,
    /// An edit of kind 200.
    /// Promise: refused.
    WildOp,
    /// A value of kind 200.
    /// Promise: refused.
    WildKind,
    /// One column of the edits is shorter than the others.
    /// Promise: refused.
    UnequalEdits,
    /// One column of the judgements is longer than the others.
    /// Promise: refused.
    UnequalJudgements,

    // Outcomes of the wrong kind.
    /// Text where only a number can be: `severity_number` of a log record, `kind` of a span, `metric.unit` as a number.
    /// Promise: refused.
    WrongKind,
    /// A boolean of 2.
    /// Promise: refused.
    WrongBoolean,
    /// A value of kind withheld.
    /// Promise: refused.
    WrongWithheld,
    /// A text that is no UTF-8.
    /// Promise: refused.
    InvalidText,
    /// A path that is no UTF-8.
    /// Promise: refused.
    InvalidPath,
    /// A new key that is no UTF-8.
    /// Promise: refused.
    InvalidKey,
    /// A map whose bytes are no `AnyValue`.
    /// Promise: refused.
    InvalidMap,
    /// A map that is nested ten thousand deep.
    /// Promise: refused.
    DeepMap,
    /// A path that is none.
    /// Promise: refused.
    NoPath,
    /// The double NaN.
    /// Promise: delivered as NaN; it is a value that OTLP has.
    Nan,

    // Outcomes beyond the manifest.
    /// Puts a field that it did not declare as written.
    /// Promise: refused.
    UndeclaredPut,
    /// Sets a cell that it declared as read only.
    /// Promise: refused.
    UndeclaredSet,
    /// Deletes a cell that it declared as read only.
    /// Promise: refused.
    UndeclaredDelete,
    /// Renames a field it may write to one it may not.
    /// Promise: refused.
    UndeclaredRename,
    /// Renames a field to the name of one it may write to, with a NUL behind.
    /// Promise: refused; it is another name.
    NulRename,
    /// Puts a map with a key that has a NUL in the middle.
    /// Promise: delivered as it is; texts of OTLP may hold one.
    NulKey,
    /// Drops, and did not declare it.
    /// Promise: refused.
    UndeclaredDrop,
    /// Drops the resource, declared to drop.
    /// Promise: refused; no node above records can be dropped, but for metrics.
    DropResource,
    /// Holds a record.
    /// Promise: refused, as holding is not offered.
    Hold,
    /// Routes a record to what its manifest does not name.
    /// Promise: refused.
    Route,
    /// Routes a record to a set that the outcome does not have.
    /// Promise: refused.
    RouteWild,
    /// Routes a record to nowhere.
    /// Promise: refused.
    RouteNowhere,
    /// Decides on a key.
    /// Promise: refused, as holding is not offered.
    Decide,
    /// Measures without an instrument.
    /// Promise: refused.
    Measure,
    /// Measures NaN, with an instrument.
    /// Promise: refused.
    MeasureNan,
    /// Takes away from a sum that only grows.
    /// Promise: refused.
    MeasureNegative,
    /// Measures a hundred thousand series.
    /// Promise: refused, or contained at the limit of an outcome's size.
    MeasureFlood,
    /// Measures with an attribute of 4 KiB.
    /// Promise: refused.
    MeasureLong,
    /// Emits a request of a signal that it did not declare.
    /// Promise: refused.
    Emit,
    /// Emits bytes that are no request, of a signal that it declared.
    /// Promise: refused.
    EmitGarbage,
    /// Emits a request of 8 MiB, of a signal that it declared.
    /// Promise: contained, at the limit of an outcome's size.
    EmitHuge,
    /// Adds a node, and did not declare it.
    /// Promise: refused.
    Add,
    /// Adds a metric to a record, declared to add.
    /// Promise: refused.
    AddWrongKind,
    /// Adds a record that is no message, declared to add.
    /// Promise: refused.
    AddGarbage,
    /// Adds a node to one that the view does not have, declared to add.
    /// Promise: refused.
    AddWild,
    /// Adds a record of 8 MiB, declared to add.
    /// Promise: contained, at the limit of an outcome's size.
    AddHuge,
    /// Puts bytes that are no metric in the place of a metric, declared to write it; adds them where the signal has no metrics.
    /// Promise: refused.
    ReplaceGarbage,

    // Outcomes that contradict themselves.
    /// Puts the same field of every record twice, with different values.
    /// Promise: refused, or the last one counts; one attribute of that name remains.
    PutTwice,
    /// Values whose places in the text go backwards and overlap.
    /// Promise: each value is what its place says.
    BackwardSpans,
    /// Judges a record twice.
    /// Promise: refused.
    JudgeTwice,
    /// Deletes a cell twice.
    /// Promise: refused, or the same as once; never anything else.
    DeleteTwice,
    /// Drops every record and edits it as well, declared to drop.
    /// Promise: the records are dropped, and nothing of the edits is seen.
    EditDropped,
    /// Renames `attributes["victim"]` of every record to `attributes["seen"]`, which it put before.
    /// Promise: one attribute of that name remains.
    RenameOntoExisting,

    // Outcomes that are too large.
    /// A list whose length is said to be 4 GiB.
    /// Promise: contained.
    HugeList,
    /// An honest outcome with 40 MiB of text beside it.
    /// Promise: contained, at the limit of an outcome's size.
    HugeOutcome,
    /// An honest outcome with so much text beside it that it stays just below a limit of 1 MiB.
    /// Promise: delivered.
    FullOutcome,
    /// A value of 8 MiB in its first record.
    /// Promise: contained, at the limit of an outcome's size.
    HugeValue,

    // While it is asked for its reasons.
    /// `explain` never returns.
    /// Promise: contained, at ten times the deadline; there is no explanation, and `process` is not touched by it.
    ExplainLoop,
    /// `explain` traps.
    /// Promise: contained; there is no explanation.
    ExplainTrap,
    /// One column of the trail is longer than the others.
    /// Promise: there is no explanation.
    ExplainUnequal,
    /// Every number of the trail points where nothing is.
    /// Promise: there is no explanation.
    ExplainWild,
    /// A trail of 256 MiB.
    /// Promise: contained, at the limit of memory or of a trail's size.
    ExplainHuge,

    /// Reads what `reads` of the configuration says, everything by default, and reports on the first record what it saw:
    /// `spy.nodes`, `spy.cells`, `spy.withheld`, `spy.paths` (as text, one a line), and `spy.text`, all text it was shown but for
    /// the paths, whether a cell points at it or not.
    /// Promise: it saw what its manifest declares, and no more.
    Spy,
}
