//! Processors that are the host's own.

use std::collections::HashSet;

use super::section::Section;
use super::value;
use super::walk::Checker;
use crate::model::{Batch, MemoryLimit, MemoryLimiter, Processor, Sizer};
use crate::schema::{BATCH, MEMORY_LIMITER};
use crate::yaml::{Entry, Span};

const MIB: u64 = 1 << 20;

/// Types that exist.
pub(crate) const KINDS: [&str; 2] = ["batch", "memory_limiter"];

/// Checks one of them and says what it means; none where it is no such type.
pub(crate) fn processor(
    checker: &mut Checker<'_>,
    kind: &str,
    path: &str,
    entry: &Entry,
) -> Option<Processor> {
    let keys = match kind {
        "batch" => BATCH,
        "memory_limiter" => MEMORY_LIMITER,
        _ => return None,
    };
    checker.section(path, keys, &entry.node, entry.span);
    let section = Section::new(keys, &entry.node);
    Some(if kind == "batch" {
        Processor::Batch(batch(checker, path, entry, section))
    } else {
        Processor::MemoryLimiter(memory_limiter(checker, path, entry, section))
    })
}

/// Where a key stands, or the component where it is not written.
fn at(entry: &Entry, key: &str) -> Span {
    entry
        .node
        .entry(key)
        .map_or(entry.span, |written| written.span)
}

fn batch(checker: &mut Checker<'_>, path: &str, entry: &Entry, section: Section<'_>) -> Batch {
    let size = section.count("send_batch_size");
    let most = section.count("send_batch_max_size");
    if most > 0 && most < size {
        checker.error(
            at(entry, "send_batch_max_size"),
            format!(
                "{path}: `send_batch_max_size` ({most}) is less than `send_batch_size` ({size})"
            ),
            "make it as large at least, or 0 for no limit",
        );
    }
    let mut metadata_keys = Vec::new();
    let mut seen = HashSet::new();
    for key in section.texts("metadata_keys") {
        let key = key.to_ascii_lowercase();
        if seen.insert(key.clone()) {
            metadata_keys.push(key);
        } else {
            checker.error(
                at(entry, "metadata_keys"),
                format!("{path}::metadata_keys: `{key}` stands here a second time, letters in either case"),
                "keep one",
            );
        }
    }
    Batch {
        timeout: section.duration("timeout"),
        send_batch_size: size,
        send_batch_max_size: Some(most).filter(|most| *most > 0),
        sizer: if section.choice("sizer") == "bytes" {
            Sizer::Bytes
        } else {
            Sizer::Items
        },
        metadata_keys,
        metadata_cardinality_limit: Some(section.small("metadata_cardinality_limit"))
            .filter(|limit| *limit > 0),
    }
}

fn memory_limiter(
    checker: &mut Checker<'_>,
    path: &str,
    entry: &Entry,
    section: Section<'_>,
) -> MemoryLimiter {
    let mut refuse = |key: &str, message: &str, help: &str| {
        checker.error(at(entry, key), format!("{path}: {message}"), help);
    };
    let check_interval = section.duration("check_interval");
    if section.has("check_interval") && check_interval.is_zero() {
        refuse(
            "check_interval",
            "`check_interval` must be more than 0",
            "write `check_interval: 1s`",
        );
    }
    let (mib, spike_mib) = (section.count("limit_mib"), section.count("spike_limit_mib"));
    let (share, spike_share) = (
        section.small("limit_percentage"),
        section.small("spike_limit_percentage"),
    );
    let mistaken = |key: &str| {
        let node = section.node(key);
        node.is_some_and(|node| value::count(node).is_none())
    };
    if mib == 0 && share == 0 && !mistaken("limit_mib") && !mistaken("limit_percentage") {
        refuse(
            "limit_mib",
            "it has no limit",
            "write `limit_mib: 512`, or `limit_percentage: 75`",
        );
    }
    for (key, value) in [
        ("limit_percentage", share),
        ("spike_limit_percentage", spike_share),
    ] {
        if value > 100 {
            refuse(
                key,
                &format!("`{key}` is more than 100"),
                "write hundredths, from 1 to 100",
            );
        }
    }
    if mib > 0 && mib <= spike_mib {
        refuse(
            "spike_limit_mib",
            "`spike_limit_mib` must be less than `limit_mib`",
            "a fifth of the limit is usual, and what it is when it is not written",
        );
    }
    if share > 0 && share <= spike_share {
        refuse(
            "spike_limit_percentage",
            "`spike_limit_percentage` must be less than `limit_percentage`",
            "a fifth of the limit is usual, and what it is when it is not written",
        );
    }
    collections(&section, &mut refuse);
    MemoryLimiter {
        check_interval,
        limit: if mib > 0 {
            MemoryLimit::Bytes {
                limit: mib.saturating_mul(MIB),
                spike: Some(spike_mib.saturating_mul(MIB)).filter(|spike| *spike > 0),
            }
        } else {
            MemoryLimit::Percentage {
                limit: share,
                spike: Some(spike_share).filter(|spike| *spike > 0),
            }
        },
    }
}

/// What tunes the Collector's collections changes nothing here; a mistake in it is one all the same.
fn collections(section: &Section<'_>, refuse: &mut dyn FnMut(&str, &str, &str)) {
    let interval = |which: &str| section.duration(which);
    let soft = interval("min_gc_interval_when_soft_limited");
    let hard = interval("min_gc_interval_when_hard_limited");
    let soft_most = interval("max_gc_interval_when_soft_limited");
    let hard_most = interval("max_gc_interval_when_hard_limited");
    let less = "make the first the larger one";
    if soft < hard {
        refuse(
            "min_gc_interval_when_soft_limited",
            "`min_gc_interval_when_soft_limited` is less than `min_gc_interval_when_hard_limited`",
            less,
        );
    }
    if !soft_most.is_zero() && soft_most < soft {
        refuse(
            "max_gc_interval_when_soft_limited",
            "`max_gc_interval_when_soft_limited` is less than `min_gc_interval_when_soft_limited`",
            less,
        );
    }
    if !hard_most.is_zero() && hard_most < hard {
        refuse(
            "max_gc_interval_when_hard_limited",
            "`max_gc_interval_when_hard_limited` is less than `min_gc_interval_when_hard_limited`",
            less,
        );
    }
    if !soft_most.is_zero() && !hard_most.is_zero() && soft_most < hard_most {
        refuse(
            "max_gc_interval_when_soft_limited",
            "`max_gc_interval_when_soft_limited` is less than `max_gc_interval_when_hard_limited`",
            less,
        );
    }
}
