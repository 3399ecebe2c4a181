//! What a policy does beside judging and editing records: routes, metrics of its own, new telemetry, new nodes, warnings.

use serde::Deserialize;
use serde_json::json;
use tollgate_sdk::testing::{Harness, Request, RunError, data_point, log_record, span};
use tollgate_sdk::{
    Batch, Description, Field, Instrument, InstrumentKind, NewValue, NodeKind, Policy, Problem,
    Route, Rule, Setup, Signal, Value,
};

/// Does what `deed` says.
struct Clerk {
    deed: Deed,
    team: Field,
    whole: Field,
    map: Field,
    rule: Rule,
    routes: [Route; 2],
    tokens: Instrument,
    open: Instrument,
    size: Instrument,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Deed {
    Route,
    RouteNowhere,
    Measure,
    Emit,
    EmitGarbage,
    AddMetric,
    AddEvent,
    Replace,
    Fill,
}

#[derive(Deserialize)]
struct Config {
    deed: Deed,
}

/// A metric `derived` with one point, as an OTLP message.
const METRIC: &[u8] = b"\x0a\x07derived\x2a\x0b\x0a\x09\x31\x05\0\0\0\0\0\0\0";

impl Policy for Clerk {
    type Config = Config;

    fn describe() -> Description {
        Description::new("clerk", "1.0.0", "Sends things on.")
    }

