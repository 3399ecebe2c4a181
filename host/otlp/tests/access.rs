//! Who is let in: TLS, certificates of clients, tokens and passwords, seen from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::type_complexity,
    clippy::format_push_string,
    missing_docs,
    unreachable_pub,
    reason = "a test may panic"
)]

mod support;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use support::{HttpAnswer, Running, TestGate, logs, post, settings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tollgate_config::{
    BearerToken, Htpasswd, OtlpReceiver, Secret, ServerAuth, ServerTls, TlsVersion, Tokens,
};
use tollgate_otlp::{Answer, ByteBudget, Receiver};
use tollgate_record::Value;

const PROTOBUF: &str = "application/x-protobuf";

fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/tls")
        .join(name)
}

fn tls() -> ServerTls {
    ServerTls {
        cert_file: Some(fixture("server.pem")),
        key_file: Some(fixture("server.key.pem")),
        ..ServerTls::default()
    }
}

fn with_tls(tls: &ServerTls) -> OtlpReceiver {
    let mut settings = settings();
    settings.grpc.as_mut().unwrap().tls = Some(tls.clone());
    settings.http.as_mut().unwrap().tls = Some(tls.clone());
    settings
}

fn with_auth(auth: &ServerAuth) -> OtlpReceiver {
    let mut settings = settings();
    let grpc = settings.grpc.as_mut().unwrap();
    (grpc.auth, grpc.include_metadata) = (Some(auth.clone()), true);
    let http = settings.http.as_mut().unwrap();
    (http.auth, http.include_metadata) = (Some(auth.clone()), true);
    settings
}

async fn run(settings: OtlpReceiver) -> Running {
    Running::with(settings, TestGate::answering(Answer::DONE), 64 << 20).await
}

/// What a client of TLS does.
#[derive(Clone, Copy, Default)]
struct Shows {
    certificate: bool,
    old: bool,
    http1: bool,
}

