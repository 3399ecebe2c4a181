//! What the functions make of metrics: the numbers are the Collector's.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use tollgate_metrics::model::{
    At, Buckets, ExponentialPoint, HistogramPoint, NumberPoint, Quantile, SummaryPoint,
};
use tollgate_metrics::{
    Aggregation, Attributes, Data, Distribution, Error, Metric, Number, Temporality, bucket_limit,
};

fn metric(data: Data) -> Metric {
    Metric {
        name: "m".to_owned(),
        unit: "ms".to_owned(),
        data,
        ..Metric::default()
    }
}

fn histogram(points: Vec<HistogramPoint>) -> Metric {
    metric(Data::Histogram {
        points,
        temporality: Temporality::DELTA,
    })
}

fn exponential(points: Vec<ExponentialPoint>) -> Metric {
    metric(Data::Exponential {
        points,
        temporality: Temporality::DELTA,
    })
}

fn number(attributes: &[(&'static str, &'static str)], value: Number) -> NumberPoint {
    let attributes: Attributes = attributes.iter().copied().collect();
    NumberPoint {
        at: At {
            attributes,
            time: 7,
            ..At::default()
        },
        value: Some(value),
        exemplars: Vec::new(),
    }
}

fn values(metric: &Metric) -> Vec<Number> {
    let (Data::Gauge(points) | Data::Sum { points, .. }) = &metric.data else {
        panic!("{metric:?}")
    };
    points.iter().map(|point| point.value.unwrap()).collect()
}

/// The percentile of one histogram: count, buckets, bounds, least and greatest.
fn percentile(
    percentile: f64,
    count: u64,
    counts: &[u64],
    bounds: &[f64],
    extremes: [Option<f64>; 2],
) -> Result<Option<f64>, Error> {
    let point = HistogramPoint {
        count,
        bucket_counts: counts.to_vec(),
        explicit_bounds: bounds.to_vec(),
        min: extremes[0],
        max: extremes[1],
        ..HistogramPoint::default()
    };
    let found = histogram(vec![point]).percentile(percentile, None)?;
    Ok(found.map(|metric| values(&metric)[0].to_double()))
}

/// A percentile, the count, the buckets, their bounds, the least and the greatest value, and what is expected.
type Case<'c> = (
    f64,
    u64,
    &'c [u64],
    &'c [f64],
    [Option<f64>; 2],
    Option<f64>,
);

#[test]
fn percentiles_of_histograms() {
    let none = [None, None];
    let cases: [Case; 9] = [
        (50.0, 0, &[0, 0], &[1.0], none, None),
        (50.0, 10, &[], &[], none, None),
        (
            50.0,
            100,
            &[60, 40],
            &[1.0],
            none,
            Some(0.833_333_333_333_333_4),
        ),
        (99.0, 115, &[50, 35, 50], &[1.0, 5.0], none, Some(5.0)),
        (
            95.0,
            115,
            &[50, 35, 50, 15],
            &[1.0, 3.0, 5.0],
            none,
            Some(4.0),
        ),
        (
            99.0,
            100,
            &[25, 50, 25],
            &[100.0, 500.0],
            [None, Some(750.0)],
            Some(740.0),
        ),
        (50.0, 100, &[100], &[], [Some(5.0), Some(25.0)], Some(15.0)),
        (50.0, 100, &[100], &[], none, None),
        (
            50.0,
            100,
            &[100, 0],
            &[-5.0],
            [Some(-10.0), None],
            Some(-7.5),
        ),
    ];
    for (wanted, count, counts, bounds, extremes, expected) in cases {
        assert_eq!(
            percentile(wanted, count, counts, bounds, extremes).unwrap(),
            expected,
            "{counts:?}"
        );
    }
    for (count, counts, bounds) in [(10, [5, 5], &[1.0, 2.0][..]), (100, [5, 5], &[1.0][..])] {
        let refused = percentile(50.0, count, &counts, bounds, none);
        assert!(
            matches!(refused, Err(Error::Inconsistent(_))),
            "{refused:?}"
        );
    }
    for beyond in [0.0, 100.0, f64::NAN] {
        assert!(histogram(Vec::new()).percentile(beyond, None).is_err());
    }
}

