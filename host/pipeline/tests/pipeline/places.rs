//! Policies where they could not work: told at the start, all of them.

use tollgate_record::Signal;

use crate::support::judge::Judge;
use crate::support::{metric, problems, with_receivers};

const LOGS: &[Signal] = &[Signal::Logs];

#[test]
fn policies_are_refused_where_they_could_not_work() {
    let all = &[Signal::Logs, Signal::Metrics];
    let policies = || {
        [
            (
                "route",
                Judge {
                    signals: LOGS,
                    routes: &["logs/a", "logs/none", "metrics", "logs/b"],
                    ..Judge::default()
                },
            ),
            (
                "count",
                Judge {
                    signals: LOGS,
                    emits: Some((Signal::Metrics, metric("m", 1))),
                    ..Judge::default()
                },
            ),
            (
                "all",
                Judge {
                    signals: all,
                    ..Judge::default()
                },
            ),
        ]
    };
    let found = problems(
        &with_receivers(
            "
processors: {wasm/emits: {component: '{folder}/count.wasm'}, wasm/routes: {component: '{folder}/route.wasm'}}
connectors:
  wasm/route: {component: '{folder}/route.wasm'}
  wasm/count: {component: '{folder}/count.wasm'}
exporters: {nop: {}}
service:
  pipelines:
    logs: {receivers: [otlp], processors: [wasm/emits, wasm/routes], exporters: [wasm/route, wasm/count]}
    logs/a: {receivers: [wasm/route], exporters: [nop]}
    logs/b: {receivers: [otlp, wasm/count], exporters: [nop]}
    metrics: {receivers: [otlp], exporters: [nop]}
",
        ),
        &policies(),
    );
    assert_eq!(
        found,
        [
            "wasm/emits: this policy makes metrics, and stands in a pipeline of logs",
            "wasm/routes: this policy routes, and stands among the processors, where there is one way alone",
            "wasm/route: there is no pipeline `logs/none`, and records would be routed to it",
            "wasm/route: `metrics` is no pipeline of logs, and logs would be routed to it",
            "wasm/route: the pipeline `logs/b` does not receive from this connector",
            "wasm/count: this connector makes metrics of logs, and no pipeline of metrics receives from it",
            "wasm/count: the pipeline `logs/b` receives from this connector, which makes no logs",
        ]
    );
    let found = problems(
        &with_receivers(
            "
processors: {wasm/count: {component: '{folder}/count.wasm'}}
connectors: {wasm/all: {component: '{folder}/all.wasm'}}
exporters: {nop: {}}
service:
  pipelines:
    metrics: {receivers: [otlp], processors: [wasm/count], exporters: [wasm/all]}
    logs: {receivers: [wasm/all], exporters: [nop]}
",
        ),
        &policies(),
    );
    assert_eq!(
        found,
        [
            "wasm/count: this policy does not take metrics, and stands in a pipeline of them",
            "wasm/all: this connector makes metrics of metrics, and no pipeline of metrics receives from it",
            "wasm/all: the pipeline `logs` receives from this connector, which makes no logs",
        ]
    );
}
