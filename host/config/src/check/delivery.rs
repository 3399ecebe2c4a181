//! What stands before an exporter: its queue, and its `gate`.

use super::components::Found;
use super::parts::Parts;
use super::section::Section;
use super::walk::Checker;
use crate::model::{
    ClientAuth, ComponentId, Delivery, Destination, HeaderSource, OnRejected, QueueBatch,
    QueueSizer, SendingQueue, Storage,
};
use crate::yaml::Span;

/// Checks how an exporter is handed what it sends.
pub(super) fn delivery(
    checker: &mut Checker<'_>,
    parts: &Parts,
    found: &Found<'_>,
    section: Section<'_>,
) -> Delivery {
    let queue = queue(checker, parts, &found.path, section);
    let gate = section.section("gate");
    let storage = queue.as_ref().and_then(|queue| queue.storage.as_ref());
    Delivery {
        required: gate.flag("required"),
        on_rejected: on_rejected(checker, found, gate, storage),
        queue,
    }
}

fn queue(
    checker: &mut Checker<'_>,
    parts: &Parts,
    path: &str,
    section: Section<'_>,
) -> Option<SendingQueue> {
    let written = section.node("sending_queue")?;
    let queue = section.section("sending_queue");
    if !queue.flag("enabled") {
        return None;
    }
    let path = format!("{path}::sending_queue");
    let at = |name: &str| queue.node(name).map_or(written.span, |node| node.span);
    let storage = queue
        .text("storage")
        .and_then(|name| parts.storage(checker, &format!("{path}::storage"), &name, at("storage")));
    let has_storage = queue.says("storage");
    let waits = !has_storage && (!queue.says("wait_for_result") || queue.flag("wait_for_result"));
    if has_storage && queue.flag("wait_for_result") {
        checker.error(
            at("wait_for_result"),
            format!("{path}: a queue with `storage` answers when the disk has the data, and `wait_for_result` asks for more"),
            "remove one of the two",
        );
    }
    if !has_storage && !waits {
        checker.warning(
            at("wait_for_result"),
            format!("{path}: clients are answered before anybody has what they sent; it is lost when the process ends"),
            "give the queue a `storage`, or remove `wait_for_result`",
        );
    }
    let sizer = sizer(&queue.choice("sizer"));
    let size = queue.count("queue_size");
    let batch = batch(checker, &path, queue, (size, sizer));
    Some(SendingQueue {
        num_consumers: queue.small("num_consumers"),
        queue_size: size,
        sizer,
        block_on_overflow: queue.flag("block_on_overflow"),
        wait_for_result: waits,
        storage,
        batch,
    })
}

fn sizer(word: &str) -> QueueSizer {
    match word {
        "items" => QueueSizer::Items,
        "bytes" => QueueSizer::Bytes,
        _ => QueueSizer::Requests,
    }
}

fn batch(
    checker: &mut Checker<'_>,
    path: &str,
    queue: Section<'_>,
    (queue_size, queue_sizer): (u64, QueueSizer),
) -> Option<QueueBatch> {
    let written = queue.node("batch")?;
    let section = queue.section("batch");
    if !section.flag("enabled") {
        return None;
    }
    // As in a Collector, what the batch counts is what the queue does; only that a batch cannot count requests.
    let own = match (section.choice("sizer").as_str(), queue_sizer) {
        ("" | "requests", QueueSizer::Requests) => QueueSizer::Items,
        ("", of_queue) => of_queue,
        (word, _) => sizer(word),
    };
    let batch = QueueBatch {
        flush_timeout: section.duration("flush_timeout"),
        min_size: section.count("min_size"),
        max_size: Some(section.count("max_size")).filter(|most| *most > 0),
        sizer: own,
    };
    let at = |name: &str| section.node(name).map_or(written.span, |node| node.span);
    if batch.flush_timeout.is_zero() {
        checker.error(
            at("flush_timeout"),
            format!("{path}::batch::flush_timeout: nothing would ever wait"),
            "write a duration such as `200ms`, or remove `batch`",
        );
    }
    if batch.max_size.is_some_and(|most| most < batch.min_size) {
        checker.error(
            at("max_size"),
            format!("{path}::batch::max_size: it is less than `min_size`"),
            "make it the larger of the two, or 0 for no limit",
        );
    }
    if batch.sizer == queue_sizer && batch.min_size > queue_size {
        checker.error(
            at("min_size"),
            format!("{path}::batch::min_size: the queue never holds that much"),
            "make it smaller than `queue_size`",
        );
    }
    Some(batch)
}

fn on_rejected(
    checker: &mut Checker<'_>,
    found: &Found<'_>,
    gate: Section<'_>,
    storage: Option<&Storage>,
) -> OnRejected {
    let path = format!("{}::gate", found.path);
    let file = gate.path("rejected_file");
    if gate.choice("on_rejected") != "file" {
        if let Some(node) = gate.node("rejected_file") {
            checker.error(
                node.span,
                format!("{path}::rejected_file: nothing is written to it"),
                "write `on_rejected: file` beside it, or remove it",
            );
        }
        return OnRejected::Drop;
    }
    let beside = || {
        let name = format!("{}.rejected.jsonl", file_name(&found.id));
        storage.map(|storage| storage.settings.directory.join(name))
    };
    let Some(file) = file.or_else(beside) else {
        let at = gate
            .node("on_rejected")
            .map_or(Span::default(), |node| node.span);
        checker.error(
            at,
            format!("{path}::on_rejected: it is not said which file"),
            "write `rejected_file: PATH` beside it; only a queue with `storage` has a folder of its own",
        );
        return OnRejected::Drop;
    };
    OnRejected::File(file)
}

/// An id as the name of a file.
fn file_name(id: &ComponentId) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') {
            c
        } else {
            '_'
        }
    };
    id.to_string().chars().map(plain).collect()
}

/// What a client sends beside its records is never written to a disk, and is nobody's in a batch: an exporter behind a queue that
/// does the one or the other cannot pass it on.
pub(super) fn client_metadata(
    checker: &mut Checker<'_>,
    path: &str,
    section: Section<'_>,
    destination: &Destination,
) {
    let Some(queue) = &destination.delivery.queue else {
        return;
    };
    if !destination.exporter.auth().is_some_and(passes_on) {
        return;
    }
    let (key, why) = match (&queue.storage, &queue.batch) {
        (Some(_), _) => ("storage", "a queue on disk does not keep it"),
        (None, Some(_)) => ("batch", "a batch holds what several clients sent"),
        (None, None) => return,
    };
    let at = section
        .node("auth")
        .map_or(Span::default(), |node| node.span);
    checker.error(
        at,
        format!(
            "{path}: `from_context` passes on what the client sent beside its records, and {why}"
        ),
        format!("remove `{key}` from the queue, or `from_context` from the `headers_setter`"),
    );
}

/// Whether what a client sent beside its records is passed on.
pub(super) fn passes_on(auth: &ClientAuth) -> bool {
    let ClientAuth::Headers(setter) = auth else {
        return false;
    };
    let mut sources = setter.headers.iter().map(|rule| &rule.source);
    sources.any(|source| matches!(source, HeaderSource::Client { .. }))
}
