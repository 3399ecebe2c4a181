//! Whom exporters trust, and whom they say they are.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio::net::TcpListener;
use tollgate_config::{
    ClientTls, Exporter as Settings, OtlpGrpcExporter, OtlpHttpExporter, TlsVersion,
};
use tollgate_otlp::{Console, Exporter};

use crate::support::Running;
use crate::{endpoint, exporter, never, send};

const AUTHORITY: &str = include_str!("../fixtures/tls/authority.pem");
const CLIENTS: &str = include_str!("../fixtures/tls/clients.pem");
const CLIENT: &str = include_str!("../fixtures/tls/client.pem");
const CLIENT_KEY: &str = include_str!("../fixtures/tls/client.key.pem");

/// What a server asks of its clients.
#[derive(Clone, Copy, Default)]
struct Asks {
    /// A certificate.
    certificate: bool,
    /// HTTP/1.1 and nothing newer, so that connections are not shared.
    old_http: bool,
}

/// Takes TLS off in front of another server.
async fn tls_in_front_of(server: SocketAddr, asks: Asks) -> SocketAddr {
    let chain = CertificateDer::pem_slice_iter(include_bytes!("../fixtures/tls/server.pem"));
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("../fixtures/tls/server.key.pem"));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = if asks.certificate {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(CLIENTS.as_bytes()) {
            roots.add(certificate.unwrap()).unwrap();
        }
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        builder.with_client_cert_verifier(verifier.build().unwrap())
    } else {
        builder.with_no_client_auth()
    };
    let mut config = builder
        .with_single_cert(chain.map(Result::unwrap).collect(), key.unwrap())
        .unwrap();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    if !asks.old_http {
        config.alpn_protocols.insert(0, b"h2".to_vec());
    }
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut inside) = acceptor.accept(stream).await else {
                    return;
                };
                let mut outside = tokio::net::TcpStream::connect(server).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut inside, &mut outside).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn tls_trusts_whom_it_is_told_to_trust() {
    let running = Running::start().await;
    let (grpc_port, http_port) = (
        tls_in_front_of(running.grpc, Asks::default()).await.port(),
        tls_in_front_of(running.http, Asks::default()).await.port(),
    );
    let trusting = ClientTls {
        ca_pem: Some(AUTHORITY.to_owned()),
        ..ClientTls::default()
    };
    let blind = ClientTls {
        insecure_skip_verify: true,
        ..ClientTls::default()
    };
    let other_name = ClientTls {
        server_name_override: Some("elsewhere.example".to_owned()),
        ..trusting.clone()
    };
    let by_override = ClientTls {
        server_name_override: Some("localhost".to_owned()),
        min_version: TlsVersion::V1_3,
        ..trusting.clone()
    };
    let cases = [
        ("localhost", trusting, true),
        ("127.0.0.1", blind, true),
        ("127.0.0.1", by_override, true),
        ("localhost", other_name, false),
        ("localhost", ClientTls::default(), false),
    ];
    for (host, tls, works) in cases {
        let by_grpc = OtlpGrpcExporter {
            tls: tls.clone(),
            retry: never(),
            ..OtlpGrpcExporter::new(endpoint(&format!("https://{host}:{grpc_port}")))
        };
        let by_http = OtlpHttpExporter {
            tls,
            retry: never(),
            ..OtlpHttpExporter::new(&format!("https://{host}:{http_port}"))
        };
        for settings in [Settings::Otlp(by_grpc), Settings::OtlpHttp(by_http)] {
            let result = send(&exporter(settings.clone()).await, 1).await;
            assert_eq!(result.is_ok(), works, "{settings:?}");
        }
    }
}

