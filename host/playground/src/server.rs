//! A page that listens, on a loopback address and on no other.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tollgate_sandbox::Sandbox;

use crate::guard::Token;
use crate::opened::Opened;
use crate::pages::pages;
use crate::workbench::{Policies, Workbench};

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PlaygroundError {
    /// Other machines would see it.
    #[error(
        "{0} is reached from other machines: the page shows telemetry as it was pasted, and asks nobody for a password; listen on \
         127.0.0.1 or ::1, and come from another machine by `ssh -L 4000:127.0.0.1:PORT`"
    )]
    NotLoopback(IpAddr),
    /// The address is not free, or not ours.
    #[error("cannot listen on {address}: {source}; `--port 0` takes any port that is free")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// There is no token without it.
    #[error("the system has no randomness: {0}")]
    Random(getrandom::Error),
    /// It ended.
    #[error("the server of the page ended: {0}")]
    Ended(std::io::Error),
}

/// A page that listens.
pub struct Playground {
    listener: TcpListener,
    address: SocketAddr,
    pages: Router,
}

impl Playground {
    /// Listens. `first` is what the page begins with, if it is not a sample.
    pub async fn listen(
        address: SocketAddr,
        sandbox: Sandbox,
        stock: Arc<dyn Policies>,
        first: Option<Opened>,
    ) -> Result<Self, PlaygroundError> {
        // `to_canonical`: ::ffff:127.0.0.1 is no other address than 127.0.0.1.
        if !address.ip().to_canonical().is_loopback() {
            return Err(PlaygroundError::NotLoopback(address.ip()));
        }
        let failed = |source| PlaygroundError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        let token = Token::random().map_err(PlaygroundError::Random)?;
        Ok(Self {
            listener,
            address: bound,
            pages: pages(token, Workbench::new(sandbox, stock), first),
        })
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Answers until it is dropped.
    pub async fn serve(self) -> Result<(), PlaygroundError> {
        let served = axum::serve(self.listener, self.pages).await;
        served.map_err(PlaygroundError::Ended)
    }
}
