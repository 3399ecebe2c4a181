use super::components::Found;
use super::delivery;
use super::parts::Parts;
use super::section::Section;
use super::tls;
use super::value;
use super::walk::Checker;
use crate::address::{self, Scheme};
use crate::model::{
    ClientAuth, Compression, DebugExporter, Destination, Encoding, Endpoint, Exporter,
    FileExporter, OtlpGrpcExporter, OtlpHttpExporter, Retry, Verbosity, signal_url,
};
use crate::schema::{DEBUG, FILE, NOP, OTLP, OTLP_HTTP};
use crate::yaml::Entry;

/// Types that exist.
pub(crate) const KINDS: [&str; 7] = [
    "otlp",
    "otlp_grpc",
    "otlphttp",
    "otlp_http",
    "file",
    "debug",
    "nop",
];

/// Checks one exporter and says what it means; none where there is no such type.
pub(crate) fn exporter(
    checker: &mut Checker<'_>,
    parts: &Parts,
    found: &Found<'_>,
) -> Option<Destination> {
    let Found { id, path, entry } = found;
    let keys = match id.kind.as_str() {
        "otlp" | "otlp_grpc" => OTLP,
        "otlphttp" | "otlp_http" => OTLP_HTTP,
        "file" => FILE,
        "debug" => DEBUG,
        "nop" => NOP,
        _ => return None,
    };
    checker.section(path, keys, &entry.node, entry.span);
    let section = Section::new(keys, &entry.node);
    let auth = parts.client_auth(checker, path, section);
    let mut exporter = match id.kind.as_str() {
        "otlp" | "otlp_grpc" => Exporter::Otlp(grpc(checker, path, entry, section, auth)),
        "otlphttp" | "otlp_http" => Exporter::OtlpHttp(http(checker, path, entry, section, auth)),
        "file" => Exporter::File(file(section)),
        "debug" => Exporter::Debug(debug(section)),
        _ => Exporter::Nop,
    };
    let delivery = delivery::delivery(checker, parts, found, section);
    if let Some(retry) = exporter.retry_mut() {
        let queue = delivery.queue.as_ref();
        let is_durable = queue.is_some_and(|queue| queue.storage.is_some());
        // What is safe on the disk is not given up because the destination was away for long, unless somebody says so.
        if is_durable && !section.section("retry_on_failure").says("max_elapsed_time") {
            retry.max_elapsed_time = None;
        }
        check_retry(checker, path, entry, retry);
    }
    let destination = Destination { exporter, delivery };
    delivery::client_metadata(checker, path, section, &destination);
    credentials_in_the_open(checker, path, section, &destination.exporter);
    Some(destination)
}

/// Warns of credentials that others on the way to another machine can read.
fn credentials_in_the_open(
    checker: &mut Checker<'_>,
    path: &str,
    section: Section<'_>,
    exporter: &Exporter,
) {
    let Some(ClientAuth::Bearer(_) | ClientAuth::Basic(_)) = exporter.auth() else {
        return;
    };
    let is_open = match exporter {
        Exporter::Otlp(exporter) => {
            !exporter.endpoint.tls && !address::is_loopback(&exporter.endpoint.host)
        }
        Exporter::OtlpHttp(exporter) => {
            let urls = [
                &exporter.logs_url,
                &exporter.traces_url,
                &exporter.metrics_url,
            ];
            urls.into_iter().flatten().any(|url| address::is_open(url))
        }
        Exporter::File(_) | Exporter::Debug(_) | Exporter::Nop => false,
    };
    if let Some(node) = section.node("auth").filter(|_| is_open) {
        checker.warning(
            node.span,
            format!("{path}::auth: credentials go to another machine in plain text"),
            "use TLS: whoever is on the way can read them",
        );
    }
}

fn grpc(
    checker: &mut Checker<'_>,
    path: &str,
    entry: &Entry,
    section: Section<'_>,
    auth: Option<ClientAuth>,
) -> OtlpGrpcExporter {
    let tls = section.section("tls");
    let insecure = tls.flag("insecure");
    let trusts = tls.has("ca_file") || tls.has("ca_pem");
    let target = section
        .text("endpoint")
        .and_then(|text| address::grpc(&text).ok());
    let endpoint = match target {
        None => Endpoint {
            host: String::new(),
            port: 0,
            tls: false,
        },
        Some(target) => {
            // As in a Collector: `https://` wins over `insecure`, and only `insecure` turns TLS off.
            let speaks_tls = target.scheme == Scheme::Https || !insecure || trusts;
            if target.scheme == Scheme::Http && speaks_tls {
                let span = entry
                    .node
                    .get("endpoint")
                    .map_or(entry.span, |node| node.span);
                let message = format!(
                    "{path}: the endpoint starts with `http://`, and TLS is spoken all the same, as in a Collector"
                );
                checker.warning(
                    span,
                    message,
                    "without TLS write `tls: {insecure: true}`; with it, `https://`",
                );
            }
            target.endpoint(speaks_tls)
        }
    };
    OtlpGrpcExporter {
        endpoint,
        tls: tls::client(checker, path, entry, tls),
        headers: section.headers("headers"),
        compression: compression(&section),
        timeout: section.limit("timeout"),
        retry: retry(section.section("retry_on_failure")),
        wait_for_ready: section.flag("wait_for_ready"),
        authority: section.text("authority"),
        user_agent: section.text("user_agent"),
        auth,
    }
}

