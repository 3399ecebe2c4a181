//! What blocked and allowed values make of a text.

use std::ops::Range;

use tollgate_patterns::{Pattern, Screen};
use tollgate_sdk::{Effect, Rule};

use crate::mask::Mask;
use crate::walk::Seen;
use crate::watch::{Act, Watch};

/// Blocked values, and what spares them.
#[derive(Debug)]
pub(crate) struct Values {
    /// In the order of the configuration, each with the rule that is named for it.
    blocked: Vec<(Pattern, Rule)>,
    allowed: Vec<(Pattern, Rule)>,
    screen: Screen,
    mask: Mask,
    /// A text that holds an allowed value is left alone as a whole, as the Collector does it.
    spare_whole: bool,
    /// What is done while somebody asks for reasons.
    pub(crate) watch: Watch,
}

/// Which patterns may match a text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Suspects<'h> {
    /// All of them.
    All,
    /// These alone, in rising order.
    Some(&'h [u32]),
}

impl Values {
    pub(crate) fn new(
        blocked: Vec<(Pattern, Rule)>,
        allowed: Vec<(Pattern, Rule)>,
        mask: Mask,
        spare_whole: bool,
    ) -> Values {
        let screen = Screen::new(blocked.iter().map(|(pattern, _)| pattern));
        Values {
            blocked,
            allowed,
            screen,
            mask,
            spare_whole,
            watch: Watch::default(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.blocked.is_empty()
    }

    pub(crate) fn screen(&self) -> &Screen {
        &self.screen
    }

    pub(crate) fn has_allowed(&self) -> bool {
        !self.allowed.is_empty()
    }

    /// Whether a text that holds an allowed value is spared as a whole.
    pub(crate) fn spares_whole(&self) -> bool {
        self.spare_whole
    }

    /// Whether a text holds an allowed value.
    pub(crate) fn is_allowed(&self, text: &str) -> bool {
        self.allowed
            .iter()
            .any(|(pattern, _)| pattern.is_match(text))
    }

    /// The text with its blocked values masked, and the first rule that did something; none if it stays as it is.
    pub(crate) fn masked(&self, text: &str, suspects: Suspects<'_>) -> Option<(String, Rule)> {
        let first = match suspects {
            Suspects::All => self
                .blocked
                .iter()
                .enumerate()
                .find_map(|(index, entry)| self.replaced(entry, text, index)),
            Suspects::Some(some) => some.iter().find_map(|&index| {
                let index = index as usize;
                self.replaced(self.blocked.get(index)?, text, index)
            }),
        };
        let (mut changed, rule, index) = first?;
        // What later patterns see is the text with its masks, in which they may find what was not there before.
        let mut done = index;
        self.watch.note(|| masked(text, index));
        while let Some((again, by)) = self.replaced_again(&changed, done) {
            changed = again;
            done = by;
            self.watch.note(|| masked(text, by));
        }
        (changed != text).then_some((changed, rule))
    }

    /// What the first pattern after `done` that finds something makes of a text, and which one it is.
    fn replaced_again(&self, text: &str, done: usize) -> Option<(String, usize)> {
        let later = done.saturating_add(1);
        let fits = |(pattern, _): &(Pattern, Rule)| pattern.shortest_match() <= text.len();
        if !self.blocked.iter().skip(later).any(fits) {
            return None;
        }
        let mut hits = Vec::new();
        self.screen
            .scan(text.as_bytes(), 1, |_| Some((0, text.len())), &mut hits);
        let mut suspects: Vec<u32> = hits.iter().map(|hit| hit.pattern).collect();
        suspects.extend_from_slice(self.screen.unscreened());
        suspects.sort_unstable();
        let suspects = suspects.into_iter().map(|index| index as usize);
        suspects
            .filter(|&index| index >= later)
            .find_map(|index| Some((self.replace(&self.blocked.get(index)?.0, text)?, index)))
    }

    fn replaced(
        &self,
        (pattern, rule): &(Pattern, Rule),
        text: &str,
        index: usize,
    ) -> Option<(String, Rule, usize)> {
        let changed = self.replace(pattern, text)?;
        Some((changed, *rule, index))
    }

    fn replace(&self, pattern: &Pattern, text: &str) -> Option<String> {
        if text.len() < pattern.shortest_match() {
            return None;
        }
        let spared = self.spared(text);
        if spared.is_empty() {
            return pattern.replace_all(text, |secret, out| self.mask.push(secret, out));
        }
        let mut matches = pattern.matches(text);
        pattern.replace_all(text, |secret, out| {
            if matches.next().is_some_and(|at| covered(&spared, at)) {
                out.push_str(secret);
            } else {
                self.mask.push(secret, out);
            }
        })
    }

    /// The text masked as a whole: each of its lines, because that is what the Collector's `.*` matches.
    pub(crate) fn masked_whole(&self, text: &str) -> String {
        let spared = self.spared(text);
        let mut out = String::new();
        let mut start = 0_usize;
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                out.push('\n');
            }
            let end = start.saturating_add(line.len());
            if !line.is_empty() && covered(&spared, start..end) {
                out.push_str(line);
            } else {
                self.mask.push(line, &mut out);
            }
            start = end.saturating_add(1);
        }
        out
    }

