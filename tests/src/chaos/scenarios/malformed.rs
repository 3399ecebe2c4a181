//! Requests that are none, among good ones.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use fastrand::Rng;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::canaries;
use crate::chaos::Bench;
use crate::chaos::load::{Load, Target};
use crate::chaos::setup::Setup;
use crate::chaos::sink::Sink;
use crate::chaos::stand::Stand;
use crate::chaos::tally::Tally;

/// Malformed requests of the whole table, and of its short form; and how many are on their way at once.
const REQUESTS: (u64, u64) = (1000, 150);
const AT_ONCE: usize = 8;

/// How long a client waits for an answer that it is owed, and how long it looks at its connection when there need not be one.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(300);

const JSON: &str = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","name":"odd","attributes":[{"key":"k","value":{"stringValue":"v"}}]}]}]}]}"#;

/// Sends what is none while clients send what is good: each of theirs has to be taken.
pub(super) async fn run(mut bench: Bench) -> Tally {
    let mut tally = Tally::default();
    let sink = Sink::start();
    // What was only bent may still be OTLP, and is taken then.
    sink.kept(|kept| kept.takes_strangers = true);
    let mut stand = Stand::new(&bench.binary);
    stand.configure(&Setup::default().text(&[&sink]));
    stand.start().await;
    let target = Target::new(stand.grpc, stand.http);
    let load = Load {
        clients: 4,
        pause: Duration::from_millis(5),
        ..Load::default()
    };
    let running = load.start(&target, bench.random.u64(..));
    let requests = if bench.is_short {
        REQUESTS.1
    } else {
        REQUESTS.0
    };
    let mut odd = JoinSet::new();
    let (mut answered, mut words) = (0_u64, Vec::new());
    for _ in 0..requests {
        let random = Rng::with_seed(bench.random.u64(..));
        odd.spawn(send(random, stand.grpc, stand.http));
        if odd.len() >= AT_ONCE {
            note(odd.join_next().await, &mut answered, &mut words);
        }
    }
    while let Some(ended) = odd.join_next().await {
        note(Some(ended), &mut answered, &mut words);
    }
    tally.runs = requests;
    tally.note(format!("{answered} of {requests} malformed requests had an answer in words; the others were closed or left alone"));
    for word in words {
        tally.violation(word);
    }
    let ended = stand.ended();
    assert!(
        ended.is_none(),
        "the gate ended with {ended:?}: {}",
        stand.log()
    );
    let sent = running.stop().await;
    let refused = sent.later + sent.never + sent.unknown;
    tally.expect(refused == 0, || {
        format!(
            "{refused} good requests were not taken: {}",
            sent.word.clone().unwrap_or_default()
        )
    });
    tally.requests += requests;
    tally.await_delivery(&sent, &[&sink]).await;
    tally.settle(&mut stand).await;
    tally.look(&[&sink], &[]);
    tally
}

type Ended = Result<Result<bool, String>, tokio::task::JoinError>;

fn note(ended: Option<Ended>, answered: &mut u64, words: &mut Vec<String>) {
    match ended {
        Some(Ok(Ok(is_answered))) => *answered += u64::from(is_answered),
        Some(Ok(Err(word))) => words.push(word),
        Some(Err(error)) => words.push(format!("a client failed: {error}")),
        None => {}
    }
}

/// What is sent, to which port, and what may be answered to it.
struct Odd {
    to_grpc: bool,
    bytes: Vec<u8>,
    /// Statuses that are no mistake of the gate's; empty if there need be no answer.
    statuses: &'static [u16],
    what: &'static str,
}

async fn send(mut random: Rng, grpc: SocketAddr, http: SocketAddr) -> Result<bool, String> {
    let odd = odd(&mut random);
    let address = if odd.to_grpc { grpc } else { http };
    let connected = TcpStream::connect(address).await;
    let mut stream = connected.map_err(|error| format!("the gate does not listen: {error}"))?;
    let mut answer = Vec::new();
    let talk = async {
        // It may answer and close before everything is sent.
        drop(stream.write_all(&odd.bytes).await);
        drop(stream.read_to_end(&mut answer).await);
    };
    let patience = if odd.statuses.is_empty() {
        LOOK
    } else {
        PATIENCE
    };
    let is_over = timeout(patience, talk).await.is_ok();
    if let Some(secret) = canaries::first_in(&answer) {
        return Err(format!("the answer to {} holds `{secret}...`", odd.what));
    }
    let text = String::from_utf8_lossy(&answer);
    let status = text
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3)?.parse().ok());
    match status {
        Some(status) if odd.statuses.is_empty() || odd.statuses.contains(&status) => Ok(true),
        Some(status) => Err(format!("{} was answered with {status}", odd.what)),
        None if odd.statuses.is_empty() => Ok(false),
        None => {
            let how = if is_over { "closed" } else { "left" };
            Err(format!("{} was {how} without an answer", odd.what))
        }
    }
}

