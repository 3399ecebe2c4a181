//! `tollgate capture`: stores incoming requests as files, to try policies on them later.
//!
//! Nothing is sent on, and nothing is taken out: what clients send lies in the files as it came. They are for the user who started this
//! alone, and the warning says so.

mod store;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::ValueEnum;
use tokio::signal::unix::{SignalKind, signal};
use tollgate_config::{GrpcServer, HttpServer, OtlpReceiver};
use tollgate_otlp::{ByteBudget, Receiver};

use crate::capture::store::Store;
use crate::terminal::{self, Text, style};

/// Bytes of requests that are held at once.
const BUDGET: usize = 256 << 20;
/// Bytes of the largest request.
const LARGEST: u64 = 64 << 20;

/// Where from, and where to.
#[derive(Debug, clap::Args)]
pub(crate) struct Capture {
    /// The folder that requests are stored in; it is made if it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Where OTLP/gRPC is served; `none` is nowhere.
    #[arg(long, value_name = "HOST:PORT", default_value = "localhost:4317")]
    grpc: String,
    /// Where OTLP/HTTP is served; `none` is nowhere.
    #[arg(long, value_name = "HOST:PORT", default_value = "localhost:4318")]
    http: String,
    /// Stop after so many requests.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// How requests are stored: binpb (protobuf) or json (OTLP/JSON).
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "binpb",
        hide_possible_values = true
    )]
    format: Format,
}

/// How a request lies in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Protobuf, as it came.
    Binpb,
    /// OTLP/JSON.
    Json,
}

impl Format {
    fn ending(self) -> &'static str {
        match self {
            Self::Binpb => "binpb",
            Self::Json => "json",
        }
    }
}

pub(crate) fn capture(wanted: &Capture) -> anyhow::Result<ExitCode> {
    let store = Arc::new(Store::open(&wanted.out, wanted.format, wanted.count)?);
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        // Before anything listens, so that no signal is lost.
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let receiver = Receiver::bind(
            &wanted.receiver()?,
            Arc::clone(&store),
            ByteBudget::new(BUDGET),
        )
        .await?;
        announce(wanted, &receiver);
        let stop = async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                () = store.is_full() => {}
            }
        };
        receiver.serve(stop).await;
        anyhow::Ok(())
    })?;
    let stored = store.stored();
    let requests = if stored == 1 { "request" } else { "requests" };
    terminal::remark(&format!(
        "{stored} {requests} stored in {}",
        wanted.out.display()
    ));
    Ok(ExitCode::SUCCESS)
}

impl Capture {
    fn receiver(&self) -> anyhow::Result<OtlpReceiver> {
        let wanted =
            |endpoint: &str| Some(endpoint.to_owned()).filter(|endpoint| endpoint != "none");
        let receiver = OtlpReceiver {
            grpc: wanted(&self.grpc).map(|endpoint| GrpcServer {
                endpoint,
                max_message_size: LARGEST,
                ..GrpcServer::default()
            }),
            http: wanted(&self.http).map(|endpoint| HttpServer {
                endpoint,
                max_request_body_size: LARGEST,
                ..HttpServer::default()
            }),
        };
        anyhow::ensure!(
            receiver.grpc.is_some() || receiver.http.is_some(),
            "say where to listen: --grpc HOST:PORT or --http HOST:PORT"
        );
        Ok(receiver)
    }
}

fn announce<G: tollgate_otlp::Gate>(wanted: &Capture, receiver: &Receiver<G>) {
    let warning = Text::styled("warning: ", style::WARNING).with(
        format!(
            "requests are stored raw in {}, with whatever secrets and personal data they hold, readable by you alone; they are not sent \
             on. Delete them when you are done.",
            wanted.out.display()
        ),
        style::PLAIN,
    );
    terminal::remark(&warning.to_string());
    for (protocol, address) in [
        ("grpc", receiver.grpc_address()),
        ("http", receiver.http_address()),
    ] {
        if let Some(address) = address {
            terminal::remark(&format!("listening for OTLP/{protocol} on {address}"));
        }
    }
    terminal::remark("stop with Ctrl-C");
}
