//! Real exports of coding agents, to send and to compare with.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::Value;
use tollgate_record::Signal;
use tonic::codec::CompressionEncoding;

pub use crate::canaries::PLANTED;
use crate::gate::Gate;
use crate::{client, grpc};

/// One request as a client sent it.
#[derive(Debug, Clone)]
pub struct Export {
    /// Its file, relative to the folder.
    pub file: String,
    /// The client's name.
    pub client: String,
    /// `http-protobuf`, `http-json` or `grpc`.
    pub protocol: String,
    /// Its signal.
    pub signal: Signal,
    /// Records in it.
    pub items: u64,
    /// `gzip` if the body is compressed.
    pub encoding: Option<String>,
    /// The content type of an HTTP request.
    pub content_type: String,
    /// Whether it was sent in chunks.
    pub chunked: bool,
    /// The body, or the gRPC message.
    pub body: Vec<u8>,
}

/// The exports in the folder that `TOLLGATE_TELEMETRY` names, or else the repository's own selection.
#[must_use]
pub fn exports() -> Vec<Export> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/telemetry");
    let folder = std::env::var_os("TOLLGATE_TELEMETRY").map_or(own, PathBuf::from);
    let index = fs::read_to_string(folder.join("index.jsonl")).expect("the folder has an index");
    index
        .lines()
        .map(|line| {
            export(
                &folder,
                &serde_json::from_str(line).expect("a line is JSON"),
            )
        })
        .collect()
}

impl Export {
    /// Sends it by the protocol and in the form it came in. Fails with the status and text of a refusal.
    pub fn send(&self, gate: &Gate) -> Result<(), String> {
        if self.protocol == "grpc" {
            let encoding = self
                .file
                .contains("gzip")
                .then_some(CompressionEncoding::Gzip);
            let sent = grpc::Client::connect(gate.grpc).export(self.signal, &self.body, encoding);
            return sent.map(drop).map_err(|status| status.to_string());
        }
        let headers: Vec<_> = self
            .encoding
            .iter()
            .map(|encoding| ("content-encoding", encoding.as_str()))
            .collect();
        let post = if self.chunked {
            client::post_chunked
        } else {
            client::post
        };
        let answer = post(
            gate.http,
            self.signal,
            &self.content_type,
            &headers,
            &self.body,
        );
        if answer.status == 200 {
            Ok(())
        } else {
            Err(format!("{} {}", answer.status, answer.text()))
        }
    }

    /// The request in protobuf, as the batch holds it.
    #[must_use]
    pub fn wire(&self) -> Vec<u8> {
        let mut plain = Vec::new();
        match self.encoding {
            Some(_) => drop(
                GzDecoder::new(self.body.as_slice())
                    .read_to_end(&mut plain)
                    .expect("the export is gzip"),
            ),
            None => plain.clone_from(&self.body),
        }
        if self.protocol == "http-json" {
            return tollgate_json::decode(self.signal, &plain).expect("the export is OTLP/JSON");
        }
        plain
    }

    /// The request in OTLP/JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        json(self.signal, &self.wire())
    }
}

/// A request in protobuf as OTLP/JSON.
#[must_use]
pub fn json(signal: Signal, wire: &[u8]) -> Value {
    let mut text = Vec::new();
    tollgate_json::encode(signal, wire, &mut text).expect("the request is OTLP");
    serde_json::from_slice(&text).expect("and its JSON is JSON")
}

fn export(folder: &Path, entry: &Value) -> Export {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let headers = &entry["headers"];
    let file = text(&entry["file"]);
    let body = fs::read(folder.join(&file)).expect("the index names files that exist");
    Export {
        client: text(&entry["client"]),
        protocol: text(&entry["protocol"]),
        signal: match entry["signal"].as_str() {
            Some("logs") => Signal::Logs,
            Some("traces") => Signal::Traces,
            _ => Signal::Metrics,
        },
        items: entry["items"].as_u64().unwrap_or_default(),
        encoding: Path::new(&file)
            .extension()
            .is_some_and(|extension| extension == "gz")
            .then(|| "gzip".to_owned()),
        content_type: headers["content-type"]
            .as_str()
            .unwrap_or("application/x-protobuf")
            .to_owned(),
        chunked: headers["content-length"].is_null(),
        body,
        file,
    }
}
