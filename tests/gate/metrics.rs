//! The gate's own metrics: what `/metrics` shows is what Prometheus takes, and dashboards of a Collector find their names and labels.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use regex::Regex;
use serde_json::Value;
use tollgate_record::Signal;
use tollgate_tests::gate::{Gate, free};
use tollgate_tests::grpc::Client;
use tollgate_tests::prometheus::Page;
use tollgate_tests::sink::Sink;
use tollgate_tests::{client, telemetry};

/// Everything that has metrics of its own. What `otlp/doomed` takes, no destination wants.
const EVERYTHING: &str = "
receivers:
  otlp: {protocols: {grpc: {endpoint: '{grpc}'}, http: {endpoint: '{http}'}}}
  otlp/doomed: {protocols: {http: {endpoint: '{health}'}}}
processors:
  memory_limiter: {check_interval: 1s, limit_mib: 2048}
  filter:
    logs: {log_record: ['severity_number < SEVERITY_NUMBER_WARN']}
    traces: {span: ['name == \"unwanted\"']}
    metrics: {datapoint: ['attributes[\"unwanted\"] == true']}
  transform:
    log_statements: ['set(log.attributes[\"half\"], 10 / log.attributes[\"by\"])']
  probabilistic_sampler: {sampling_percentage: 100}
  batch: {timeout: 10ms}
connectors: {count: {}}
exporters:
  file/logs: {path: '{folder}/logs'}
  file/traces: {path: '{folder}/traces'}
  file/metrics: {path: '{folder}/metrics'}
  otlphttp: {endpoint: 'http://{nowhere}', retry_on_failure: {enabled: false}}
  otlphttp/away: {endpoint: 'http://127.0.0.1:9', sending_queue: {queue_size: 1, wait_for_result: false}, gate: {required: false}}
service:
  telemetry: {metrics: {level: LEVEL, readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: {metrics}}}}}]}}
  pipelines:
    logs: {receivers: [otlp], processors: [memory_limiter, filter, transform, probabilistic_sampler, batch], exporters: [file/logs, count]}
    traces: {receivers: [otlp], processors: [memory_limiter, filter, probabilistic_sampler, batch], exporters: [file/traces, count]}
    metrics: {receivers: [otlp], processors: [memory_limiter, filter, batch], exporters: [file/metrics, count]}
    metrics/counted: {receivers: [count], exporters: [file/metrics]}
    logs/doomed: {receivers: [otlp/doomed], exporters: [otlphttp, otlphttp/away]}
    traces/doomed: {receivers: [otlp/doomed], exporters: [otlphttp, otlphttp/away]}
    metrics/doomed: {receivers: [otlp/doomed], exporters: [otlphttp, otlphttp/away]}
";

fn everything(level: &str) -> String {
    let sink = Sink::answering("400 Bad Request");
    EVERYTHING
        .replace("{nowhere}", &sink.address.to_string())
        .replace("LEVEL", level)
}

/// Two records, one of which the filter does not want.
fn request(signal: Signal) -> &'static str {
    match signal {
        Signal::Logs => {
            r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[
            {"severityNumber":17,"traceId":"0af7651916cd43dd8448eb211c80319c","attributes":[{"key":"by","value":{"intValue":"0"}}]},
            {"severityNumber":5,"traceId":"0af7651916cd43dd8448eb211c80319c"}]}]}]}"#
        }
        Signal::Traces => {
            r#"{"resourceSpans":[{"scopeSpans":[{"spans":[
            {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"wanted"},
            {"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203332","name":"unwanted"}]}]}]}"#
        }
        Signal::Metrics => {
            r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":{"dataPoints":[
            {"asInt":"1"},{"asInt":"2","attributes":[{"key":"unwanted","value":{"boolValue":true}}]}]}}]}]}]}"#
        }
    }
}

fn send(gate: &Gate) {
    let grpc = Client::connect(gate.grpc);
    for signal in Signal::ALL {
        let json = request(signal).as_bytes();
        let answer = client::post(gate.http, signal, "application/json", &[], json);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let wire = tollgate_json::decode(signal, json).unwrap();
        grpc.export(signal, &wire, None).unwrap();
        let doomed = client::post(gate.health, signal, "application/json", &[], json);
        assert_eq!(doomed.status, 500, "{}", doomed.text());
    }
}

fn page(gate: &Gate) -> Page {
    let answer = client::get(gate.metrics, "/metrics");
    assert_eq!(answer.status, 200);
    assert!(
        answer.head.contains("text/plain; version=0.0.4"),
        "{}",
        answer.head
    );
    let text = answer.text();
    Page::read(&text).unwrap_or_else(|wrong| panic!("{wrong:#?}\n{text}"))
}

