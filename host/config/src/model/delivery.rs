use std::path::PathBuf;
use std::time::Duration;

use super::{ComponentId, Exporter};

/// An exporter, and how it is handed what it sends.
#[derive(Debug, Clone, PartialEq)]
pub struct Destination {
    /// What sends.
    pub exporter: Exporter,
    /// What stands before it.
    pub delivery: Delivery,
}

/// How an exporter is handed what it sends: `sending_queue`, and the reserved key `gate` of exporters.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Whether a client is answered only when this exporter has what it sent.
    pub required: bool,
    /// What becomes of records that the destination refuses for ever.
    pub on_rejected: OnRejected,
    /// The queue before it. Without one a client waits for the exporter itself.
    pub queue: Option<SendingQueue>,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            required: true,
            on_rejected: OnRejected::Drop,
            queue: None,
        }
    }
}

/// What becomes of records that a destination refuses for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnRejected {
    /// They are counted, and gone.
    Drop,
    /// They are counted, and written to this file with the reason: a line of JSON a request.
    File(PathBuf),
}

/// A queue before an exporter.
#[derive(Debug, Clone, PartialEq)]
pub struct SendingQueue {
    /// Requests that are sent at once.
    pub num_consumers: u32,
    /// How much it may hold.
    pub queue_size: u64,
    /// What `queue_size` counts.
    pub sizer: QueueSizer,
    /// Whether a request waits while the queue is full, instead of being refused for now.
    pub block_on_overflow: bool,
    /// Whether the client waits for the exporter. Always so without storage, unless the file says otherwise; never with it.
    pub wait_for_result: bool,
    /// Where it is kept; none is in memory.
    pub storage: Option<Storage>,
    /// How requests are put together before they are sent.
    pub batch: Option<QueueBatch>,
}

impl Default for SendingQueue {
    fn default() -> Self {
        Self {
            num_consumers: 10,
            queue_size: 1000,
            sizer: QueueSizer::Requests,
            block_on_overflow: false,
            wait_for_result: true,
            storage: None,
            batch: None,
        }
    }
}

/// What the size of a queue, or of a batch, counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QueueSizer {
    /// Requests.
    Requests,
    /// Records.
    Items,
    /// Bytes.
    Bytes,
}

/// `sending_queue::batch`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueBatch {
    /// The longest that a request waits for others.
    pub flush_timeout: Duration,
    /// From this size on nothing waits.
    pub min_size: u64,
    /// The largest that is sent at once; none is no limit.
    pub max_size: Option<u64>,
    /// What the sizes count.
    pub sizer: QueueSizer,
}

/// The extension that keeps a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// Its id.
    pub id: ComponentId,
    /// Its settings.
    pub settings: FileStorage,
}

/// `file_storage`: a folder that what is queued survives in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStorage {
    /// The folder, as written: relative paths are relative to the working directory, as in the Collector.
    pub directory: PathBuf,
    /// Whether a missing folder is created.
    pub create_directory: bool,
    /// Permissions of a folder that is created.
    pub directory_permissions: u32,
    /// Whether what was acknowledged is on the disk, and not only with the operating system.
    pub fsync: bool,
    /// Bytes that the folder may hold; none is what the disk has.
    pub max_size: Option<u64>,
}

impl FileStorage {
    /// The defaults of `file_storage`, in `directory`.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            create_directory: true,
            directory_permissions: 0o750,
            fsync: true,
            max_size: None,
        }
    }
}
