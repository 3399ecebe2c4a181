//! Counting the records of a request without indexing it.

use crate::error::Malformed;
use crate::signal::Signal;
use crate::wire::{BYTES, Reader};

/// Counts the records of a request by their boundaries alone. What lies inside them is not looked at.
pub fn count(signal: Signal, wire: &[u8]) -> Result<u32, Malformed> {
    let mut records = 0_u32;
    let request = Reader::new(wire, 0);
    each(wire, request, |number| number == 1, &mut |resource| {
        each(wire, resource, |number| number == 2, &mut |scope| {
            each(wire, scope, |number| number == 2, &mut |record| {
                let found = if signal == Signal::Metrics {
                    data_points(wire, record)?
                } else {
                    1
                };
                records = records.saturating_add(found);
                Ok(())
            })
        })
    })?;
    Ok(records)
}

fn data_points(wire: &[u8], metric: Reader<'_>) -> Result<u32, Malformed> {
    let mut points = 0_u32;
    let mut data = 0_u32;
    let mut at = metric.clone();
    while let Some(element) = at.next()? {
        if !is_data(element.number) {
            continue;
        }
        data = data.saturating_add(1);
        if data > 1 {
            return Err(Malformed::Split {
                offset: element.start as usize,
            });
        }
    }
    each(wire, metric, is_data, &mut |data| {
        each(wire, data, |number| number == 1, &mut |_| {
            points = points.saturating_add(1);
            Ok(())
        })
    })?;
    Ok(points)
}

fn is_data(number: u32) -> bool {
    matches!(number, 5 | 7 | 9 | 10 | 11)
}

/// Calls `visit` with a reader of each embedded message whose field number is meant.
fn each<'a>(
    wire: &'a [u8],
    mut message: Reader<'_>,
    is_meant: impl Fn(u32) -> bool,
    visit: &mut dyn FnMut(Reader<'a>) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    while let Some(element) = message.next()? {
        if is_meant(element.number) {
            element.expect(BYTES)?;
            let content = wire
                .get(element.content as usize..element.end as usize)
                .unwrap_or_default();
            visit(Reader::new(content, element.content))?;
        }
    }
    Ok(())
}
