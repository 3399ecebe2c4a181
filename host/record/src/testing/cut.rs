//! The laws of cutting a request in two: nothing is lost, nothing comes twice, and every record keeps what stands above it.

use bytes::Bytes;
use opentelemetry_proto::tonic::logs::v1::LogsData;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{Metric, MetricsData};
use opentelemetry_proto::tonic::trace::v1::TracesData;
use prost::Message;

use crate::wire::Reader;
use crate::{Cut, Part, Signal, count, split};

/// A request and its parts hold the same records under the same envelopes, as `prost` sees them and byte by byte; the first part is no
/// larger than it may be.
pub fn parted(signal: Signal, wire: &[u8], cut: Cut) {
    let wire = Bytes::copy_from_slice(wire);
    let records = count(signal, &wire).expect("the request is well-formed");
    let parts = split(signal, &wire, cut).expect("the request is well-formed");
    let Some((first, second)) = parts else {
        let fits = match cut {
            Cut::Half => records < 2,
            Cut::Records(most) => records <= most.max(1),
            Cut::Bytes(most) => wire.len() <= most || records < 2,
        };
        assert!(fits, "{records} records stay together at {cut:?}");
        return;
    };
    for part in [&first, &second] {
        assert!(part.records > 0);
        assert_eq!(count(signal, &part.wire), Ok(part.records));
    }
    assert_eq!(first.records.saturating_add(second.records), records);
    is_within(&first, cut, records);
    let decoded = [&first, &second].map(|part| decoded(signal, &part.wire));
    assert_eq!(decoded.concat(), self::decoded(signal, &wire));
    let raw = [&first, &second].map(|part| raw(signal, &part.wire));
    assert_eq!(raw.concat(), self::raw(signal, &wire));
}

fn is_within(first: &Part, cut: Cut, records: u32) {
    match cut {
        Cut::Half => assert_eq!(first.records, records / 2),
        Cut::Records(most) => assert_eq!(first.records, most.max(1)),
        Cut::Bytes(most) => assert!(
            first.wire.len() <= most || first.records == 1,
            "{} bytes are more than {most}",
            first.wire.len()
        ),
    }
}

/// Every record with what stands above it, in their order; an envelope that holds nothing stands for itself.
fn decoded(signal: Signal, wire: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    match signal {
        Signal::Logs => {
            for mut resource in LogsData::decode(wire).unwrap().resource_logs {
                let scopes = std::mem::take(&mut resource.scope_logs);
                under(&mut found, &resource, scopes, |found, above, mut scope| {
                    let records = std::mem::take(&mut scope.log_records);
                    under(found, &(above, scope), records, push);
                });
            }
        }
        Signal::Traces => {
            for mut resource in TracesData::decode(wire).unwrap().resource_spans {
                let scopes = std::mem::take(&mut resource.scope_spans);
                under(&mut found, &resource, scopes, |found, above, mut scope| {
                    let records = std::mem::take(&mut scope.spans);
                    under(found, &(above, scope), records, push);
                });
            }
        }
        Signal::Metrics => {
            for mut resource in MetricsData::decode(wire).unwrap().resource_metrics {
                let scopes = std::mem::take(&mut resource.scope_metrics);
                under(&mut found, &resource, scopes, |found, above, mut scope| {
                    let metrics = std::mem::take(&mut scope.metrics);
                    under(found, &(above, scope), metrics, |found, above, metric| {
                        let (metric, points) = points_of(metric);
                        under(found, &(above, metric), points, push);
                    });
                });
            }
        }
    }
    found
}

fn under<A: std::fmt::Debug, B>(
    found: &mut Vec<String>,
    above: &A,
    below: Vec<B>,
    mut each: impl FnMut(&mut Vec<String>, String, B),
) {
    let above = format!("{above:?}");
    if below.is_empty() {
        found.push(above);
        return;
    }
    for one in below {
        each(found, above.clone(), one);
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "one of those that `under` calls"
)]
fn push<B: std::fmt::Debug>(found: &mut Vec<String>, above: String, record: B) {
    found.push(format!("{above} {record:?}"));
}

fn points_of(mut metric: Metric) -> (Metric, Vec<String>) {
    fn taken<P: std::fmt::Debug>(points: &mut Vec<P>) -> Vec<String> {
        std::mem::take(points)
            .iter()
            .map(|point| format!("{point:?}"))
            .collect()
    }
    let points = match &mut metric.data {
        None => Vec::new(),
        Some(Data::Gauge(data)) => taken(&mut data.data_points),
        Some(Data::Sum(data)) => taken(&mut data.data_points),
        Some(Data::Histogram(data)) => taken(&mut data.data_points),
        Some(Data::ExponentialHistogram(data)) => taken(&mut data.data_points),
        Some(Data::Summary(data)) => taken(&mut data.data_points),
    };
    (metric, points)
}

/// The same in bytes, with all the fields that nobody knows.
fn raw(signal: Signal, wire: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    raw_below(signal, 0, wire, &mut Vec::new(), &mut found);
    found
}

fn raw_below(
    signal: Signal,
    depth: usize,
    message: &[u8],
    above: &mut Vec<Vec<u8>>,
    found: &mut Vec<Vec<Vec<u8>>>,
) {
    let numbers: &[&[u32]] = match signal {
        Signal::Metrics => &[&[1], &[2], &[2], &[5, 7, 9, 10, 11], &[1]],
        Signal::Logs | Signal::Traces => &[&[1], &[2], &[2]],
    };
    let Some(numbers) = numbers.get(depth) else {
        let mut path = above.clone();
        path.push(message.to_vec());
        found.push(path);
        return;
    };
    let (mut own, mut below) = (Vec::new(), Vec::new());
    let mut reader = Reader::new(message, 0);
    while let Some(element) = reader.next().unwrap() {
        if numbers.contains(&element.number) {
            below.push(&message[element.content as usize..element.end as usize]);
        } else {
            own.extend_from_slice(&message[element.start as usize..element.end as usize]);
        }
    }
    above.push(own);
    if below.is_empty() && depth > 0 {
        found.push(above.clone());
    }
    for message in below {
        raw_below(signal, depth + 1, message, above, found);
    }
    above.pop();
}
