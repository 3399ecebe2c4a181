//! A destination: an OTLP/HTTP server that keeps the very bytes it is sent.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};

/// A running sink. It lives as long as the test's process.
#[derive(Debug)]
pub struct Sink {
    /// Where it listens.
    pub address: SocketAddr,
    received: Arc<Mutex<Requests>>,
}

/// The answer of a sink that takes everything.
const TAKEN: &str = "200 OK";

/// Path and body of requests.
pub type Requests = Vec<(String, Vec<u8>)>;

impl Sink {
    /// Starts a sink that takes everything.
    #[must_use]
    pub fn start() -> Self {
        Self::answering(TAKEN)
    }

    /// Starts one that answers everything with a status, such as `400 Bad Request`.
    #[must_use]
    pub fn answering(status: &'static str) -> Self {
        Self::serving(status, || ())
    }

    fn serving(status: &'static str, wait: impl FnOnce() + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&received);
        std::thread::spawn(move || {
            // Until then clients are connected, by the system, and wait for an answer.
            wait();
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || serve(&stream, &kept, status));
            }
        });
        Self { address, received }
    }

    /// Starts one that takes everything, but nothing before the sender says so or is dropped.
    #[must_use]
    pub fn held() -> (Self, Sender<()>) {
        let (release, released) = channel();
        let sink = Self::serving(TAKEN, move || {
            let _ = released.recv();
        });
        (sink, release)
    }

    /// Path and body of every request, in the order in which they came.
    #[must_use]
    pub fn received(&self) -> Requests {
        self.received
            .lock()
            .expect("no other holder panics")
            .clone()
    }
}

fn serve(stream: &TcpStream, kept: &Mutex<Requests>, status: &str) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut path = String::new();
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
                let lower = line.to_ascii_lowercase();
                if let Some(value) = lower.strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a length is a number");
                }
                if path.is_empty() {
                    line.split(' ')
                        .nth(1)
                        .unwrap_or_default()
                        .clone_into(&mut path);
                }
                if line == "\r\n" {
                    break;
                }
            } else {
                return;
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        kept.lock()
            .expect("no other holder panics")
            .push((path, body));
        let mut out = stream;
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n"
        );
        if out.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}
