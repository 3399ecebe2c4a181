//! All counters of a running gate, and the metrics they make.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tollgate_record::Signal;

use crate::flow::BySignal;
use crate::metric::{Data, Metric, Number, Point};
use crate::policies::policies;
use crate::process::process;
use crate::{
    BatchCounts, ExporterCounts, Instruments, LimiterCounts, PipelineCounts, ReceiverCounts, stages,
};

/// How many metrics there are; each level has those of the levels before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// What nobody can do without.
    Basic,
    /// What is usually looked at.
    Normal,
    /// Everything.
    Detailed,
}

/// The counters of a running gate. Whoever counts and whoever reads share them.
#[derive(Debug, Clone)]
pub struct Gate {
    /// What came in.
    pub receivers: Vec<Arc<ReceiverCounts>>,
    /// What pipelines and their stages did.
    pub pipelines: Vec<Arc<PipelineCounts>>,
    /// What `batch` processors did.
    pub batches: Vec<Arc<BatchCounts>>,
    /// What `memory_limiter`s did.
    pub limiters: Vec<Arc<LimiterCounts>>,
    /// What policies count themselves.
    pub instruments: Vec<Arc<Instruments>>,
    /// What went out.
    pub exporters: Vec<Arc<ExporterCounts>>,
    /// When it started.
    pub started: Start,
    /// The configuration that it runs.
    pub configuration: Configuration,
}

/// Which configuration a gate runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Configuration {
    /// 1 for the one that it started with, and one more for each that took its place.
    pub generation: u64,
    /// When it began to hold, in seconds of Unix time.
    pub since: u64,
    /// Whether the last one that was tried holds.
    pub last_holds: bool,
}

impl Configuration {
    /// A configuration that holds from now on.
    #[must_use]
    pub fn now(generation: u64) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            generation,
            since: now.map_or(0, |since| since.as_secs()),
            last_holds: true,
        }
    }

    fn metrics(self) -> Vec<Metric> {
        let gauge = |name: &'static str, unit: &'static str, text: &'static str, value: u64| {
            let point = Point::new([], Number::Int(value));
            Metric::new(name, unit, text, Data::Gauge(vec![point]))
        };
        vec![
            gauge(
                "tollgate_config_generation",
                "{configuration}",
                "The number of the configuration that holds: 1 for the one that the process started with.",
                self.generation,
            ),
            gauge(
                "tollgate_config_last_reload_successful",
                "1",
                "Whether the last configuration that was tried holds.",
                u64::from(self.last_holds),
            ),
            gauge(
                "tollgate_config_last_reload_success_timestamp",
                "s",
                "When the configuration that holds began to.",
                self.since,
            ),
        ]
    }
}

/// When a gate started.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// For lengths of time, which no change of the clock touches.
    instant: Instant,
    at: SystemTime,
}

impl Start {
    /// Now.
    #[must_use]
    pub fn now() -> Self {
        Self {
            instant: Instant::now(),
            at: SystemTime::now(),
        }
    }

    /// The time that has passed since.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.instant.elapsed()
    }

    /// Nanoseconds of Unix time.
    #[must_use]
    pub fn unix_nanoseconds(self) -> u64 {
        let since = self.at.duration_since(UNIX_EPOCH);
        since.map_or(0, |since| {
            u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
        })
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            receivers: Vec::new(),
            pipelines: Vec::new(),
            batches: Vec::new(),
            limiters: Vec::new(),
            instruments: Vec::new(),
            exporters: Vec::new(),
            started: Start::now(),
            configuration: Configuration::now(1),
        }
    }
}

/// The Collector's words for the records of a signal: in names of metrics, and as units.
fn records_of(signal: Signal) -> (&'static str, &'static str) {
    match signal {
        Signal::Logs => ("log_records", "{record}"),
        Signal::Traces => ("spans", "{span}"),
        Signal::Metrics => ("metric_points", "{datapoint}"),
    }
}

impl Gate {
    /// The same counters, under other words about the configuration.
    #[must_use]
    pub fn with(&self, configuration: Configuration) -> Self {
        Self {
            configuration,
            ..self.clone()
        }
    }

