//! Metrics that are sent now and then.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::{Instant, interval_at, timeout};
use tollgate_config::{PeriodicReader, Temporality as Wanted};
use tollgate_otlp::{Console, Exporter, ExporterError};
use tollgate_record::Signal;
use tollgate_telemetry::otlp::{Requests, Temporality};
use tollgate_telemetry::{Detail, Live};

use crate::Phase;

pub(crate) struct Sender {
    exporter: Exporter,
    requests: Requests,
    detail: Detail,
    gate: Arc<Live>,
    interval: Duration,
    timeout: Duration,
}

impl Sender {
    pub(crate) async fn new(
        reader: &PeriodicReader,
        resource: &[(String, String)],
        detail: Detail,
        gate: Arc<Live>,
        console: Console,
    ) -> Result<Self, ExporterError> {
        let temporality = match reader.temporality {
            Wanted::Cumulative => Temporality::Cumulative,
            // Everything is read when it is sent, so both are one.
            Wanted::Delta | Wanted::LowMemory => Temporality::Delta,
        };
        let started = gate.now().started.unix_nanoseconds();
        Ok(Self {
            exporter: Exporter::new("service.telemetry.metrics", &reader.exporter, console).await?,
            requests: Requests::new(resource.to_vec(), crate::scope(), temporality, started),
            detail,
            gate,
            interval: reader.interval.max(Duration::from_millis(1)),
            timeout: reader.timeout,
        })
    }

    /// Sends until the gate is gone, and then what came since.
    pub(crate) async fn run(mut self, mut phase: watch::Receiver<Phase>) {
        let first = Instant::now()
            .checked_add(self.interval)
            .unwrap_or_else(Instant::now);
        let mut ticks = interval_at(first, self.interval);
        loop {
            tokio::select! {
                _ = ticks.tick() => self.send().await,
                // What it answers borrows the phase, and must not be kept over a wait.
                () = async { drop(phase.wait_for(|phase| *phase == Phase::Gone).await) } => break,
            }
        }
        self.exporter.hurry();
        self.send().await;
    }

    async fn send(&mut self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |now| u64::try_from(now.as_nanos()).unwrap_or(u64::MAX));
        let (request, points) = self
            .requests
            .next(self.gate.now().metrics(self.detail), now);
        if points == 0 {
            return;
        }
        let sent = self.exporter.export(Signal::Metrics, Bytes::from(request));
        match timeout(self.timeout, sent).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::warn!(target: "tollgate", %error, "the gate's own metrics could not be sent");
            }
            Err(_) => {
                tracing::warn!(target: "tollgate", "the gate's own metrics could not be sent in time");
            }
        }
    }
}
