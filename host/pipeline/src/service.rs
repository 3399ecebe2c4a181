//! A running gate: what lasts, and the configuration that is at work.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tollgate_config::{ComponentId, Config};
use tollgate_otlp::{BindError, ByteBudget, ExporterError, Sockets, Transport};
use tollgate_queue::OpenError;
use tollgate_telemetry::{Gate, Known, Live, PipelineReport, Start};

use crate::delivery::Stores;
use crate::generation::Generation;
use crate::machine::Machine;
use crate::plan::Plan;
use crate::ready::Ready;

/// Why a configuration does not run.
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

/// What every configuration of a process shares.
pub(crate) struct Lasting {
    pub(crate) machine: Machine,
    pub(crate) sockets: Sockets,
    pub(crate) stores: Arc<Stores>,
    pub(crate) budget: Arc<ByteBudget>,
    pub(crate) known: Arc<Known>,
    pub(crate) started: Start,
}

/// A running gate.
pub struct Service {
    lasting: Lasting,
    generation: Generation,
    number: u64,
    /// Generations that finish what they took.
    leaving: JoinSet<()>,
    live: Arc<Live>,
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
        let machine = Machine::here();
        let lasting = Lasting {
            budget: ByteBudget::new(machine.bytes_in_flight(config.process)),
            sockets: Sockets::default(),
            stores: Arc::default(),
            known: plan.known(),
            started: Start::now(),
            machine,
        };
        machine.tell(config.process, lasting.budget.limit());
        let ready = Ready::new(&lasting, config, plan, 1, None).await?;
        let generation = ready.serve(None);
        let live = Arc::new(Live::new(Arc::clone(&generation.counts)));
        let service = Self {
            lasting,
            generation,
            number: 1,
            leaving: JoinSet::new(),
            live,
            drain_timeout: config.process.drain_timeout,
        };
        service.tell_addresses(&[]);
        Ok(service)
    }

    /// Puts another configuration in the place of the one that runs. No request is refused for that: what came before is finished by the
    /// one that took it, what comes from now on is the other's. After an error nothing has changed.
    pub async fn reload(&mut self, config: &Config, plan: Plan) -> Result<(), StartError> {
        let number = self.number.saturating_add(1);
        let ready = Ready::new(&self.lasting, config, plan, number, Some(&self.generation)).await;
        let ready = match ready {
            Ok(ready) => ready,
            Err(error) => {
                self.failed();
                return Err(error);
            }
        };
        let limit = self.lasting.machine.bytes_in_flight(config.process);
        self.lasting.budget.resize(limit);
        let before = self.generation.addresses.clone();
        let next = ready.serve(Some(&mut self.generation));
        let last = std::mem::replace(&mut self.generation, next);
        self.number = number;
        self.drain_timeout = config.process.drain_timeout;
        self.live.replace(Arc::clone(&self.generation.counts));
        self.tell_addresses(&before);
        last.leave_queues();
        let patience = self.drain_timeout;
        self.leaving.spawn(last.end(patience, patience));
        // Those that have left are forgotten.
        while self.leaving.try_join_next().is_some() {}
        Ok(())
    }

    /// A configuration was tried, and does not hold.
    pub fn failed(&self) {
        let now = self.live.now();
        let mut configuration = now.configuration;
        configuration.last_holds = false;
        self.live.replace(Arc::new(now.with(configuration)));
    }

    /// The number of the configuration that runs: 1 for the first.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.number
    }

    /// The accounts that a plan for this gate goes on with.
    #[must_use]
    pub fn known(&self) -> &Arc<Known> {
        &self.lasting.known
    }

    /// All counters of the configuration that runs.
    #[must_use]
    pub fn counts(&self) -> Arc<Gate> {
        self.live.now()
    }

    /// All counters, whatever configuration runs.
    #[must_use]
    pub fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live)
    }

    /// Where its receivers listen.
    #[must_use]
    pub fn addresses(&self) -> &[ListeningAddress] {
        &self.generation.addresses
    }

    fn tell_addresses(&self, before: &[ListeningAddress]) {
        for own in &self.generation.addresses {
            if !before.contains(own) {
                let protocol = own.transport.as_str();
                tracing::info!(target: "tollgate", receiver = %own.receiver, protocol, address = %own.address, "listening");
            }
        }
    }

    /// Stops in the order of the data path: no new requests, those in flight answered, queues emptied as far as their destinations take
    /// it, lanes empty, files written out. What waits on disk goes on with the next process.
    pub async fn stop(mut self) -> Vec<PipelineReport> {
        let counts = self.counts();
        self.generation.closed();
        // Whoever waits for a destination to come back gives the request back to its client now, and no request waits for others.
        let destinations: Vec<_> = self.generation.destinations().cloned().collect();
        self.generation
            .end(Duration::ZERO, self.drain_timeout)
            .await;
        // Those that left earlier had longer; what they have not finished by now is its clients' again.
        let left = async { while self.leaving.join_next().await.is_some() {} };
        if tokio::time::timeout(self.drain_timeout, left)
            .await
            .is_err()
        {
            self.leaving.shutdown().await;
        }
        for own in &destinations {
            own.tell_what_is_left();
        }
        drop(destinations);
        let stores = Arc::clone(&self.lasting.stores);
        // It waits for the disk.
        let closed = tokio::task::spawn_blocking(move || stores.retain(|_| false)).await;
        if closed.is_err() {
            tracing::error!(target: "tollgate", "the queues did not close well");
        }
        let pipelines = counts.pipelines.iter();
        pipelines.map(|counts| counts.report()).collect()
    }
}
