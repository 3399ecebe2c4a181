//! Configurations of the gates that are tried.

use super::records::BLOCKED;
use super::sink::Sink;

/// What a gate is tried with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Whether what is queued is on disk.
    pub is_durable: bool,
    /// Requests that a queue may hold.
    pub queue_size: u64,
    /// Requests that are sent at once.
    pub consumers: u32,
    /// How long one try may take.
    pub timeout: &'static str,
    /// Bytes that the folder may hold.
    pub max_size: Option<u64>,
    /// More keys of `file_storage`.
    pub directory: &'static str,
    /// `service::gate`, without the braces.
    pub process: &'static str,
    /// More processors.
    pub more: Vec<Stage>,
}

/// A processor, and the signals that pass it.
#[derive(Debug, Clone, Copy)]
pub struct Stage {
    /// Its name.
    pub name: &'static str,
    /// What is written of it.
    pub text: &'static str,
    /// The pipelines that it is in.
    pub signals: &'static [&'static str],
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            is_durable: true,
            queue_size: 100_000,
            consumers: 4,
            timeout: "2s",
            max_size: None,
            directory: "{folder}/queue",
            process: "",
            more: Vec::new(),
        }
    }
}

impl Setup {
    /// The configuration that sends to these, by gRPC and by HTTP in turn.
    #[must_use]
    pub fn text(&self, sinks: &[&Sink]) -> String {
        let exporters: Vec<_> = sinks
            .iter()
            .enumerate()
            .map(|(place, sink)| self.exporter(place, sink))
            .collect();
        let names: Vec<_> = exporters.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(", ");
        let exporters: String = exporters.iter().map(|(_, text)| text.as_str()).collect();
        let mut more = String::new();
        for Stage { name, text, .. } in &self.more {
            more.push_str(&format!("  {name}: {text}\n"));
        }
        let (storage, extensions) = if self.is_durable {
            (self.storage(), "[file_storage]")
        } else {
            (String::new(), "[]")
        };
        let mut pipelines = String::new();
        for signal in ["logs", "traces", "metrics"] {
            let own = self
                .more
                .iter()
                .filter(|stage| stage.signals.contains(&signal));
            let stages: Vec<_> = std::iter::once("redaction")
                .chain(own.map(|stage| stage.name))
                .collect();
            let stages = stages.join(", ");
            pipelines.push_str(&format!(
                "    {signal}: {{receivers: [otlp], processors: [{stages}], exporters: [{names}]}}\n"
            ));
        }
        format!(
            "receivers: {{otlp: {{protocols: {{grpc: {{endpoint: '{{grpc}}'}}, http: {{endpoint: '{{http}}'}}}}}}}}
{storage}processors:
  redaction: {{allow_all_keys: true, blocked_values: {BLOCKED}}}
{more}exporters:
{exporters}service:
  extensions: {extensions}
{process}  telemetry: {{metrics: {{readers: [{{pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: {{metrics}}}}}}}}}}]}}}}
  pipelines:
{pipelines}",
            process = match self.process {
                "" => String::new(),
                process => format!("  gate: {{{process}}}\n"),
            }
        )
    }

    fn storage(&self) -> String {
        let directory = self.directory;
        let max_size = self
            .max_size
            .map(|bytes| format!(", max_size: {bytes}"))
            .unwrap_or_default();
        format!(
            "extensions: {{file_storage: {{directory: '{directory}', create_directory: true, fsync: true{max_size}}}}}\n"
        )
    }

    fn exporter(&self, place: usize, sink: &Sink) -> (String, String) {
        let address = sink.address;
        let (name, endpoint) = match place % 2 {
            0 => (
                "otlp",
                format!("endpoint: '{address}', tls: {{insecure: true}}"),
            ),
            _ => ("otlphttp", format!("endpoint: 'http://{address}'")),
        };
        let name = format!("{name}/{place}");
        let storage = if self.is_durable {
            "storage: file_storage, "
        } else {
            ""
        };
        let text = format!(
            "  {name}: {{{endpoint}, timeout: {timeout}, retry_on_failure: {{initial_interval: 50ms, max_interval: 500ms, max_elapsed_time: 0}}, \
             sending_queue: {{{storage}queue_size: {size}, num_consumers: {consumers}}}}}\n",
            timeout = self.timeout,
            size = self.queue_size,
            consumers = self.consumers,
        );
        (name, text)
    }
}
