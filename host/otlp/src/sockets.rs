//! The sockets of the process. They outlive the configuration that bound them: the next one takes them over, with the connections
//! that are open, and no client notices.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::listener::{Service, Transport};
use crate::tally::{Entered, Tally};

/// The listening sockets of a process, by address. Clones are the same sockets.
#[derive(Clone, Default)]
pub struct Sockets(Arc<Mutex<HashMap<Key, Weak<Port>>>>);

/// What one configuration has of them. Two receivers of one configuration cannot have the same.
pub struct Claims {
    sockets: Sockets,
    claimed: Vec<SocketAddr>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Address(SocketAddr),
    /// A socket on any port, by who asked for it.
    Any(String, SocketAddr),
}

impl Sockets {
    /// The sockets for one configuration, which may turn out not to be used.
    #[must_use]
    pub fn claims(&self) -> Claims {
        Claims {
            sockets: self.clone(),
            claimed: Vec::new(),
        }
    }
}

impl Claims {
    /// The port at `host:port`, bound now or by an earlier configuration. Of a name's addresses the first IPv4 one counts, as for
    /// the Collector; no host is all of them. `owner` tells sockets apart that listen on any port.
    pub(crate) async fn port(&mut self, owner: &str, endpoint: &str) -> io::Result<Arc<Port>> {
        let target = match endpoint.strip_prefix(':') {
            Some(port) => format!("[::]:{port}"),
            None => endpoint.to_owned(),
        };
        let mut addresses: Vec<SocketAddr> = tokio::net::lookup_host(target).await?.collect();
        addresses.sort_by_key(SocketAddr::is_ipv6);
        let key = |address: &SocketAddr| match address.port() {
            0 => Key::Any(owner.to_owned(), *address),
            _ => Key::Address(*address),
        };
        let known = {
            let bound = self.sockets.0.lock();
            let bound = bound.unwrap_or_else(PoisonError::into_inner);
            let mut keys = addresses.iter().map(key);
            keys.find_map(|key| bound.get(&key).and_then(Weak::upgrade))
        };
        if let Some(port) = known {
            if self.claimed.contains(&port.address) {
                return Err(io::ErrorKind::AddrInUse.into());
            }
            self.claimed.push(port.address);
            return Ok(port);
        }
        let socket = TcpListener::bind(addresses.as_slice()).await?;
        let address = socket.local_addr()?;
        let port = Arc::new(Port {
            socket,
            address,
            connections: Tally::new(),
            current: watch::Sender::new(None),
        });
        let mut bound = self
            .sockets
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        bound.retain(|_, port| port.strong_count() > 0);
        bound.insert(Key::Address(address), Arc::downgrade(&port));
        for asked in addresses.iter().filter(|asked| asked.port() == 0) {
            bound.insert(key(asked), Arc::downgrade(&port));
        }
        self.claimed.push(address);
        Ok(port)
    }
}

/// A socket that listens, and who answers there.
pub(crate) struct Port {
    pub(crate) socket: TcpListener,
    pub(crate) address: SocketAddr,
    /// Connections that are open, whoever accepted them.
    pub(crate) connections: Tally,
    current: watch::Sender<Option<Serving>>,
}

/// Who answers at a port.
#[derive(Clone)]
pub(crate) struct Serving {
    pub(crate) service: Arc<dyn Service>,
    pub(crate) transport: Arc<Transport>,
    /// What this one has taken on: requests, and the connections that it looks after.
    taken: Tally,
    is_over: bool,
}

impl Serving {
    pub(crate) fn new(service: Arc<dyn Service>, transport: Transport) -> Self {
        Self {
            service,
            transport: Arc::new(transport),
            taken: Tally::new(),
            is_over: false,
        }
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.service, &other.service)
    }

    /// Completes when everything is done that this one has taken on.
    pub(crate) async fn done(&self) {
        self.taken.below(1).await;
    }
}

impl Port {
    /// From now on `serving` answers, on connections that are open, too.
    pub(crate) fn hand_over(&self, serving: &Serving) {
        self.current.send_replace(Some(serving.clone()));
    }

    /// Ends the connections of `serving` as soon as their requests are answered, unless somebody has taken over.
    pub(crate) fn end(&self, serving: &Serving) {
        self.current.send_if_modified(|current| match current {
            Some(current) if current.is(serving) => {
                current.is_over = true;
                true
            }
            _ => false,
        });
    }

    pub(crate) fn watch(&self) -> Watched {
        Watched(self.current.subscribe())
    }
}

/// Who answers at a port, now and later.
#[derive(Clone)]
pub(crate) struct Watched(watch::Receiver<Option<Serving>>);

/// Somebody answers, and counts whoever asked until it is dropped.
pub(crate) struct Now {
    pub(crate) serving: Serving,
    pub(crate) is_over: bool,
    pub(crate) _entered: Entered,
}

impl Watched {
    /// Who answers now. It is counted before anybody else can take over, so that nobody goes who has something to do.
    pub(crate) fn now(&mut self) -> Option<Now> {
        let current = self.0.borrow_and_update();
        current.as_ref().map(|serving| Now {
            serving: serving.clone(),
            is_over: serving.is_over,
            _entered: serving.taken.enter(),
        })
    }

    /// Completes when that changes.
    pub(crate) async fn changed(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Completes when `serving` does not answer any more.
    pub(crate) async fn replaced(&mut self, serving: &Serving) {
        let gone = |current: &Option<Serving>| {
            current
                .as_ref()
                .is_none_or(|current| current.is_over || !current.is(serving))
        };
        if self.0.wait_for(gone).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
