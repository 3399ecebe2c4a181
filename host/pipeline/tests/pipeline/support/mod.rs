//! A gate in this process: a configuration, policies as small as they can be, destinations that do as they are told.

#[path = "../../../../sandbox/tests/sandbox/guests.rs"]
#[allow(dead_code, reason = "the sandbox's tests use the rest")]
mod guests;
pub mod judge;
pub mod sink;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use judge::Judge;
use tempfile::TempDir;
use tollgate_config::{KnownPolicies, Location, Options, Source, Surroundings, load};
use tollgate_otlp::Transport;
use tollgate_pipeline::{Plan, PlanProblem, Service, StockPolicies};
use tollgate_record::Signal;
use tollgate_sandbox::Sandbox;
use tollgate_telemetry::{Known, PipelineReport};
use tollgate_tests::client::{Answer, post};

/// Nothing but what the tests bring along.
struct Bare;

impl Surroundings for Bare {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn file(&self, _: &str) -> Result<String, String> {
        Err("there is none".to_owned())
    }
}

impl KnownPolicies for Bare {
    fn processors(&self) -> Vec<&str> {
        Vec::new()
    }

    fn connectors(&self) -> Vec<&str> {
        Vec::new()
    }
}

impl StockPolicies for Bare {
    fn artifact(&self, _: &str) -> Option<&[u8]> {
        None
    }
}

const RECEIVERS: &str = "receivers: {otlp: {protocols: {http: {endpoint: 'localhost:0'}}}}\n";

/// A configuration with a receiver before it.
pub fn with_receivers(rest: &str) -> String {
    format!("{RECEIVERS}{rest}")
}

/// A running gate, in a folder of its own.
pub struct Gate {
    service: Service,
    folder: TempDir,
}

/// A gate that has stopped.
pub struct Ended {
    reports: Vec<PipelineReport>,
    folder: TempDir,
}