    /// The metrics as they stand, each name once.
    #[must_use]
    pub fn metrics(&self, detail: Detail) -> Vec<Metric> {
        let mut metrics = process(self.started.elapsed());
        metrics.extend(self.configuration.metrics());
        metrics.extend(self.receivers());
        metrics.extend(self.exporters());
        metrics.extend(stages::items(&self.pipelines));
        if detail >= Detail::Normal {
            metrics.extend(self.batches(detail));
            metrics.extend(self.limiters());
            metrics.extend(stages::filtered(&self.pipelines));
            metrics.extend(stages::sampled(&self.pipelines));
            metrics.extend(stages::pipelines(&self.pipelines));
            metrics.extend(policies(&self.pipelines));
            for instruments in &self.instruments {
                instruments
                    .read()
                    .into_iter()
                    .for_each(|metric| add(&mut metrics, metric));
            }
        }
        metrics.retain(|metric| !metric.is_empty());
        metrics
    }

    fn receivers(&self) -> Vec<Metric> {
        let of = |what: fn(&ReceiverCounts) -> &BySignal| {
            self.receivers.iter().flat_map(move |counts| {
                let labels = [
                    ("receiver", counts.receiver.as_str()),
                    ("transport", counts.transport.as_str()),
                ];
                // One that counts a signal shows all it counts of it: an alert needs the zero that comes before the first.
                let of = [&counts.accepted, &counts.refused, &counts.failed];
                let seen = move |signal| of.iter().any(|counter| counter.of(signal).get() > 0);
                let signals = Signal::ALL.into_iter().filter(move |signal| seen(*signal));
                signals.map(move |signal| {
                    let amount = what(counts).of(signal).get();
                    (signal, Point::new(labels, Number::Int(amount)))
                })
            })
        };
        [
            by_signal(
                "otelcol_receiver_accepted",
                "Number of records that went on into a pipeline.",
                of(|counts| &counts.accepted),
            ),
            by_signal(
                "otelcol_receiver_refused",
                "Number of records that could not go on, and whose client was told so.",
                of(|counts| &counts.refused),
            ),
            by_signal(
                "otelcol_receiver_failed",
                "Number of records that failed in the receiver itself.",
                of(|counts| &counts.failed),
            ),
            vec![self.denied()],
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn denied(&self) -> Metric {
        let denied = self.receivers.iter().map(|counts| {
            let labels = [
                ("receiver", counts.receiver.as_str()),
                ("transport", counts.transport.as_str()),
            ];
            Point::new(labels, Number::Int(counts.denied.get()))
        });
        Metric::counter(
            "tollgate_receiver_denied_requests",
            "{request}",
            "Number of requests whose credentials were missing or wrong.",
            denied
                .filter(|point| point.value != Number::Int(0))
                .collect(),
        )
    }

    fn exporters(&self) -> Vec<Metric> {
        let of = |what: fn(&ExporterCounts) -> &BySignal| {
            self.exporters.iter().flat_map(move |counts| {
                let labels = [("exporter", counts.exporter.as_str())];
                what(counts)
                    .read()
                    .map(move |(signal, amount)| (signal, Point::new(labels, Number::Int(amount))))
            })
        };
        let in_flight = self.exporters.iter().map(|counts| {
            let labels = [("exporter", counts.exporter.as_str())];
            Point::new(labels, Number::Int(counts.in_flight.get()))
        });
        let in_flight = Metric::new(
            "otelcol_exporter_in_flight_requests",
            "{request}",
            "Number of requests that are on their way, waits between tries included.",
            Data::Sum {
                monotonic: false,
                points: in_flight.collect(),
            },
        );
        [
            by_signal(
                "otelcol_exporter_sent",
                "Number of records that the destination took.",
                of(|counts| &counts.sent),
            ),
            by_signal(
                "otelcol_exporter_send_failed",
                "Number of records that could not be sent.",
                of(|counts| &counts.failed),
            ),
            vec![in_flight],
            crate::destinations::queues(&self.exporters),
            by_signal(
                "otelcol_exporter_enqueue_failed",
                "Number of records that the queue had no room for.",
                of(|counts| &counts.enqueue_failed),
            ),
            vec![crate::destinations::records(&self.exporters)],
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn batches(&self, detail: Detail) -> Vec<Metric> {
        let each = |what: fn(&BatchCounts) -> u64| {
            let point = move |counts: &Arc<BatchCounts>| {
                let labels = [("processor", counts.processor.as_str())];
                Point::new(labels, Number::Int(what(counts)))
            };
            self.batches.iter().map(point).collect::<Vec<_>>()
        };
        let sizes = |what: fn(&BatchCounts) -> &crate::Histogram| {
            let point = move |counts: &Arc<BatchCounts>| {
                Point::new(
                    [("processor", counts.processor.as_str())],
                    what(counts).read(),
                )
            };
            Data::Histogram(self.batches.iter().map(point).collect())
        };
        let mut metrics = vec![
            Metric::new(
                "otelcol_processor_batch_batch_send_size",
                "{unit}",
                "Number of records in a batch.",
                sizes(|counts| &counts.items),
            ),
            Metric::counter(
                "otelcol_processor_batch_batch_size_trigger_send",
                "{time}",
                "Number of batches that went on for their size.",
                each(|counts| counts.by_size.get()),
            ),
            Metric::counter(
                "otelcol_processor_batch_timeout_trigger_send",
                "{time}",
                "Number of batches that went on for their time.",
                each(|counts| counts.by_timeout.get()),
            ),
            Metric::new(
                "otelcol_processor_batch_metadata_cardinality",
                "{combination}",
                "Number of combinations of metadata that are kept apart.",
                Data::Sum {
                    monotonic: false,
                    points: each(|counts| counts.groups.get()),
                },
            ),
        ];
        if detail >= Detail::Detailed {
            metrics.push(Metric::new(
                "otelcol_processor_batch_batch_send_size_bytes",
                "By",
                "Number of bytes in a batch.",
                sizes(|counts| &counts.bytes),
            ));
        }
        metrics
    }

    fn limiters(&self) -> Vec<Metric> {
        let each = |what: fn(&LimiterCounts) -> &BySignal| {
            self.limiters.iter().flat_map(move |counts| {
                what(counts).read().map(move |(signal, amount)| {
                    let labels = [
                        ("processor", counts.processor.as_str()),
                        ("otel_signal", signal.as_str()),
                    ];
                    Point::new(labels, Number::Int(amount))
                })
            })
        };
        let accepted = self.limiters.iter().flat_map(|counts| {
            let labels = [("processor", counts.processor.as_str())];
            counts
                .accepted
                .read()
                .map(move |(signal, amount)| (signal, Point::new(labels, Number::Int(amount))))
        });
        let mut metrics = by_signal(
            "otelcol_processor_memory_limiter_accepted",
            "Number of records that the memory limiter let through.",
            accepted,
        );
        metrics.push(Metric::counter(
            "tollgate_memory_limiter_refused_requests",
            "{request}",
            "Number of requests that the memory limiter refused unread.",
            each(|counts| &counts.refused).collect(),
        ));
        metrics
    }
}

/// A metric for each signal, as the Collector has it: `<name>_spans` and so on.
fn by_signal(
    name: &str,
    description: &'static str,
    points: impl Iterator<Item = (Signal, Point<Number>)>,
) -> Vec<Metric> {
    let points: Vec<_> = points.collect();
    Signal::ALL
        .into_iter()
        .map(|signal| {
            let (records, unit) = records_of(signal);
            let own = points.iter().filter(|(of, _)| *of == signal);
            let own = own.map(|(_, point)| point.clone()).collect();
            Metric::counter(format!("{name}_{records}"), unit, description, own)
        })
        .collect()
}

/// Adds a policy's metric. Stages of one policy share a metric; one whose name means something else already is left out, because no
/// reader could tell the two apart.
fn add(metrics: &mut Vec<Metric>, metric: Metric) {
    let Some(known) = metrics.iter_mut().find(|known| known.name == metric.name) else {
        metrics.push(metric);
        return;
    };
    match (&mut known.data, metric.data) {
        (Data::Sum { points, .. }, Data::Sum { points: more, .. })
        | (Data::Gauge(points), Data::Gauge(more)) => points.extend(more),
        (Data::Histogram(points), Data::Histogram(more)) => points.extend(more),
        _ => {}
    }
}
