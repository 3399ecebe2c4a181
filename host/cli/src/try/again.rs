//! `--watch`: again on each save.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context as _;
use tollgate_lab::Telemetry;

use super::{Sandboxes, Try};
use crate::terminal::{self, Text, style};
use crate::watch::Watch;

/// The time between two looks at the files. What has changed has to look the same twice, so that an answer begins after two of them.
const PAUSE: Duration = Duration::from_millis(60);

/// Ends when the user ends it.
pub(super) fn again(wanted: &Try, sandboxes: &Sandboxes) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    // What comes through a pipe comes once.
    let kept: Option<Arc<[Telemetry]>> = if wanted.telemetry.is_piped() {
        match wanted.telemetry.read()? {
            Ok(read) => Some(read.into()),
            Err(code) => return Ok(code),
        }
    } else {
        None
    };
    let mut watch = Watch::default();
    loop {
        watch = once(wanted, sandboxes, kept.as_ref(), &watch);
        runtime.block_on(watch.changed_within(PAUSE));
        if terminal::is_watched() {
            terminal::clear();
        }
    }
}

/// One more time. What was looked at before goes on being looked at: a configuration that is wrong does not say which components it
/// would have.
fn once(
    wanted: &Try,
    sandboxes: &Sandboxes,
    kept: Option<&Arc<[Telemetry]>>,
    before: &Watch,
) -> Watch {
    let saved = before.last_change();
    let start = Instant::now();
    let watch = Watch::default();
    for path in before.paths() {
        watch.add(&path);
    }
    if let Some(policy) = &wanted.subject.policy {
        watch.add(Path::new(policy));
    }
    for path in wanted.telemetry.files() {
        watch.add(&path);
    }
    match wanted.once(sandboxes, &watch, kept) {
        Ok(Ok(tried)) => {
            watch.add_stages(&tried.opened.config);
            terminal::show(&tried.shown);
        }
        // What is wrong was said; it is mended in the editor.
        Ok(Err(_)) => {}
        Err(trouble) => terminal::remark(&format!("error: {trouble:#}")),
    }
    told(start, saved);
    watch
}

fn told(start: Instant, saved: Option<SystemTime>) {
    let worked = start.elapsed();
    let since = saved.and_then(|saved| saved.elapsed().ok());
    let took = match since {
        // An old file that was moved into place was not saved just now.
        Some(since) if since < Duration::from_mins(1) => {
            format!(
                "answered {} ms after the save, {} ms of it work",
                since.as_millis(),
                worked.as_millis()
            )
        }
        _ => format!("answered in {} ms", worked.as_millis()),
    };
    terminal::remark(
        &Text::styled(
            format!("{took}; waiting for the next save (Ctrl-C ends)"),
            style::FAINT,
        )
        .to_string(),
    );
}
