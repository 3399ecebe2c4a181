//! Which rules looked at a text, and what each of them found: for explanations.

use std::ops::Range;

use super::Rules;
use super::treat::{Kind, Treatment};

/// What a rule found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Nothing.
    Nothing,
    /// Something that it acts on.
    Found,
    /// Something that is kept: allowed, or of a kind that shall stay.
    Kept,
}

/// One look of one rule at a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Index of the rule.
    pub rule: u32,
    /// What it found.
    pub look: Look,
    /// Where, in bytes; none for the whole text.
    pub range: Option<Range<usize>>,
    /// What it says, where it stands there in another form.
    pub decoded: Option<String>,
}

impl Rules {
    /// Every rule that looks at a text where this is done, in their order.
    #[must_use]
    pub fn looked(&self, treatment: &Treatment, text: &str) -> Vec<Looked> {
        let whole = |rule, look| Looked {
            rule,
            look,
            range: None,
            decoded: None,
        };
        let (search, shape) = match &treatment.0 {
            Kind::Keep => return Vec::new(),
            Kind::Whole(deed) => return vec![whole(deed.rule, Look::Found)],
            Kind::Look { search, shape } => (*search, *shape),
        };
        let mut looked: Vec<_> = shape
            .map(|rule| {
                let look = if self.is_plain(search, text) {
                    Look::Nothing
                } else {
                    Look::Found
                };
                whole(rule, look)
            })
            .into_iter()
            .collect();
        let hits = self.hits(treatment, text);
        let mut told = Vec::new();
        for deed in self.searches.get(search).into_iter().flat_map(|search| {
            let of_patterns = search.patterns.iter().map(|(_, deed)| deed);
            search.deeds.iter().flatten().chain(of_patterns)
        }) {
            if told.contains(&deed.rule) {
                continue;
            }
            told.push(deed.rule);
            let mut own = hits
                .iter()
                .filter(|(found, _)| found.rule == deed.rule)
                .peekable();
            if own.peek().is_none() {
                looked.push(whole(deed.rule, Look::Nothing));
            }
            looked.extend(own.map(|(found, spared)| Looked {
                rule: found.rule,
                look: if *spared { Look::Kept } else { Look::Found },
                range: Some(found.range.clone()),
                decoded: found.decoded.clone(),
            }));
        }
        looked
    }
}
