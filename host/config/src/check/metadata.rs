//! What clients send beside their records reaches an exporter that passes it on only over receivers that include it.

use std::collections::HashSet;

use super::delivery;
use super::pipelines::Defined;
use super::walk::Checker;
use crate::model::{ComponentId, OtlpReceiver, Pipeline};

/// Warns of exporters that would pass on what nobody keeps.
pub(super) fn metadata(checker: &mut Checker<'_>, pipelines: &[Pipeline], defined: &Defined<'_>) {
    for (id, destination, span) in &defined.exporters.list {
        let auth = destination
            .as_ref()
            .and_then(|destination| destination.exporter.auth());
        if !auth.is_some_and(delivery::passes_on) {
            continue;
        }
        let receivers = receivers_before(pipelines, id);
        let includes = |id: &&ComponentId| {
            defined
                .receivers
                .get(id)
                .is_some_and(|(receiver, _)| include_metadata(receiver))
        };
        if !receivers.is_empty() && !receivers.iter().any(includes) {
            checker.warning(
                *span,
                format!(
                    "exporters::{id}: `from_context` passes on what no receiver before it keeps"
                ),
                "write `include_metadata: true` under the receiver's protocols",
            );
        }
    }
}

fn include_metadata(receiver: &OtlpReceiver) -> bool {
    let grpc = receiver.grpc.as_ref();
    let http = receiver.http.as_ref();
    grpc.is_some_and(|grpc| grpc.include_metadata) || http.is_some_and(|http| http.include_metadata)
}

/// What stands at the beginning of every way that leads to an exporter; connectors are on the way.
fn receivers_before<'a>(
    pipelines: &'a [Pipeline],
    exporter: &'a ComponentId,
) -> HashSet<&'a ComponentId> {
    let mut found = HashSet::new();
    let mut open = vec![exporter];
    let mut seen: HashSet<&ComponentId> = HashSet::from([exporter]);
    while let Some(id) = open.pop() {
        for pipeline in pipelines
            .iter()
            .filter(|pipeline| pipeline.exporters.contains(id))
        {
            for receiver in &pipeline.receivers {
                found.insert(receiver);
                if seen.insert(receiver) {
                    open.push(receiver);
                }
            }
        }
    }
    found
}
