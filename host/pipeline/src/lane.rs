//! Lanes: threads that own an instance of every stage, and take batches from one queue.
//!
//! A policy computes for up to milliseconds, which must not hold up the tasks that speak to clients; and an instance is used by
//! one call at a time. So batches cross to a thread and back, which costs two wake-ups for a whole batch.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;
use tollgate_otlp::Request;
use tollgate_record::Malformed;

use crate::passage::{self, Passed};
use crate::plan::PipelinePlan;
use crate::stage::Stage;

/// Batches that wait for a lane. More wait in their connections, inside the byte budget.
const WAITING: usize = 64;

struct Job {
    pipeline: usize,
    request: Request,
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

/// The way to the lanes, for one pipeline.
#[derive(Debug, Clone)]
pub(crate) struct LaneQueue {
    pipeline: usize,
    queue: async_channel::Sender<Job>,
}

impl Lanes {
    /// Starts `count` lanes for `pipelines`.
    pub(crate) fn start(count: usize, pipelines: &[Arc<PipelinePlan>]) -> std::io::Result<Self> {
        let (queue, jobs) = async_channel::bounded(WAITING);
        let threads = (0..count.max(1))
            .map(|number| {
                let jobs = jobs.clone();
                let pipelines = pipelines.to_vec();
                std::thread::Builder::new()
                    .name(format!("lane-{number}"))
                    .spawn(move || run(&jobs, &pipelines))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { queue, threads })
    }

    /// The way to the lanes for the pipeline at this place in the plan.
    pub(crate) fn queue(&self, pipeline: usize) -> LaneQueue {
        LaneQueue {
            pipeline,
            queue: self.queue.clone(),
        }
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
    /// Passes a request through its pipeline's stages, on whichever lane is free.
    pub(crate) async fn pass(&self, request: Request) -> Result<Passed, LaneError> {
        let (reply, answer) = oneshot::channel();
        let job = Job {
            pipeline: self.pipeline,
            request,
            reply,
        };
        self.queue.send(job).await.map_err(|_| LaneError::Gone)?;
        Ok(answer.await.map_err(|_| LaneError::Gone)??)
    }
}

fn run(jobs: &async_channel::Receiver<Job>, pipelines: &[Arc<PipelinePlan>]) {
    let stages_of = |plan: &Arc<PipelinePlan>| -> Vec<Stage> {
        plan.stages.iter().cloned().map(Stage::new).collect()
    };
    let mut stages: Vec<Vec<Stage>> = pipelines.iter().map(stages_of).collect();
    while let Ok(job) = jobs.recv_blocking() {
        let (Some(plan), Some(own)) = (pipelines.get(job.pipeline), stages.get_mut(job.pipeline))
        else {
            continue;
        };
        // A panic here is a defect of the host. It costs this request a retryable answer, and nothing else.
        let passed = catch_unwind(AssertUnwindSafe(|| passage::pass(plan, own, job.request)));
        if let Ok(passed) = passed {
            // The client may be gone: then nobody waits for the answer.
            drop(job.reply.send(passed));
        } else {
            tracing::error!(target: "tollgate", pipeline = %plan.id, "a defect of the host; the request is refused as retryable");
            *own = stages_of(plan);
        }
    }
}
