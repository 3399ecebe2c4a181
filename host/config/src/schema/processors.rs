use super::Key;
use super::Kind::{Choice, Count, Duration, Texts};

const U32: u64 = u32::MAX as u64;
const NO_COLLECTOR: &str = "how often garbage is collected; there is none to collect here";

/// The `batch` processor.
pub(crate) const BATCH: &[Key] = &[
    Key::new(
        "timeout",
        Duration,
        "200ms",
        "how long a request may wait for others; 0 is not at all",
    ),
    Key::new(
        "send_batch_size",
        Count(0, U32),
        "8192",
        "size at which a batch goes on before its time; 0 is at once",
    ),
    Key::new(
        "send_batch_max_size",
        Count(0, U32),
        "0",
        "size of the largest batch, larger ones are split; 0 is no limit",
    ),
    Key::new(
        "sizer",
        Choice(&["items", "bytes"], &[]),
        "items",
        "what sizes count: records, or bytes of the request; a Collector has records alone",
    ),
    Key::new(
        "metadata_keys",
        Texts,
        "",
        "requests that differ in these metadata are kept apart; the receiver needs `include_metadata: true`",
    ),
    Key::new(
        "metadata_cardinality_limit",
        Count(0, U32),
        "1000",
        "how many combinations of these there may be at once; 0 is no limit",
    ),
];

/// The `memory_limiter` processor.
pub(crate) const MEMORY_LIMITER: &[Key] = &[
    Key::new(
        "check_interval",
        Duration,
        "",
        "time between two measurements; more than 0",
    )
    .required(),
    Key::new(
        "limit_mib",
        Count(0, U32),
        "0",
        "how much is too much, in MiB; goes before `limit_percentage`",
    ),
    Key::new(
        "spike_limit_mib",
        Count(0, U32),
        "0",
        "room below `limit_mib`, in MiB; 0 is a fifth of it",
    ),
    Key::new(
        "limit_percentage",
        Count(0, U32),
        "0",
        "how much is too much, in hundredths of the memory that the process may have",
    ),
    Key::new(
        "spike_limit_percentage",
        Count(0, U32),
        "0",
        "room below `limit_percentage`; 0 is a fifth of it",
    ),
    Key::new(
        "min_gc_interval_when_soft_limited",
        Duration,
        "10s",
        NO_COLLECTOR,
    )
    .accepted(),
    Key::new(
        "min_gc_interval_when_hard_limited",
        Duration,
        "0s",
        NO_COLLECTOR,
    )
    .accepted(),
    Key::new(
        "max_gc_interval_when_soft_limited",
        Duration,
        "30s",
        NO_COLLECTOR,
    )
    .accepted(),
    Key::new(
        "max_gc_interval_when_hard_limited",
        Duration,
        "30s",
        NO_COLLECTOR,
    )
    .accepted(),
];

/// The `forward` connector.
pub(crate) const FORWARD: &[Key] = &[];
