//! Places and cells, as the protocol has them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::collections::{BTreeSet, HashSet};

use prost::Message as _;
use prost_reflect::prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorSet, field_descriptor_proto::Type,
};
use tollgate_leaks::{Encoding, Holds, Place, Protocol, SecretKind, Wanted, places};
use tollgate_record::Signal;

fn all() -> Vec<Place> {
    places(Protocol::otlp().unwrap())
}

#[test]
fn every_text_that_people_know_is_a_place() {
    let all = all();
    let labels: BTreeSet<&str> = all.iter().map(|place| &*place.label).collect();
    for label in [
        "resource.attributes (key)",
        "resource.attributes[\"k\"]",
        "resource.schema_url",
        "resource.entity_refs.id_keys",
        "scope.name",
        "scope.version",
        "scope.schema_url",
        "log.body",
        "log.body (bytes)",
        "log.body[\"k\"][0]",
        "log.attributes[\"k\"][0][\"k\"] (bytes)",
        "log.severity_text",
        "log.event_name",
        "span.name",
        "span.trace_state",
        "span.status.message",
        "spanevent.name",
        "spanevent.attributes[\"k\"][\"k\"] (key)",
        "spanlink.trace_state",
        "spanlink.attributes[\"k\"]",
        "metric.name",
        "metric.description",
        "metric.unit",
        "metric.metadata[\"k\"]",
        "datapoint.attributes (key)",
        "exemplar.filtered_attributes[\"k\"]",
    ] {
        assert!(labels.contains(label), "{label} is none of {labels:#?}");
    }
    assert!(labels.len() >= 95, "{}", labels.len());
    let paths: HashSet<String> = all.iter().map(ToString::to_string).collect();
    assert_eq!(paths.len(), all.len(), "no two places are one");
}

#[test]
fn each_kind_of_metric_has_places_of_its_own() {
    for kind in [
        "gauge",
        "sum",
        "histogram",
        "exponential_histogram",
        "summary",
    ] {
        let path =
            format!("resource_metrics.scope_metrics.metrics.{kind}.data_points.attributes.key");
        assert!(all().iter().any(|place| place.path() == path), "{path}");
    }
}

#[test]
fn ids_are_as_long_as_ids_are() {
    let of = |label: &str| {
        let all = all();
        all.iter().find(|place| place.label == label).unwrap().holds
    };
    assert_eq!(of("span.trace_id"), Holds::Id(16));
    assert_eq!(of("span.parent_span_id"), Holds::Id(8));
    assert_eq!(of("log.span_id (wrong length)"), Holds::WrongId(8));
}

/// OTLP, with more fields in one of its messages.
fn otlp_with(message: &str, fields: &[(&str, i32, Type)]) -> Protocol {
    let mut set = FileDescriptorSet::decode(opentelemetry_proto::DESCRIPTORS).unwrap();
    let files = set.file.iter_mut();
    let mut messages = files.flat_map(|file| file.message_type.iter_mut());
    let own: &mut DescriptorProto = messages.find(|own| own.name() == message).unwrap();
    for (name, number, kind) in fields {
        own.field.push(FieldDescriptorProto {
            name: Some((*name).to_owned()),
            number: Some(*number),
            r#type: Some((*kind).into()),
            label: Some(1),
            ..FieldDescriptorProto::default()
        });
    }
    Protocol::of(&set.encode_to_vec()).unwrap()
}

#[test]
fn a_new_field_of_the_protocol_is_a_place() {
    let protocol = otlp_with(
        "LogRecord",
        &[
            ("note", 77, Type::String),
            ("blob", 78, Type::Bytes),
            ("weight", 79, Type::Int64),
        ],
    );
    let all = places(&protocol);
    let new: Vec<_> = all
        .iter()
        .filter(|place| {
            !self::all()
                .iter()
                .any(|old| old.to_string() == place.to_string())
        })
        .map(|place| (place.signal, &*place.label, place.holds))
        .collect();
    assert_eq!(
        new,
        [
            (Signal::Logs, "log.note", Holds::Text),
            (Signal::Logs, "log.blob", Holds::Bytes)
        ]
    );
}

#[test]
fn descriptors_of_something_else_are_refused() {
    assert!(Protocol::of(b"no descriptors").is_err());
    assert!(Protocol::of(&FileDescriptorSet::default().encode_to_vec()).is_err());
}

#[test]
fn every_cell_has_a_secret_of_its_own() {
    let cells = Wanted::default().cells(&all());
    assert!(cells.len() > 20_000, "{}", cells.len());
    let all = all();
    let whole = cells
        .iter()
        .filter(|cell| !matches!(all[cell.place].holds, Holds::Id(_)));
    let secrets: HashSet<&str> = whole.clone().map(|cell| &*cell.secret).collect();
    assert_eq!(secrets.len(), whole.count());
    for kind in SecretKind::MADE {
        for encoding in Encoding::ALL {
            // Digits have no case.
            let has_none = encoding == Encoding::Case
                && matches!(kind, SecretKind::Card | SecretKind::National);
            let is_there = cells
                .iter()
                .any(|cell| cell.kind == kind && cell.encoding == encoding);
            assert_ne!(is_there, has_none, "{kind} in {encoding}");
        }
    }
}

#[test]
fn a_seed_makes_the_same_secrets_and_another_one_others() {
    let with = |seed, limit| Wanted {
        seed,
        limit,
        ..Wanted::default()
    };
    let secrets = |wanted: Wanted| -> Vec<String> {
        wanted
            .cells(&all())
            .into_iter()
            .map(|cell| cell.secret)
            .collect()
    };
    let some = secrets(with(7, Some(50)));
    assert_eq!(some.len(), 50);
    assert_eq!(some, secrets(with(7, Some(50))));
    assert_ne!(some, secrets(with(8, Some(50))));
}

#[test]
fn a_limit_takes_some_of_everything() {
    let all = all();
    let some = Wanted {
        limit: Some(1000),
        ..Wanted::default()
    }
    .cells(&all);
    assert_eq!(some.len(), 1000);
    let signals: HashSet<_> = some.iter().map(|cell| all[cell.place].signal).collect();
    let encodings: HashSet<_> = some.iter().map(|cell| cell.encoding).collect();
    assert_eq!((signals.len(), encodings.len()), (3, Encoding::ALL.len()));
}