/// Sends a request over TLS by HTTP/1.1 and reads the answer; what was agreed on comes with it.
async fn over_tls(to: SocketAddr, shows: Shows) -> std::io::Result<(String, Option<Vec<u8>>)> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(fixture("authority.pem")).unwrap() {
        roots.add(certificate.unwrap()).unwrap();
    }
    let versions: &[&rustls::SupportedProtocolVersion] = if shows.old {
        &[&rustls::version::TLS12]
    } else {
        rustls::DEFAULT_VERSIONS
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    let mut config = if shows.certificate {
        let chain = CertificateDer::pem_file_iter(fixture("client.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(fixture("client.key.pem")).unwrap();
        builder
            .with_client_auth_cert(chain.map(Result::unwrap).collect(), key)
            .unwrap()
    } else {
        builder.with_no_client_auth()
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    if !shows.http1 {
        config.alpn_protocols.insert(0, b"h2".to_vec());
    }
    let stream = TcpStream::connect(to).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = tokio_rustls::TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await?;
    let agreed = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
    let body = logs(1);
    let head = format!(
        "POST /v1/logs HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {PROTOBUF}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), &body].concat()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok((String::from_utf8_lossy(&answer).into_owned(), agreed))
}

fn is_taken(answer: &std::io::Result<(String, Option<Vec<u8>>)>) -> bool {
    matches!(answer, Ok((text, _)) if text.starts_with("HTTP/1.1 200"))
}

#[tokio::test]
async fn tls_is_spoken_and_plain_text_is_not() {
    let running = run(with_tls(&tls())).await;
    let http1 = Shows {
        http1: true,
        ..Shows::default()
    };
    assert!(is_taken(&over_tls(running.http, http1).await));
    assert!(is_taken(
        &over_tls(running.http, Shows { old: true, ..http1 }).await
    ));
    let (_, agreed) = over_tls(running.http, Shows::default())
        .await
        .unwrap_or_default();
    assert_eq!(agreed.as_deref(), Some(&b"h2"[..]), "HTTP offers both");
    let (_, agreed) = over_tls(running.grpc, Shows::default())
        .await
        .unwrap_or_default();
    assert_eq!(agreed.as_deref(), Some(&b"h2"[..]));
    let none = over_tls(running.grpc, http1).await.unwrap_err();
    assert!(none.to_string().contains("NoApplicationProtocol"), "{none}");
    let request = b"POST /v1/logs HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";
    assert!(support::exchange(running.http, request).await.is_none());
    assert!(running.gate.wires().len() >= 2);
}

#[tokio::test]
async fn clients_show_certificates_where_authorities_are_named() {
    let asks = ServerTls {
        client_ca_file: Some(fixture("clients.pem")),
        min_version: TlsVersion::V1_3,
        ..tls()
    };
    let running = run(with_tls(&asks)).await;
    let http1 = Shows {
        http1: true,
        ..Shows::default()
    };
    assert!(
        !is_taken(&over_tls(running.http, http1).await),
        "it shows none"
    );
    let shows = Shows {
        certificate: true,
        ..http1
    };
    assert!(is_taken(&over_tls(running.http, shows).await));
    let old = over_tls(running.http, Shows { old: true, ..shows }).await;
    assert!(old.is_err(), "TLS 1.2 is too old");
    // Somebody else's authority does not do.
    let asks = ServerTls {
        client_ca_file: Some(fixture("authority.pem")),
        ..asks
    };
    let running = run(with_tls(&asks)).await;
    assert!(!is_taken(&over_tls(running.http, shows).await));
    assert!(running.gate.wires().is_empty());
}

#[tokio::test]
async fn files_of_tls_that_are_none_are_named_before_anything_listens() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.pem");
    std::fs::write(&broken, "secret").unwrap();
    let other = folder.path().join("none.pem");
    for (tls, name) in [
        (
            ServerTls {
                cert_file: Some(broken.clone()),
                ..tls()
            },
            "broken.pem",
        ),
        (
            ServerTls {
                key_file: Some(broken.clone()),
                ..tls()
            },
            "broken.pem",
        ),
        (
            ServerTls {
                key_file: Some(other),
                ..tls()
            },
            "none.pem",
        ),
        (
            ServerTls {
                key_file: Some(fixture("client.key.pem")),
                ..tls()
            },
            "server.pem",
        ),
        (
            ServerTls {
                client_ca_file: Some(broken),
                ..tls()
            },
            "broken.pem",
        ),
    ] {
        let gate = TestGate::answering(Answer::DONE);
        let error = Receiver::bind(&with_tls(&tls), gate, ByteBudget::new(1 << 20)).await;
        let error = error.err().unwrap().to_string();
        assert!(error.contains(name) && !error.contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn certificates_are_read_again_and_broken_ones_are_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let authorities = folder.path().join("clients.pem");
    std::fs::copy(fixture("authority.pem"), &authorities).unwrap();
    let asks = ServerTls {
        client_ca_file: Some(authorities.clone()),
        client_ca_file_reload: true,
        ..tls()
    };
    let running = run(with_tls(&asks)).await;
    let shows = Shows {
        certificate: true,
        http1: true,
        ..Shows::default()
    };
    assert!(!is_taken(&over_tls(running.http, shows).await));
    std::fs::copy(fixture("clients.pem"), &authorities).unwrap();
    while !is_taken(&over_tls(running.http, shows).await) {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    std::fs::write(&authorities, "nothing").unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
    assert!(
        is_taken(&over_tls(running.http, shows).await),
        "what was there counts"
    );
}

fn bearer(tokens: Tokens) -> ServerAuth {
    ServerAuth::Bearer(BearerToken {
        header: "authorization".to_owned(),
        scheme: "Bearer".to_owned(),
        tokens,
    })
}

async fn asks(running: &Running, headers: &[(&str, &str)]) -> HttpAnswer {
    post(running.http, "/v1/logs", PROTOBUF, headers, &logs(1)).await
}

#[tokio::test]
async fn tokens_let_in_and_nothing_else_does() {
    let secrets = ["one-token", "another"].map(|token| Secret::new(token.to_owned()));
    let running = run(with_auth(&bearer(Tokens::Written(secrets.into())))).await;
    for right in ["Bearer one-token", "Bearer another", "bearer another"] {
        let answer = asks(&running, &[("authorization", right), ("x-tenant", "a")]).await;
        assert_eq!(answer.status, 200, "{right}");
    }
    {
        let seen = running.gate.seen.lock().unwrap();
        let metadata = &seen[0].context.metadata;
        assert!(metadata.iter().any(|(name, _)| name == "x-tenant"));
        assert!(metadata.iter().all(|(name, _)| name != "authorization"));
    }
    let wrong: [&[(&str, &str)]; 8] = [
        &[],
        &[("authorization", "Bearer")],
        &[("authorization", "Bearer ")],
        &[("authorization", "one-token")],
        &[("authorization", "Bearer one-toke")],
        &[("authorization", "Bearer one-token ,")],
        &[("authorization", "Basic one-token")],
        &[
            ("authorization", "Bearer no"),
            ("authorization", "Bearer one-token"),
        ],
    ];
    let mut answers = Vec::new();
    for headers in wrong {
        let answer = asks(&running, headers).await;
        assert_eq!(
            (answer.status, answer.status_of_rpc().code),
            (401, 16),
            "{headers:?}"
        );
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        answers.push(answer.body);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "no answer says more than another");
    let json = post(running.http, "/v1/logs", "application/json", &[], b"{}").await;
    assert_eq!((json.status, json.status_of_rpc().code), (401, 16));
    assert_eq!(running.gate.wires().len(), 3);
    assert_eq!(running.gate.denied(), 9);

    let channel = tonic::transport::Endpoint::from_shared(running.grpc_url()).unwrap();
    let channel = channel.connect().await.unwrap();
    for (token, code) in [
        (Some("Bearer another"), None),
        (Some("Bearer no"), Some(tonic::Code::Unauthenticated)),
        (None, Some(tonic::Code::Unauthenticated)),
    ] {
        let mut client = opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient::new(channel.clone());
        let mut request = tonic::Request::new(support::logs_request(1));
        if let Some(token) = token {
            request
                .metadata_mut()
                .insert("authorization", token.parse().unwrap());
        }
        let answer = client.export(request).await.map_err(|status| status.code());
        assert_eq!(answer.err(), code);
    }
}

#[tokio::test]
async fn tokens_of_a_file_are_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens");
    std::fs::write(&file, "old\n\n older \n").unwrap();
    let running = run(with_auth(&bearer(Tokens::File(file.clone())))).await;
    assert_eq!(
        asks(&running, &[("authorization", "Bearer older")])
            .await
            .status,
        200
    );
    assert_eq!(
        asks(&running, &[("authorization", "Bearer ")]).await.status,
        401
    );
    std::fs::write(&file, "a new token\n").unwrap();
    while asks(&running, &[("authorization", "Bearer a new token")])
        .await
        .status
        != 200
    {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(
        asks(&running, &[("authorization", "Bearer older")])
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn users_show_their_passwords_and_policies_see_who_they_are() {
    use base64::Engine as _;
    let basic = |pair: &str| {
        let pair = base64::engine::general_purpose::STANDARD.encode(pair);
        format!("Basic {pair}")
    };
    let hash = bcrypt::hash("open:sesame", 4).unwrap();
    let inline = Secret::new(format!("ali:{hash}\nkasim:plain\n"));
    let auth = ServerAuth::Basic(Htpasswd {
        file: None,
        inline: Some(inline),
    });
    let running = run(with_auth(&auth)).await;
    for pair in ["ali:open:sesame", "ali:open:sesame", "kasim:plain"] {
        let answer = asks(&running, &[("authorization", &basic(pair))]).await;
        assert_eq!(answer.status, 200, "{pair}");
    }
    {
        let seen = running.gate.seen.lock().unwrap();
        for (request, name) in seen.iter().zip(["ali", "ali", "kasim"]) {
            let subject = ("subject".to_owned(), Value::Text(name.to_owned()));
            assert!(request.context.auth.contains(&subject));
        }
    }
    for pair in [
        "ali:open",
        "ali:",
        "ali",
        "kasim:open:sesame",
        "nobody:plain",
        ":plain",
    ] {
        let answer = asks(&running, &[("authorization", &basic(pair))]).await;
        assert_eq!(answer.status, 401, "{pair}");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Basic realm="), "{challenge}");
    }
    assert_eq!(running.gate.wires().len(), 3);
}

#[tokio::test]
async fn a_body_of_somebody_unknown_costs_nothing() {
    let secrets = vec![Secret::new("token".to_owned())];
    let running = run(with_auth(&bearer(Tokens::Written(secrets)))).await;
    // The body never comes, and the answer does not wait for it longer than it takes to be polite.
    let head = b"POST /v1/logs HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 5000000\r\n\r\n{";
    let answer = support::exchange(running.http, head).await.unwrap();
    assert_eq!(answer.status, 401);
    assert_eq!(running.budget.used(), 0);
}
