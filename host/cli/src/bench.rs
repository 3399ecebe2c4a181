//! `tollgate bench`: what policies cost, beside one that does nothing.

use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tollgate_lab::Options;
use tollgate_measure::{Measured, measure};

use crate::args::Configuration;
use crate::configuration::{laptop, sandbox};
use crate::here::Here;
use crate::telemetry::Telemetries;
use crate::terminal::{self, Table, Text, style};
use crate::trial::{BAD_INPUT, Subject};
use crate::{complain, print};

/// Steps of the progress bar.
const STEPS: u64 = 1000;

/// What is measured.
#[derive(Debug, clap::Args)]
pub(crate) struct Bench {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    telemetry: Telemetries,
    /// How long is measured, all stages together.
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    seconds: f64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

fn seconds(typed: &str) -> Result<f64, String> {
    let seconds: f64 = typed.parse().map_err(|_| "this is no number".to_owned())?;
    if (0.01..=86_400.0).contains(&seconds) {
        Ok(seconds)
    } else {
        Err("write a number of seconds from 0.01 to 86400".to_owned())
    }
}

pub(crate) fn bench(wanted: Bench, before: Configuration) -> anyhow::Result<ExitCode> {
    let subject = wanted.subject.or(before);
    // The gate's own sandbox: backtraces and counted instructions would be measured along.
    let quick = sandbox()?;
    let opened = match subject.open(&quick, &Here, Options::default())? {
        Ok(opened) => opened,
        Err(code) => return Ok(code),
    };
    let telemetry = match wanted.telemetry.read()? {
        Ok(read) => read,
        Err(code) => return Ok(code),
    };
    let counting = laptop(true)?;
    let counted = subject.open_quietly(&counting, &Here, Options::default())?;
    let counted = counted.ok().map(|opened| opened.trial);
    let bar = if wanted.json {
        ProgressBar::hidden()
    } else {
        // Without a terminal it is not drawn.
        let style = ProgressStyle::with_template("{bar:40} {percent}%  {eta} left")?;
        ProgressBar::new(STEPS).with_style(style)
    };
    let time = Duration::from_secs_f64(wanted.seconds);
    let measured = measure(
        &quick,
        &opened.trial,
        counted.as_ref().map(|trial| (&counting, trial)),
        &telemetry,
        time,
        &mut |done| bar.set_position(steps(done)),
    );
    bar.finish_and_clear();
    match measured {
        Ok(measured) if wanted.json => {
            print(&serde_json::to_string_pretty(
                &json!({ "stages": measured }),
            )?);
            Ok(ExitCode::SUCCESS)
        }
        Ok(measured) => {
            terminal::show(&table(&measured));
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            complain(&format!("error: {error}"));
            Ok(ExitCode::from(BAD_INPUT))
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a thousand steps"
)]
fn steps(done: f64) -> u64 {
    (done.clamp(0.0, 1.0) * STEPS as f64) as u64
}

/// A line for each stage, and one for the policy that does nothing below it.
fn table(measured: &[Measured]) -> String {
    let mut table = Table::new([
        "stage",
        "#records/s",
        "#p50",
        "#p99",
        "#fuel/record",
        "#memory",
        "#times idle",
    ]);
    for stage in measured {
        let cost = |cost: &tollgate_measure::Cost| {
            [
                grouped(cost.records_per_second),
                format!("{:.1} µs", cost.p50_us),
                format!("{:.1} µs", cost.p99_us),
                cost.fuel_per_record.map(grouped).unwrap_or_default(),
                format!("{} KiB", cost.memory >> 10),
            ]
        };
        let named = Text::styled(&stage.stage, style::PLACE)
            .with(format!(" in {}", stage.pipeline), style::FAINT);
        row(
            &mut table,
            named,
            cost(&stage.cost),
            &format!("{:.1}", stage.times_idle),
        );
        let idle = Text::styled("  a policy that does nothing", style::FAINT);
        row(&mut table, idle, cost(&stage.idle), "1.0");
    }
    let calls: u64 = measured.iter().map(|stage| stage.calls).sum();
    let table = table.render(terminal::width());
    format!(
        "{table}{calls} calls of each were measured, in turn; times are of one call of process, with all the records of a request\n"
    )
}

fn row(table: &mut Table, name: Text, cost: [String; 5], times: &str) {
    let [records, p50, p99, fuel, memory] = cost.map(|cell| Text::from(cell.as_str()));
    table.row([name, records, p50, p99, fuel, memory, Text::from(times)]);
}

/// A whole number, its thousands apart.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && digits.len().saturating_sub(place).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(0.4), "0");
        assert_eq!(grouped(999.6), "1 000");
        assert_eq!(grouped(1_234_567.0), "1 234 567");
    }

    #[test]
    fn seconds_are_a_number_within_reason() {
        assert_eq!(seconds("0.5"), Ok(0.5));
        for typed in ["0", "-1", "inf", "NaN", "1e9", "five"] {
            assert!(seconds(typed).is_err(), "{typed}");
        }
    }
}
