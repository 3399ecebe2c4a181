//! What left, for other programs: as OTLP/JSON, and as a patch of what came.

use anyhow::Context as _;
use tollgate_config::ComponentId;
use tollgate_json::encode;
use tollgate_lab::Telemetry;
use tollgate_lab::passage::Passage;
use tollgate_lab::patch::of_requests;

type Passed<'t> = [(&'t Telemetry, Passage)];

/// The pipeline whose output is shown. Where it leaves at several, somebody has to choose, unless they are the same for every request.
pub(super) fn exit(
    passed: &Passed<'_>,
    wanted: Option<&ComponentId>,
) -> Result<Option<ComponentId>, String> {
    let mut known: Vec<&ComponentId> = Vec::new();
    for exit in passed.iter().flat_map(|(_, passage)| &passage.exits) {
        if !known.contains(&&exit.pipeline) {
            known.push(&exit.pipeline);
        }
    }
    let names = || {
        known
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    if let Some(wanted) = wanted {
        // A pipeline that nothing left at is none that is not there; its name was read from the configuration or mistyped.
        return if known.contains(&wanted) || known.is_empty() {
            Ok(Some(wanted.clone()))
        } else {
            Err(format!(
                "nothing leaves at `{wanted}`; it leaves at {}",
                names()
            ))
        };
    }
    let several = passed.iter().any(|(_, passage)| passage.exits.len() > 1);
    if several {
        return Err(format!(
            "it leaves at several pipelines ({}): say which with --exit PIPELINE",
            names()
        ));
    }
    Ok(None)
}

/// A patch a request, each on a line of its own.
pub(super) fn patches(passed: &Passed<'_>, exit: Option<&ComponentId>) -> anyhow::Result<String> {
    let mut out = String::new();
    for (telemetry, passage) in passed {
        let of_exit = |own: &&tollgate_pipeline::rehearsal::Exit| {
            exit.is_none_or(|exit| own.pipeline == *exit) && own.snapshot.signal == telemetry.signal
        };
        let left = passage.exits.iter().find(of_exit);
        let left = left.map(|exit| &*exit.snapshot.wire);
        let patch = of_requests(telemetry.signal, &telemetry.wire, left)
            .with_context(|| telemetry.source.clone())?;
        out.push_str(&serde_json::to_string(&patch)?);
        out.push('\n');
    }
    Ok(out)
}

/// What left, a request a line.
pub(super) fn otlp(passed: &Passed<'_>, exit: Option<&ComponentId>) -> anyhow::Result<String> {
    let mut out = Vec::new();
    for own in passed.iter().flat_map(|(_, passage)| &passage.exits) {
        if exit.is_none_or(|exit| own.pipeline == *exit) && !own.snapshot.origins.is_empty() {
            encode(own.snapshot.signal, &own.snapshot.wire, &mut out)?;
            out.push(b'\n');
        }
    }
    Ok(String::from_utf8(out)?)
}