#[test]
fn percentiles_of_exponential_histograms() {
    let of = |scale, negative: &[u64], zero_count, positive: &[u64], count| ExponentialPoint {
        scale,
        count,
        zero_count,
        zero_threshold: 1.0,
        positive: Buckets {
            offset: 0,
            counts: positive.to_vec(),
        },
        negative: Buckets {
            offset: 0,
            counts: negative.to_vec(),
        },
        ..ExponentialPoint::default()
    };
    let cases = [
        (
            50.0,
            of(0, &[], 0, &[30, 40, 30], 100),
            2.828_427_124_746_19,
        ),
        (
            95.0,
            of(2, &[], 0, &[20, 30, 40, 50, 30, 35, 5], 210),
            2.759_268_240_690_809_6,
        ),
        (99.0, of(-1, &[], 0, &[100, 200, 150, 40, 10], 500), 512.0),
        (
            75.0,
            of(1, &[], 20, &[40, 60], 120),
            1.681_792_830_507_429_2,
        ),
        (
            50.0,
            of(2, &[20, 30, 20], 10, &[15], 95),
            -1.203_025_036_082_116_6,
        ),
        (
            25.0,
            of(0, &[15, 35, 20, 10], 5, &[15], 100),
            -4.756_828_460_010_884,
        ),
        (50.0, of(0, &[10], 80, &[10], 100), 0.0),
        (60.0, of(0, &[], 80, &[20], 100), 0.75),
        (30.0, of(0, &[20], 80, &[], 100), -0.875),
    ];
    for (wanted, point, expected) in cases {
        let gauge = exponential(vec![point])
            .percentile(wanted, None)
            .unwrap()
            .unwrap();
        let found = values(&gauge)[0].to_double();
        assert!(
            (found - expected).abs() < 1e-9,
            "p{wanted}: {found} instead of {expected}"
        );
    }
}

#[test]
fn a_percentile_names_itself() {
    let point = HistogramPoint {
        count: 1,
        bucket_counts: vec![1, 0],
        explicit_bounds: vec![1.0],
        ..HistogramPoint::default()
    };
    let mut source = histogram(vec![point]);
    let named = |source: &Metric, percentile, suffix| {
        let metric = source.percentile(percentile, suffix).unwrap().unwrap();
        (metric.name, metric.description)
    };
    assert_eq!(
        named(&source, 99.9, None),
        ("m_p99.9".to_owned(), "p99.9".to_owned())
    );
    assert_eq!(named(&source, 0.000_01, Some("")).0, "m_p1e-05");
    source.description = "how long".to_owned();
    assert_eq!(
        named(&source, 50.0, Some(".median")),
        ("m.median".to_owned(), "how long (p50)".to_owned())
    );
}

#[test]
fn counts_and_sums_are_extracted() {
    let with_sum = HistogramPoint {
        count: 3,
        sum: Some(4.5),
        ..HistogramPoint::default()
    };
    let without = HistogramPoint {
        count: 2,
        ..HistogramPoint::default()
    };
    let source = histogram(vec![with_sum, without]);
    let counts = source.count_metric(true, "_count").unwrap().unwrap();
    assert_eq!(
        (counts.name.as_str(), counts.unit.as_str()),
        ("m_count", "1")
    );
    assert_eq!(values(&counts), [Number::Int(3), Number::Int(2)]);
    assert!(matches!(
        counts.data,
        Data::Sum {
            monotonic: true,
            temporality: Temporality::DELTA,
            ..
        }
    ));
    let sums = source.sum_metric(false, ".total").unwrap().unwrap();
    assert_eq!(
        (sums.name.as_str(), sums.unit.as_str(), values(&sums)),
        ("m.total", "ms", vec![Number::Double(4.5)])
    );
    assert!(
        histogram(Vec::new())
            .count_metric(true, "")
            .unwrap()
            .is_none()
    );
    assert!(
        metric(Data::Gauge(Vec::new()))
            .count_metric(true, "")
            .is_err()
    );
}

#[test]
fn summaries_become_sums_and_gauges() {
    let quantiles = vec![
        Quantile {
            quantile: 0.5,
            value: 2.0,
        },
        Quantile {
            quantile: 0.99,
            value: 9.0,
        },
    ];
    let source = metric(Data::Summary(vec![SummaryPoint {
        count: 3,
        sum: 4.5,
        quantiles,
        ..SummaryPoint::default()
    }]));
    let counts = source
        .summary_counts(Temporality::CUMULATIVE, true, "_count")
        .unwrap();
    assert_eq!(values(&counts), [Number::Int(3)]);
    assert_eq!(
        values(
            &source
                .summary_sums(Temporality::DELTA, true, "_sum")
                .unwrap()
        ),
        [Number::Double(4.5)]
    );
    let gauge = source.summary_quantiles("quantile", ".quantiles").unwrap();
    assert_eq!(values(&gauge), [Number::Double(2.0), Number::Double(9.0)]);
    let Data::Gauge(points) = &gauge.data else {
        panic!()
    };
    assert_eq!(
        points[1].at.attributes.get("quantile").unwrap().as_f64(),
        Some(0.99)
    );
    assert!(
        metric(Data::Gauge(Vec::new()))
            .summary_quantiles("", "")
            .is_none()
    );
}

