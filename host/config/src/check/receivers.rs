use std::time::Duration;

use super::parts::Parts;
use super::section::Section;
use super::tls;
use super::walk::Checker;
use crate::address;
use crate::model::{
    GrpcServer, HttpServer, OtlpReceiver, RequestCompression, ServerAuth, ServerTls,
};
use crate::schema::RECEIVER;
use crate::yaml::{Entry, Span, Value};

/// Checks one receiver and says what it means.
pub(crate) fn otlp(
    checker: &mut Checker<'_>,
    parts: &Parts,
    path: &str,
    entry: &Entry,
) -> OtlpReceiver {
    checker.section(path, RECEIVER, &entry.node, entry.span);
    let protocols = Section::new(RECEIVER, &entry.node).section("protocols");
    let spoken = |name: &str| protocols.has(name) && protocols.section(name).flag("enabled");
    let mut server = |name: &str| {
        let section = protocols.section(name);
        let written = entry.node.get("protocols").and_then(|all| all.entry(name));
        let at = written.map_or(entry.span, |written| written.span);
        let path = format!("{path}::protocols::{name}");
        access(checker, parts, &path, at, section)
    };
    let grpc = spoken("grpc").then(|| grpc(protocols.section("grpc"), server("grpc")));
    let http = spoken("http").then(|| http(protocols.section("http"), server("http")));
    if let Some(written) = entry
        .node
        .entry("protocols")
        .filter(|written| matches!(written.node.value, Value::Map(_)))
    {
        if grpc.is_none() && http.is_none() {
            checker.error(
                written.span,
                format!("{path}: no protocol is spoken"),
                "write `protocols: {grpc: , http: }`, or one of them",
            );
        }
        for path_key in ["logs_url_path", "traces_url_path", "metrics_url_path"] {
            let node = written.node.get("http").and_then(|http| http.get(path_key));
            if let Some((node, text)) = node.and_then(|node| Some((node, node.text()?)))
                && (text
                    .contains(|c: char| c.is_whitespace() || matches!(c, '?' | '#' | '{' | '}'))
                    || !text.is_ascii())
            {
                let message =
                    format!("{path}::protocols::http::{path_key}: no request has such a path");
                checker.error(node.span, message, "write a path such as `/v1/logs`");
            }
        }
    }
    OtlpReceiver { grpc, http }
}

/// Who may come in, and how.
struct Access {
    tls: Option<ServerTls>,
    auth: Option<ServerAuth>,
}

fn access(
    checker: &mut Checker<'_>,
    parts: &Parts,
    path: &str,
    at: Span,
    section: Section<'_>,
) -> Access {
    let tls = tls::server(checker, path, at, section);
    let auth = parts.server_auth(checker, path, section);
    let endpoint = section.text("endpoint").unwrap_or_default();
    let is_open = address::host_port(&endpoint).is_ok_and(|(host, _)| !address::is_loopback(&host));
    if tls.is_none() && is_open {
        let at = section.node("endpoint").map_or(at, |node| node.span);
        let message = if auth.is_some() {
            "other machines send records and credentials there in plain text"
        } else {
            "other machines send there in plain text, and whoever reaches it may"
        };
        checker.warning(
            at,
            format!("{path}::endpoint: {message}"),
            "add `tls`, or listen on `localhost`",
        );
    }
    Access { tls, auth }
}

fn grpc(section: Section<'_>, access: Access) -> GrpcServer {
    GrpcServer {
        endpoint: section.text("endpoint").unwrap_or_default(),
        max_message_size: match section.count("max_recv_msg_size_mib") {
            0 => GrpcServer::default().max_message_size,
            mib => mib.saturating_mul(1 << 20),
        },
        max_concurrent_streams: Some(section.small("max_concurrent_streams"))
            .filter(|streams| *streams > 0),
        include_metadata: section.flag("include_metadata"),
        tls: access.tls,
        auth: access.auth,
    }
}

fn http(section: Section<'_>, access: Access) -> HttpServer {
    let path = |name: &str| {
        let path = section.text(name).unwrap_or_default();
        if path.starts_with('/') {
            path
        } else {
            format!("/{path}")
        }
    };
    HttpServer {
        endpoint: section.text("endpoint").unwrap_or_default(),
        max_request_body_size: match section.count("max_request_body_size") {
            0 => HttpServer::default().max_request_body_size,
            size => size,
        },
        include_metadata: section.flag("include_metadata"),
        compression_algorithms: compressions(&section.texts("compression_algorithms")),
        logs_url_path: path("logs_url_path"),
        traces_url_path: path("traces_url_path"),
        metrics_url_path: path("metrics_url_path"),
        response_headers: section.headers("response_headers"),
        read_timeout: section.limit("read_timeout"),
        read_header_timeout: first(&section, ["read_header_timeout", "read_timeout"]),
        write_timeout: section.limit("write_timeout"),
        idle_timeout: first(&section, ["idle_timeout", "read_timeout"]),
        keep_alives: section.flag("keep_alives_enabled"),
        tls: access.tls,
        auth: access.auth,
    }
}

/// The first limit that there is.
fn first(section: &Section<'_>, names: [&str; 2]) -> Option<Duration> {
    names.into_iter().find_map(|name| section.limit(name))
}

fn compressions(written: &[String]) -> Vec<RequestCompression> {
    use RequestCompression::{Deflate, Gzip, Zlib, Zstd};
    if written.is_empty() {
        return HttpServer::default().compression_algorithms;
    }
    let known = |word: &String| match word.to_ascii_lowercase().as_str() {
        "gzip" => Some(Gzip),
        "zstd" => Some(Zstd),
        "zlib" => Some(Zlib),
        "deflate" => Some(Deflate),
        _ => None,
    };
    written.iter().filter_map(known).collect()
}
