//! `make demo`: the gate with real telemetry of coding agents, before and after.
//!
//! Starts the binary with `examples/agents/config.yaml`, sends it what three clients once sent (gRPC, protobuf, JSON), and shows what
//! became of it. Ends with 0, and with 1 when something that was planted got through.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    reason = "a program for the terminal, which says so and stops when it cannot go on"
)]

mod account;
mod compare;
mod screen;

use std::path::Path;
use std::process::ExitCode;

use tollgate_record::Signal;
use tollgate_tests::gate::{Gate, guest};
use tollgate_tests::telemetry::{Export, PLANTED, exports};

use crate::screen::Screen;

fn main() -> ExitCode {
    let screen = Screen::new();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples")
        .canonicalize()
        .expect("the examples are there");
    let configuration = std::fs::read_to_string(examples.join("agents/config.yaml"))
        .expect("the configuration is there");
    screen.title("tollgate: a policy gate for telemetry");
    screen.say("configuration   examples/agents/config.yaml");
    screen.say("policies        redaction, attributes, resource, probabilistic_sampler, and examples/cost, all in the sandbox");

    let gate = start(&configuration, &examples);
    let sent = in_order(exports());
    send(&gate, &sent, &screen);
    let ended = gate.stop();

    compare::show(&sent, &ended, &screen);
    account::show(&ended.log, &screen);
    verdict(&sent, &ended.lines_of_all(), &screen)
}

/// The example's configuration, with this run's addresses and files in place of the ones it falls back to.
fn start(configuration: &str, examples: &Path) -> Gate {
    let prices = examples.join("cost/prices.json");
    let configuration = configuration
        .replace("${env:GATE_GRPC:-localhost:4317}", "{grpc}")
        .replace("${env:GATE_HTTP:-localhost:4318}", "{http}")
        .replace("${env:OUT:-.}", "{folder}")
        .replace(
            "${env:COST_WASM:-../cost/cost.wasm}",
            &guest("cost").display().to_string(),
        )
        .replace(
            "${env:COST_PRICES:-../cost/prices.json}",
            &prices.display().to_string(),
        );
    Gate::start(&configuration)
}

/// By client and protocol. What comes out is in the order in which it was sent, which is how records are paired.
fn in_order(mut exports: Vec<Export>) -> Vec<Export> {
    exports.sort_by_key(|export| (export.client.clone(), export.protocol.clone()));
    exports
}

fn send(gate: &Gate, sent: &[Export], screen: &Screen) {
    screen.title("sending what three coding agents once sent");
    let together = |a: &Export, b: &Export| a.client == b.client && a.protocol == b.protocol;
    for requests in sent.chunk_by(together) {
        for export in requests {
            export
                .send(gate)
                .unwrap_or_else(|refusal| panic!("{} was refused: {refusal}", export.file));
        }
        let Export {
            client, protocol, ..
        } = &requests[0];
        let records: u64 = requests.iter().map(|export| export.items).sum();
        screen.say(&format!(
            "{client:<12} {protocol:<14} {:>3} requests {records:>5} records",
            requests.len()
        ));
    }
}

/// Looks for everything that was planted, in everything that came out.
fn verdict(sent: &[Export], out: &str, screen: &Screen) -> ExitCode {
    screen.title("what was planted");
    let before: Vec<String> = sent
        .iter()
        .map(|export| export.json().to_string())
        .collect();
    let mut leaked = 0;
    for planted in PLANTED {
        let came: usize = before
            .iter()
            .map(|request| request.matches(planted).count())
            .sum();
        let left = out.matches(planted).count();
        if came + left == 0 {
            continue;
        }
        leaked += left;
        screen.verdict(
            left == 0,
            &format!("{planted:<24} came in {came:>3} times, left {left} times"),
        );
    }
    if leaked == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The file that the configuration writes a signal to.
fn file(signal: Signal) -> &'static str {
    match signal {
        Signal::Logs => "logs.jsonl",
        Signal::Traces => "traces.jsonl",
        Signal::Metrics => "metrics.jsonl",
    }
}

trait Output {
    fn lines_of_all(&self) -> String;
}

impl Output for tollgate_tests::gate::Ended {
    fn lines_of_all(&self) -> String {
        Signal::ALL
            .into_iter()
            .flat_map(|signal| self.lines(file(signal)))
            .collect::<Vec<_>>()
            .join("\n")
    }
}
