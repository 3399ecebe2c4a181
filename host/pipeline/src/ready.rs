//! Making a configuration ready beside the one that runs.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tollgate_config::{ComponentId, Config};
use tollgate_otlp::{Console, Exporter, Receiver, Transport};
use tollgate_record::Signal;
use tollgate_telemetry::{Configuration, Gate, Instruments, ReceiverCounts, Transport as Counted};

use crate::batcher::Batcher;
use crate::delivery::Destination;
use crate::entrance::{Entrance, Way};
use crate::flow::Flow;
use crate::generation::{Destinations, Generation, Running};
use crate::graph::{Graph, Place};
use crate::lane::Lanes;
use crate::limiter::Limiter;
use crate::plan::Plan;
use crate::service::{Lasting, ListeningAddress, StartError};

/// A generation that is ready and does not serve yet: nothing has happened to the one that runs.
pub(crate) struct Ready {
    generation: Generation,
    receivers: Vec<Receiver<Entrance>>,
    /// Destinations that go on as they are.
    kept: Vec<ComponentId>,
}

impl Ready {
    /// Makes a generation ready. `before` is the one that runs.
    pub(crate) async fn new(
        lasting: &Lasting,
        config: &Config,
        mut plan: Plan,
        number: u64,
        before: Option<&Generation>,
    ) -> Result<Self, StartError> {
        plan.graph.generation = number;
        let instruments = plan.instruments();
        let graph = Arc::new(plan.graph);
        let (destinations, kept) = destinations(lasting, config, &graph, before).await?;
        let mut all: HashMap<_, _> = destinations
            .iter()
            .map(|(id, own)| (id.clone(), Arc::clone(&own.destination)))
            .collect();
        for id in &kept {
            let own = before.and_then(|before| before.destinations.get(id));
            all.extend(own.map(|own| (id.clone(), Arc::clone(&own.destination))));
        }
        let lanes = Lanes::start(lasting.machine.lanes(config.process), &graph);
        let lanes = lanes.map_err(StartError::Lanes)?;
        let limiters = graph.limiters.iter();
        let limiters: Vec<_> = limiters
            .map(|plan| Limiter::new(plan, &lasting.budget))
            .collect();
        let batches = graph.batches.iter();
        let flow = Arc::new(Flow {
            lanes: lanes.queue(),
            destinations: of_pipelines(&graph, &all),
            batchers: batches
                .map(|plan| Batcher::new(plan, &lasting.budget))
                .collect(),
            graph: Arc::clone(&graph),
        });
        let mut watchers = JoinSet::new();
        for limiter in &limiters {
            watchers.spawn(Arc::clone(limiter).watch());
        }
        let mut counts = counts(&graph, &all, instruments);
        counts.started = lasting.started;
        counts.configuration = Configuration::now(number);
        let mut ready = Self {
            generation: Generation {
                flow,
                lanes,
                addresses: Vec::new(),
                counts: Arc::default(),
                receivers: JoinSet::new(),
                watchers,
                stop: watch::Sender::new(false),
                destinations,
            },
            receivers: Vec::new(),
            kept,
        };
        ready
            .listen(lasting, config, &limiters, &mut counts)
            .await?;
        ready.generation.counts = Arc::new(counts);
        Ok(ready)
    }

    /// Binds what has to be bound. Nothing is taken there yet.
    async fn listen(
        &mut self,
        lasting: &Lasting,
        config: &Config,
        limiters: &[Arc<Limiter>],
        counts: &mut Gate,
    ) -> Result<(), StartError> {
        let mut claims = lasting.sockets.claims();
        for (id, written) in &config.receivers {
            let ways = ways(&self.generation.flow.graph, config, id, limiters);
            if ways.is_empty() {
                continue;
            }
            let name = id.to_string();
            let of = |transport| lasting.known.receiver(&name, transport);
            let (grpc, http) = (of(Counted::Grpc), of(Counted::Http));
            let entrance = Entrance {
                flow: Arc::clone(&self.generation.flow),
                ways,
                grpc: Arc::clone(&grpc),
                http: Arc::clone(&http),
            };
            let budget = Arc::clone(&lasting.budget);
            let receiver =
                Receiver::over(&mut claims, &name, written, Arc::new(entrance), budget).await;
            let receiver = receiver.map_err(|error| StartError::Receiver {
                receiver: id.clone(),
                error,
            })?;
            let listening: [(_, _, Arc<ReceiverCounts>); 2] = [
                (Transport::Grpc, receiver.grpc_address(), grpc),
                (Transport::Http, receiver.http_address(), http),
            ];
            for (transport, address, own) in listening {
                let Some(address) = address else { continue };
                counts.receivers.push(own);
                self.generation.addresses.push(ListeningAddress {
                    receiver: id.clone(),
                    transport,
                    address,
                });
            }
            self.receivers.push(receiver);
        }
        Ok(())
    }

    /// Takes over: from here on every request is this generation's. What goes on as it is comes from `before`, whose rest is to be
    /// ended.
    pub(crate) fn serve(self, before: Option<&mut Generation>) -> Generation {
        let mut generation = self.generation;
        if let Some(before) = before {
            for id in self.kept {
                if let Some(running) = before.destinations.remove(&id) {
                    generation.destinations.insert(id, running);
                }
            }
        }
        for running in generation.destinations.values_mut() {
            if running.consumers.is_empty() {
                running.destination.consume(&mut running.consumers);
            }
        }
        for receiver in self.receivers {
            let mut stopping = generation.stop.subscribe();
            // An end of the channel is a stop, too.
            let stop = async move { drop(stopping.wait_for(|stop| *stop).await) };
            generation.receivers.spawn(receiver.serve(stop));
        }
        for counts in &generation.counts.receivers {
            counts.listening.set(true);
        }
        generation
    }
}

/// The exporters that any pipeline names: those that are new or have changed, and the ids of those that have not.
async fn destinations(
    lasting: &Lasting,
    config: &Config,
    graph: &Graph,
    before: Option<&Generation>,
) -> Result<(Destinations, Vec<ComponentId>), StartError> {
    let console = Console::new(std::io::stderr());
    let mut destinations = HashMap::new();
    let mut kept = Vec::new();
    for (id, written) in &config.exporters {
        let mut pipelines = graph.pipelines.iter();
        if !pipelines.any(|pipeline| pipeline.exporters.contains(id)) {
            continue;
        }
        let known = before.and_then(|before| before.destinations.get(id));
        if known.is_some_and(|known| known.written == *written) {
            kept.push(id.clone());
            continue;
        }
        let exporter = Exporter::new(&id.to_string(), &written.exporter, console.clone()).await;
        let exporter = exporter.map_err(|error| StartError::Exporter {
            exporter: id.clone(),
            error,
        })?;
        let storage = written.delivery.queue.as_ref();
        let store = match storage.and_then(|queue| queue.storage.clone()) {
            None => None,
            Some(storage) => {
                let stores = Arc::clone(&lasting.stores);
                // It waits for the disk.
                let opened = tokio::task::spawn_blocking(move || stores.open(&storage)).await;
                let opened = opened.map_err(|error| StartError::Lanes(error.into()))?;
                Some(opened.map_err(|error| StartError::Queue {
                    exporter: id.clone(),
                    error,
                })?)
            }
        };
        let counts = lasting.known.exporter(&id.to_string());
        let destination = Destination::new(id.clone(), exporter, written, store.as_ref(), counts);
        destinations.insert(
            id.clone(),
            Running {
                written: written.clone(),
                destination: Arc::new(destination),
                consumers: JoinSet::new(),
            },
        );
    }
    Ok((destinations, kept))
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
