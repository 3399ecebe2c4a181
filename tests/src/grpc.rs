//! A gRPC client that sends the very bytes it is given.

use std::net::SocketAddr;

use bytes::{Buf as _, BufMut as _, Bytes};
use tokio::runtime::Runtime;
use tollgate_record::Signal;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::{Channel, ClientTlsConfig, Endpoint};
use tonic::{Request, Status};

use crate::canaries;

/// A connection to a gate.
#[derive(Debug)]
pub struct Client {
    runtime: Runtime,
    channel: Channel,
}

impl Client {
    /// Connects.
    #[must_use]
    pub fn connect(address: SocketAddr) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let endpoint =
            Endpoint::from_shared(format!("http://{address}")).expect("an address is a URL");
        let channel = runtime
            .block_on(endpoint.connect())
            .expect("the gate listens");
        Self { runtime, channel }
    }

    /// Connects over TLS, as far as that is possible: with TLS 1.3 who shows no certificate is only sent away after it.
    pub fn connect_over(
        address: SocketAddr,
        tls: ClientTlsConfig,
    ) -> Result<Self, tonic::transport::Error> {
        let runtime = Runtime::new().expect("a runtime");
        let endpoint = Endpoint::from_shared(format!("https://{address}"))?.tls_config(tls)?;
        let channel = runtime.block_on(endpoint.connect())?;
        Ok(Self { runtime, channel })
    }

    /// Sends one export request; the answer's message, or the refusal.
    pub fn export(
        &self,
        signal: Signal,
        message: &[u8],
        encoding: Option<CompressionEncoding>,
    ) -> Result<Bytes, Status> {
        self.export_with(signal, message, encoding, &[])
    }

    /// Likewise, with metadata.
    pub fn export_with(
        &self,
        signal: Signal,
        message: &[u8],
        encoding: Option<CompressionEncoding>,
        metadata: &[(&'static str, &str)],
    ) -> Result<Bytes, Status> {
        let mut client = tonic::client::Grpc::new(self.channel.clone());
        if let Some(encoding) = encoding {
            client = client.send_compressed(encoding);
        }
        let path = path(signal);
        let mut request = Request::new(Bytes::copy_from_slice(message));
        for (name, value) in metadata {
            request
                .metadata_mut()
                .append(*name, value.parse().expect("metadata is ASCII"));
        }
        self.runtime.block_on(async {
            client
                .ready()
                .await
                .map_err(|error| Status::unavailable(error.to_string()))?;
            let answer = client
                .unary(request, path.parse().expect("a path"), Raw)
                .await;
            if let Err(status) = &answer {
                let said = format!("{status:?}");
                assert_eq!(
                    canaries::first_in(said.as_bytes()),
                    None,
                    "an answer holds a secret"
                );
            }
            Ok(answer?.into_inner())
        })
    }
}

/// The path of a signal's requests.
#[must_use]
pub fn path(signal: Signal) -> &'static str {
    match signal {
        Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    }
}

/// Hands messages on as they are.
#[derive(Debug, Clone, Copy)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
