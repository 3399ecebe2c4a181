//! Hands requests on as they are, with nothing in between: what receiving and sending cost at the least.
//!
//! `relay FROM TO`, such as `relay localhost:4317 http://localhost:5317`, serves OTLP/gRPC until it is interrupted.
use std::sync::Arc;

use tollgate_config::{Compression, GrpcServer, OtlpGrpcExporter, OtlpReceiver};
use tollgate_otlp::{Answer, ByteBudget, Console, ExportError, Exporter, Gate, Receiver, Request};

struct Relay(Exporter);

impl Gate for Relay {
    async fn admit(&self, request: Request) -> Answer {
        match self.0.export(request.signal, request.wire).await {
            Ok(delivered) => Answer::Done {
                rejected: delivered.rejected,
                message: "the destination refused records",
            },
            Err(ExportError::Retryable { after, .. }) => Answer::Retry {
                after,
                message: "the destination cannot be reached",
            },
            Err(ExportError::Permanent { .. }) => Answer::Refused {
                message: "the destination refuses the request",
            },
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(from), Some(to)) = (arguments.next(), arguments.next()) else {
        return Err(
            "usage: relay FROM TO, such as relay localhost:4317 http://localhost:5317".into(),
        );
    };
    let client = OtlpGrpcExporter {
        compression: Compression::None,
        ..OtlpGrpcExporter::new(to.parse()?)
    };
    let exporter = tollgate_config::Exporter::Otlp(client);
    let exporter = Exporter::new("otlp", &exporter, Console::new(std::io::stderr())).await?;
    let settings = OtlpReceiver {
        grpc: Some(GrpcServer {
            endpoint: from,
            ..GrpcServer::default()
        }),
        http: None,
    };
    let budget = ByteBudget::new(256 << 20);
    let receiver = Receiver::bind(&settings, Arc::new(Relay(exporter)), budget).await?;
    receiver
        .serve(async {
            // Without a signal to wait for, it serves for ever.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        })
        .await;
    Ok(())
}
