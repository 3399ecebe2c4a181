//! A destination over HTTP that answers as it is told.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A running destination. It lives as long as the test's process.
pub struct Sink {
    pub address: SocketAddr,
    state: Arc<State>,
}

struct State {
    status: AtomicU16,
    pause: Mutex<Duration>,
    /// The body of a good answer.
    body: Mutex<Vec<u8>>,
    requests: AtomicUsize,
}

impl Sink {
    pub fn answering(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            status: AtomicU16::new(status),
            pause: Mutex::default(),
            body: Mutex::default(),
            requests: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || serve(&stream, &state));
            }
        });
        Self { address, state }
    }

    /// Answers like this from now on.
    pub fn answer(&self, status: u16) {
        self.state.status.store(status, Ordering::SeqCst);
    }

    /// Takes so long for it.
    pub fn pause(&self, pause: Duration) {
        *self.state.pause.lock().unwrap() = pause;
    }

    /// Tells with a good answer that this many records were rejected.
    pub fn reject(&self, records: u8) {
        // ExportLogsPartialSuccess in field 1, rejected_log_records in its field 1.
        *self.state.body.lock().unwrap() = vec![0x0a, 2, 0x08, records];
    }

    pub fn requests(&self) -> usize {
        self.state.requests.load(Ordering::SeqCst)
    }
}

fn serve(stream: &TcpStream, state: &State) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if !reader.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
                return;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        state.requests.fetch_add(1, Ordering::SeqCst);
        let pause = *state.pause.lock().unwrap();
        std::thread::sleep(pause);
        let status = state.status.load(Ordering::SeqCst);
        let body = if status == 200 {
            state.body.lock().unwrap().clone()
        } else {
            Vec::new()
        };
        let head = format!(
            "HTTP/1.1 {status} Whatever\r\ncontent-type: application/x-protobuf\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let mut out = stream;
        if out.write_all(&[head.as_bytes(), &body].concat()).is_err() {
            return;
        }
    }
}