    fn configure(config: Config, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        setup.takes(Signal::ALL);
        setup.adds(Signal::ALL);
        setup.emits(&[Signal::Metrics]);
        setup.emits(&[Signal::Metrics]);
        setup.warn(Problem::at("/deed", "is done").span(2..4));
        Ok(Self {
            deed: config.deed,
            team: setup.reads(Signal::ALL, r#"attributes["team"]"#),
            whole: setup.edits(&[Signal::Metrics], "metric"),
            map: setup.writes(Signal::ALL, "attributes"),
            rule: setup.rule("clerk"),
            routes: [setup.route("logs/audit"), setup.route("logs/bulk")],
            tokens: setup.instrument(InstrumentKind::DeltaSum, "tokens", "{token}", "Tokens."),
            open: setup.instrument(InstrumentKind::Gauge, "open", "1", "Open ones."),
            size: setup.instrument(InstrumentKind::Histogram, "size", "By", "Sizes."),
        })
    }

    fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        match self.deed {
            Deed::Emit => batch.emit(Signal::Metrics, request()),
            Deed::EmitGarbage => batch.emit(Signal::Metrics, b"\x0a\xff".to_vec()),
            Deed::Replace => batch.each(NodeKind::Metric, |metric| {
                let message = metric.get(self.whole).and_then(Value::as_bytes).unwrap();
                // The name becomes longer: the message is read and written as bytes.
                let mut new = b"\x0a\x09no longer".to_vec();
                new.extend_from_slice(&message[2 + usize::from(message[1])..]);
                metric.set(self.rule, self.whole, new);
            }),
            _ => {}
        }
        let kind = batch.signal().record_kind();
        batch.each(kind, |record| {
            let team = record.get(self.team).and_then(Value::as_text).unwrap_or("");
            match self.deed {
                Deed::Route if team == "both" => {
                    let [audit, bulk] = self.routes;
                    record.route(self.rule, &[bulk, audit, bulk]);
                }
                Deed::Route if team == "one" => record.route(self.rule, &self.routes[..1]),
                Deed::RouteNowhere => record.route(self.rule, &[]),
                Deed::Measure => {
                    record.measure(self.tokens, 2.0, &[("team", team)]);
                    record.measure(self.tokens, f64::NAN, &[("team", team)]);
                    record.measure(self.tokens, -5.0, &[("team", team)]);
                    record.measure(self.open, 7.0, &[]);
                    record.measure(self.open, 3.0, &[]);
                    record.measure(self.size, 1.0, &[]);
                }
                Deed::AddMetric => record.add(self.rule, NodeKind::Metric, METRIC),
                Deed::AddEvent => record.add(self.rule, NodeKind::SpanEvent, b"\x12\x05added"),
                Deed::Fill => {
                    let map = NewValue::map([("only", NewValue::from(team))]);
                    record.set(self.rule, self.map, map);
                }
                _ => {}
            }
        });
        Ok(())
    }
}

/// An export request with [`METRIC`].
fn request() -> Vec<u8> {
    let mut request = METRIC.to_vec();
    for field in [2, 2, 1] {
        let mut outer = vec![field << 3 | 2, u8::try_from(request.len()).unwrap()];
        outer.append(&mut request);
        request = outer;
    }
    request
}

fn clerk(deed: &str) -> Harness<Clerk> {
    Harness::configure(json!({ "deed": deed })).unwrap()
}

fn logs(teams: &[&str]) -> Request {
    let records = teams
        .iter()
        .map(|team| log_record().attribute("team", *team));
    Request::of(records).unwrap()
}

#[test]
fn a_manifest_tells_all_of_it() {
    let clerk = clerk("route");
    let manifest = clerk.manifest();
    assert_eq!(manifest.routes(), ["logs/audit", "logs/bulk"]);
    assert_eq!(manifest.emits(), [Signal::Metrics]);
    assert_eq!(manifest.instruments().len(), 3);
    assert!(manifest.adds(Signal::Traces) && manifest.asks(Signal::Traces));
    assert_eq!(clerk.warnings()[0].span, Some(2..4));
}

#[test]
fn records_go_to_their_routes_and_those_without_one_everywhere() {
    let output = clerk("route").run(&logs(&["both", "one", "none"])).unwrap();
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    let both = names(&["logs/audit", "logs/bulk"]);
    assert_eq!(output.routed(), [(0, both), (1, names(&["logs/audit"]))]);
    let count = |route| {
        let json = output.route_json(route);
        json["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((count("logs/audit"), count("logs/bulk")), (3, 2));
    let refused = clerk("route_nowhere").run(&logs(&["one"]));
    assert!(matches!(refused, Err(RunError::Refused(_))));
}

#[test]
fn what_is_measured_is_summed_up_within_the_batch() {
    let output = clerk("measure").run(&logs(&["a", "b", "a"])).unwrap();
    let series = |name: &str, value: f64, team: Option<&str>| {
        let team = team.map(|team| ("team".to_owned(), team.to_owned()));
        (name.to_owned(), value, team.into_iter().collect::<Vec<_>>())
    };
    let mut measured = output.measurements().to_vec();
    measured.retain(|(name, ..)| name != "size");
    let expected = [
        series("tokens", 4.0, Some("a")),
        series("open", 3.0, None),
        series("tokens", 2.0, Some("b")),
    ];
    assert_eq!(measured, expected);
    assert_eq!(
        output.measurements().len(),
        6,
        "a histogram gets each of them"
    );
}

#[test]
fn new_telemetry_is_a_request_of_its_own() {
    let output = clerk("emit").run(&logs(&["a"])).unwrap();
    let emitted = output.emissions();
    assert_eq!((emitted.len(), emitted[0].0), (1, Signal::Metrics));
    let metric = &emitted[0].1["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0];
    assert_eq!(metric["name"], "derived");
    let refused = clerk("emit_garbage").run(&logs(&["a"]));
    assert!(matches!(refused, Err(RunError::Refused(_))));
}

#[test]
fn nodes_are_added_to_what_they_can_stand_in() {
    let points = Request::of([data_point("m", 1.0)]).unwrap();
    let output = clerk("add_metric").run(&points).unwrap();
    let metrics = &output.json()["resourceMetrics"][0]["scopeMetrics"][0]["metrics"];
    assert_eq!(metrics[1]["name"], "derived");
    assert_eq!((output.created(), output.edits_of("clerk")), (1, 1));
    let spans = Request::of([span("s")]).unwrap();
    let output = clerk("add_event").run(&spans).unwrap();
    let span = &output.json()["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    assert_eq!(span["events"][0]["name"], "added");
    assert_eq!(output.created(), 0, "an event is no record");
    let refused = clerk("add_event").run(&logs(&["a"]));
    assert!(matches!(refused, Err(RunError::Refused(_))));
}

#[test]
fn a_metric_is_read_and_replaced_as_a_whole() {
    let points = Request::of([data_point("m", 1.5)]).unwrap();
    let output = clerk("replace").run(&points).unwrap();
    let metric = &output.json()["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0];
    assert_eq!(metric["name"], "no longer");
    assert_eq!(metric["gauge"]["dataPoints"][0]["asDouble"], 1.5);
}

#[test]
fn a_map_is_replaced_as_a_whole() {
    let record = log_record().attribute("team", "a").attribute("other", 1);
    let output = clerk("fill").run(&Request::of([record]).unwrap()).unwrap();
    let record = &output.json()["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0];
    let expected = json!([{ "key": "only", "value": { "stringValue": "a" } }]);
    assert_eq!(record["attributes"], expected);
}