#[test]
fn the_page_is_one_that_prometheus_takes_and_says_what_happened() {
    let gate = Gate::start(&everything("detailed"));
    page(&gate);
    send(&gate);
    let page = page(&gate);
    for (name, labels, value) in [
        (
            "receiver_accepted_log_records",
            vec![("receiver", "otlp"), ("transport", "http")],
            2,
        ),
        (
            "receiver_accepted_spans",
            vec![("receiver", "otlp"), ("transport", "grpc")],
            2,
        ),
        (
            "receiver_accepted_metric_points",
            vec![("receiver", "otlp")],
            4,
        ),
        (
            "processor_incoming_items",
            vec![("processor", "filter"), ("otel_signal", "logs")],
            4,
        ),
        (
            "processor_outgoing_items",
            vec![("processor", "filter"), ("otel_signal", "logs")],
            2,
        ),
        (
            "processor_filter_logs_filtered",
            vec![("filter", "filter")],
            2,
        ),
        (
            "processor_filter_spans_filtered",
            vec![("filter", "filter")],
            2,
        ),
        (
            "processor_filter_datapoints_filtered",
            vec![("filter", "filter")],
            2,
        ),
        (
            "processor_probabilistic_sampler_count_traces_sampled",
            vec![("sampled", "true")],
            2,
        ),
        (
            "processor_memory_limiter_accepted_spans",
            vec![("processor", "memory_limiter")],
            4,
        ),
        (
            "processor_batch_batch_send_size_sum",
            vec![("processor", "batch")],
            6,
        ),
        (
            "processor_batch_timeout_trigger_send",
            vec![("processor", "batch")],
            6,
        ),
        (
            "exporter_sent_log_records",
            vec![("exporter", "file/logs")],
            2,
        ),
        (
            "exporter_send_failed_spans",
            vec![("exporter", "otlphttp")],
            2,
        ),
    ] {
        let found = page.sum(&format!("otelcol_{name}"), &labels);
        assert!(
            (found - f64::from(value)).abs() < 0.1,
            "{name} {labels:?} is {found}"
        );
    }
    // What a policy counts itself: the statement failed on both records that it saw.
    let rule = ("rule", "log_statements[0]");
    let failed = page.sum("ottl_errors", &[("processor", "transform"), rule]);
    assert!((failed - 2.0).abs() < 0.1, "{failed}");
    // What became of every record adds up to what came in, and to what was copied for the connector.
    let of = |name: &str| page.sum_by(&["pipeline"], &format!("tollgate_pipeline_{name}"));
    let mut came = of("received_records").unwrap();
    for (pipeline, added) in of("added_records").unwrap() {
        *came.entry(pipeline).or_default() += added;
    }
    assert_eq!(Some(came), of("records"));
    assert!(gate.stop().status.success());
}

/// Rows of the document's first table of metrics: names, their labels, and the query.
fn rows() -> Vec<[String; 3]> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/migration.md");
    let text = fs::read_to_string(file).unwrap();
    let (_, section) = text.split_once("\n## 4.").unwrap();
    let (section, _) = section.split_once("\n## 5.").unwrap();
    let rows = section
        .lines()
        .filter(|line| line.starts_with("| `otelcol_"));
    rows.map(|line| {
        let mut cells = line.trim_matches('|').split('|');
        std::array::from_fn(|_| cells.next().unwrap_or_default().trim().to_owned())
    })
    .collect()
}

fn quoted(cell: &str) -> Vec<String> {
    let inside = cell.split('`').skip(1).step_by(2);
    inside.map(str::to_owned).collect()
}

/// The names of a cell: `..._x` is the first name with another end, and `...` the same of the other signals.
fn names(cell: &str, page: &Page) -> Vec<String> {
    let mut names = quoted(cell);
    let first = names[0].clone();
    for name in &mut names[1..] {
        let Some(end) = name.strip_prefix("...") else {
            continue;
        };
        let starts = first.match_indices('_').map(|(at, _)| &first[..at]);
        let mut candidates = starts.map(|start| format!("{start}{end}"));
        let found = candidates.find(|name| page.kinds.contains_key(name));
        *name = found.unwrap_or_else(|| panic!("{name} of {first} is not on the page"));
    }
    if cell.ends_with("...") {
        let start = first.strip_suffix("_log_records").unwrap();
        names.extend(["spans", "metric_points"].map(|end| format!("{start}_{end}")));
    }
    names
}

