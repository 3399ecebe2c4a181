//! The program's own telemetry.

use std::time::Duration;

use super::section::Section;
use super::service::service;
use super::walk::Checker;
use crate::address;
use crate::model::{
    ClientTls, Compression, Endpoint, Exporter, IncludeExclude, LogEncoding, LogLevel, Logs,
    Metrics, MetricsLevel, MetricsReader, OtlpGrpcExporter, OtlpHttpExporter, PeriodicReader,
    PrometheusReader, Secret, Telemetry, Temporality,
};
use crate::yaml::{Node, Span, Value};

const PATH: &str = "service::telemetry";

/// Reads `service::telemetry`.
pub(crate) fn telemetry(checker: &mut Checker<'_>, root: &Node) -> Telemetry {
    let nothing = Node::new(Value::Null, Span::default());
    let section = service(root, &nothing).section("telemetry");
    let written = root
        .get("service")
        .and_then(|service| service.get("telemetry"));
    if let Some(traces) = written.and_then(|written| written.entry("traces"))
        && asks_for_something(&traces.node)
    {
        checker.warning(
            traces.span,
            format!("{PATH}::traces: the program makes no traces of its own"),
            "its metrics count by component and stage: `/metrics`",
        );
    }
    Telemetry {
        logs: logs(section.section("logs")),
        metrics: metrics(checker, section.section("metrics"), written),
        resource: resource(checker, section.node("resource")),
    }
}

fn asks_for_something(traces: &Node) -> bool {
    traces
        .entries()
        .iter()
        .any(|entry| !(entry.key == "level" && entry.node.text() == Some("none")))
}

fn logs(section: Section<'_>) -> Logs {
    Logs {
        level: match section.choice("level").as_str() {
            "debug" => LogLevel::Debug,
            "warn" => LogLevel::Warn,
            "error" | "dpanic" | "panic" | "fatal" => LogLevel::Error,
            _ => LogLevel::Info,
        },
        encoding: if section.choice("encoding") == "json" {
            LogEncoding::Json
        } else {
            LogEncoding::Console
        },
    }
}

fn metrics(checker: &mut Checker<'_>, section: Section<'_>, written: Option<&Node>) -> Metrics {
    let level = match section.choice("level").as_str() {
        "none" => MetricsLevel::None,
        "basic" => MetricsLevel::Basic,
        "detailed" => MetricsLevel::Detailed,
        _ => MetricsLevel::Normal,
    };
    let readers = written
        .and_then(|written| written.get("metrics"))
        .and_then(|metrics| metrics.entry("readers"));
    let Some(list) = readers.filter(|readers| readers.node.value != Value::Null) else {
        return Metrics {
            level,
            ..Metrics::default()
        };
    };
    if matches!(&list.node.value, Value::List(items) if items.is_empty())
        && level != MetricsLevel::None
    {
        checker.error(
            list.span,
            format!("{PATH}::metrics: there is no reader"),
            "write `level: none` for no metrics, or leave `readers` out for those of `localhost:8888`",
        );
    }
    let at = |index: usize| match &list.node.value {
        Value::List(items) => items.get(index).map_or(list.span, |item| item.span),
        _ => list.span,
    };
    let sections = section.sections("readers");
    let readers = sections
        .into_iter()
        .enumerate()
        .filter_map(|(index, reader)| {
            let path = format!("{PATH}::metrics::readers::{index}");
            self::reader(checker, &path, at(index), reader)
        });
    Metrics {
        level,
        readers: readers.collect(),
        by_default: false,
    }
}

fn reader(
    checker: &mut Checker<'_>,
    path: &str,
    at: Span,
    section: Section<'_>,
) -> Option<MetricsReader> {
    match (section.has("pull"), section.has("periodic")) {
        (true, false) => {
            let prometheus = section
                .section("pull")
                .section("exporter")
                .section("prometheus");
            Some(MetricsReader::Prometheus(self::prometheus(
                checker, path, at, prometheus,
            )))
        }
        (false, true) => {
            let periodic = section.section("periodic");
            self::periodic(checker, path, at, periodic).map(MetricsReader::Periodic)
        }
        (both, _) => {
            let message = if both {
                "`pull` and `periodic` are both there"
            } else {
                "a reader is `pull` or `periodic`"
            };
            checker.error(
                at,
                format!("{path}: {message}"),
                "write one of them for each reader",
            );
            None
        }
    }
}