/// An exporter that makes a connection for each request, with what stands in these files.
async fn reloading(address: SocketAddr, folder: &Path) -> Exporter {
    let settings = OtlpHttpExporter {
        tls: ClientTls {
            ca_file: Some(folder.join("ca.pem")),
            cert_file: Some(folder.join("client.pem")),
            key_file: Some(folder.join("client.key.pem")),
            reload_interval: Some(Duration::from_millis(1)),
            ..ClientTls::default()
        },
        retry: never(),
        max_idle_connections: Some(0),
        ..OtlpHttpExporter::new(&format!("https://localhost:{}", address.port()))
    };
    exporter(Settings::OtlpHttp(settings)).await
}

#[tokio::test]
async fn certificates_are_read_again_and_broken_ones_change_nothing() {
    let running = Running::start().await;
    let asks = Asks {
        certificate: true,
        old_http: true,
    };
    let address = tls_in_front_of(running.http, asks).await;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    // At first it trusts the wrong authority.
    write("ca.pem", CLIENTS);
    write("client.pem", CLIENT);
    write("client.key.pem", CLIENT_KEY);
    let exporter = reloading(address, folder.path()).await;
    let error = send(&exporter, 1).await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");

    let sleep = || tokio::time::sleep(Duration::from_millis(5));
    write("ca.pem", AUTHORITY);
    sleep().await;
    send(&exporter, 1).await.unwrap();
    for name in ["ca.pem", "client.pem", "client.key.pem"] {
        write(
            name,
            "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n",
        );
        sleep().await;
        send(&exporter, 1).await.unwrap();
    }
    assert_eq!(running.gate.wires().len(), 4);
}

#[tokio::test]
async fn who_shows_no_certificate_is_not_let_in_where_one_is_asked_for() {
    let running = Running::start().await;
    let asks = Asks {
        certificate: true,
        old_http: false,
    };
    let port = tls_in_front_of(running.grpc, asks).await.port();
    let nobody = ClientTls {
        ca_pem: Some(AUTHORITY.to_owned()),
        ..ClientTls::default()
    };
    let somebody = ClientTls {
        cert_pem: Some(CLIENT.to_owned()),
        key_pem: Some(tollgate_config::Secret::new(CLIENT_KEY)),
        ..nobody.clone()
    };
    for (tls, works) in [(nobody, false), (somebody, true)] {
        let settings = OtlpGrpcExporter {
            tls,
            retry: never(),
            ..OtlpGrpcExporter::new(endpoint(&format!("https://localhost:{port}")))
        };
        let sent = send(&exporter(Settings::Otlp(settings)).await, 1).await;
        assert_eq!(sent.is_ok(), works, "{sent:?}");
    }
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("empty.pem"), "").unwrap();
    std::fs::write(path("client.pem"), CLIENT).unwrap();
    std::fs::write(
        path("other.key.pem"),
        include_str!("../fixtures/tls/server.key.pem"),
    )
    .unwrap();
    let of_client = |cert: &str, key: &str| ClientTls {
        ca_pem: Some(AUTHORITY.to_owned()),
        cert_file: Some(path(cert)),
        key_file: Some(path(key)),
        ..ClientTls::default()
    };
    let of_authority = |name: &str| ClientTls {
        ca_file: Some(path(name)),
        ..ClientTls::default()
    };
    let cases = [
        (of_authority("missing.pem"), "missing.pem"),
        (of_authority("empty.pem"), "empty.pem"),
        (of_authority("other.key.pem"), "other.key.pem"),
        (of_client("empty.pem", "other.key.pem"), "empty.pem"),
        (of_client("client.pem", "empty.pem"), "empty.pem"),
        (of_client("client.pem", "missing.pem"), "missing.pem"),
        (of_client("client.pem", "other.key.pem"), "client.pem"),
    ];
    for (tls, named) in cases {
        let settings = Settings::Otlp(OtlpGrpcExporter {
            tls,
            ..OtlpGrpcExporter::new(endpoint("https://localhost:1"))
        });
        let made = Exporter::new("otlp", &settings, Console::new(std::io::sink())).await;
        let error = made.err().expect(named).to_string();
        assert!(error.contains(named), "{error}");
        assert!(!error.contains("BEGIN"), "{error}");
    }
}
