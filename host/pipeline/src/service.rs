//! A running gate: receivers, lanes, destinations. Started as one, drained in the order of the data path.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tollgate_config::{ComponentId, Config};
use tollgate_otlp::{BindError, ByteBudget, Console, Exporter, ExporterError, Receiver};
use tollgate_telemetry::PipelineReport;

use crate::destination::Destination;
use crate::entrance::Entrance;
use crate::lane::Lanes;
use crate::pipeline::Pipeline;
use crate::plan::{PipelinePlan, Plan};

/// Bytes of requests that may be in the process at once. One of the largest size always fits, compressed and decompressed.
const BUDGET: usize = 256 << 20;

/// Why the gate did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A receiver could not listen.
    #[error("receiver `{receiver}`: {error}")]
    Receiver {
        /// Its id.
        receiver: ComponentId,
        /// What went wrong.
        error: BindError,
    },
    /// An exporter could not be made.
    #[error("exporter `{exporter}`: {error}")]
    Exporter {
        /// Its id.
        exporter: ComponentId,
        /// What went wrong.
        error: ExporterError,
    },
    /// The operating system gave no thread.
    #[error("cannot start the lanes: {0}")]
    Lanes(std::io::Error),
}

/// A running gate.
pub struct Service {
    plans: Vec<Arc<PipelinePlan>>,
    receivers: JoinSet<()>,
    stop: watch::Sender<bool>,
    lanes: Lanes,
    destinations: Vec<Arc<Destination>>,
}

impl Service {
    /// Starts destinations, lanes and receivers, in this order: nothing is received before it can go on.
    pub async fn start(config: &Config, plan: Plan) -> Result<Self, StartError> {
        let console = Console::new(std::io::stderr());
        let mut destinations = HashMap::new();
        for (id, written) in &config.exporters {
            if !config
                .pipelines
                .iter()
                .any(|pipeline| pipeline.exporters.contains(id))
            {
                continue;
            }
            let exporter = Exporter::new(&id.to_string(), written, console.clone()).await;
            let exporter = exporter.map_err(|error| StartError::Exporter {
                exporter: id.clone(),
                error,
            })?;
            destinations.insert(id.clone(), Arc::new(Destination::new(id.clone(), exporter)));
        }
        // As many lanes as the runtime has workers: one way to say how much of the machine this process may use.
        let workers = tokio::runtime::Handle::current().metrics().num_workers();
        let lanes = Lanes::start(workers, &plan.pipelines).map_err(StartError::Lanes)?;
        let pipelines: Vec<_> = plan
            .pipelines
            .iter()
            .zip(&config.pipelines)
            .enumerate()
            .map(|(place, (plan, written))| {
                let own = written
                    .exporters
                    .iter()
                    .filter_map(|id| destinations.get(id).cloned())
                    .collect();
                (
                    written,
                    plan.signal,
                    Arc::new(Pipeline::new(Arc::clone(plan), lanes.queue(place), own)),
                )
            })
            .collect();
        let (stop, stopping) = watch::channel(false);
        let mut receivers = JoinSet::new();
        let budget = ByteBudget::new(BUDGET);
        for (id, written) in &config.receivers {
            let fed = pipelines
                .iter()
                .filter(|(pipeline, ..)| pipeline.receivers.contains(id))
                .map(|(_, signal, pipeline)| (*signal, Arc::clone(pipeline)))
                .collect::<Vec<_>>();
            if fed.is_empty() {
                continue;
            }
            let receiver =
                Receiver::bind(written, Arc::new(Entrance::new(fed)), Arc::clone(&budget)).await;
            let receiver = receiver.map_err(|error| StartError::Receiver {
                receiver: id.clone(),
                error,
            })?;
            for (protocol, address) in [
                ("grpc", receiver.grpc_address()),
                ("http", receiver.http_address()),
            ] {
                if let Some(address) = address {
                    tracing::info!(target: "tollgate", receiver = %id, protocol, %address, "listening");
                }
            }
            let mut stopping = stopping.clone();
            // An end of the channel is a stop, too.
            receivers
                .spawn(receiver.serve(async move { drop(stopping.wait_for(|stop| *stop).await) }));
        }
        Ok(Self {
            plans: plan.pipelines,
            receivers,
            stop,
            lanes,
            destinations: destinations.into_values().collect(),
        })
    }

    /// Stops in the order of the data path: no new requests, those in flight answered, lanes empty, files written out.
    pub async fn stop(mut self) -> Vec<PipelineReport> {
        self.stop.send_replace(true);
        // Whoever waits for a destination to come back gives the request back to its client now.
        self.destinations
            .iter()
            .for_each(|destination| destination.hurry());
        while self.receivers.join_next().await.is_some() {}
        let lanes = self.lanes;
        if tokio::task::spawn_blocking(move || lanes.stop())
            .await
            .is_err()
        {
            tracing::error!(target: "tollgate", "the lanes did not stop well");
        }
        for destination in &self.destinations {
            destination.close().await;
        }
        self.plans.iter().map(|plan| plan.counts.report()).collect()
    }
}
