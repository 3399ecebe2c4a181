//! Accounts that go on when the configuration changes: whatever keeps its name and its shape keeps its numbers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    BatchCounts, ExporterCounts, LimiterCounts, PipelineCounts, ReceiverCounts, StageCounts,
    Transport,
};

/// The accounts that there were.
#[derive(Debug, Default)]
pub struct Known(Mutex<Tables>);

#[derive(Debug, Default)]
struct Tables {
    pipelines: HashMap<String, Arc<PipelineCounts>>,
    stages: HashMap<(String, String), Arc<StageCounts>>,
    exporters: HashMap<String, Arc<ExporterCounts>>,
    receivers: HashMap<(String, &'static str), Arc<ReceiverCounts>>,
    batches: HashMap<String, Arc<BatchCounts>>,
    limiters: HashMap<String, Arc<LimiterCounts>>,
}

impl Known {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The account of a pipeline with these stages and connectors: its records are counted on.
    pub fn pipeline(
        &self,
        pipeline: &str,
        stages: Vec<Arc<StageCounts>>,
        connectors: Vec<Arc<StageCounts>>,
    ) -> Arc<PipelineCounts> {
        let mut tables = self.tables();
        let mut counts = PipelineCounts::new(pipeline.to_owned(), stages);
        counts.connectors = connectors;
        if let Some(before) = tables.pipelines.get(pipeline) {
            counts.totals = Arc::clone(&before.totals);
            counts.malformed_requests = Arc::clone(&before.malformed_requests);
            counts.breaches = Arc::clone(&before.breaches);
        }
        let counts = Arc::new(counts);
        tables
            .pipelines
            .insert(pipeline.to_owned(), Arc::clone(&counts));
        counts
    }

    /// The account of a stage at a place of a pipeline; a new one where it has other rules or routes than before.
    pub fn stage(&self, pipeline: &str, place: &str, new: StageCounts) -> Arc<StageCounts> {
        let mut tables = self.tables();
        let key = (pipeline.to_owned(), place.to_owned());
        if let Some(before) = tables
            .stages
            .get(&key)
            .filter(|before| before.is_like(&new))
        {
            return Arc::clone(before);
        }
        let counts = Arc::new(new);
        tables.stages.insert(key, Arc::clone(&counts));
        counts
    }

    /// The account of an exporter.
    pub fn exporter(&self, exporter: &str) -> Arc<ExporterCounts> {
        let mut tables = self.tables();
        let new = || Arc::new(ExporterCounts::new(exporter.to_owned()));
        let counts = tables.exporters.entry(exporter.to_owned());
        Arc::clone(counts.or_insert_with(new))
    }

    /// The account of a receiver on a transport.
    pub fn receiver(&self, receiver: &str, transport: Transport) -> Arc<ReceiverCounts> {
        let mut tables = self.tables();
        let new = || Arc::new(ReceiverCounts::new(receiver.to_owned(), transport));
        let counts = tables
            .receivers
            .entry((receiver.to_owned(), transport.as_str()));
        Arc::clone(counts.or_insert_with(new))
    }

    /// The account of a `batch` processor.
    pub fn batch(&self, processor: &str) -> Arc<BatchCounts> {
        let mut tables = self.tables();
        let new = || Arc::new(BatchCounts::new(processor.to_owned()));
        let counts = tables.batches.entry(processor.to_owned());
        Arc::clone(counts.or_insert_with(new))
    }

    /// The account of a `memory_limiter`.
    pub fn limiter(&self, processor: &str) -> Arc<LimiterCounts> {
        let mut tables = self.tables();
        let new = || Arc::new(LimiterCounts::new(processor.to_owned()));
        let counts = tables.limiters.entry(processor.to_owned());
        Arc::clone(counts.or_insert_with(new))
    }
}
