//! The receiver, at a real socket: any bytes, and compressed bodies of any kind.

use std::io::{Read, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::runtime::Runtime;
use tollgate_config::{GrpcServer, HttpServer, OtlpReceiver};
use tollgate_otlp::{Answer, ByteBudget, Gate, Receiver, Request};

/// Bytes that may be in flight.
pub(crate) const BUDGET: usize = 1 << 20;
/// Bytes of the largest body, decompressed.
pub(crate) const LARGEST: usize = 300_000;
/// How long a server may think. It is far more than it needs, and shorter than any time of its own.
const PATIENCE: Duration = Duration::from_secs(20);
const NAME: &str = "front";

/// What a client sends to one of the ports: it is answered or hung up on, nothing panics, and nothing is held of it afterwards.
pub fn http_front(data: &[u8]) {
    let Some((port, sent)) = data.split_first() else {
        return;
    };
    let front = Front::get();
    let to = if port % 2 == 0 {
        front.http
    } else {
        front.grpc
    };
    front.answer(to, sent, Then::HangUp);
    let request = b"POST /v1/logs HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let answer = front.answer(front.http, request, Then::Wait);
    assert!(
        answer.starts_with(b"HTTP/1.1 200"),
        "who comes next is answered"
    );
}

/// What a client does when everything is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// It says that nothing more comes, on which a server of HTTP/1 may hang up at once.
    HangUp,
    /// It waits for the answer to a request that ends the connection.
    Wait,
}

/// A receiver that runs as long as the process, for one law at a time.
pub(crate) struct Front {
    gate: Arc<Keeper>,
    budget: Arc<ByteBudget>,
    pub(crate) http: SocketAddr,
    grpc: SocketAddr,
    _runtime: Runtime,
}

/// Takes everything, and keeps it for whoever looks.
#[derive(Default)]
struct Keeper(Mutex<Vec<Bytes>>);

impl Gate for Keeper {
    async fn admit(&self, request: Request) -> Answer {
        held(&self.0).push(request.wire);
        Answer::DONE
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first panic of the receiver's own threads, which its runtime would keep to itself.
static PANICKED: Mutex<Option<String>> = Mutex::new(None);
static FRONT: LazyLock<Mutex<Front>> = LazyLock::new(|| Mutex::new(Front::start()));

impl Front {
    pub(crate) fn get() -> MutexGuard<'static, Self> {
        held(&FRONT)
    }

    fn start() -> Self {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().name() == Some(NAME) {
                held(&PANICKED).get_or_insert_with(|| panic.to_string());
            }
            before(panic);
        }));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name(NAME)
            .enable_all()
            .build()
            .expect("a runtime");
        let endpoint = "127.0.0.1:0".to_owned();
        let settings = OtlpReceiver {
            grpc: Some(GrpcServer {
                endpoint: endpoint.clone(),
                max_message_size: LARGEST as u64,
                include_metadata: true,
                ..GrpcServer::default()
            }),
            http: Some(HttpServer {
                endpoint,
                max_request_body_size: LARGEST as u64,
                include_metadata: true,
                ..HttpServer::default()
            }),
        };
        let gate = Arc::new(Keeper::default());
        let budget = ByteBudget::new(BUDGET);
        let receiver = Receiver::bind(&settings, Arc::clone(&gate), Arc::clone(&budget));
        let receiver = runtime.block_on(receiver).expect("it listens");
        let (grpc, http) = (receiver.grpc_address(), receiver.http_address());
        let serving = {
            let _inside = runtime.enter();
            receiver.serve(std::future::pending())
        };
        runtime.spawn(serving);
        Self {
            gate,
            budget,
            grpc: grpc.expect("gRPC is served"),
            http: http.expect("HTTP is served"),
            _runtime: runtime,
        }
    }

    /// Sends this, and reads to the end.
    pub(crate) fn answer(&self, to: SocketAddr, sent: &[u8], then: Then) -> Vec<u8> {
        let stream = TcpStream::connect(to).expect("it listens");
        let writing = stream.try_clone().expect("a second handle");
        (stream.set_read_timeout(Some(PATIENCE))).expect("a time can be set");
        let mut answer = Vec::new();
        let read = std::thread::scope(|scope| {
            scope.spawn(|| {
                // A server may hang up before it has read everything.
                let _ = (&writing).write_all(sent);
                if then == Then::HangUp {
                    let _ = writing.shutdown(Shutdown::Write);
                }
            });
            (&stream).read_to_end(&mut answer)
        });
        if let Err(error) = read {
            let hung_up = std::io::ErrorKind::ConnectionReset;
            assert_eq!(error.kind(), hung_up, "neither answered nor hung up on");
        }
        drop((stream, writing));
        let end = Instant::now() + PATIENCE;
        while self.budget.used() > 0 {
            assert!(
                Instant::now() < end,
                "{} bytes are held",
                self.budget.used()
            );
            std::thread::yield_now();
        }
        if let Some(panic) = held(&PANICKED).as_ref() {
            panic!("the receiver panicked: {panic}");
        }
        answer
    }

    /// The requests that the gate was handed since this was asked last.
    pub(crate) fn taken(&self) -> Vec<Bytes> {
        std::mem::take(&mut held(&self.gate.0))
    }
}