fn prometheus(
    checker: &mut Checker<'_>,
    path: &str,
    at: Span,
    section: Section<'_>,
) -> PrometheusReader {
    let host = section.text("host").unwrap_or_default();
    let host = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .map_or(host.clone(), str::to_owned);
    let labels = section.section("with_resource_constant_labels");
    let resource_labels = section
        .has("with_resource_constant_labels")
        .then(|| IncludeExclude {
            included: labels.texts("included"),
            excluded: labels.texts("excluded"),
        });
    if let Some(name) = resource_labels.as_ref().and_then(|labels| {
        let both = |name: &&String| labels.excluded.contains(name);
        labels.included.iter().find(both)
    }) {
        checker.error(
            at,
            format!("{path}::pull::exporter::prometheus: `{name}` is included and excluded"),
            "keep one of the two",
        );
    }
    PrometheusReader {
        host,
        port: u16::try_from(section.count("port")).unwrap_or_default(),
        without_scope_info: section.flag("without_scope_info"),
        without_units: section.flag("without_units"),
        without_type_suffix: section.flag("without_type_suffix"),
        resource_labels,
    }
}

fn periodic(
    checker: &mut Checker<'_>,
    path: &str,
    at: Span,
    section: Section<'_>,
) -> Option<PeriodicReader> {
    let exporter = section.section("exporter");
    if !exporter.has("otlp") {
        if section.has("exporter") && !exporter.has("console") {
            checker.error(
                at,
                format!("{path}::periodic::exporter: there is none"),
                "write `otlp: {protocol: http/protobuf, endpoint: ...}`",
            );
        }
        return None;
    }
    let otlp = exporter.section("otlp");
    Some(PeriodicReader {
        interval: Duration::from_millis(section.count("interval")),
        timeout: Duration::from_millis(section.count("timeout")),
        temporality: match otlp.choice("temporality_preference").as_str() {
            "delta" => Temporality::Delta,
            "lowmemory" => Temporality::LowMemory,
            _ => Temporality::Cumulative,
        },
        exporter: otlp_exporter(checker, &format!("{path}::periodic::exporter::otlp"), otlp),
    })
}

fn otlp_exporter(checker: &mut Checker<'_>, path: &str, section: Section<'_>) -> Exporter {
    let headers = headers(checker, path, &section);
    let tls = ClientTls {
        ca_file: section.path("certificate"),
        cert_file: section.path("client_certificate"),
        key_file: section.path("client_key"),
        ..ClientTls::default()
    };
    let compression = if section.choice("compression") == "gzip" {
        Compression::Gzip
    } else {
        Compression::None
    };
    let timeout =
        Some(Duration::from_millis(section.count("timeout"))).filter(|timeout| !timeout.is_zero());
    let insecure = section.flag("insecure");
    let schemed = |default: &str| {
        let endpoint = section.text("endpoint").unwrap_or(default.to_owned());
        if endpoint.starts_with("http://") || endpoint.starts_with("https://") {
            endpoint
        } else if insecure {
            format!("http://{endpoint}")
        } else {
            format!("https://{endpoint}")
        }
    };
    if section.choice("protocol").starts_with("grpc") {
        let endpoint = schemed("localhost:4317")
            .parse()
            .unwrap_or_else(|why: String| {
                let span = section.node("endpoint").map(|node| node.span);
                checker.error(
                    span.unwrap_or_default(),
                    format!("{path}::endpoint: it is no address to connect to: {why}"),
                    "write `http://host:4317`",
                );
                Endpoint {
                    host: String::new(),
                    port: 0,
                    tls: false,
                }
            });
        return Exporter::Otlp(OtlpGrpcExporter {
            tls,
            headers,
            compression,
            timeout,
            ..OtlpGrpcExporter::new(endpoint)
        });
    }
    let url = schemed("localhost:4318");
    if let (Err(why), Some(node)) = (address::url(&url), section.node("endpoint")) {
        checker.error(
            node.span,
            format!("{path}::endpoint: it is no URL: {why}"),
            "write `http://host:4318/v1/metrics`",
        );
    }
    // A path is used as it is.
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let metrics_url = match rest.split_once('/') {
        Some((_, path)) if !path.is_empty() => url,
        _ => format!("{}/v1/metrics", url.trim_end_matches('/')),
    };
    Exporter::OtlpHttp(OtlpHttpExporter {
        logs_url: None,
        traces_url: None,
        metrics_url: Some(metrics_url),
        tls,
        headers,
        compression,
        timeout,
        ..OtlpHttpExporter::new("")
    })
}

