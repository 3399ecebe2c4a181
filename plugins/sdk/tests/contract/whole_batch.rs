//! Policies that look at the batch as a whole.

use serde_json::json;
use tollgate_sdk::testing::{Harness, Output, Request, log_record, span};
use tollgate_sdk::{
    Batch, Description, NoConfig, NodeKind, Policy, Problem, Rule, Setup, Signal, Value, Verdict,
};

/// Masks a word in every text, finds it in the text of the whole batch first, and checks what it is told on the way.
struct Masking(Rule);

const WORD: &[u8] = b"secret";

impl Policy for Masking {
    type Config = NoConfig;

    fn describe() -> Description {
        Description::new("masking", "1.0.0", "Masks a word.")
    }

    fn configure(_: NoConfig, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        setup.reads(Signal::ALL, "*");
        setup.writes(Signal::ALL, "*");
        Ok(Self(setup.rule("word")))
    }

    fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        let text = batch.text();
        let mut end_of_last = 0;
        for cell in (0..batch.cells())
            .map(|cell| batch.cell(cell))
            .collect::<Vec<_>>()
        {
            assert_eq!(batch.path(cell.field), cell.path);
            assert!(batch.node(cell.node).is_some());
            let bytes = match cell.value {
                Value::Text(text) => text.as_bytes(),
                Value::Bytes(bytes) => bytes,
                _ => continue,
            };
            let offset = cell.offset.unwrap();
            assert_eq!(
                text.get(offset..offset + bytes.len()),
                Some(bytes),
                "{}",
                cell.path
            );
            if !bytes.is_empty() {
                assert_eq!(offset, end_of_last, "the texts stand one after the other");
                end_of_last = offset + bytes.len();
            }
            if bytes.windows(WORD.len()).any(|window| window == WORD) {
                let masked = String::from_utf8_lossy(bytes).replace("secret", "****");
                batch.set_cell(self.0, cell.index, masked);
            }
        }
        Ok(())
    }
}

fn mask(request: &Request) -> Output {
    let mut masking = Harness::<Masking>::configure(json!({})).unwrap();
    masking.run(request).unwrap()
}

#[test]
fn every_text_of_a_batch_can_be_changed() {
    let request = Request::of([
        span("a secret span")
            .resource_attribute("r", "secret")
            .scope("secret scope")
            .event("secret event", [("k", json!({ "deep": ["secret"] }))])
            .link([("l", json!("top secret"))])
            .field("status", json!({ "message": "secret status" })),
        span("plain").attribute("n", 1).attribute("", ""),
    ])
    .unwrap();
    let output = mask(&request);
    assert!(!output.text().contains("secret"), "{}", output.text());
    assert_eq!(output.edits_of("word"), 7);
    assert_eq!(
        mask(&log_record().body("nothing").build()).edits_of("word"),
        0
    );
}

/// Drops span events without attributes, deletes an attribute of resources, and puts a count on spans, by index.
struct Pruning {
    prune: Rule,
}

impl Policy for Pruning {
    type Config = NoConfig;

    fn describe() -> Description {
        Description::new("pruning", "1.0.0", "Prunes.")
    }

    fn configure(_: NoConfig, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
        let traces = &[Signal::Traces];
        setup.drops(traces);
        setup.reads(traces, "spanevent.attributes[*]");
        setup.edits(traces, "resource.attributes[\"host\"]");
        setup.writes(traces, "attributes[\"events\"]");
        Ok(Self {
            prune: setup.rule("prune"),
        })
    }

    fn batch(&mut self, batch: &mut Batch<'_>) -> Result<(), String> {
        let prune = self.prune;
        let mut counts = Vec::new();
        batch.each_record(|span| {
            let events = span
                .children()
                .filter(|child| child.kind() == NodeKind::SpanEvent);
            counts.push((span.index(), events.count()));
            let resource = span.resource().map(|resource| resource.kind());
            assert_eq!(resource, Some(NodeKind::Resource));
            assert!(span.ancestor(NodeKind::Metric).is_none());
            Verdict::Keep
        });
        for (span, events) in counts {
            let events = i64::try_from(events).map_err(|error| error.to_string())?;
            batch.put(prune, span, "attributes[\"events\"]", events);
        }
        batch.each(NodeKind::Resource, |resource| {
            resource.delete_attribute(prune, "host");
        });
        batch.each(NodeKind::SpanEvent, |event| {
            if event.attributes().next().is_none() {
                event.judge(Verdict::Drop(prune));
            }
        });
        Ok(())
    }
}

#[test]
fn nodes_above_and_below_records_are_edited_and_judged() {
    let request = Request::of([
        span("one")
            .resource_attribute("host", "h")
            .event("bare", [])
            .event("full", [("k", json!("v"))]),
        span("two").resource_attribute("host", "h"),
    ])
    .unwrap();
    let mut pruning = Harness::<Pruning>::configure(json!({})).unwrap();
    let output = pruning.run(&request).unwrap();
    assert!(!output.text().contains("host"));
    assert!(!output.text().contains("bare"));
    assert!(output.text().contains("full"));
    assert_eq!(output.dropped(), 0, "an event is no record");
    let json = output.json();
    let spans = &json["resourceSpans"][0]["scopeSpans"][0]["spans"];
    assert_eq!(spans[0]["attributes"][0]["value"]["intValue"], "2");
    assert_eq!(spans[1]["attributes"][0]["value"]["intValue"], "0");
}