#[test]
fn a_metric_is_scaled() {
    let mut gauge = metric(Data::Gauge(vec![
        number(&[], Number::Int(7)),
        number(&[], Number::Double(0.5)),
    ]));
    gauge.scale(0.5).unwrap();
    assert_eq!(values(&gauge), [Number::Int(3), Number::Double(0.25)]);
    let point = HistogramPoint {
        sum: Some(4.0),
        explicit_bounds: vec![1.0, 2.0],
        max: Some(3.0),
        ..HistogramPoint::default()
    };
    let mut scaled = histogram(vec![point]);
    scaled.scale(10.0).unwrap();
    let Data::Histogram { points, .. } = &scaled.data else {
        panic!()
    };
    assert_eq!(
        (points[0].sum, points[0].min, points[0].max),
        (Some(40.0), None, Some(30.0))
    );
    assert_eq!(points[0].explicit_bounds, [10.0, 20.0]);
    assert!(exponential(Vec::new()).scale(2.0).is_err());
}

#[test]
fn a_gauge_becomes_a_sum_and_a_sum_a_gauge() {
    let mut turned = metric(Data::Gauge(vec![number(&[], Number::Int(1))]));
    turned.gauge_to_sum(Temporality::of_word("delta").unwrap(), true);
    assert_eq!(turned.data.kind(), "Sum");
    turned.sum_to_gauge();
    assert_eq!(
        (turned.data.kind(), values(&turned)),
        ("Gauge", vec![Number::Int(1)])
    );
    assert!(Temporality::of_word("Delta").is_err());
}

#[test]
fn numbers_are_aggregated() {
    let ints = [3, 1, 2, 10].map(Number::Int);
    let cases = [
        (Aggregation::Sum, 16),
        (Aggregation::Mean, 4),
        (Aggregation::Min, 1),
        (Aggregation::Max, 10),
        (Aggregation::Median, 2),
        (Aggregation::Count, 4),
    ];
    for (aggregation, expected) in cases {
        let points = ints
            .iter()
            .zip(["a", "b", "c", "d"])
            .map(|(value, name)| number(&[("name", name), ("kept", "x")], *value));
        let mut gauge = metric(Data::Gauge(points.collect()));
        gauge
            .aggregate_on_attributes(aggregation, Some(&["kept".to_owned()]))
            .unwrap();
        assert_eq!(values(&gauge), [Number::Int(expected)], "{aggregation:?}");
    }
}

#[test]
fn points_of_other_attributes_or_times_stand_alone() {
    let mut later = number(&[("a", "x")], Number::Double(8.0));
    later.at.time = 8;
    let points = vec![
        number(&[("a", "x")], Number::Double(1.0)),
        number(&[("a", "y")], Number::Double(2.0)),
        later,
        number(&[("a", "z")], Number::Double(4.0)),
    ];
    let mut gauge = metric(Data::Gauge(points));
    gauge.aggregate_on_attribute_value(
        Aggregation::Sum,
        "a",
        &["x".to_owned(), "z".to_owned()],
        "both",
    );
    assert_eq!(values(&gauge), [5.0, 2.0, 8.0].map(Number::Double));
    assert!(
        metric(Data::Summary(Vec::new()))
            .aggregate_on_attributes(Aggregation::Sum, None)
            .is_err()
    );
}

#[test]
fn histograms_are_added() {
    let point = |counts: [u64; 2], start| HistogramPoint {
        at: At {
            start_time: start,
            ..At::default()
        },
        count: counts.iter().sum(),
        sum: Some(1.5),
        bucket_counts: counts.to_vec(),
        explicit_bounds: vec![1.0],
        min: Some(f64::from(u32::try_from(counts[0]).unwrap())),
        ..HistogramPoint::default()
    };
    let mut added = metric(Data::Histogram {
        points: vec![point([3, 1], 9), point([2, 5], 4)],
        temporality: Temporality::CUMULATIVE,
    });
    added
        .aggregate_on_attributes(Aggregation::Sum, None)
        .unwrap();
    let Data::Histogram { points, .. } = &added.data else {
        panic!()
    };
    assert_eq!(points.len(), 1);
    assert_eq!(
        (
            points[0].count,
            points[0].sum,
            points[0].min,
            points[0].at.start_time
        ),
        (11, Some(3.0), Some(2.0), 4)
    );
    assert_eq!(points[0].bucket_counts, [5, 6]);
}

