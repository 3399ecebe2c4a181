//! What stands before an exporter, who may come in and as whom the gate goes out, and what the process takes of the machine.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod support;

use std::path::{Path, PathBuf};
use std::time::Duration;

use support::{Around, load_with, text};
use tollgate_config::{
    BasicCredentials, BearerToken, ClientAuth, Config, Delivery, Destination, Ensure, Exporter,
    FileStorage, HeaderAction, HeaderRule, HeaderSource, Htpasswd, Loaded, OnRejected, Process,
    Processor, QueueBatch, QueueSizer, Retry, Secret, SendingQueue, ServerAuth, ServerTls,
    TlsVersion, Tokens, print,
};

fn loaded(text: &str) -> Loaded {
    load_with(text, &[("TOKEN", "from-a-variable")]).unwrap_or_else(|found| panic!("{found}"))
}

fn config(text: &str) -> Config {
    loaded(text).config
}

/// One exporter, whose keys are `keys`, in a configuration with every extension.
fn destination(keys: &str) -> Destination {
    let written = format!(
        "
receivers: {{otlp: {{protocols: {{grpc: {{include_metadata: true}}}}}}}}
extensions:
  file_storage/queue: {{directory: /var/lib/gate/queue}}
  bearertokenauth: {{token: '${{env:TOKEN}}'}}
  bearertokenauth/file: {{filename: tokens.txt, header: X-Token, scheme: ''}}
  basicauth/in: {{htpasswd: {{file: users, inline: 'gate:hash'}}}}
  basicauth/out: {{client_auth: {{username: gate, password_file: password.txt}}}}
  headers_setter:
    headers:
      - {{key: X-Tenant, from_context: X-Tenant, default_value: nobody}}
      - {{action: insert, key: x-one, value: one}}
      - {{action: update, key: x-two, value_file: two.txt}}
      - {{action: delete, key: X-Three}}
exporters:
  otlp:
    endpoint: localhost:4317
    tls: {{insecure: true}}
{keys}
service:
  extensions: [file_storage/queue, bearertokenauth, bearertokenauth/file, basicauth/in, basicauth/out, headers_setter]
  pipelines: {{logs: {{receivers: [otlp], exporters: [otlp]}}}}
"
    );
    let loaded = loaded(&written);
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    loaded.config.exporters.into_iter().next().unwrap().1
}

fn retry(destination: &Destination) -> Retry {
    match &destination.exporter {
        Exporter::Otlp(exporter) => exporter.retry,
        other => panic!("{other:?}"),
    }
}

