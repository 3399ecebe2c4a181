use tollgate_sdk::bindings::{
    exports::tollgate::policy::policy::{Access, Instrument, InstrumentKind, Manifest},
    tollgate::policy::batch::Signal,
};

use crate::{Behaviour, Config};

const SIGNALS: [Signal; 3] = [Signal::Logs, Signal::Traces, Signal::Metrics];

/// Rule 0 of every manifest; there is no other.
pub(crate) const RULE: u32 = 0;

/// What the guest asks for. Every behaviour reads `attributes["victim"]` and one text of a record, and writes the victim,
/// `attributes["seen"]` and one number: enough to do each deed, and no more.
pub(crate) fn manifest(config: &Config) -> Manifest {
    let mut manifest = Manifest {
        access: SIGNALS
            .into_iter()
            .filter(|&signal| is_wanted(config, signal))
            .map(|signal| access(config, signal))
            .collect(),
        rules: vec!["hostile".to_owned()],
        routes: Vec::new(),
        instruments: Vec::new(),
        emits: Vec::new(),
        partition_by: None,
        tick_every: None,
        warnings: Vec::new(),
    };
    match config.behaviour {
        Behaviour::AsksPartition => {
            manifest.partition_by = Some("attributes[\"victim\"]".to_owned());
        }
        Behaviour::AsksTick => manifest.tick_every = Some(1_000_000_000),
        Behaviour::AsksRoutes => {
            manifest.routes = vec!["otlp/elsewhere".to_owned(), "otlp/elsewhere".to_owned()];
        }
        Behaviour::AsksInstruments => manifest.instruments.push(Instrument {
            name: "two\nlines".to_owned(),
            ..instrument()
        }),
        Behaviour::MeasureNan
        | Behaviour::MeasureNegative
        | Behaviour::MeasureFlood
        | Behaviour::MeasureLong => manifest.instruments.push(instrument()),
        Behaviour::EmitGarbage | Behaviour::EmitHuge => {
            manifest.emits = SIGNALS.to_vec();
            manifest.emits.retain(|&signal| is_wanted(config, signal));
        }
        Behaviour::AddWrongKind
        | Behaviour::AddGarbage
        | Behaviour::AddWild
        | Behaviour::AddHuge => manifest
            .access
            .iter_mut()
            .for_each(|access| access.adds = true),
        Behaviour::ReplaceGarbage => manifest.access.iter_mut().for_each(|access| {
            access.adds = true;
            if access.signal == Signal::Metrics {
                access.writes.push("metric".to_owned());
            }
        }),
        Behaviour::ManifestTwice => manifest.access.push(access(config, Signal::Logs)),
        Behaviour::ManifestBadPath => {
            let bad = [
                "no_such_field",
                "attributes[",
                "attributes[\"a\"",
                "[]",
                "",
                "../secret",
            ];
            manifest
                .access
                .iter_mut()
                .for_each(|access| access.reads.extend(bad.map(str::to_owned)));
        }
        Behaviour::ManifestHuge => {
            manifest
                .rules
                .extend((0..100_000).map(|n| format!("rule {n}")));
            let many = (0..100_000).map(|n| format!("attributes[\"{n}\"]"));
            manifest
                .access
                .iter_mut()
                .take(1)
                .for_each(|access| access.reads.extend(many.clone()));
        }
        Behaviour::ManifestInvalidString => manifest.rules.push(invalid_string()),
        _ => {}
    }
    manifest
}

fn is_wanted(config: &Config, signal: Signal) -> bool {
    let name = match signal {
        Signal::Logs => "logs",
        Signal::Traces => "traces",
        Signal::Metrics => "metrics",
    };
    config.signals.iter().any(|wanted| wanted == name)
}

fn access(config: &Config, signal: Signal) -> Access {
    if config.behaviour == Behaviour::Spy {
        let report = crate::spy::REPORT.map(|name| format!("attributes[\"{name}\"]"));
        return Access {
            signal,
            reads: config.reads.clone(),
            writes: report.to_vec(),
            drops: false,
            adds: false,
        };
    }
    let (text, number) = match signal {
        Signal::Logs => ("body", "severity_number"),
        Signal::Traces => ("name", "kind"),
        Signal::Metrics => ("metric.name", "metric.unit"),
    };
    let reads = ["attributes[\"victim\"]", "attributes[\"fixed\"]", text];
    let writes = ["attributes[\"victim\"]", "attributes[\"seen\"]", number];
    Access {
        signal,
        reads: reads.map(str::to_owned).to_vec(),
        writes: writes.map(str::to_owned).to_vec(),
        drops: matches!(
            config.behaviour,
            Behaviour::DropResource | Behaviour::EditDropped | Behaviour::JudgeTwice
        ),
        adds: false,
    }
}

fn instrument() -> Instrument {
    Instrument {
        name: "hostile.deeds".to_owned(),
        unit: "{deed}".to_owned(),
        description: "Deeds.".to_owned(),
        kind: InstrumentKind::DeltaSum,
    }
}

/// A string that the component model does not allow.
#[expect(
    unsafe_code,
    reason = "no safe way leads to a string that is no UTF-8, which is the deed"
)]
pub(crate) fn invalid_string() -> String {
    // SAFETY: none. Nothing in the guest reads it; the host's check on the way out is what is tested.
    unsafe { String::from_utf8_unchecked(vec![b'x', 0xff, 0xfe, 0xc3]) }
}
