//! Finds the attributes that actions name, and asks for as little access as they need.

use tollgate_patterns::Pattern;
use tollgate_sdk::{NodeKind, Problem, Rule, Setup, Signal, attribute_path};

use crate::check::{Action, Does, Sources, check};
use crate::constant::Constant;
use crate::plan::{Context, Keys, Slot, SlotIndex, Source, Step, Target};
use crate::written::WrittenAction;

/// Whose attributes are acted upon, and where that stands in the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Place<'p> {
    /// Any kind of record, or a resource.
    pub kind: NodeKind,
    /// The signals it is done for.
    pub signals: &'p [Signal],
    /// The key of the list of actions.
    pub list: &'p str,
}

/// What is known of an attribute before access is asked for.
#[derive(Debug)]
struct Named {
    key: String,
    reads: bool,
    writes: bool,
    /// The last action that names it.
    action: usize,
    /// How often actions have to do with it; an action that names it twice counts once, and a pattern that matches counts, too.
    actions: usize,
}

/// Steps, and the attributes that they name.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) slots: Vec<Slot>,
    pub(crate) steps: Vec<Step>,
    /// Whether any step goes by a pattern of keys.
    pub(crate) matches_keys: bool,
    /// Whether any attribute is the business of several actions.
    pub(crate) takes_notes: bool,
}

