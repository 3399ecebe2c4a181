//! A running gate: receivers, lanes, destinations. Started as one, drained in the order of the data path.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tollgate_config::{ComponentId, Config};
use tollgate_otlp::{BindError, ByteBudget, Console, Exporter, ExporterError, Receiver, Transport};
use tollgate_queue::OpenError;
use tollgate_record::Signal;
use tollgate_telemetry::{
    ExporterCounts, Gate, Instruments, PipelineReport, ReceiverCounts, Transport as Counted,
};

use crate::batcher::Batcher;
use crate::delivery::{Destination, Stores};
use crate::entrance::{Entrance, Way};
use crate::flow::Flow;
use crate::graph::{Graph, Place};
use crate::lane::Lanes;
use crate::limiter::Limiter;
use crate::plan::Plan;

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
    /// The folder of a queue cannot be had.
    #[error("exporter `{exporter}`: its queue: {error}")]
    Queue {
        /// Its id.
        exporter: ComponentId,
        /// What went wrong.
        error: OpenError,
    },
    /// The operating system gave no thread.
    #[error("cannot start the lanes: {0}")]
    Lanes(std::io::Error),
}

/// A running gate.
pub struct Service {
    flow: Arc<Flow>,
    counts: Arc<Gate>,
    addresses: Vec<ListeningAddress>,
    receivers: JoinSet<()>,
    /// What watches beside the data path; it ends with the gate.
    watchers: JoinSet<()>,
    stop: watch::Sender<bool>,
    lanes: Lanes,
    destinations: Vec<Arc<Destination>>,
    /// What takes from queues.
    consumers: JoinSet<()>,
    stores: Arc<Stores>,
    drain_timeout: Duration,
}

/// Where a receiver listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListeningAddress {
    /// The receiver's id.
    pub receiver: ComponentId,
    /// How requests come in there.
    pub transport: Transport,
    /// Where.
    pub address: SocketAddr,
}

impl Service {
    /// Starts destinations, lanes and receivers, in this order: nothing is received before it can go on.
    pub async fn start(config: &Config, plan: Plan) -> Result<Self, StartError> {
        let instruments = plan.instruments();
        let graph = Arc::new(plan.graph);
        let stores = Arc::<Stores>::default();
        let destinations = destinations(config, &graph, &stores).await?;
        let mut consumers = JoinSet::new();
        for destination in destinations.values() {
            destination.consume(&mut consumers);
        }
        // As many lanes as the runtime has workers: one way to say how much of the machine this process may use.
        let workers = tokio::runtime::Handle::current().metrics().num_workers();
        let lanes = Lanes::start(workers, &graph).map_err(StartError::Lanes)?;
        let budget = ByteBudget::new(BUDGET);
        let limiters = graph.limiters.iter();
        let limiters: Vec<_> = limiters.map(|plan| Limiter::new(plan, &budget)).collect();
        let batches = graph.batches.iter();
        let flow = Arc::new(Flow {
            lanes: lanes.queue(),
            destinations: of_pipelines(&graph, &destinations),
            batchers: batches.map(|plan| Batcher::new(plan, &budget)).collect(),
            graph: Arc::clone(&graph),
        });
        let mut watchers = JoinSet::new();
        for limiter in &limiters {
            watchers.spawn(Arc::clone(limiter).watch());
        }
        let mut counts = counts(&graph, &destinations, instruments);
        let (stop, stopping) = watch::channel(false);
        let mut service = Self {
            flow,
            counts: Arc::default(),
            addresses: Vec::new(),
            receivers: JoinSet::new(),
            watchers,
            stop,
            lanes,
            destinations: destinations.into_values().collect(),
            consumers,
            stores,
            drain_timeout: config.process.drain_timeout,
        };
        for (id, written) in &config.receivers {
            let ways = ways(&service.flow.graph, config, id, &limiters);
            if ways.is_empty() {
                continue;
            }
            let of = |transport| Arc::new(ReceiverCounts::new(id.to_string(), transport));
            let (grpc, http) = (of(Counted::Grpc), of(Counted::Http));
            let entrance = Entrance {
                flow: Arc::clone(&service.flow),
                ways,
                grpc: Arc::clone(&grpc),
                http: Arc::clone(&http),
            };
            let receiver = Receiver::bind(written, Arc::new(entrance), Arc::clone(&budget)).await;
            let receiver = receiver.map_err(|error| StartError::Receiver {
                receiver: id.clone(),
                error,
            })?;
            let listening = [
                (Transport::Grpc, receiver.grpc_address(), grpc),
                (Transport::Http, receiver.http_address(), http),
            ];
            for (transport, address, own) in listening {
                let Some(address) = address else { continue };
                tracing::info!(target: "tollgate", receiver = %id, protocol = own.transport.as_str(), %address, "listening");
                own.listening.set(true);
                counts.receivers.push(own);
                service.addresses.push(ListeningAddress {
                    receiver: id.clone(),
                    transport,
                    address,
                });
            }
            let mut stopping = stopping.clone();
            // An end of the channel is a stop, too.
            service
                .receivers
                .spawn(receiver.serve(async move { drop(stopping.wait_for(|stop| *stop).await) }));
        }
        service.counts = Arc::new(counts);
        Ok(service)
    }

    /// All counters, as long as anybody wants to read them.
    #[must_use]
    pub fn counts(&self) -> Arc<Gate> {
        Arc::clone(&self.counts)
    }

