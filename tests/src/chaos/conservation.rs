//! The account of a gate, `/debug/conservation`, checked term by term: what it says of itself being exact is not asked.

use serde_json::{Map, Value};

use super::stand::Stand;

/// What a gate says of everything that it was sent.
#[derive(Debug)]
pub struct Account {
    equations: Vec<Equation>,
}

/// A kind of equation: the term that tells it from others, and its two sides.
struct Shape {
    mark: &'static str,
    from: &'static [&'static str],
    to: &'static [&'static str],
}

/// At each destination, in each pipeline, at each stage.
const SHAPES: [Shape; 3] = [
    Shape {
        mark: "cleared",
        from: &["cleared", "restored"],
        to: &[
            "delivered",
            "refused",
            "given_back",
            "damaged",
            "queued",
            "in_flight",
        ],
    },
    Shape {
        mark: "received",
        from: &["received", "created", "copied"],
        to: &[
            "delivered",
            "forwarded",
            "consumed",
            "dropped",
            "merged",
            "rejected",
            "refused",
            "held",
        ],
    },
    Shape {
        mark: "in",
        from: &["in", "added"],
        to: &["out", "dropped", "rejected", "held"],
    },
];

#[derive(Debug)]
struct Equation {
    place: String,
    mark: &'static str,
    from: u64,
    to: u64,
    pending: u64,
    damaged: u64,
}

/// Asks a gate.
pub async fn read(stand: &Stand) -> Result<Account, String> {
    let page = stand.page("/debug/conservation").await;
    let page = page.ok_or("the gate has no account to show")?;
    Account::of(&page)
}

impl Account {
    fn of(page: &str) -> Result<Self, String> {
        let json = serde_json::from_str(page);
        let json = json.map_err(|error| format!("the account is no JSON: {error}"))?;
        let mut equations = Vec::new();
        collect(&json, "", &mut equations);
        for shape in &SHAPES[..2] {
            if !equations
                .iter()
                .any(|equation: &Equation| equation.mark == shape.mark)
            {
                return Err(format!("the account has no equation with `{}`", shape.mark));
            }
        }
        Ok(Self { equations })
    }

    /// Every equation that does not hold.
    #[must_use]
    pub fn wrong(&self) -> Vec<String> {
        let wrong = self
            .equations
            .iter()
            .filter(|equation| equation.from != equation.to);
        let words = wrong.map(
            |Equation {
                 place, from, to, ..
             }| format!("{place}: {from} came, and {to} are accounted for"),
        );
        words.collect()
    }

    /// Records that are queued or under way to a destination.
    #[must_use]
    pub fn pending(&self) -> u64 {
        self.equations.iter().map(|equation| equation.pending).sum()
    }

    /// Records that damage has cost.
    #[must_use]
    pub fn damaged(&self) -> u64 {
        self.equations.iter().map(|equation| equation.damaged).sum()
    }
}

fn collect(json: &Value, place: &str, found: &mut Vec<Equation>) {
    match json {
        Value::Object(terms) => {
            let shape = SHAPES
                .iter()
                .find(|shape| terms.get(shape.mark).is_some_and(Value::is_u64));
            if let Some(shape) = shape {
                let sum = |names: &[&str]| names.iter().map(|name| number(terms, name)).sum();
                let is_destination = shape.mark == SHAPES[0].mark;
                found.push(Equation {
                    place: place.to_owned(),
                    mark: shape.mark,
                    from: sum(shape.from),
                    to: sum(shape.to),
                    pending: if is_destination {
                        sum(&["queued", "in_flight"])
                    } else {
                        0
                    },
                    damaged: if is_destination { sum(&["damaged"]) } else { 0 },
                });
            }
            for (name, inner) in terms {
                collect(inner, &format!("{place}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (number, inner) in items.iter().enumerate() {
                collect(inner, &format!("{place}/{number}"), found);
            }
        }
        _ => {}
    }
}

fn number(terms: &Map<String, Value>, name: &str) -> u64 {
    terms.get(name).and_then(Value::as_u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_checked_term_by_term() {
        let page = |delivered: u64| {
            format!(
                r#"{{"pipelines":[{{"logs":{{"received":5,"delivered":4,"dropped":1}}}}],"destinations":{{"otlp":{{"logs":{{"cleared":4,"restored":2,"delivered":{delivered},"queued":1}}}}}}}}"#
            )
        };
        let exact = Account::of(&page(5)).unwrap();
        assert_eq!((exact.wrong(), exact.pending()), (Vec::new(), 1));
        assert_eq!(Account::of(&page(4)).unwrap().wrong().len(), 1);
        assert!(
            Account::of("{}").is_err(),
            "an account that says nothing is none"
        );
    }
}