/// Checks actions, and declares what they need. Access is asked for only when all of them are sound.
pub(crate) fn build(
    written: Vec<WrittenAction>,
    place: Place<'_>,
    setup: &mut Setup,
) -> Result<Plan, Vec<Problem>> {
    let compat = setup.compat();
    let mut problems = Vec::new();
    if written.is_empty() {
        problems.push(
            Problem::at("", "there are no actions")
                .help(format!("write at least one action under `{}`", place.list)),
        );
    }
    let mut actions = Vec::with_capacity(written.len());
    for (nth, action) in written.into_iter().enumerate() {
        actions.extend(check(
            action,
            &format!("/{}/{nth}", place.list),
            compat,
            &mut problems,
        ));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut builder = Builder {
        place,
        setup,
        names: Vec::new(),
    };
    for (nth, action) in actions.iter().enumerate() {
        builder.name(nth, action);
    }
    let matches_keys = builder.match_keys(&actions);
    let slots = builder.declare(matches_keys);
    let steps = actions
        .into_iter()
        .enumerate()
        .filter_map(|(nth, action)| builder.step(nth, action))
        .collect();
    let takes_notes = slots.iter().any(|slot| !slot.alone);
    Ok(Plan {
        slots,
        steps,
        matches_keys,
        takes_notes,
    })
}

struct Builder<'b, 'p> {
    place: Place<'p>,
    setup: &'b mut Setup,
    names: Vec<Named>,
}

impl Builder<'_, '_> {
    /// Notes the attributes of an action. To put a value needs no reading, to find out whether there is one does.
    fn name(&mut self, nth: usize, action: &Action) {
        let key = action.key.as_deref();
        match &action.does {
            Does::Put { when, sources } => {
                self.note(nth, key, *when != crate::plan::When::Always, true);
                self.note(nth, sources.attribute.as_deref(), true, false);
            }
            Does::Delete { .. } | Does::Hash { .. } | Does::Convert { .. } => {
                self.note(nth, key, true, true);
            }
            Does::Extract { pattern } => {
                self.note(nth, key, true, false);
                for group in pattern.group_names().flatten() {
                    self.note(nth, Some(group), false, true);
                }
            }
        }
    }

    fn note(&mut self, nth: usize, key: Option<&str>, reads: bool, writes: bool) {
        let Some(key) = key else { return };
        if let Some(named) = self.names.iter_mut().find(|named| named.key == key) {
            named.reads |= reads;
            named.writes |= writes;
            named.actions += usize::from(named.action != nth);
            named.action = nth;
        } else {
            self.names.push(Named {
                key: key.to_owned(),
                reads,
                writes,
                action: nth,
                actions: 1,
            });
        }
    }

    /// Notes what patterns of keys find among the attributes that are named, and says whether there are such patterns.
    fn match_keys(&mut self, actions: &[Action]) -> bool {
        let patterns: Vec<&Pattern> = actions
            .iter()
            .filter_map(|action| key_pattern(&action.does))
            .collect();
        for named in &mut self.names {
            let matching = patterns
                .iter()
                .filter(|pattern| pattern.is_match(&named.key));
            let matching = matching.count();
            named.reads |= matching > 0;
            named.writes |= matching > 0;
            named.actions += matching;
        }
        !patterns.is_empty()
    }

    fn declare(&mut self, matches_keys: bool) -> Vec<Slot> {
        let Place { kind, signals, .. } = self.place;
        let mut slots = Vec::with_capacity(self.names.len());
        for named in &self.names {
            let path = attribute_path(kind, &named.key);
            let field = match (named.reads, named.writes) {
                (true, true) => self.setup.edits(signals, &path),
                (true, false) => self.setup.reads(signals, &path),
                (false, _) => self.setup.writes(signals, &path),
            };
            slots.push(Slot {
                key: named.key.clone(),
                field,
                alone: named.actions == 1,
            });
        }
        if matches_keys {
            self.setup
                .edits(signals, &format!("{}[*]", kind.attributes_path()));
        }
        slots
    }

    fn step(&mut self, nth: usize, action: Action) -> Option<Step> {
        let rule = self.setup.rule(format!("{}[{nth}]", self.place.list));
        let slot = action.key.as_deref().and_then(|key| self.slot(key));
        Some(match action.does {
            Does::Put { when, sources } => Step::Put {
                rule,
                slot: slot?,
                when,
                source: self.source(sources),
            },
            Does::Delete { pattern } => {
                self.keyed(slot, pattern, |keys| Step::Delete { rule, keys })
            }
            Does::Hash { pattern } => self.keyed(slot, pattern, |keys| Step::Hash { rule, keys }),
            Does::Extract { pattern } => self.extract(rule, slot?, pattern),
            Does::Convert { to } => Step::Convert {
                rule,
                slot: slot?,
                to,
            },
        })
    }

    fn keyed(
        &self,
        named: Option<SlotIndex>,
        pattern: Option<Pattern>,
        step: impl FnOnce(Keys) -> Step,
    ) -> Step {
        let matching = self.names.iter().enumerate().filter(|(_, name)| {
            pattern
                .as_ref()
                .is_some_and(|pattern| pattern.is_match(&name.key))
        });
        let slots = named
            .into_iter()
            .chain(matching.map(|(slot, _)| slot))
            .collect();
        step(Keys {
            slots,
            pattern: pattern.map(Box::new),
        })
    }

    fn extract(&self, rule: Rule, slot: SlotIndex, pattern: Pattern) -> Step {
        let groups = pattern.group_names().enumerate();
        let targets = groups
            .filter_map(|(group, name)| {
                Some(Target {
                    group,
                    slot: self.slot(name?)?,
                })
            })
            .collect();
        Step::Extract {
            rule,
            slot,
            pattern: Box::new(pattern),
            targets,
        }
    }

    fn source(&mut self, sources: Sources) -> Source {
        Source {
            value: sources.value.as_ref().map(Constant::of),
            context: sources.context.map(|name| self.context(&name)),
            attribute: sources.attribute.as_deref().and_then(|key| self.slot(key)),
            default: sources.default.as_ref().map(Constant::of),
        }
    }

    /// What stands behind `client.address`, `auth.NAME`, `metadata.NAME` and, as in old configurations, `NAME` alone.
    fn context(&mut self, name: &str) -> Context {
        let signals = self.place.signals;
        let mut read = |container: &str, key: &str| {
            let mut path = container.to_owned();
            tollgate_sdk::push_key(&mut path, key);
            self.setup.reads(signals, &path)
        };
        if name == "client.address" {
            return Context::Address(self.setup.reads(signals, name));
        }
        if let Some(attribute) = name.strip_prefix("auth.") {
            return Context::Auth(read("auth", attribute));
        }
        // Metadata are headers, and names of headers have no case.
        Context::Metadata(read(
            "metadata",
            &name
                .strip_prefix("metadata.")
                .unwrap_or(name)
                .to_lowercase(),
        ))
    }

    fn slot(&self, key: &str) -> Option<SlotIndex> {
        self.names.iter().position(|named| named.key == key)
    }
}

/// The pattern of keys of an action.
fn key_pattern(does: &Does) -> Option<&Pattern> {
    match does {
        Does::Delete { pattern } | Does::Hash { pattern } => pattern.as_ref(),
        _ => None,
    }
}
