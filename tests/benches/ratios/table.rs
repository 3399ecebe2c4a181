//! What is printed.

use crate::clock::{Measure, median, quantile};

/// What a ratio shall be, at most.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// One to so many: the first is the smaller.
    OneTo(f64),
    /// So many to one: the first is the larger.
    ToOne(f64),
}

/// A ratio and its goal.
pub(crate) struct Row {
    name: &'static str,
    ratio: f64,
    /// The middle half of the rounds lies between these.
    between: [f64; 2],
    goal: Goal,
}

impl Row {
    pub(crate) fn new(
        name: &'static str,
        first: &Measure<'_>,
        second: &Measure<'_>,
        goal: Goal,
    ) -> Self {
        let rounds = match goal {
            Goal::OneTo(_) => second.over(first),
            Goal::ToOne(_) => first.over(second),
        };
        let between = [
            quantile(rounds.clone(), 0.25),
            quantile(rounds.clone(), 0.75),
        ];
        Self {
            name,
            ratio: median(rounds),
            between,
            goal,
        }
    }
}

/// Prints the ratios, as Markdown.
pub(crate) fn ratios(rows: &[Row]) {
    println!("| measure | ratio | middle half of the rounds | goal | |\n|---|---|---|---|---|");
    for Row {
        name,
        ratio,
        between: [from, to],
        goal,
    } in rows.iter().filter(|row| row.ratio.is_finite())
    {
        match goal {
            Goal::OneTo(goal) => println!(
                "| {name} | 1 : {ratio:.1} | {from:.1} to {to:.1} | 1 : {goal} | {} |",
                verdict(ratio >= goal)
            ),
            Goal::ToOne(goal) => println!(
                "| {name} | {ratio:.2} : 1 | {from:.2} to {to:.2} | {goal} : 1 | {} |",
                verdict(ratio <= goal)
            ),
        }
    }
}

/// Prints what steps cost, as Markdown: the nanoseconds of a run, divided by `parts`.
pub(crate) fn steps(unit: &str, measures: &[&mut Measure<'_>], parts: f64) {
    println!("\n| step | ns {unit} |\n|---|---|");
    for measure in measures
        .iter()
        .filter(|measure| measure.median().is_finite())
    {
        println!("| {} | {:.0} |", measure.name, measure.median() / parts);
    }
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "**missed**" }
}