fn auth(destination: Destination) -> Option<ClientAuth> {
    match destination.exporter {
        Exporter::Otlp(exporter) => exporter.auth,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_not_written_is_no_queue() {
    for keys in ["", "    sending_queue: {enabled: false, queue_size: 7}"] {
        assert_eq!(destination(keys).delivery, Delivery::default(), "{keys}");
    }
}

#[test]
fn a_queue_has_the_collectors_defaults_and_keys() {
    let queue = |keys: &str| destination(keys).delivery.queue.unwrap();
    assert_eq!(queue("    sending_queue: {}"), SendingQueue::default());
    assert_eq!(
        queue(
            "    sending_queue: {num_consumers: 3, queue_size: 4096, sizer: bytes, block_on_overflow: true, wait_for_result: true}"
        ),
        SendingQueue {
            num_consumers: 3,
            queue_size: 4096,
            sizer: QueueSizer::Bytes,
            block_on_overflow: true,
            batch: None,
            ..SendingQueue::default()
        }
    );
}

#[test]
fn a_batch_counts_what_its_queue_counts() {
    let batch = |keys: &str| {
        destination(&format!("    sending_queue: {{{keys}}}"))
            .delivery
            .queue
            .unwrap()
            .batch
    };
    let standard = QueueBatch {
        flush_timeout: Duration::from_millis(200),
        min_size: 8192,
        max_size: None,
        sizer: QueueSizer::Items,
    };
    assert_eq!(batch("batch: {}"), Some(standard));
    assert_eq!(batch("batch: {enabled: false}"), None);
    assert_eq!(batch("sizer: requests, batch: {}"), Some(standard));
    assert_eq!(
        batch("sizer: bytes, queue_size: 10000, batch: {max_size: 9000}"),
        Some(QueueBatch {
            max_size: Some(9000),
            sizer: QueueSizer::Bytes,
            ..standard
        })
    );
    assert_eq!(
        batch("sizer: bytes, batch: {sizer: items, flush_timeout: 1s, min_size: 0}"),
        Some(QueueBatch {
            flush_timeout: Duration::from_secs(1),
            min_size: 0,
            ..standard
        })
    );
}

#[test]
fn a_queue_on_disk_answers_when_it_has_the_data_and_never_gives_up() {
    let durable = destination("    sending_queue: {storage: file_storage/queue}");
    let queue = durable.delivery.queue.clone().unwrap();
    let storage = queue.storage.unwrap();
    assert!(!queue.wait_for_result);
    assert_eq!(storage.id.to_string(), "file_storage/queue");
    assert_eq!(
        storage.settings,
        FileStorage::new(Path::new("/var/lib/gate/queue"))
    );
    assert_eq!(retry(&durable).max_elapsed_time, None);

    let limited = destination(
        "    retry_on_failure: {max_elapsed_time: 1h}\n    sending_queue: {storage: file_storage/queue}",
    );
    assert_eq!(
        retry(&limited).max_elapsed_time,
        Some(Duration::from_hours(1)),
        "a limit that is written holds"
    );
    let patient = destination(
        "    retry_on_failure: {max_interval: 1h}\n    sending_queue: {storage: file_storage/queue}",
    );
    assert_eq!(retry(&patient).max_interval, Duration::from_hours(1));
    let in_memory = destination("    sending_queue: {}");
    assert_eq!(retry(&in_memory), Retry::default());
}

#[test]
fn a_client_waits_for_a_queue_in_memory_unless_somebody_says_otherwise() {
    let written = "
receivers: {otlp: {protocols: {grpc: }}}
exporters: {file: {path: out, sending_queue: {wait_for_result: false}}}
service: {pipelines: {logs: {receivers: [otlp], exporters: [file]}}}
";
    let loaded = loaded(written);
    assert!(loaded.warnings.to_string().contains("it is lost"));
    let queue = loaded.config.exporters[0].1.delivery.queue.clone().unwrap();
    assert!(!queue.wait_for_result);
}

#[test]
fn what_is_refused_for_ever_goes_where_it_is_told() {
    let on_rejected = |keys: &str| {
        let delivery = destination(keys).delivery;
        (delivery.required, delivery.on_rejected)
    };
    assert_eq!(
        on_rejected("    gate: {required: false, on_rejected: drop}"),
        (false, OnRejected::Drop)
    );
    assert_eq!(
        on_rejected("    gate: {on_rejected: file, rejected_file: letters.jsonl}"),
        (true, OnRejected::File(PathBuf::from("letters.jsonl")))
    );
    assert_eq!(
        on_rejected(
            "    gate: {on_rejected: file}\n    sending_queue: {storage: file_storage/queue}"
        ),
        (
            true,
            OnRejected::File(PathBuf::from("/var/lib/gate/queue/otlp.rejected.jsonl"))
        ),
        "beside the queue"
    );
}

#[test]
fn a_storage_has_the_collectors_keys() {
    let settings = |keys: &str| {
        let written = format!(
            "
receivers: {{otlp: {{protocols: {{grpc: }}}}}}
extensions: {{file_storage: {{{keys}}}}}
exporters: {{'file/a/b': {{path: out, gate: {{on_rejected: file}}, sending_queue: {{storage: file_storage}}}}}}
service: {{extensions: [file_storage], pipelines: {{logs: {{receivers: [otlp], exporters: ['file/a/b']}}}}}}
"
        );
        let (_, destination) = config(&written).exporters.into_iter().next().unwrap();
        let letters = match destination.delivery.on_rejected {
            OnRejected::File(path) => path,
            OnRejected::Drop => panic!("it is told where"),
        };
        assert!(letters.ends_with("file_a_b.rejected.jsonl"), "{letters:?}");
        destination
            .delivery
            .queue
            .unwrap()
            .storage
            .unwrap()
            .settings
    };
    assert_eq!(
        settings(""),
        FileStorage::new("/var/lib/otelcol/file_storage")
    );
    assert_eq!(
        settings(
            "directory: queue, timeout: 5s, fsync: false, create_directory: false, directory_permissions: '0700', \
             max_size: 1048576, recreate: true, compaction: {on_start: true, on_rebound: true, directory: /tmp, check_interval: 1s}"
        ),
        FileStorage {
            directory: PathBuf::from("queue"),
            create_directory: false,
            directory_permissions: 0o700,
            fsync: false,
            max_size: Some(1 << 20),
        }
    );
    assert_eq!(
        settings("directory: queue, gate: {max_size: 10GiB}").max_size,
        Some(10 << 30)
    );
}

#[test]
fn an_exporter_sends_as_its_extension_says() {
    assert_eq!(auth(destination("")), None);
    assert_eq!(
        auth(destination("    auth: {authenticator: bearertokenauth}")),
        Some(ClientAuth::Bearer(BearerToken {
            header: "authorization".to_owned(),
            scheme: "Bearer".to_owned(),
            tokens: Tokens::Written(vec![Secret::new("from-a-variable")]),
        }))
    );
    assert_eq!(
        auth(destination(
            "    auth: {authenticator: bearertokenauth/file}"
        )),
        Some(ClientAuth::Bearer(BearerToken {
            header: "x-token".to_owned(),
            scheme: String::new(),
            tokens: Tokens::File(PathBuf::from("tokens.txt")),
        }))
    );
    assert_eq!(
        auth(destination("    auth: {authenticator: basicauth/out}")),
        Some(ClientAuth::Basic(BasicCredentials {
            username: "gate".to_owned(),
            password: Secret::new(""),
            username_file: None,
            password_file: Some(PathBuf::from("password.txt")),
        }))
    );
}

#[test]
fn headers_are_set_in_the_order_of_the_file() {
    let Some(ClientAuth::Headers(setter)) =
        auth(destination("    auth: {authenticator: headers_setter}"))
    else {
        panic!("it sets headers")
    };
    let rule = |key: &str, action, source| HeaderRule {
        key: key.to_owned(),
        action,
        source,
    };
    assert_eq!(
        setter.headers,
        [
            rule(
                "x-tenant",
                HeaderAction::Upsert,
                HeaderSource::Client {
                    name: "x-tenant".to_owned(),
                    otherwise: Some(Secret::new("nobody")),
                }
            ),
            rule(
                "x-one",
                HeaderAction::Insert,
                HeaderSource::Value(Secret::new("one"))
            ),
            rule(
                "x-two",
                HeaderAction::Update,
                HeaderSource::File(PathBuf::from("two.txt"))
            ),
            rule("x-three", HeaderAction::Delete, HeaderSource::Nothing),
        ]
    );
}

const SERVERS: &str = "
extensions:
  bearertokenauth: {tokens: [one-token, another-token]}
  basicauth: {htpasswd: {file: users, inline: 'gate:hash-of-it'}}
receivers:
  otlp:
    protocols:
      grpc:
        endpoint: 0.0.0.0:4317
        auth: {authenticator: bearertokenauth}
        tls: {cert_file: server.pem, key_file: server.key, client_ca_file: clients.pem, client_ca_file_reload: true, min_version: '1.3', reload_interval: 1h}
      http:
        endpoint: localhost:4318
        auth: {authenticator: basicauth}
        tls: {cert_pem: certificate, key_pem: a-key, max_version: '1.3'}
exporters:
  otlp: {endpoint: 'collector:4317', tls: {reload_interval: 30s, cert_file: c.pem, key_file: k.pem}}
service: {extensions: [bearertokenauth, basicauth], pipelines: {logs: {receivers: [otlp], exporters: [otlp]}}}
";

#[test]
fn a_server_has_tls_and_lets_in_whom_its_extension_says() {
    let loaded = loaded(SERVERS);
    assert!(
        loaded.warnings.is_empty(),
        "TLS is no plain text: {}",
        loaded.warnings
    );
    let receiver = loaded.config.receivers[0].1.clone();
    let (grpc, http) = (receiver.grpc.unwrap(), receiver.http.unwrap());
    assert_eq!(
        grpc.tls,
        Some(ServerTls {
            cert_file: Some(PathBuf::from("server.pem")),
            key_file: Some(PathBuf::from("server.key")),
            client_ca_file: Some(PathBuf::from("clients.pem")),
            client_ca_file_reload: true,
            min_version: TlsVersion::V1_3,
            reload_interval: Some(Duration::from_hours(1)),
            ..ServerTls::default()
        })
    );
    assert_eq!(
        grpc.auth,
        Some(ServerAuth::Bearer(BearerToken {
            header: "authorization".to_owned(),
            scheme: "Bearer".to_owned(),
            tokens: Tokens::Written(vec![Secret::new("one-token"), Secret::new("another-token")]),
        }))
    );
    let tls = http.tls.unwrap();
    assert_eq!(tls.key_pem.unwrap().reveal(), "a-key");
    assert_eq!(tls.min_version, TlsVersion::V1_2);
    assert_eq!(
        http.auth,
        Some(ServerAuth::Basic(Htpasswd {
            file: Some(PathBuf::from("users")),
            inline: Some(Secret::new("gate:hash-of-it")),
        }))
    );
    let Exporter::Otlp(exporter) = &loaded.config.exporters[0].1.exporter else {
        panic!("it is otlp")
    };
    assert_eq!(exporter.tls.reload_interval, Some(Duration::from_secs(30)));
}

#[test]
fn neither_meaning_nor_print_shows_credentials() {
    let meant = format!("{:?}", config(SERVERS));
    let setter = "
receivers: {otlp: {protocols: {grpc: {include_metadata: true}}}}
extensions:
  headers_setter: {headers: [{key: x-tenant, from_context: x-tenant, default_value: one-token}, {key: x, value: another-token}]}
  basicauth: {client_auth: {username: gate, password: a-key}}
exporters: {otlp: {endpoint: 'collector:4317', auth: {authenticator: headers_setter}}}
service: {extensions: [headers_setter, basicauth], pipelines: {logs: {receivers: [otlp], exporters: [otlp]}}}
";
    let printed =
        [SERVERS, setter].map(|written| print(&[text(written)], &Around::default()).unwrap());
    for said in printed
        .iter()
        .chain([&meant, &format!("{:?}", config(setter))])
    {
        for secret in ["one-token", "another-token", "a-key", "hash-of-it"] {
            assert!(!said.contains(secret), "{secret} is in: {said}");
        }
    }
    assert!(
        printed[1].contains("key: x-tenant") && printed[1].contains("from_context: x-tenant"),
        "what is no secret is shown: {}",
        printed[1]
    );
}

#[test]
fn a_stage_may_promise_what_does_not_leave() {
    let written = "
receivers: {otlp: {protocols: {grpc: }}}
processors:
  redaction: {allow_all_keys: true, blocked_values: ['[0-9]{16}'], gate: {ensure: redaction}}
  attributes: {actions: [{key: a, action: delete}], gate: {ensure: ['AKIA[0-9A-Z]{16}', '(?i)password=\\S+']}}
  wasm/own: {component: own.wasm, gate: {ensure: ['${env:TOKEN}']}}
  filter: {}
exporters: {nop: }
service: {pipelines: {logs: {receivers: [otlp], processors: [redaction, attributes, wasm/own, filter], exporters: [nop]}}}
";
    let promises: Vec<Ensure> = config(written)
        .processors
        .into_iter()
        .map(|(_, processor)| match processor {
            Processor::Policy(stage) => stage.gate.ensure,
            other => panic!("{other:?}"),
        })
        .collect();
    let patterns =
        |list: &[&str]| Ensure::Patterns(list.iter().map(|text| (*text).to_owned()).collect());
    assert_eq!(
        promises,
        [
            Ensure::Rules,
            patterns(&["AKIA[0-9A-Z]{16}", r"(?i)password=\S+"]),
            patterns(&["from-a-variable"]),
            Ensure::Nothing,
        ]
    );
}

#[test]
fn the_process_takes_what_it_is_told() {
    let process = |keys: &str| {
        config(&format!(
            "
receivers: {{otlp: {{protocols: {{grpc: }}}}}}
exporters: {{nop: }}
service: {{gate: {{{keys}}}, pipelines: {{logs: {{receivers: [otlp], exporters: [nop]}}}}}}
"
        ))
        .process
    };
    assert_eq!(process(""), Process::default());
    assert_eq!(process("lanes: 0"), Process::default());
    assert_eq!(
        process("lanes: 3, bytes_in_flight: 512MiB, drain_timeout: 90s"),
        Process {
            lanes: Some(3),
            bytes_in_flight: Some(512 << 20),
            drain_timeout: Duration::from_secs(90),
        }
    );
}