    /// Where its receivers listen.
    #[must_use]
    pub fn addresses(&self) -> &[ListeningAddress] {
        &self.addresses
    }

    /// Stops in the order of the data path: no new requests, those in flight answered, lanes empty, files written out.
    pub async fn stop(mut self) -> Vec<PipelineReport> {
        self.stop.send_replace(true);
        for receiver in &self.counts.receivers {
            receiver.listening.set(false);
        }
        // Whoever waits for a destination to come back gives the request back to its client now, and no request waits for others.
        self.destinations
            .iter()
            .for_each(|destination| destination.hurry());
        for batcher in &self.flow.batchers {
            batcher.close(&self.flow);
        }
        while self.receivers.join_next().await.is_some() {}
        self.watchers.shutdown().await;
        Destination::drain(&mut self.consumers, self.drain_timeout).await;
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
        let stores = Arc::clone(&self.stores);
        // It waits for the disk.
        let closed = tokio::task::spawn_blocking(move || stores.retain(|_| false)).await;
        if closed.is_err() {
            tracing::error!(target: "tollgate", "the queues did not close well");
        }
        let pipelines = self.counts.pipelines.iter();
        pipelines.map(|counts| counts.report()).collect()
    }
}

/// All counters but the receivers'.
fn counts(
    graph: &Graph,
    destinations: &HashMap<ComponentId, Arc<Destination>>,
    instruments: Vec<Arc<Instruments>>,
) -> Gate {
    let pipelines = graph.pipelines.iter();
    let limiters = graph.limiters.iter();
    let exporters = destinations.values();
    let mut counts = Gate {
        pipelines: pipelines.map(|plan| Arc::clone(&plan.counts)).collect(),
        limiters: limiters.map(|plan| Arc::clone(&plan.counts)).collect(),
        exporters: exporters.map(|own| Arc::clone(own.counts())).collect(),
        instruments,
        ..Gate::default()
    };
    counts
        .exporters
        .sort_by(|one, other| one.exporter.cmp(&other.exporter));
    for batch in &graph.batches {
        let mut known = counts.batches.iter();
        if !known.any(|known| Arc::ptr_eq(known, &batch.counts)) {
            counts.batches.push(Arc::clone(&batch.counts));
        }
    }
    counts
}

/// The exporters that any pipeline names.
async fn destinations(
    config: &Config,
    graph: &Graph,
    stores: &Arc<Stores>,
) -> Result<HashMap<ComponentId, Arc<Destination>>, StartError> {
    let console = Console::new(std::io::stderr());
    let mut destinations = HashMap::new();
    for (id, written) in &config.exporters {
        let mut pipelines = graph.pipelines.iter();
        if !pipelines.any(|pipeline| pipeline.exporters.contains(id)) {
            continue;
        }
        let exporter = Exporter::new(&id.to_string(), &written.exporter, console.clone()).await;
        let exporter = exporter.map_err(|error| StartError::Exporter {
            exporter: id.clone(),
            error,
        })?;
        let delivery = &written.delivery;
        let store = match delivery
            .queue
            .as_ref()
            .and_then(|queue| queue.storage.clone())
        {
            None => None,
            Some(storage) => {
                let stores = Arc::clone(stores);
                let opened = tokio::task::spawn_blocking(move || stores.open(&storage)).await;
                let opened =
                    opened.map_err(|error| StartError::Lanes(std::io::Error::other(error)))?;
                Some(opened.map_err(|error| StartError::Queue {
                    exporter: id.clone(),
                    error,
                })?)
            }
        };
        let counts = Arc::new(ExporterCounts::new(id.to_string()));
        let destination = Destination::new(id.clone(), exporter, delivery, store.as_ref(), counts);
        destinations.insert(id.clone(), Arc::new(destination));
    }
    Ok(destinations)
}

/// The exporters of each pipeline.
fn of_pipelines(
    graph: &Graph,
    destinations: &HashMap<ComponentId, Arc<Destination>>,
) -> Vec<Vec<Arc<Destination>>> {
    let own = |ids: &[ComponentId]| {
        let known = ids.iter().filter_map(|id| destinations.get(id).cloned());
        known.collect()
    };
    let pipelines = graph.pipelines.iter();
    pipelines.map(|pipeline| own(&pipeline.exporters)).collect()
}

/// Where the requests of a receiver enter the graph, by signal.
fn ways(
    graph: &Graph,
    config: &Config,
    receiver: &ComponentId,
    limiters: &[Arc<Limiter>],
) -> Vec<Way> {
    let feeds = |id: &ComponentId| {
        let mut written = config.pipelines.iter();
        written.any(|written| written.id == *id && written.receivers.contains(receiver))
    };
    let of_signal = |signal: Signal| {
        let pipelines = graph.pipelines.iter().enumerate();
        let fed = pipelines.filter(|(_, plan)| plan.signal == signal && feeds(&plan.id));
        let places: Vec<_> = fed
            .map(|(pipeline, _)| Place { pipeline, step: 0 })
            .collect();
        let counted = graph.limiters_from(&places);
        let limiters = limiters
            .iter()
            .filter(|limiter| counted.iter().any(|own| limiter.is(own)));
        (!places.is_empty()).then(|| Way {
            limiters: limiters.cloned().collect(),
            rejecting: graph.rejecting_from(&places),
            entry: Arc::new(graph.entry(signal, places)),
        })
    };
    Signal::ALL.into_iter().filter_map(of_signal).collect()
}
