//! As whom exporters send: tokens, passwords, and headers of the client's.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tollgate_config::{
    BasicCredentials, BearerToken, ClientAuth, Exporter as Settings, HeaderAction, HeaderRule,
    HeaderSource, HeadersSetter, OtlpGrpcExporter, OtlpHttpExporter, Secret, Tokens,
};
use tollgate_otlp::{Answer, Console, Export, Exported, Exporter};
use tollgate_record::{RequestContext, Signal};

use crate::support::{Running, TestGate, logs, settings};
use crate::{exporter, grpc, http, send};

async fn server() -> Running {
    let mut server = settings();
    server.grpc.as_mut().unwrap().include_metadata = true;
    server.http.as_mut().unwrap().include_metadata = true;
    Running::with(server, TestGate::answering(Answer::DONE), 1 << 20).await
}

/// The same exporter for both protocols, with two headers of its own.
fn both(running: &Running, auth: ClientAuth) -> [Settings; 2] {
    let headers = vec![
        ("x-there".to_owned(), Secret::new("own")),
        ("x-gone".to_owned(), Secret::new("own")),
    ];
    [
        Settings::Otlp(OtlpGrpcExporter {
            auth: Some(auth.clone()),
            headers: headers.clone(),
            ..grpc(running)
        }),
        Settings::OtlpHttp(OtlpHttpExporter {
            auth: Some(auth),
            headers,
            ..http(running)
        }),
    ]
}

/// The header of the last request that arrived.
fn arrived(running: &Running, name: &str) -> Option<String> {
    let seen = running.gate.seen.lock().unwrap();
    let context = &seen.last().unwrap().context;
    let mut metadata = context.metadata.iter().chain(&context.credentials);
    let values = metadata.find(|(key, _)| key == name);
    values.map(|(_, values)| values.join("|"))
}

fn bearer(tokens: Tokens) -> ClientAuth {
    ClientAuth::Bearer(BearerToken {
        header: "authorization".to_owned(),
        scheme: "Bearer".to_owned(),
        tokens,
    })
}