    /// Tells what each rule saw in a text, of which `acts` say what they did; `ended` is the rule about its key that had decided already.
    pub(crate) fn explain(
        &self,
        text: &str,
        acts: &[Act],
        ended: Option<Rule>,
        seen: &mut Vec<Seen>,
    ) {
        let mut allowed = Vec::new();
        for (pattern, rule) in &self.allowed {
            let before = allowed.len();
            allowed.extend(pattern.matches(text).map(|at| (at, *rule)));
            seen_all(*rule, allowed.get(before..).unwrap_or_default(), seen);
        }
        let acted = chain(text, acts);
        // Of earlier rules, where they did something, and which was the last.
        let mut taken: Vec<(Range<usize>, Rule)> = Vec::new();
        let mut last = None;
        for (index, (pattern, rule)) in self.blocked.iter().enumerate() {
            if let Some(ended) = ended {
                seen.push(Seen::new(*rule, Effect::Skipped).by(ended));
                continue;
            }
            let acted = acted.contains(&index);
            let mut found = false;
            for at in pattern.matches(text) {
                found = true;
                let told = match self.spared_by(&allowed, &at) {
                    Some(by) => Seen::new(*rule, Effect::Spared).by(by),
                    None => match overlapping(&taken, &at).or(last.filter(|_| !acted)) {
                        Some(by) => Seen::new(*rule, Effect::Overridden).by(by),
                        None if acted => Seen::new(*rule, Effect::Applied),
                        None => Seen::new(*rule, Effect::Idle),
                    },
                };
                if told.effect == Effect::Applied {
                    taken.push((at.clone(), *rule));
                }
                seen.push(told.at(at));
            }
            match (found, acted) {
                (false, false) => seen.push(Seen::new(*rule, Effect::Missed)),
                (false, true) => seen.push(
                    Seen::new(*rule, Effect::Applied)
                        .note("it matches what earlier rules left of the text"),
                ),
                (true, _) => {}
            }
            if acted {
                last = Some(*rule);
            }
        }
    }

    fn spared_by(&self, allowed: &[(Range<usize>, Rule)], at: &Range<usize>) -> Option<Rule> {
        let covers = |range: &Range<usize>| range.start <= at.start && at.end <= range.end;
        let mut allowed = allowed.iter();
        let sparing = allowed.find(|(range, _)| self.spare_whole || covers(range));
        sparing.map(|(_, rule)| *rule)
    }

    /// Where allowed values stand in a text, if they spare what they cover.
    fn spared(&self, text: &str) -> Vec<Range<usize>> {
        if self.spare_whole {
            return Vec::new();
        }
        self.allowed
            .iter()
            .flat_map(|(allowed, _)| allowed.matches(text))
            .collect()
    }
}

/// What a rule saw that looks for something and does not act on it.
fn seen_all(rule: Rule, found: &[(Range<usize>, Rule)], seen: &mut Vec<Seen>) {
    if found.is_empty() {
        seen.push(Seen::new(rule, Effect::Missed));
    }
    for (at, _) in found {
        seen.push(
            Seen::new(rule, Effect::Applied)
                .at(at.clone())
                .note("it spares what it covers"),
        );
    }
}

/// The rule that did something where this stands.
fn overlapping(taken: &[(Range<usize>, Rule)], at: &Range<usize>) -> Option<Rule> {
    let mut taken = taken.iter();
    let found = taken.find(|(range, _)| range.start < at.end && at.start < range.end);
    found.map(|(_, rule)| *rule)
}

/// The patterns that did something with a text, one after the other; other texts were masked on the way to it.
fn chain(text: &str, acts: &[Act]) -> Vec<usize> {
    let mut chain: Vec<usize> = Vec::new();
    for act in acts {
        if let Act::Masked { text: of, pattern } = act {
            match chain.last() {
                None if of == text => chain.push(*pattern),
                Some(last) if pattern > last => chain.push(*pattern),
                _ => {}
            }
        }
    }
    chain
}

fn masked(text: &str, pattern: usize) -> Act {
    Act::Masked {
        text: text.to_owned(),
        pattern,
    }
}

fn covered(spared: &[Range<usize>], at: Range<usize>) -> bool {
    spared
        .iter()
        .any(|range| range.start <= at.start && at.end <= range.end)
}
