//! How often the detectors are right, on texts of which somebody said what is in them. `cargo test -p tollgate-detect --test figures --
//! --nocapture` prints the figures that `docs/detectors.md` tells.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a test may panic and print"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use tollgate_detect::{Detector, Detectors};

const TUNING: &str = include_str!("../labelled/tuning.txt");
const HELD_OUT: &str = include_str!("../labelled/held-out.txt");

/// A text, and what is in it.
struct Labelled {
    text: String,
    secrets: Vec<(Range<usize>, Vec<Detector>)>,
}

impl Labelled {
    fn read(line: &str) -> Labelled {
        let line = line.replace('⏎', "\n");
        let mut text = String::new();
        let mut secrets = Vec::new();
        let mut rest = line.as_str();
        // Names are words, so that braces of other kinds mean themselves.
        while let Some((before, after)) = next_label(rest) {
            text.push_str(before);
            let (label, after) = after.split_once("}}").unwrap();
            let (names, secret) = label.split_once('|').unwrap();
            let start = text.len();
            text.push_str(secret);
            secrets.push((
                start..text.len(),
                names.split('/').map(|name| name.parse().unwrap()).collect(),
            ));
            rest = after;
        }
        text.push_str(rest);
        Labelled { text, secrets }
    }
}

fn next_label(text: &str) -> Option<(&str, &str)> {
    let mut places = text.match_indices("{{").map(|(place, _)| place);
    let is_label = |place: &usize| {
        let name = text[place + 2..]
            .split(['|', '}'])
            .next()
            .unwrap_or_default();
        name.split('/').all(|name| name.parse::<Detector>().is_ok())
    };
    let place = places.find(is_label)?;
    Some((&text[..place], &text[place + 2..]))
}

#[derive(Default, Clone, Copy)]
struct Figures {
    right: u32,
    missed: u32,
    wrong: u32,
}

impl Figures {
    fn precision(self) -> f64 {
        share(self.right, self.wrong)
    }

    fn recall(self) -> f64 {
        share(self.right, self.missed)
    }
}

fn share(right: u32, other: u32) -> f64 {
    if right + other == 0 {
        1.0
    } else {
        f64::from(right) / f64::from(right + other)
    }
}

/// The figures of each detector, and what went wrong.
fn measure(texts: &str) -> (BTreeMap<Detector, Figures>, String) {
    let detectors = Detectors::new(Detector::all());
    let mut figures: BTreeMap<Detector, Figures> = Detector::all()
        .map(|detector| (detector, Figures::default()))
        .collect();
    let mut told = String::new();
    for line in texts.lines().filter(|line| !line.starts_with("#! ")) {
        let labelled = Labelled::read(line);
        let found = detectors.find(&labelled.text);
        for (range, names) in &labelled.secrets {
            let hit = found.iter().find(|hit| {
                names.contains(&hit.detector)
                    && hit.range.start <= range.start
                    && hit.range.end >= range.end
            });
            let figures = figures.get_mut(&names[0]).unwrap();
            if hit.is_some() {
                figures.right += 1;
            } else {
                figures.missed += 1;
                writeln!(
                    told,
                    "missed {} in {:?}: {found:?}",
                    names[0], labelled.text
                )
                .unwrap();
            }
        }
        for hit in &found {
            let known = labelled.secrets.iter().any(|(range, names)| {
                // What is drawn by lot may be part of any secret.
                let named = names.contains(&hit.detector) || hit.detector == Detector::HighEntropy;
                named && hit.range.start < range.end && range.start < hit.range.end
            });
            if !known {
                figures.get_mut(&hit.detector).unwrap().wrong += 1;
                writeln!(
                    told,
                    "{} is not in {:?}: {:?}",
                    hit.detector,
                    labelled.text,
                    labelled.text.get(hit.range.clone())
                )
                .unwrap();
            }
        }
    }
    (figures, told)
}

/// Detectors that are relied on to be right.
const RELIABLE: [Detector; 12] = [
    Detector::Email,
    Detector::CreditCard,
    Detector::AwsAccessKeyId,
    Detector::AwsSecretAccessKey,
    Detector::GcpApiKey,
    Detector::GcpServiceAccount,
    Detector::AzureKey,
    Detector::GithubToken,
    Detector::OpenaiKey,
    Detector::AnthropicKey,
    Detector::Jwt,
    Detector::PrivateKey,
];

fn floor(detector: Detector) -> f64 {
    if RELIABLE.contains(&detector) {
        0.99
    } else {
        0.85
    }
}

#[test]
fn figures() {
    for (name, texts) in [("tuning", TUNING), ("held out", HELD_OUT)] {
        let (figures, told) = measure(texts);
        println!(
            "{name}: {} texts\n",
            texts
                .lines()
                .filter(|line| !line.starts_with("#! "))
                .count()
        );
        println!(
            "| detector | precision | recall | right | wrong | missed |\n|---|---|---|---|---|---|"
        );
        for (detector, figures) in &figures {
            println!(
                "| `{detector}` | {:.3} | {:.3} | {} | {} | {} |",
                figures.precision(),
                figures.recall(),
                figures.right,
                figures.wrong,
                figures.missed
            );
        }
        println!("\n{told}");
        for (detector, figures) in figures {
            assert!(figures.right >= 2, "{detector} has too few texts in {name}");
            let floor = floor(detector);
            assert!(
                figures.precision() >= floor && figures.recall() >= floor,
                "{detector} on {name}: precision {:.3}, recall {:.3}\n{told}",
                figures.precision(),
                figures.recall()
            );
        }
    }
}