fn http(
    checker: &mut Checker<'_>,
    path: &str,
    entry: &Entry,
    section: Section<'_>,
    auth: Option<ClientAuth>,
) -> OtlpHttpExporter {
    let base = section.text("endpoint");
    let url = |own: &str, signal: &str| {
        let added = || base.as_deref().map(|base| signal_url(base, signal));
        section.text(own).or_else(added)
    };
    let exporter = OtlpHttpExporter {
        logs_url: url("logs_endpoint", "logs"),
        traces_url: url("traces_endpoint", "traces"),
        metrics_url: url("metrics_endpoint", "metrics"),
        tls: tls::client(checker, path, entry, section.section("tls")),
        headers: section.headers("headers"),
        compression: compression(&section),
        compression_level: section.section("compression_params").level("level"),
        encoding: if section.choice("encoding") == "json" {
            Encoding::Json
        } else {
            Encoding::Proto
        },
        timeout: section.limit("timeout"),
        retry: retry(section.section("retry_on_failure")),
        max_idle_connections: Some(section.small("max_idle_conns_per_host"))
            .filter(|connections| *connections > 0),
        idle_connection_timeout: section.limit("idle_conn_timeout"),
        auth,
    };
    if let Some(level) = exporter.compression_level.filter(|level| *level > 9)
        && matches!(
            exporter.compression,
            Compression::Gzip | Compression::Deflate | Compression::Zlib
        )
    {
        let at = entry
            .node
            .entry("compression_params")
            .map_or(entry.span, |params| params.span);
        checker.error(
            at,
            format!("{path}::compression_params::level: only zstd has a level {level}"),
            "write a level from 1 to 9, or `compression: zstd`",
        );
    }
    if exporter.logs_url.is_none()
        && exporter.traces_url.is_none()
        && exporter.metrics_url.is_none()
    {
        let help = "write `endpoint: http://host:4318`, or one for each signal";
        checker.error(
            entry.span,
            format!("{path}: it has nowhere to send to"),
            help,
        );
    }
    exporter
}

fn compression(section: &Section<'_>) -> Compression {
    match section
        .node("compression")
        .and_then(|node| node.text())
        .unwrap_or("gzip")
        .to_ascii_lowercase()
        .as_str()
    {
        "gzip" => Compression::Gzip,
        "zstd" => Compression::Zstd,
        "deflate" => Compression::Deflate,
        "zlib" => Compression::Zlib,
        _ => Compression::None,
    }
}

fn retry(section: Section<'_>) -> Retry {
    Retry {
        enabled: section.flag("enabled"),
        initial_interval: section.duration("initial_interval"),
        randomization_factor: section.number("randomization_factor"),
        multiplier: section.number("multiplier"),
        max_interval: section.duration("max_interval"),
        max_elapsed_time: section.limit("max_elapsed_time"),
    }
}

fn check_retry(checker: &mut Checker<'_>, path: &str, entry: &Entry, retry: &Retry) {
    if let Some(most) = retry.max_elapsed_time.filter(|most| {
        retry.enabled && (*most < retry.initial_interval || *most < retry.max_interval)
    }) {
        let at = entry
            .node
            .entry("retry_on_failure")
            .map_or(entry.span, |retry| retry.span);
        let message = format!(
            "{path}::retry_on_failure: `max_elapsed_time` ({most:?}) is less than `initial_interval` or `max_interval`"
        );
        checker.error(
            at,
            message,
            "make it the longest of the three, or 0 for no end",
        );
    }
}

fn file(section: Section<'_>) -> FileExporter {
    FileExporter {
        path: section.path("path").unwrap_or_default(),
        append: section.flag("append"),
        flush_interval: section.duration("flush_interval"),
        create_directory: section.flag("create_directory"),
        directory_permissions: section
            .text("directory_permissions")
            .and_then(|text| value::permissions(&text))
            .unwrap_or(0o755),
    }
}

fn debug(section: Section<'_>) -> DebugExporter {
    DebugExporter {
        verbosity: match section.choice("verbosity").as_str() {
            "detailed" => Verbosity::Detailed,
            "normal" => Verbosity::Normal,
            _ => Verbosity::Basic,
        },
        sampling_initial: section.small("sampling_initial"),
        sampling_thereafter: section.small("sampling_thereafter"),
    }
}
