//! The account of a gate, `/debug/conservation`, checked term by term: what it says of itself being exact is not asked.

use serde_json::{Map, Value};

use super::stand::Stand;

/// What a gate says of everything that it was sent.
#[derive(Debug)]
pub struct Account {
    equations: Vec<Equation>,
    gaps: Vec<String>,
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
            "in_flight",
        ],
    },
    Shape {
        mark: "in",
        from: &["in", "added"],
        to: &["out", "dropped", "rejected", "merged", "consumed", "held"],
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
        let gaps = gaps(&json);
        Ok(Self { equations, gaps })
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

    /// Where records are gone between two stages of a pipeline in which nothing is under way.
    #[must_use]
    pub fn gaps(&self) -> &[String] {
        &self.gaps
    }

    /// Records that are queued or under way.
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
                found.push(Equation {
                    place: place.to_owned(),
                    mark: shape.mark,
                    from: sum(shape.from),
                    to: sum(shape.to),
                    pending: sum(&["queued", "in_flight"]),
                    damaged: sum(&["damaged"]),
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

/// What one stage let go on is what the next was given, and what the last let go on was handed to destinations.
fn gaps(account: &Value) -> Vec<String> {
    let mut gaps = Vec::new();
    for pipeline in account["pipelines"].as_array().into_iter().flatten() {
        let Value::Object(terms) = pipeline else {
            continue;
        };
        let stages = pipeline["stages"].as_array().cloned().unwrap_or_default();
        if number(terms, "in_flight") > 0 || stages.is_empty() {
            continue;
        }
        let mut came = number(terms, "received");
        let mut rejected = 0;
        for stage in stages.iter().filter_map(Value::as_object) {
            let given = number(stage, "in");
            if given != came {
                gaps.push(format!(
                    "{}: {came} records went to {}, and it was given {given}",
                    pipeline["pipeline"], stage["stage"]
                ));
            }
            came = number(stage, "out");
            rejected += number(stage, "rejected");
        }
        let ends = ["delivered", "refused"].map(|name| number(terms, name));
        let by_destinations = number(terms, "rejected").saturating_sub(rejected);
        let handed: u64 = ends.iter().sum::<u64>() + by_destinations;
        // Connectors take copies of their own.
        if number(terms, "copied") + number(terms, "forwarded") == 0 && handed != came {
            gaps.push(format!(
                "{}: {came} records left its stages, and {handed} are known of",
                pipeline["pipeline"]
            ));
        }
    }
    gaps
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
