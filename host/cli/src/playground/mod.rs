//! `tollgate playground`: a page on this machine.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tollgate_playground::{Opened, Playground};

use crate::stock::Embedded;
use crate::{complain, configuration, print};

/// What is begun with is a text that fits a page.
const LARGEST: u64 = 4 << 20;

#[derive(Debug, clap::Args)]
pub(crate) struct Asked {
    /// What the page begins with: a configuration, telemetry, or a case file that was downloaded from it.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Port to listen on; any that is free if it is not said.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Address to listen on, of this machine alone: 127.0.0.1 or ::1.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    host: IpAddr,
    /// Show the page in the browser.
    #[arg(long)]
    open: bool,
}

/// Serves the page until it is told to stop.
pub(crate) fn playground(asked: &Asked) -> anyhow::Result<ExitCode> {
    let first = match &asked.file {
        None => None,
        Some(file) => {
            let size = std::fs::metadata(file).map(|about| about.len());
            let size = size.with_context(|| format!("cannot read {}", file.display()))?;
            anyhow::ensure!(
                size <= LARGEST,
                "{} is larger than a page takes ({} MB): use `tollgate try`",
                file.display(),
                LARGEST >> 20
            );
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("cannot read {}", file.display()))?;
            let name = file.display().to_string();
            Some(Opened::read(&name, &text).map_err(anyhow::Error::msg)?)
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(async {
        let address = SocketAddr::new(asked.host, asked.port);
        let sandbox = configuration::sandbox()?;
        let page = Playground::listen(address, sandbox, Arc::new(Embedded), first).await?;
        let url = page.url();
        print(&format!("the playground is at {url}"));
        complain("nothing that is typed there leaves this machine; Ctrl+C ends it");
        if asked.open {
            show(&url);
        }
        let mut interrupted = signal(SignalKind::interrupt())?;
        let mut ended = signal(SignalKind::terminate())?;
        tokio::select! {
            served = page.serve() => served?,
            _ = interrupted.recv() => {}
            _ = ended.recv() => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Asks the desktop for its browser.
fn show(url: &str) {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let started = Command::new(opener)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if let Err(error) = started {
        complain(&format!(
            "warning: cannot start a browser with {opener} ({error}): open {url} yourself"
        ));
    }
}