#[test]
fn exponential_histograms_are_added_index_by_index() {
    let point = |offset, counts: &[u64]| ExponentialPoint {
        count: counts.iter().sum(),
        positive: Buckets {
            offset,
            counts: counts.to_vec(),
        },
        ..ExponentialPoint::default()
    };
    for (first, second) in [
        (point(2, &[3, 4]), point(0, &[1, 0, 2])),
        (point(0, &[1, 0, 2]), point(2, &[3, 4])),
    ] {
        let mut added = exponential(vec![first, second]);
        added
            .aggregate_on_attributes(Aggregation::Sum, None)
            .unwrap();
        let Data::Exponential { points, .. } = &added.data else {
            panic!()
        };
        assert_eq!(
            points[0].positive,
            Buckets {
                offset: 0,
                counts: vec![1, 0, 5, 4]
            }
        );
    }
    // Offsets that no sender means cost nothing.
    let mut far = exponential(vec![point(i32::MIN, &[1]), point(i32::MAX, &[1])]);
    far.aggregate_on_attributes(Aggregation::Sum, None).unwrap();
}

#[test]
fn an_exponential_histogram_gets_bounds() {
    let point = ExponentialPoint {
        count: 2,
        sum: Some(361.0),
        min: Some(166.0),
        max: Some(195.0),
        scale: 7,
        positive: Buckets {
            offset: 944,
            counts: [&[1][..], &[0; 28], &[1]].concat(),
        },
        ..ExponentialPoint::default()
    };
    let spread = |distribution: &str, bounds: &[f64]| {
        let mut metric = exponential(vec![point.clone()]);
        let mut seed = 1_u64;
        let random = || {
            seed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            seed
        };
        metric
            .exponential_to_histogram(Distribution::of_word(distribution).unwrap(), bounds, random)
            .unwrap();
        let Data::Histogram { points, .. } = &metric.data else {
            panic!()
        };
        assert_eq!((points[0].count, points[0].min), (2, Some(166.0)));
        points[0].bucket_counts.clone()
    };
    assert_eq!(spread("upper", &[1.0, 2.0, 3.0, 4.0, 5.0]), [0, 0, 0, 0, 2]);
    assert_eq!(spread("upper", &[1000.0, 2000.0]), [2, 0]);
    assert_eq!(
        spread("upper", &[160.0, 170.0, 180.0, 190.0, 200.0]),
        [1, 0, 0, 1, 0]
    );
    for distribution in ["midpoint", "uniform", "random"] {
        assert_eq!(
            spread(distribution, &[0.0, 166.2, 1000.0])
                .iter()
                .sum::<u64>(),
            2,
            "{distribution}"
        );
    }
    assert!(Distribution::of_word("normal").is_err());
    assert!(
        exponential(Vec::new())
            .exponential_to_histogram(Distribution::Upper, &[], || 0)
            .is_err()
    );
    // A count that nobody could draw one by one takes no time.
    let huge = ExponentialPoint {
        count: u64::MAX,
        positive: Buckets {
            offset: 0,
            counts: vec![u64::MAX],
        },
        ..ExponentialPoint::default()
    };
    let mut metric = exponential(vec![huge]);
    metric
        .exponential_to_histogram(Distribution::Random, &[1.2, 1.4, 1.6], || 3)
        .unwrap();
    let Data::Histogram { points, .. } = &metric.data else {
        panic!()
    };
    assert_eq!(
        points[0]
            .bucket_counts
            .iter()
            .copied()
            .map(u128::from)
            .sum::<u128>(),
        u128::from(u64::MAX)
    );
}

#[test]
fn buckets_are_joined() {
    let point = || HistogramPoint {
        bucket_counts: vec![1, 2, 3, 4, 5],
        explicit_bounds: vec![1.0, 2.0, 3.0, 4.0],
        ..HistogramPoint::default()
    };
    let mut without = point();
    without.remove_bound(2.0);
    assert_eq!(
        (without.bucket_counts, without.explicit_bounds),
        (vec![1, 5, 4, 5], vec![1.0, 3.0, 4.0])
    );
    let mut other = point();
    other.remove_bound(2.5);
    assert_eq!(other, point());
    let mut limited = point();
    limited.limit_buckets(2);
    assert_eq!(
        (limited.bucket_counts, limited.explicit_bounds),
        (vec![6, 9], vec![3.0])
    );
    assert_eq!(bucket_limit(2.0).unwrap(), 2);
    for refused in [0.0, 1.5, -1.0, f64::NAN, f64::INFINITY] {
        assert!(bucket_limit(refused).is_err());
    }
}