/// Headers of both forms; those that stand alone go before those of the list.
fn headers(checker: &mut Checker<'_>, path: &str, section: &Section<'_>) -> Vec<(String, Secret)> {
    let mut headers = section.headers("headers");
    let list = section.text("headers_list").unwrap_or_default();
    for pair in list.split(',').filter(|pair| !pair.trim().is_empty()) {
        match pair.split_once('=') {
            Some((name, value)) => {
                let name = name.trim().to_ascii_lowercase();
                if !headers.iter().any(|(own, _)| *own == name) {
                    headers.push((name, Secret::new(value.trim())));
                }
            }
            None => checker.error(
                section
                    .node("headers_list")
                    .map(|node| node.span)
                    .unwrap_or_default(),
                format!("{path}::headers_list: a header has a `=` between name and value"),
                "write `name=value,name=value`",
            ),
        }
    }
    headers
}

/// Attributes: `name: value`, or a list of `name` and `value` under `attributes`.
fn resource(checker: &mut Checker<'_>, node: Option<&Node>) -> Vec<(String, Option<String>)> {
    let path = "service::telemetry::resource";
    let Some(node) = node else {
        return Vec::new();
    };
    if !checker.mapping(path, node) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut inline = None;
    for entry in node.entries() {
        match (entry.key.as_str(), &entry.node.value) {
            ("attributes", Value::List(items)) => {
                for item in items {
                    attribute(checker, path, item, &mut found);
                }
            }
            ("schema_url" | "detectors" | "detection/development" | "attributes", _) => {}
            ("attributes_list", _) => checker.error(
                entry.span,
                format!("{path}::attributes_list: a Collector does not take it either"),
                "write `attributes: [{name: ..., value: ...}]`",
            ),
            (name, Value::Null) => {
                inline = Some(entry.span);
                found.push((name.to_owned(), None));
            }
            (name, _) => {
                inline = Some(entry.span);
                match entry.node.text() {
                    Some(text) => found.push((name.to_owned(), Some(text.to_owned()))),
                    None if entry.node.value == Value::Unknown => {}
                    None => checker.error(
                        entry.node.span,
                        format!(
                            "{path}::{name}: a text is expected, not {}",
                            entry.node.noun()
                        ),
                        "put it in quotes",
                    ),
                }
            }
        }
    }
    let listed = node.get("attributes").is_some_and(|list| !list.is_absent());
    if let Some(span) = inline.filter(|_| listed) {
        checker.error(
            span,
            format!("{path}: attributes stand in both forms"),
            "move all of them under `attributes`",
        );
    }
    found
}

fn attribute(
    checker: &mut Checker<'_>,
    path: &str,
    item: &Node,
    found: &mut Vec<(String, Option<String>)>,
) {
    let Some(name) = item.get("name").and_then(Node::text) else {
        return checker.error(
            item.span,
            format!("{path}::attributes: an attribute has `name` and `value`"),
            "write `{name: deployment.environment, value: production}`",
        );
    };
    let value = item.get("value").map(|node| match &node.value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        _ => node.text().unwrap_or_default().to_owned(),
    });
    let value = value.filter(|_| item.get("value").is_some_and(|node| !node.is_absent()));
    found.push((name.to_owned(), value));
}