/// Sends until the header is this: files are not looked at for every request.
async fn until(running: &Running, exporter: &Exporter, name: &str, value: &str) {
    loop {
        send(exporter, 1).await.unwrap();
        if arrived(running, name).as_deref() == Some(value) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn tokens_are_sent_and_their_files_read_again() {
    let running = server().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let written = Tokens::Written(vec![Secret::new("one"), Secret::new("two")]);
    for settings in both(&running, bearer(written)) {
        send(&exporter(settings).await, 1).await.unwrap();
        assert_eq!(
            arrived(&running, "authorization").as_deref(),
            Some("Bearer one")
        );
    }
    for settings in both(&running, bearer(Tokens::File(path.clone()))) {
        std::fs::write(&path, "from-a-file\nand-another\n").unwrap();
        let exporter = exporter(settings).await;
        send(&exporter, 1).await.unwrap();
        assert_eq!(
            arrived(&running, "authorization").as_deref(),
            Some("Bearer from-a-file")
        );
        std::fs::write(&path, "renewed").unwrap();
        until(&running, &exporter, "authorization", "Bearer renewed").await;
        // A file that is broken or gone for a while takes nothing away.
        std::fs::write(&path, "no\0token").unwrap();
        tokio::time::sleep(Duration::from_millis(1100)).await;
        send(&exporter, 1).await.unwrap();
        assert_eq!(
            arrived(&running, "authorization").as_deref(),
            Some("Bearer renewed")
        );
        std::fs::remove_file(&path).unwrap();
        tokio::time::sleep(Duration::from_millis(1100)).await;
        send(&exporter, 1).await.unwrap();
        assert_eq!(
            arrived(&running, "authorization").as_deref(),
            Some("Bearer renewed")
        );
    }
    let other_header = ClientAuth::Bearer(BearerToken {
        header: "x-api-key".to_owned(),
        scheme: String::new(),
        tokens: Tokens::Written(vec![Secret::new("bare")]),
    });
    for settings in both(&running, other_header) {
        send(&exporter(settings).await, 1).await.unwrap();
        assert_eq!(arrived(&running, "x-api-key").as_deref(), Some("bare"));
        assert_eq!(arrived(&running, "authorization").as_deref(), None);
    }
}

#[tokio::test]
async fn passwords_are_sent_and_their_files_read_again() {
    let running = server().await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let written = BasicCredentials {
        username: "Aladdin".to_owned(),
        password: Secret::new("open sesame"),
        username_file: None,
        password_file: None,
    };
    for settings in both(&running, ClientAuth::Basic(written.clone())) {
        send(&exporter(settings).await, 1).await.unwrap();
        let expected = Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(arrived(&running, "authorization").as_deref(), expected);
    }
    let in_files = BasicCredentials {
        username_file: Some(file("user", "u\n")),
        password_file: Some(file("password", "p\n")),
        ..written
    };
    let [settings, _] = both(&running, ClientAuth::Basic(in_files));
    let exporter = exporter(settings).await;
    send(&exporter, 1).await.unwrap();
    assert_eq!(
        arrived(&running, "authorization").as_deref(),
        Some("Basic dTpw")
    );
    file("password", "q\n");
    until(&running, &exporter, "authorization", "Basic dTpx").await;
}

fn rule(key: &str, action: HeaderAction, source: HeaderSource) -> HeaderRule {
    HeaderRule {
        key: key.to_owned(),
        action,
        source,
    }
}

fn client(name: &str, otherwise: Option<&str>) -> HeaderSource {
    HeaderSource::Client {
        name: name.to_owned(),
        otherwise: otherwise.map(Secret::new),
    }
}

async fn deliver(exporter: &Exporter, metadata: &[(&str, &[&str])]) -> Exported {
    let metadata = metadata.iter().map(|(key, values)| {
        let values = values.iter().map(|value| (*value).to_owned());
        ((*key).to_owned(), values.collect())
    });
    let context = RequestContext {
        metadata: metadata.collect(),
        ..RequestContext::default()
    };
    let export = Export {
        signal: Signal::Logs,
        wire: logs(1).into(),
        records: 1,
        context: Some(Arc::new(context)),
    };
    exporter.deliver(export).await
}

#[tokio::test]
async fn headers_are_set_from_what_is_written_and_from_what_the_client_sent() {
    let running = server().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("value");
    std::fs::write(&path, "filed\n").unwrap();
    let value = |text: &str| HeaderSource::Value(Secret::new(text));
    let setter = ClientAuth::Headers(HeadersSetter {
        headers: vec![
            rule("x-there", HeaderAction::Insert, value("not this")),
            rule("x-new", HeaderAction::Insert, value("inserted")),
            rule("x-there", HeaderAction::Update, value("updated")),
            rule("x-not-there", HeaderAction::Update, value("not this")),
            rule("x-file", HeaderAction::Upsert, HeaderSource::File(path)),
            rule("x-gone", HeaderAction::Delete, HeaderSource::Nothing),
            rule("x-tenant", HeaderAction::Upsert, client("x-scope", None)),
            rule(
                "x-user",
                HeaderAction::Upsert,
                client("x-user", Some("nobody")),
            ),
            // What the protocol needs is not the configuration's to change.
            rule("content-type", HeaderAction::Upsert, value("text/plain")),
        ],
    });
    for settings in both(&running, setter) {
        let exporter = exporter(settings).await;
        let sent: &[(&str, &[&str])] = &[("x-scope", &["acme"]), ("authorization", &["Bearer x"])];
        assert_eq!(deliver(&exporter, sent).await.delivered, 1);
        let expected = [
            ("x-new", Some("inserted")),
            ("x-there", Some("updated")),
            ("x-not-there", None),
            ("x-file", Some("filed")),
            ("x-gone", None),
            ("x-tenant", Some("acme")),
            ("x-user", Some("nobody")),
            // Nothing of the client's is passed on that was not asked for.
            ("x-scope", None),
            ("authorization", None),
        ];
        for (name, values) in expected {
            assert_eq!(arrived(&running, name).as_deref(), values, "{name}");
        }
        // Nor of another client's.
        assert_eq!(deliver(&exporter, &[]).await.delivered, 1);
        assert_eq!(arrived(&running, "x-tenant").as_deref(), None);

        for (values, names) in [(&["a", "b"][..], "several"), (&["a\nb"], "cannot be")] {
            let outcome = deliver(&exporter, &[("x-scope", values)]).await;
            let reason = &outcome.refused[0].reason;
            assert!(
                reason.contains("x-tenant") && reason.contains(names),
                "{reason}"
            );
        }
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_named_and_not_shown() {
    let running = server().await;
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad");
    std::fs::write(&bad, "hush\0hush").unwrap();
    let missing = PathBuf::from("/nowhere/token");
    let cases = [
        (
            bearer(Tokens::Written(vec![Secret::new("hush\n")])),
            "authorization",
        ),
        (bearer(Tokens::Written(Vec::new())), "authorization"),
        (bearer(Tokens::File(bad.clone())), "bad"),
        (bearer(Tokens::File(missing)), "/nowhere/token"),
        (
            ClientAuth::Headers(HeadersSetter {
                headers: vec![rule(
                    "x-key",
                    HeaderAction::Upsert,
                    HeaderSource::Value(Secret::new("hush\n")),
                )],
            }),
            "x-key",
        ),
    ];
    for (auth, named) in cases {
        for settings in both(&running, auth.clone()) {
            let made = Exporter::new("otlp", &settings, Console::new(std::io::sink())).await;
            let error = made.err().expect(named);
            assert!(error.to_string().contains(named), "{error}");
            assert!(!format!("{error:?} {error} {settings:?}").contains("hush"));
        }
    }
}
