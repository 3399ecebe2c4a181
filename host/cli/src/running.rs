//! The gate at work: its configuration may change under it.

use std::sync::Arc;

use anyhow::Context as _;
use tollgate_config::{ComponentId, Config, Extension, Telemetry};
use tollgate_observe::{Environment, Observer};
use tollgate_pipeline::Service;
use tollgate_telemetry::PipelineReport;
use tracing::{error, info, warn};

use crate::args::Configuration;
use crate::configuration::{Planned, plan_after};
use crate::watch::Watch;

/// A running gate, and who watches it.
pub(crate) struct Running {
    wanted: Configuration,
    service: Service,
    observer: Observer,
    observed: Observed,
    /// The files that the last configuration was made of, whether it holds or not.
    watch: Arc<Watch>,
}

/// What of a configuration is about those who watch.
#[derive(PartialEq)]
struct Observed {
    telemetry: Telemetry,
    extensions: Vec<(ComponentId, Extension)>,
}

impl Observed {
    fn of(config: &Config) -> Self {
        Self {
            telemetry: config.telemetry.clone(),
            extensions: config.extensions.clone(),
        }
    }
}

impl Running {
    /// Starts a configuration.
    pub(crate) async fn start(
        wanted: Configuration,
        Planned { config, plan }: Planned,
        watch: Arc<Watch>,
    ) -> anyhow::Result<Self> {
        let service = Service::start(&config, plan).await?;
        let observer = Observer::start(&config, &Environment::of_process(), service.live()).await?;
        observer.ready();
        Ok(Self {
            wanted,
            service,
            observer,
            observed: Observed::of(&config),
            watch,
        })
    }

    /// The files that the configuration is made of.
    pub(crate) fn watch(&self) -> Arc<Watch> {
        Arc::clone(&self.watch)
    }

    /// Reads the configuration again, and puts it in the place of the one that runs. What is wrong with it is told, and the old one goes
    /// on.
    pub(crate) async fn reload(&mut self) {
        info!(target: "tollgate", "reading the configuration again");
        match self.try_reload().await {
            Ok(true) => {
                let generation = self.service.generation();
                info!(target: "tollgate", generation, "another configuration holds from now on");
            }
            Ok(false) => {
                self.service.failed();
                error!(target: "tollgate", "the configuration is wrong, as shown above; the old one goes on");
            }
            Err(trouble) => {
                self.service.failed();
                error!(target: "tollgate", error = format!("{trouble:#}"), "the configuration cannot hold; the old one goes on");
            }
        }
    }

    /// Whether the configuration was right.
    async fn try_reload(&mut self) -> anyhow::Result<bool> {
        let watch = Arc::<Watch>::default();
        self.watch = Arc::clone(&watch);
        let (wanted, known) = (self.wanted.clone(), Arc::clone(self.service.known()));
        // Components are compiled, which takes a while.
        let planned = tokio::task::spawn_blocking(move || {
            let planned = plan_after(&wanted, &*watch, &known);
            if let Ok(Ok(planned)) = &planned {
                watch.add_stages(&planned.config);
            }
            planned
        });
        let planned = planned.await.context("a defect while it was read")??;
        let Ok(Planned { config, plan }) = planned else {
            return Ok(false);
        };
        self.service.reload(&config, plan).await?;
        let observed = Observed::of(&config);
        if observed != self.observed {
            self.observe_anew(&config).await;
            self.observed = observed;
        }
        Ok(true)
    }

    /// Those who watch listen elsewhere, or look at something else. A place that cannot be had is told; requests do not depend on it.
    async fn observe_anew(&mut self, config: &Config) {
        let environment = Environment::of_process();
        let nobody = Observer::nobody();
        std::mem::replace(&mut self.observer, nobody).stop().await;
        match Observer::start(config, &environment, self.service.live()).await {
            Ok(observer) => {
                observer.ready();
                self.observer = observer;
            }
            Err(trouble) => {
                warn!(target: "tollgate", error = %trouble, "nobody can watch the gate as the configuration says; mend it and let it be read again");
            }
        }
    }

    /// No new requests from now on; those who ask are told.
    pub(crate) fn stopping(&self) {
        self.observer.stopping();
    }

    /// Ends in good order; what became of all records.
    pub(crate) async fn stop(self) -> (Vec<PipelineReport>, Observer) {
        (self.service.stop().await, self.observer)
    }
}
