//! Metrics gathered from amounts.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use serde_json::{Value as Json, json};
use tollgate_metrics::{Amount, Definition, Derived, Labels, Number, Shape};
use tollgate_record::Signal;
use tollgate_sdk::Value;

fn definition(name: &str, shape: Shape) -> Definition {
    Definition {
        name: name.to_owned(),
        description: String::new(),
        unit: "1".to_owned(),
        shape,
    }
}

fn labels(pairs: &[(&str, Value<'_>)]) -> Labels {
    let mut labels = Labels::default();
    for (key, value) in pairs {
        labels.push(key, *value);
    }
    labels
}

fn json_of(derived: &Derived<'_>) -> Json {
    let mut out = Vec::new();
    tollgate_json::encode(Signal::Metrics, &derived.encode(5).unwrap(), &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn series_are_told_apart_by_their_attributes() {
    let definitions = [
        definition(
            "n",
            Shape::Sum {
                monotonic: true,
                compensated: false,
            },
        ),
        definition("last", Shape::Gauge),
    ];
    let mut derived = Derived::new("test", &definitions);
    let resource = derived.resource_like(&labels(&[("service.name", Value::Text("shop"))]));
    let empty = derived.resource(&Labels::default());
    let one = Amount::Number(Number::Int(1));
    for model in ["a", "b", "a"] {
        derived.add(
            resource,
            0,
            &labels(&[("model", Value::Text(model)), ("ok", Value::Boolean(false))]),
            one,
        );
    }
    for value in [1.5, 2.5] {
        derived.add(
            resource,
            1,
            &Labels::default(),
            Amount::Number(Number::Double(value)),
        );
    }
    assert_eq!(
        derived.resource_like(&labels(&[("service.name", Value::Text("shop"))])),
        resource
    );
    assert_ne!(empty, resource);
    let json = json_of(&derived);
    assert_eq!(
        json["resourceMetrics"].as_array().unwrap().len(),
        1,
        "the empty one is left out"
    );
    let metrics = &json["resourceMetrics"][0]["scopeMetrics"][0]["metrics"];
    let points = &metrics[0]["sum"]["dataPoints"];
    assert_eq!(
        (points[0]["asInt"].as_str(), points[1]["asInt"].as_str()),
        (Some("2"), Some("1"))
    );
    assert_eq!(points[0]["timeUnixNano"], json!("5"));
    assert_eq!(
        points[1]["attributes"][0]["value"]["stringValue"],
        json!("b")
    );
    assert_eq!(
        points[1]["attributes"][1]["value"]["boolValue"],
        json!(false)
    );
    assert_eq!(metrics[0]["sum"]["aggregationTemporality"], json!(1));
    assert_eq!(metrics[1]["gauge"]["dataPoints"][0]["asDouble"], json!(2.5));
}

#[test]
fn nothing_comes_of_nothing() {
    let definitions = [definition("n", Shape::Gauge)];
    let mut derived = Derived::new("test", &definitions);
    derived.resource(&labels(&[("a", Value::Int(1))]));
    assert_eq!(derived.encode(1), None);
}

#[test]
fn a_sum_becomes_a_double_with_the_first_one() {
    let definitions = [definition(
        "n",
        Shape::Sum {
            monotonic: false,
            compensated: false,
        },
    )];
    let mut derived = Derived::new("test", &definitions);
    let resource = derived.resource(&Labels::default());
    for number in [Number::Int(2), Number::Double(0.5), Number::Int(1)] {
        derived.add(resource, 0, &Labels::default(), Amount::Number(number));
    }
    derived.seen(resource, 0, 3, 4);
    let point = json_of(&derived)["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]["sum"]["dataPoints"][0].clone();
    assert_eq!(point["asDouble"], json!(3.5));
    assert_eq!(
        (&point["startTimeUnixNano"], &point["timeUnixNano"]),
        (&json!("3"), &json!("4"))
    );
}

#[test]
fn values_are_counted_between_bounds() {
    let definitions = [definition(
        "h",
        Shape::Histogram {
            bounds: vec![1.0, 2.0],
        },
    )];
    let mut derived = Derived::new("test", &definitions);
    let resource = derived.resource(&Labels::default());
    for (value, times) in [(1.0, 1), (1.5, 2), (9.0, 1), (f64::NAN, 1)] {
        derived.add(
            resource,
            0,
            &Labels::default(),
            Amount::Seen { value, times },
        );
    }
    let json = json_of(&derived);
    let point =
        &json["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]["histogram"]["dataPoints"][0];
    assert_eq!(point["bucketCounts"], json!(["1", "2", "2"]));
    assert_eq!(point["count"], json!("5"));
}

/// Scale, offset and counts of the values above 0.
fn exponential(max_size: usize, values: &[f64]) -> (i64, i64, Vec<u64>) {
    let definitions = [definition("e", Shape::Exponential { max_size })];
    let mut derived = Derived::new("test", &definitions);
    let resource = derived.resource(&Labels::default());
    for value in values {
        derived.add(
            resource,
            0,
            &Labels::default(),
            Amount::Seen {
                value: *value,
                times: 1,
            },
        );
    }
    let json = json_of(&derived);
    let point = &json["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]["exponentialHistogram"]
        ["dataPoints"][0];
    let counts = point["positive"]["bucketCounts"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    (
        point["scale"].as_i64().unwrap_or(0),
        point["positive"]["offset"].as_i64().unwrap_or(0),
        counts
            .iter()
            .map(|count| count.as_str().unwrap().parse().unwrap())
            .collect(),
    )
}

/// The cases of the library that the Collector uses.
#[test]
fn an_exponential_histogram_grows_coarser() {
    for order in [[1.0, 0.5, 2.0], [2.0, 1.0, 0.5], [0.5, 2.0, 1.0]] {
        assert_eq!(exponential(2, &order), (-1, -1, vec![2, 1]));
    }
    for order in [[1.0, 2.0, 4.0], [4.0, 1.0, 2.0]] {
        assert_eq!(exponential(2, &order), (-1, -1, vec![1, 2]));
    }
    for order in [[1.0, 0.5, 0.25], [0.25, 1.0, 0.5]] {
        assert_eq!(exponential(2, &order), (-1, -2, vec![1, 2]));
    }
    assert_eq!(
        exponential(4, &[2.0, 4.0, 8.0, 16.0]),
        (0, 0, vec![1, 1, 1, 1])
    );
    assert_eq!(
        exponential(4, &[1.0, 0.5, 0.25, 0.125]),
        (0, -4, vec![1, 1, 1, 1])
    );
    assert_eq!(exponential(160, &[0.0, 0.0]), (0, 0, vec![]));
    let one = exponential(160, &[1.0]);
    assert_eq!(one, (20, -1, vec![1]));
}

#[test]
fn the_whole_range_of_doubles_fits() {
    let values = [
        f64::MIN_POSITIVE,
        5e-324,
        1.0,
        f64::MAX,
        f64::INFINITY,
        f64::NAN,
    ];
    let (scale, _, counts) = exponential(2, &values);
    assert_eq!(scale, -10);
    assert_eq!(
        counts.iter().sum::<u64>(),
        4,
        "what is infinite or no number is left out"
    );
    let (_, _, counts) = exponential(160, &(1..2000).map(f64::from).collect::<Vec<_>>());
    assert!(counts.len() <= 160);
    assert_eq!(counts.iter().sum::<u64>(), 1999);
}

#[test]
fn what_rounding_takes_is_given_back() {
    let shape = Shape::Sum {
        monotonic: true,
        compensated: true,
    };
    let definitions = [definition("n", shape)];
    let sum = |numbers: &[f64]| {
        let mut derived = Derived::new("test", &definitions);
        let resource = derived.resource(&Labels::default());
        for number in numbers {
            derived.add(
                resource,
                0,
                &Labels::default(),
                Amount::Number(Number::Double(*number)),
            );
        }
        json_of(&derived)["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]["sum"]["dataPoints"][0]["asDouble"].as_f64().unwrap()
    };
    assert_eq!(sum(&[0.1; 10]).to_string(), "1");
    assert_eq!(
        sum(&[1e100, 1.0, -1e100]).to_string(),
        (1.0_f64).to_string()
    );
    assert_eq!(sum(&[3.0]).to_string(), "3");
}
