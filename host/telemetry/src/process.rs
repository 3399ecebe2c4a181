//! What the operating system knows of this process.

use std::time::Duration;

use crate::metric::{Metric, Number, Point};

/// The Collector's metrics of its own process. Where the operating system does not tell, they are left out.
pub(crate) fn process(uptime: Duration) -> Vec<Metric> {
    let number = |value| vec![Point::new([], Number::Double(value))];
    let bytes = |value| vec![Point::new([], Number::Int(value))];
    let mut metrics = vec![Metric::counter(
        "otelcol_process_uptime",
        "s",
        "Time since the start.",
        number(uptime.as_secs_f64()),
    )];
    if let Some(seconds) = cpu_seconds() {
        metrics.push(Metric::counter(
            "otelcol_process_cpu_seconds",
            "s",
            "Processor time, for the process and for the kernel on its behalf.",
            number(seconds),
        ));
    }
    if let Some(resident) = resident_bytes() {
        metrics.push(Metric::gauge(
            "otelcol_process_memory_rss",
            "By",
            "Physical memory that the process holds.",
            bytes(resident),
        ));
    }
    metrics
}

/// Physical memory that this process holds, in bytes.
#[must_use]
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

fn cpu_seconds() -> Option<f64> {
    // Ticks of a hundredth of a second: what Linux has shown to programs for decades, whatever it uses itself.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field, a name in parentheses, may hold spaces.
    let (_, after) = stat.rsplit_once(')')?;
    let mut fields = after.split_ascii_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some((f64::from(user) + f64::from(system)) / TICKS)
}
