//! Lanes: threads that own an instance of every stage, and take batches from one queue.
//!
//! A policy computes for up to milliseconds, which must not hold up the tasks that speak to clients; and an instance is used by
//! one call at a time. So batches cross to a thread and back, which costs two wake-ups for a whole batch, whatever the number of
//! pipelines it goes through.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;
use tollgate_record::Malformed;

use crate::cargo::Load;
use crate::graph::{Entry, Graph};
use crate::passage::{self, Passed};
use crate::stages::Stages;

/// Batches that wait for a lane. More wait in their connections, inside the byte budget.
const WAITING: usize = 64;

struct Job {
    entry: Arc<Entry>,
    load: Load,
    reply: oneshot::Sender<Result<Passed, Malformed>>,
}

/// Why a batch got no answer from a lane.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LaneError {
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The lanes are stopping, or the lane met a defect of the host.
    #[error("no lane answered; send the request again")]
    Gone,
}

/// The lanes of a process.
#[derive(Debug)]
pub(crate) struct Lanes {
    queue: async_channel::Sender<Job>,
    threads: Vec<JoinHandle<()>>,
}

/// The way to the lanes.
#[derive(Debug, Clone)]
pub(crate) struct LaneQueue(async_channel::Sender<Job>);

impl Lanes {
    /// Starts `count` lanes for a graph.
    pub(crate) fn start(count: usize, graph: &Arc<Graph>) -> std::io::Result<Self> {
        let (queue, jobs) = async_channel::bounded(WAITING);
        let threads = (0..count.max(1))
            .map(|number| {
                let jobs = jobs.clone();
                let graph = Arc::clone(graph);
                std::thread::Builder::new()
                    .name(format!("lane-{number}"))
                    .spawn(move || run(&jobs, &graph))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { queue, threads })
    }

    /// The way to the lanes.
    pub(crate) fn queue(&self) -> LaneQueue {
        LaneQueue(self.queue.clone())
    }

    /// Lets the lanes finish what is queued, and waits for them.
    pub(crate) fn stop(self) {
        self.queue.close();
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!(target: "tollgate", "a lane ended by a defect of the host");
            }
        }
    }
}

impl LaneQueue {
    /// Passes bytes through all stages on all ways from an entry, on whichever lane is free.
    pub(crate) async fn pass(&self, entry: Arc<Entry>, load: Load) -> Result<Passed, LaneError> {
        let (reply, answer) = oneshot::channel();
        let job = Job { entry, load, reply };
        self.0.send(job).await.map_err(|_| LaneError::Gone)?;
        Ok(answer.await.map_err(|_| LaneError::Gone)??)
    }
}

fn run(jobs: &async_channel::Receiver<Job>, graph: &Graph) {
    let mut stages = Stages::new(graph);
    while let Ok(Job { entry, load, reply }) = jobs.recv_blocking() {
        // A panic here is a defect of the host. It costs this request a retryable answer, and nothing else.
        let pass = || passage::pass(graph, &mut stages, &entry, &load);
        let passed = catch_unwind(AssertUnwindSafe(pass));
        if let Ok(passed) = passed {
            // The client may be gone: then nobody waits for the answer.
            drop(reply.send(passed));
        } else {
            tracing::error!(target: "tollgate", signal = %entry.signal, "a defect of the host; the request is refused as retryable");
            stages = Stages::new(graph);
        }
    }
}