/// Configures policies, and joins the pipelines of a configuration in which `{folder}` stands for the folder with the policies.
fn plan(
    configuration: &str,
    policies: &[(&str, Judge<'_>)],
    folder: &Path,
    known: &Arc<Known>,
) -> (tollgate_config::Config, Result<Plan, Vec<PlanProblem>>) {
    for (name, policy) in policies {
        std::fs::write(folder.join(format!("{name}.wasm")), policy.component()).unwrap();
    }
    let text = configuration.replace("{folder}", &folder.display().to_string());
    let source = Location::Text(Source {
        name: "config.yaml".to_owned(),
        text,
    });
    let loaded = load(&[source], &Bare, &Bare, &Options::default());
    let config = loaded
        .unwrap_or_else(|found| panic!("{}", found.render(false)))
        .config;
    let sandbox = Sandbox::new(tollgate_sandbox::Options::default()).unwrap();
    let plan = Plan::after(known, &config, Path::new(""), &sandbox, &Bare);
    (config, plan)
}

/// What is wrong with a configuration that only its policies could show, as `stage: message`.
pub fn problems(configuration: &str, policies: &[(&str, Judge<'_>)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let (_, plan) = plan(configuration, policies, folder.path(), &Arc::default());
    let problems = plan.err().unwrap_or_default();
    problems
        .iter()
        .map(|problem| format!("{}: {}", problem.stage, problem.message))
        .collect()
}

impl Gate {
    pub async fn start(configuration: &str, policies: &[(&str, Judge<'_>)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let known = Arc::default();
        let (config, plan) = plan(configuration, policies, folder.path(), &known);
        let plan = plan.unwrap_or_else(|problems| panic!("{problems:?}"));
        let service = Service::start(&config, plan).await.unwrap();
        Self { service, folder }
    }

    /// Puts another configuration, without policies, in its place.
    pub async fn reload(&mut self, configuration: &str) {
        let (config, plan) = plan(configuration, &[], self.folder.path(), self.service.known());
        let plan = plan.unwrap_or_else(|problems| panic!("{problems:?}"));
        self.service.reload(&config, plan).await.unwrap();
    }

    pub fn http(&self) -> SocketAddr {
        self.address(Transport::Http)
    }

    pub fn grpc(&self) -> SocketAddr {
        self.address(Transport::Grpc)
    }

    fn address(&self, transport: Transport) -> SocketAddr {
        let mut addresses = self.service.addresses().iter();
        let found = addresses.find(|known| known.transport == transport);
        found.unwrap().address
    }

    pub fn counts(&self) -> Arc<tollgate_telemetry::Gate> {
        self.service.counts()
    }

    /// Sends log records with these bodies.
    pub async fn send(&self, bodies: &[&str]) -> Answer {
        self.send_with(&[], bodies).await
    }

    /// Likewise, with headers.
    pub async fn send_with(&self, headers: &[(&str, &str)], bodies: &[&str]) -> Answer {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let (address, body) = (self.http(), logs(bodies));
        let posting = tokio::task::spawn_blocking(move || {
            let headers: Vec<_> = headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            post(
                address,
                Signal::Logs,
                "application/json",
                &headers,
                body.as_bytes(),
            )
        });
        posting.await.unwrap()
    }

    /// Stops it, and looks whether every record was counted.
    pub async fn stop(self) -> Ended {
        let reports = self.service.stop().await;
        for report in &reports {
            let (came, went) = report.balance();
            assert_eq!(came, went, "every record is counted: {report:#?}");
        }
        Ended {
            reports,
            folder: self.folder,
        }
    }
}

impl Ended {
    pub fn report(&self, pipeline: &str) -> &PipelineReport {
        self.reports
            .iter()
            .find(|report| report.pipeline == pipeline)
            .unwrap()
    }

    /// Bodies of the log records in a file that an exporter wrote, request by request.
    pub fn requests(&self, file: &str) -> Vec<Vec<String>> {
        let text = std::fs::read_to_string(self.folder.path().join(file)).unwrap_or_default();
        text.lines().map(bodies).collect()
    }

    /// The bodies of all of them, in order of the alphabet.
    pub fn bodies(&self, file: &str) -> Vec<String> {
        let mut bodies = self.requests(file).concat();
        bodies.sort();
        bodies
    }

    /// What an exporter wrote.
    pub fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(file)).unwrap_or_default()
    }
}

/// A request of log records, each with a resource of its own letter.
pub fn logs(bodies: &[&str]) -> String {
    let records: Vec<_> = bodies
        .iter()
        .map(|body| serde_json::json!({"body": {"stringValue": body}}))
        .collect();
    serde_json::json!({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).to_string()
}

/// The bodies of log records, in the order of the request.
fn bodies(line: &str) -> Vec<String> {
    let value: serde_json::Value = serde_json::from_str(line).unwrap();
    let list =
        |value: &serde_json::Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    list(&value, "resourceLogs")
        .iter()
        .flat_map(|resource| list(resource, "scopeLogs"))
        .flat_map(|scope| list(&scope, "logRecords"))
        .map(|record| {
            record["body"]["stringValue"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}

/// A metric request with one gauge of so many points.
pub fn metric(name: &str, points: usize) -> Vec<u8> {
    use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
    use opentelemetry_proto::tonic::metrics::v1::{
        Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, metric::Data,
    };
    use prost::Message as _;
    let gauge = Gauge {
        data_points: vec![NumberDataPoint::default(); points],
    };
    let metric = Metric {
        name: name.to_owned(),
        data: Some(Data::Gauge(gauge)),
        ..Metric::default()
    };
    let scope = ScopeMetrics {
        metrics: vec![metric],
        ..ScopeMetrics::default()
    };
    let resource = ResourceMetrics {
        scope_metrics: vec![scope],
        ..ResourceMetrics::default()
    };
    ExportMetricsServiceRequest {
        resource_metrics: vec![resource],
    }
    .encode_to_vec()
}