#[test]
fn dashboards_of_a_collector_find_what_they_ask_for() {
    let gate = Gate::start(&everything("normal"));
    send(&gate);
    // The first one fills a queue whose destination is away, and none of the others has room there.
    for signal in Signal::ALL {
        let json = request(signal).as_bytes();
        let answer = client::post(gate.health, signal, "application/json", &[], json);
        assert_eq!(answer.status, 500, "{}", answer.text());
    }
    let page = page(&gate);
    let selector = Regex::new(r"\b(?:otelcol|tollgate)_[a-z0-9_]+").unwrap();
    let grouped = Regex::new(r"by \(([a-z_, ]+)\)").unwrap();
    let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut before = Vec::new();
    let mut asked = BTreeSet::new();
    for [named, labelled, query] in rows() {
        let own: Vec<_> = match labelled.as_str() {
            "the same" => before.clone(),
            cell => quoted(cell.split(';').next().unwrap()),
        };
        for name in names(&named, &page) {
            let own: Vec<_> = own.iter().map(String::as_str).collect();
            let is_histogram = page
                .kinds
                .get(&name)
                .is_some_and(|kind| kind == "histogram");
            let series = if is_histogram {
                format!("{name}_count")
            } else {
                name.clone()
            };
            let sums = page.sum_by(&own, &series);
            assert!(
                sums.is_some(),
                "sum by ({}) ({series}) has no answer",
                own.join(", ")
            );
            // And no label besides, which would split what a dashboard shows as one line.
            let all = page
                .named(&series)
                .flat_map(|series| series.labels.keys().cloned());
            labels.entry(name.clone()).or_default().extend(all);
            let own: BTreeSet<_> = own.iter().map(|label| (*label).to_owned()).collect();
            assert_eq!(labels[&name], own, "{name}");
            asked.insert(name);
        }
        let by: Vec<_> = grouped
            .captures_iter(&query)
            .flat_map(|found| found[1].split(", ").map(str::to_owned).collect::<Vec<_>>())
            .collect();
        let by: Vec<_> = by.iter().map(String::as_str).collect();
        let mut selectors = selector.find_iter(&query).peekable();
        assert!(selectors.peek().is_some(), "{named} has a query");
        for selector in selectors {
            assert!(
                page.sum_by(&by, selector.as_str()).is_some(),
                "{query} has no answer"
            );
        }
        before = own;
    }
    // Nor does the page show a Collector's name that the document does not explain.
    let shown = page
        .kinds
        .keys()
        .filter(|name| name.starts_with("otelcol_"));
    assert_eq!(shown.cloned().collect::<BTreeSet<_>>(), asked);
    assert!(asked.len() >= 25, "{asked:?}");
}

#[test]
fn without_metrics_nothing_listens() {
    let metrics = free();
    let port = metrics.port().to_string();
    let gate = Gate::start(&everything("none").replace("{metrics}", &port));
    let said = TcpStream::connect_timeout(&metrics, Duration::from_secs(1));
    assert!(said.is_err(), "somebody listens");
    send(&gate);
    assert!(gate.stop().status.success());
}

/// Names and values of metrics that came to a destination, and the resource's attributes.
fn arrived(sink: &Sink) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for (path, body) in sink.received() {
        assert_eq!(path, "/v1/metrics");
        let request = telemetry::json(Signal::Metrics, &body);
        for resource in request["resourceMetrics"].as_array().unwrap() {
            for attribute in resource["resource"]["attributes"].as_array().unwrap() {
                let key = attribute["key"].as_str().unwrap().to_owned();
                found.insert(key, attribute["value"]["stringValue"].clone());
            }
            for scope in resource["scopeMetrics"].as_array().unwrap() {
                for metric in scope["metrics"].as_array().unwrap() {
                    let name = metric["name"].as_str().unwrap().to_owned();
                    found.insert(name, metric.clone());
                }
            }
        }
    }
    found
}

#[test]
fn variables_of_the_environment_say_where_metrics_go() {
    let sink = Sink::start();
    let endpoint = format!("http://{}", sink.address);
    let gate = Gate::start_in(
        "
receivers: {otlp: {protocols: {http: {endpoint: '{http}'}}}}
exporters: {nop: }
service: {pipelines: {logs: {receivers: [otlp], exporters: [nop]}}}
",
        &[],
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
            ("OTEL_METRIC_EXPORT_INTERVAL", "50"),
            ("OTEL_SERVICE_NAME", "edge"),
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test"),
        ],
    );
    let json = request(Signal::Logs).as_bytes();
    let answer = client::post(gate.http, Signal::Logs, "application/json", &[], json);
    assert_eq!(answer.status, 200);
    let mut found = BTreeMap::new();
    // What was counted is sent at the latest when the gate stops; what is sent before shows that the interval holds.
    for _ in 0..3000 {
        found = arrived(&sink);
        if !found.is_empty() {
            break;
        }
        sleep(Duration::from_millis(10));
    }
    assert!(!found.is_empty(), "{}", gate.log());
    assert!(gate.stop().status.success());
    let found = arrived(&sink);
    assert_eq!(found["service.name"], "edge");
    assert_eq!(found["deployment.environment"], "test");
    let points = &found["otelcol_receiver_accepted_log_records"]["sum"]["dataPoints"];
    let of_http = points.as_array().unwrap().iter().find(|point| {
        let mut attributes = point["attributes"].as_array().unwrap().iter();
        attributes.any(|attribute| attribute["value"]["stringValue"] == "http")
    });
    assert_eq!(of_http.unwrap()["asInt"], "2");
}