fn odd(random: &mut Rng) -> Odd {
    const BENT: &[u16] = &[200, 400];
    const PACKED: &[u16] = &[400, 413, 415];
    let protobuf = tollgate_json::decode(tollgate_record::Signal::Traces, JSON.as_bytes());
    let protobuf = protobuf.expect("the request is OTLP/JSON");
    let post = |content_type: &str, more: &str, body: &[u8]| {
        let head = format!(
            "POST /v1/traces HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {content_type}\r\n{more}content-length: {}\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), body].concat()
    };
    let to_http = |what, bytes, statuses| Odd {
        to_grpc: false,
        bytes,
        statuses,
        what,
    };
    let to_grpc = |what, bytes| Odd {
        to_grpc: true,
        bytes,
        statuses: &[],
        what,
    };
    match random.u8(0..8) {
        0 => to_http(
            "bent protobuf",
            post("application/x-protobuf", "", &bent(random, &protobuf)),
            BENT,
        ),
        1 => to_http(
            "bent JSON",
            post("application/json", "", &bent(random, JSON.as_bytes())),
            BENT,
        ),
        2 => {
            let packed = damaged(random, &gzip(JSON.as_bytes()));
            let encoding = random
                .choice(["gzip", "zstd", "deflate", "br"])
                .unwrap_or("gzip");
            let more = format!("content-encoding: {encoding}\r\n");
            // A flipped bit of a header, such as its time, changes nothing: then it is what it was.
            let statuses = if encoding == "gzip" {
                &[200, 400, 413, 415]
            } else {
                PACKED
            };
            to_http(
                "bent compression",
                post("application/json", &more, &packed),
                statuses,
            )
        }
        3 => {
            let mut bytes = post("application/json", "", JSON.as_bytes());
            let head = bytes.len() - JSON.len();
            let at = random.usize(..head);
            bytes[at] = random.u8(..);
            to_http("a bent head", bytes, &[])
        }
        4 => to_http("noise", noise(random), &[]),
        5 => to_grpc("noise for gRPC", noise(random)),
        6 => to_grpc("odd frames", [PREFACE, &frames(random)].concat()),
        _ => to_grpc(
            "odd frames after settings",
            [PREFACE, &[0, 0, 0, 4, 0, 0, 0, 0, 0], &frames(random)].concat(),
        ),
    }
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Frames of HTTP/2 of any kind, on any stream, with any content.
fn frames(random: &mut Rng) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..random.usize(1..12) {
        let content = (0..random.usize(0..64))
            .map(|_| random.u8(..))
            .collect::<Vec<_>>();
        let length = if random.bool() {
            content.len()
        } else {
            random.usize(0..1 << 24)
        };
        out.extend_from_slice(&u32::try_from(length).unwrap_or(0).to_be_bytes()[1..]);
        out.push(random.u8(0..12));
        out.push(random.u8(..));
        out.extend_from_slice(&(random.u32(..) >> random.u8(0..32)).to_be_bytes());
        out.extend_from_slice(&content);
    }
    out
}

fn noise(random: &mut Rng) -> Vec<u8> {
    (0..random.usize(1..600)).map(|_| random.u8(..)).collect()
}

fn bent(random: &mut Rng, bytes: &[u8]) -> Vec<u8> {
    match random.u8(0..3) {
        0 => bytes[..random.usize(..bytes.len())].to_vec(),
        1 => damaged(random, bytes),
        _ => {
            let mut out = bytes.to_vec();
            let at = random.usize(..=out.len());
            let more = noise(random);
            out.splice(at..at, more);
            out
        }
    }
}

fn damaged(random: &mut Rng, bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..random.usize(1..4) {
        let at = random.usize(..out.len());
        out[at] ^= 1 << random.u8(0..8);
    }
    out
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}
