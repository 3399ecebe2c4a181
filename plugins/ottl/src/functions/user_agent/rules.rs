//! The rules of `ua-parser`, tried in their order.
//!
//! Each is a regular expression with a text that every match holds, so that nearly all of the 567 are ruled out by a search for that
//! text. Those that are not are compiled when they are needed, and forgotten when they have become many: a policy has little memory.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use tollgate_patterns::Pattern;

use crate::functions::expand::expand;

const RULES: &str = include_str!("rules.tsv");

/// How many bytes of a text are looked at. Headers are shorter.
const LONGEST: usize = 8 << 10;

/// How many expressions stay compiled, and how many texts are remembered.
const MOST_PATTERNS: usize = 64;
const MOST_TEXTS: usize = 256;

/// How long a text may be that is remembered.
const LONGEST_REMEMBERED: usize = 1 << 10;

/// What a text speaks of.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) agent: Product,
    pub(super) system: Product,
}

/// A program or a system.
#[derive(Debug)]
pub(super) struct Product {
    /// `Other` where no rule knows it.
    pub(super) name: String,
    pub(super) version: String,
}

/// A rule: what a match holds, the expression, and the name and the parts of the version.
struct Rule {
    needles: Vec<&'static str>,
    expression: &'static str,
    templates: Vec<&'static str>,
}

struct Rules {
    agents: Vec<Rule>,
    systems: Vec<Rule>,
    patterns: HashMap<&'static str, Option<Rc<Pattern>>>,
    told: HashMap<String, Rc<Told>>,
}

thread_local! {
    static ALL: RefCell<Option<Rules>> = const { RefCell::new(None) };
}

/// What a text speaks of, as far as it is looked at.
pub(super) fn tell(text: &str) -> Rc<Told> {
    ALL.with_borrow_mut(|rules| rules.get_or_insert_with(Rules::new).tell(text))
}

impl Rules {
    fn new() -> Self {
        let mut lines = RULES.lines().skip_while(|line| !line.is_empty()).skip(1);
        let rule = |line: &'static str, parts: usize| {
            let mut columns = line.split('\t');
            let needles = columns
                .next()?
                .split('|')
                .filter(|needle| !needle.is_empty());
            let needles = needles.collect();
            let expression = columns.next()?;
            let mut templates: Vec<_> = columns.collect();
            templates.resize(parts, "");
            Some(Rule {
                needles,
                expression,
                templates,
            })
        };
        let agents = lines.by_ref().take_while(|line| !line.is_empty());
        let agents = agents.filter_map(|line| rule(line, 4)).collect();
        Self {
            agents,
            systems: lines.filter_map(|line| rule(line, 5)).collect(),
            patterns: HashMap::new(),
            told: HashMap::new(),
        }
    }

    fn tell(&mut self, text: &str) -> Rc<Told> {
        if let Some(told) = self.told.get(text) {
            return Rc::clone(told);
        }
        let seen = text
            .get(..text.floor_char_boundary(LONGEST))
            .unwrap_or(text);
        let told = Rc::new(Told {
            agent: find(&self.agents, &mut self.patterns, seen),
            system: find(&self.systems, &mut self.patterns, seen),
        });
        if text.len() <= LONGEST_REMEMBERED {
            if self.told.len() >= MOST_TEXTS {
                self.told.clear();
            }
            self.told.insert(text.to_owned(), Rc::clone(&told));
        }
        told
    }
}

type Patterns = HashMap<&'static str, Option<Rc<Pattern>>>;

/// What the first rule says that matches and leads to a name.
fn find(rules: &[Rule], patterns: &mut Patterns, text: &str) -> Product {
    for rule in rules {
        if !rule.needles.is_empty() && !rule.needles.iter().any(|needle| text.contains(needle)) {
            continue;
        }
        let Some(pattern) = compiled(rule.expression, patterns) else {
            continue;
        };
        let Some(captures) = pattern.captures(text) else {
            continue;
        };
        let at = pattern.find_at(text, 0).map_or(0, |found| found.start);
        let mut parts = rule.templates.iter().enumerate().map(|(place, template)| {
            let mut out = String::new();
            if template.is_empty() {
                // Without a template, the group of the same place is meant.
                out.push_str(captures.get(place + 1).unwrap_or_default());
            } else {
                expand(&mut out, &pattern, text, at, template);
            }
            out
        });
        let name = parts.next().unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        return Product {
            name,
            version: version(parts),
        };
    }
    Product {
        name: "Other".to_owned(),
        version: String::new(),
    }
}

/// The parts that are there, behind points but for the first.
fn version(parts: impl Iterator<Item = String>) -> String {
    let mut out = String::new();
    for (place, part) in parts.enumerate() {
        if !part.is_empty() {
            if place > 0 {
                out.push('.');
            }
            out.push_str(&part);
        }
    }
    out
}

fn compiled(expression: &'static str, patterns: &mut Patterns) -> Option<Rc<Pattern>> {
    if let Some(pattern) = patterns.get(expression) {
        return pattern.clone();
    }
    if patterns.len() >= MOST_PATTERNS {
        patterns.clear();
    }
    let pattern = Pattern::new(expression).ok().map(Rc::new);
    patterns.insert(expression, pattern.clone());
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_can_be_compiled() {
        let rules = Rules::new();
        assert_eq!((rules.agents.len(), rules.systems.len()), (365, 202));
        for rule in rules.agents.iter().chain(&rules.systems) {
            assert!(Pattern::new(rule.expression).is_ok(), "{}", rule.expression);
        }
    }
}
