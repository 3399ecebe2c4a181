//! OTTL: any text as a statement and as a condition, on any record.

use tollgate_ottl::testing::{Failure, Record};
use tollgate_ottl::{
    Candidate, Context, List, ListKind, Map, Mistake, Registry, Value, Written, infer,
};
use tollgate_record::testing::Dice;

/// A text, and after a zero byte the choices that make the record. It is refused at a place that is in it, or runs: twice to the same
/// end, and not at all where its condition does not hold; and what is not a condition's contrary is no `not`.
pub fn ottl(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == 0);
    let (text, rest) = data.split_at(end.unwrap_or(data.len()));
    let text = String::from_utf8_lossy(text);
    let mut dice = Dice::new(rest);
    dice.byte();
    let record = (0..4).fold(Record::default(), |record, at| {
        let key = ["a", "b", "c", "http.method"][at];
        record.attribute(key, value(&mut dice, 0))
    });
    let record = record.with("body", value(&mut dice, 0));

    let (mut once, mut twice) = (record.clone(), record.clone());
    let ran = once.run(&text);
    assert_eq!(format!("{ran:?}"), format!("{:?}", twice.run(&text)));
    assert_eq!(format!("{once:?}"), format!("{twice:?}"));
    assert_eq!(
        matches!(ran, Err(Failure::Refused(_))),
        record.usage(&text).is_err()
    );
    match ran {
        Ok(false) => {
            let mut untouched = record.clone();
            assert_eq!(untouched.run("set(body, 1) where false"), Ok(false));
            assert_eq!(format!("{once:?}"), format!("{untouched:?}"));
        }
        Err(Failure::Refused(mistake)) => is_in(&mistake, &text),
        _ => {}
    }

    match record.holds(&text) {
        Ok(holds) => match record.holds(&format!("not ({text})")) {
            Ok(contrary) => assert_ne!(holds, contrary),
            // One level more may be one too many.
            Err(Failure::Refused(_)) => {}
            Err(Failure::Failed(error)) => panic!("the contrary fails: {error:?}"),
        },
        Err(Failure::Refused(mistake)) => is_in(&mistake, &text),
        Err(Failure::Failed(_)) => {}
    }
    if let Err(Failure::Refused(mistake)) = record.evaluate(&text) {
        is_in(&mistake, &text);
    }

    let functions = Registry::standard();
    let candidates = Context::ALL.map(|context| Candidate {
        context,
        functions: &functions,
    });
    for written in [
        Written::Statement(&text),
        Written::Condition(&text),
        Written::Value(&text),
    ] {
        let _ = infer([written], &candidates);
    }
}

fn is_in(mistake: &Mistake, text: &str) {
    assert!(mistake.at.start <= mistake.at.end && mistake.at.end <= text.len());
    assert!(mistake.line > 0 && mistake.column > 0);
    let _ = mistake.render(text);
}

fn value(dice: &mut Dice<'_>, depth: usize) -> Value<'static> {
    match dice.below(if depth < 3 { 9 } else { 7 }) {
        0 => Value::from("a text of b, c=d"),
        1 => Value::Nil,
        2 => Value::from(dice.once_in(2)),
        3 => Value::from(dice.number().cast_signed()),
        4 => Value::from(f64::from_bits(dice.number())),
        5 => {
            let bytes = bytes(dice);
            Value::from(String::from_utf8_lossy(&bytes).into_owned())
        }
        6 => Value::bytes(bytes(dice)),
        7 => {
            let items = (0..dice.below(4)).map(|_| value(dice, depth + 1)).collect();
            List::new(ListKind::Slice, items).into()
        }
        _ => {
            let count = dice.below(4);
            let entries = (0..count).map(|at| (format!("k{at}"), value(dice, depth + 1)));
            Map::of(entries.collect::<Vec<_>>()).into()
        }
    }
}

fn bytes(dice: &mut Dice<'_>) -> Vec<u8> {
    (0..dice.below(24)).map(|_| dice.byte()).collect()
}
