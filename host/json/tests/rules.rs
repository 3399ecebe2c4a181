//! The rules of OTLP/JSON, one by one.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::{metric, number_data_point};
use prost::Message;
use tollgate_json::{JsonError, MAX_DEPTH, Problem, Response, Status, WireError, decode, encode};
use tollgate_record::signal::Signal;

/// The log record with these members.
fn record(members: &str) -> Result<LogRecord, JsonError> {
    let text =
        format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{{members}}}]}}]}}]}}"#);
    let wire = decode(Signal::Logs, text.as_bytes())?;
    let mut request = ExportLogsServiceRequest::decode(wire.as_slice()).unwrap();
    Ok(request
        .resource_logs
        .remove(0)
        .scope_logs
        .remove(0)
        .log_records
        .remove(0))
}

fn problem(members: &str) -> Problem {
    match record(members) {
        Ok(record) => panic!("{members} is {record:?}"),
        Err(error) => error.problem,
    }
}

fn body(value: &str) -> AnyValue {
    record(&format!(r#""body":{value}"#)).unwrap().body.unwrap()
}

#[test]
fn integers_of_64_bits_are_strings_or_numbers() {
    let big = "1700000000123456789";
    for text in [
        format!("\"{big}\""),
        big.to_owned(),
        format!("{big}.0"),
        "1.700000000123456789e18".to_owned(),
    ] {
        assert_eq!(
            record(&format!(r#""timeUnixNano":{text}"#))
                .unwrap()
                .time_unix_nano,
            1_700_000_000_123_456_789
        );
    }
    for (text, value) in [
        ("-9223372036854775808", i64::MIN),
        ("\"9223372036854775807\"", i64::MAX),
        ("1e3", 1000),
        ("\"-5\"", -5),
    ] {
        assert_eq!(
            body(&format!(r#"{{"intValue":{text}}}"#)).value,
            Some(Value::IntValue(value))
        );
    }
    for text in [
        "1.5",
        "\"1.5\"",
        "1e-1",
        "9223372036854775808",
        "1e400",
        "\"\"",
        "\" 1\"",
        "\"0x1\"",
        "true",
        "{}",
        "1e99999999999999999999",
    ] {
        assert_eq!(
            problem(&format!(r#""body":{{"intValue":{text}}}"#)),
            Problem::Integer,
            "{text}"
        );
    }
    for text in ["-1", "18446744073709551616"] {
        assert_eq!(
            problem(&format!(r#""timeUnixNano":{text}"#)),
            Problem::Integer,
            "{text}"
        );
    }
}

#[test]
fn identifiers_are_hex_of_the_right_length() {
    let ids = record(r#""traceId":"0102030405060708090A0b0C0d0E0f10","spanId":"ABCDEF0123456789""#)
        .unwrap();
    assert_eq!(
        ids.trace_id,
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
    );
    assert_eq!(ids.span_id, [0xab, 0xcd, 0xef, 1, 0x23, 0x45, 0x67, 0x89]);
    assert!(record(r#""traceId":"""#).unwrap().trace_id.is_empty());
    for id in [
        "01",
        "0102030405060708090a0b0c0d0e0f1",
        "0102030405060708090a0b0c0d0e0f1g",
        "AQIDBAUGBwgJCgsMDQ4PEA==",
        "éééééééé",
    ] {
        assert_eq!(
            problem(&format!(r#""traceId":"{id}""#)),
            Problem::Id,
            "{id}"
        );
    }
    assert_eq!(problem(r#""traceId":1"#), Problem::Id);
}

#[test]
fn enums_are_integers_and_nothing_else() {
    assert_eq!(
        record(r#""severityNumber":17"#).unwrap().severity_number,
        17
    );
    assert_eq!(
        record(r#""severityNumber":-3"#).unwrap().severity_number,
        -3
    );
    assert_eq!(
        problem(r#""severityNumber":"SEVERITY_NUMBER_ERROR""#),
        Problem::Integer
    );
    assert_eq!(problem(r#""severityNumber":4294967296"#), Problem::Integer);
}

#[test]
fn names_are_camel_case_or_snake_case_and_unknown_ones_are_ignored() {
    assert_eq!(
        record(r#""severity_text":"a","time_unix_nano":"7""#)
            .unwrap()
            .time_unix_nano,
        7
    );
    let unknown = r#""severityText":"a","SeverityText":"b","severity__text":"c","":1,"x":{"y":[{"z":[null]}]}"#;
    assert_eq!(record(unknown).unwrap().severity_text, "a");
}

#[test]
fn null_is_absence() {
    let absent = record(
        r#""body":null,"timeUnixNano":null,"attributes":null,"traceId":null,"severityNumber":null"#,
    );
    assert_eq!(absent.unwrap(), LogRecord::default());
    assert_eq!(decode(Signal::Logs, b"null").unwrap(), b"");
}

#[test]
fn an_empty_value_is_a_value() {
    assert_eq!(body("{}"), AnyValue::default());
    let attribute = record(r#""attributes":[{"key":"a","value":{}}]"#)
        .unwrap()
        .attributes
        .remove(0);
    assert_eq!(attribute.value, Some(AnyValue::default()));
    assert_eq!(
        body(r#"{"stringValue":""}"#).value,
        Some(Value::StringValue(String::new()))
    );
    assert_eq!(
        body(r#"{"boolValue":false}"#).value,
        Some(Value::BoolValue(false))
    );
}

#[test]
fn doubles_may_be_what_json_has_no_number_for() {
    for (text, value) in [
        ("\"Infinity\"", f64::INFINITY),
        ("\"-Infinity\"", f64::NEG_INFINITY),
        ("1.5", 1.5),
        ("\"2.5e1\"", 25.0),
        ("3", 3.0),
    ] {
        assert_eq!(
            body(&format!(r#"{{"doubleValue":{text}}}"#)).value,
            Some(Value::DoubleValue(value))
        );
    }
    let nan = body(r#"{"doubleValue":"NaN"}"#).value;
    assert!(matches!(nan, Some(Value::DoubleValue(value)) if value.is_nan()));
    for text in ["\"inf\"", "\"\"", "1e999", "\"0x1p3\"", "null1", "\"1 \""] {
        assert!(
            record(&format!(r#""body":{{"doubleValue":{text}}}"#)).is_err(),
            "{text}"
        );
    }
}

#[test]
fn bytes_are_base64() {
    for text in ["-_8=", "+/8=", "+/8"] {
        assert_eq!(
            body(&format!(r#"{{"bytesValue":"{text}"}}"#)).value,
            Some(Value::BytesValue(vec![0xfb, 0xff]))
        );
    }
    assert_eq!(problem(r#""body":{"bytesValue":"?"}"#), Problem::Base64);
}

#[test]
fn text_is_unicode_and_nothing_else() {
    assert_eq!(
        record(r#""severityText":"\u00e9\ud83d\ude00\/\"\\\b\f\n\r\t""#)
            .unwrap()
            .severity_text,
        "é😀/\"\\\u{8}\u{c}\n\r\t"
    );
    for text in [
        r"\ud83d",
        r"\ude00\ud83d",
        r"\ud83d\u0041",
        r"\ud83dx",
        r"\u12",
        r"\u12g4",
        r"\x",
        r"\u+123",
    ] {
        assert_eq!(
            problem(&format!(r#""severityText":"{text}""#)),
            Problem::Escape,
            "{text}"
        );
    }
    assert_eq!(problem("\"severityText\":\"a\nb\""), Problem::Control);
    let error = decode(Signal::Logs, b"{\n \"x\": \"\xff\"}").unwrap_err();
    assert_eq!(
        (error.line, error.column, error.problem),
        (2, 8, Problem::Utf8)
    );
}

#[test]
fn what_stands_twice_is_refused() {
    assert_eq!(
        problem(r#""severityText":"a","severityText":"b""#),
        Problem::Twice
    );
    assert_eq!(
        problem(r#""severityText":"a","severity_text":"b""#),
        Problem::Twice
    );
    assert_eq!(
        problem(r#""attributes":[],"attributes":[]"#),
        Problem::Twice
    );
    assert_eq!(
        problem(r#""body":{"stringValue":"a","intValue":1}"#),
        Problem::Twice
    );
    assert!(record(r#""body":{"stringValue":"a","intValue":null}"#).is_ok());
}

#[test]
fn values_may_nest_as_deep_as_allowed_and_no_deeper() {
    let nested = |depth: usize| {
        let open = r#"{"arrayValue":{"values":["#.repeat(depth - 1);
        let close = "]}}".repeat(depth - 1);
        format!(r#""body":{open}{{"intValue":1}}{close}"#)
    };
    let request = |members: &str| {
        let text =
            format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{{members}}}]}}]}}]}}"#);
        decode(Signal::Logs, text.as_bytes())
    };
    let deepest = request(&nested(MAX_DEPTH)).unwrap();
    assert_eq!(encode(Signal::Logs, &deepest, &mut Vec::new()), Ok(()));
    for depth in [MAX_DEPTH + 1, 60_000] {
        assert_eq!(request(&nested(depth)).unwrap_err().problem, Problem::Depth);
    }
    let brackets =
        |depth: usize| format!(r#""unknown":{}{}"#, "[".repeat(depth), "]".repeat(depth));
    assert_eq!(problem(&brackets(60_000)), Problem::Depth);
    assert_eq!(record(&brackets(5_000)).unwrap(), LogRecord::default());
}

#[test]
fn values_on_the_wire_may_nest_as_deep_and_no_deeper() {
    let message = |tag: u8, content: &[u8]| {
        let mut out = vec![tag];
        prost::encode_length_delimiter(content.len(), &mut out).unwrap();
        out.extend_from_slice(content);
        out
    };
    let nested = |depth: usize| {
        let mut value = vec![0x18, 1];
        for _ in 1..depth {
            value = message(0x2a, &message(0x0a, &value));
        }
        let record = message(0x2a, &value);
        message(0x0a, &message(0x12, &message(0x12, &record)))
    };
    let depth = |depth| encode(Signal::Logs, &nested(depth), &mut Vec::new());
    assert_eq!(depth(MAX_DEPTH), Ok(()));
    assert_eq!(depth(MAX_DEPTH + 1), Err(WireError::Depth));
    assert_eq!(depth(10_000), Err(WireError::Depth));
}

#[test]
fn errors_say_where_and_never_what() {
    let secret = "{\n  \"resourceLogs\": [{\n    \"schemaUrl\": 4111111111111111}]}";
    let error = decode(Signal::Logs, secret.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 3, column 18: a string belongs here"
    );
    for (text, expected) in [
        ("", Problem::Ends),
        ("{", Problem::Ends),
        ("{}x", Problem::Trailing),
        ("[]", Problem::Object),
        ("{\"resourceLogs\":{}}", Problem::Array),
        ("{\"resourceLogs\":[1]}", Problem::Object),
        ("{\"a\":1,}", Problem::Syntax),
        ("{'a':1}", Problem::Syntax),
        ("{\"a\":01}", Problem::Syntax),
    ] {
        assert_eq!(
            decode(Signal::Logs, text.as_bytes()).unwrap_err().problem,
            expected,
            "{text}"
        );
    }
}

#[test]
fn numbers_in_arrays_are_packed() {
    let text = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"histogram":{"dataPoints":[{"count":"3","bucketCounts":["1",2],"explicitBounds":[0.5]}]}},{"gauge":{"dataPoints":[{"asInt":"7"}]}}]}]}]}"#;
    let wire = decode(Signal::Metrics, text.as_bytes()).unwrap();
    let request = ExportMetricsServiceRequest::decode(wire.as_slice()).unwrap();
    let metrics = &request.resource_metrics[0].scope_metrics[0].metrics;
    let Some(metric::Data::Histogram(histogram)) = &metrics[0].data else {
        panic!("a histogram")
    };
    assert_eq!(histogram.data_points[0].bucket_counts, [1, 2]);
    let Some(metric::Data::Gauge(gauge)) = &metrics[1].data else {
        panic!("a gauge")
    };
    assert_eq!(
        gauge.data_points[0].value,
        Some(number_data_point::Value::AsInt(7))
    );
}

#[test]
fn what_is_written_is_what_the_collector_writes() {
    let members = r#""timeUnixNano":1,"severityNumber":9,"body":{"doubleValue":1e21},"attributes":[{"key":"a\"\u0001é","value":{"kvlistValue":{"values":[{"key":"b","value":{"bytesValue":"+/8="}}]}}},{"key":"c"},{"key":"d","value":{"arrayValue":{"values":[{"doubleValue":1e-7},{"boolValue":true},{}]}}}],"traceId":"0102030405060708090A0B0C0D0E0F10","spanId":"0000000000000000""#;
    let text =
        format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{{members}}}]}}]}}]}}"#);
    let wire = decode(Signal::Logs, text.as_bytes()).unwrap();
    let mut json = Vec::new();
    encode(Signal::Logs, &wire, &mut json).unwrap();
    assert_eq!(
        String::from_utf8(json).unwrap(),
        r#"{"resourceLogs":[{"resource":{},"scopeLogs":[{"scope":{},"logRecords":[{"timeUnixNano":"1","severityNumber":9,"body":{"doubleValue":1e+21},"attributes":[{"key":"a\"\u0001é","value":{"kvlistValue":{"values":[{"key":"b","value":{"bytesValue":"+/8="}}]}}},{"key":"c","value":{}},{"key":"d","value":{"arrayValue":{"values":[{"doubleValue":1e-07},{"boolValue":true},{}]}}}],"traceId":"0102030405060708090a0b0c0d0e0f10"}]}]}]}"#
    );
}

#[test]
fn parts_of_a_message_are_put_together_and_the_last_value_counts() {
    // scope twice (name, then version), and a name twice.
    let wire = [
        &[0x0a, 20, 0x12, 18][..],
        &[
            0x0a, 3, 0x0a, 1, b'a', 0x0a, 3, 0x12, 1, b'v', 0x0a, 3, 0x0a, 1, b'b', 0x1a, 1, b's',
        ],
    ]
    .concat();
    let mut json = Vec::new();
    encode(Signal::Logs, &wire, &mut json).unwrap();
    assert_eq!(
        String::from_utf8(json).unwrap(),
        r#"{"resourceLogs":[{"resource":{},"scopeLogs":[{"scope":{"name":"b","version":"v"},"schemaUrl":"s"}]}]}"#
    );
}

#[test]
fn wire_that_is_not_otlp_is_refused() {
    for (wire, error) in [
        (&[0x0a, 5, 0][..], WireError::Cut),
        (&[0x0a], WireError::Cut),
        (&[0x08, 1], WireError::Type),
        (&[0x0b], WireError::Type),
        (&[0x02, 0], WireError::Type),
        (&[0x0a, 3, 0x1a, 1, 0xff], WireError::Utf8),
        (&[0xff; 11], WireError::Cut),
    ] {
        assert_eq!(
            encode(Signal::Logs, wire, &mut Vec::new()),
            Err(error),
            "{wire:?}"
        );
    }
}

#[test]
fn responses_hold_partial_success_only_when_there_is_something_to_say() {
    let nothing = Response::default();
    assert_eq!(nothing.to_wire(), b"");
    assert_eq!(nothing.to_json(Signal::Logs), b"{}");
    let some = Response {
        rejected: 3,
        message: "refused".to_owned(),
    };
    assert_eq!(Response::from_wire(&some.to_wire()).unwrap(), some);
    for (signal, name) in [
        (Signal::Logs, "rejectedLogRecords"),
        (Signal::Traces, "rejectedSpans"),
        (Signal::Metrics, "rejectedDataPoints"),
    ] {
        let json = some.to_json(signal);
        let text = format!(r#"{{"partialSuccess":{{"{name}":"3","errorMessage":"refused"}}}}"#);
        assert_eq!(String::from_utf8(json.clone()).unwrap(), text);
        assert_eq!(Response::from_json(signal, &json).unwrap(), some);
    }
}

#[test]
fn a_status_says_when_to_come_back() {
    let status = Status {
        code: 14,
        message: "later".to_owned(),
        retry_after: Some(std::time::Duration::from_millis(1500)),
    };
    assert_eq!(Status::from_wire(&status.to_wire()).unwrap(), status);
    assert_eq!(
        String::from_utf8(status.to_json()).unwrap(),
        r#"{"code":14,"message":"later","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.500000000s"}]}"#
    );
    let read = Status::from_json(&status.to_json()).unwrap();
    assert_eq!((read.code, read.message.as_str()), (14, "later"));
    assert_eq!(Status::default().to_json(), b"{}");
}
