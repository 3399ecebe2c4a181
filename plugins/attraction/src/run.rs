//! Acts upon one node.
//!
//! What a policy reads is the state before the call, and an action must see what the one before it did. So the actions run over
//! notes of what became of each attribute, and the node is edited once, at the end: an attribute that three actions touched gets
//! one edit, in the name of the last of them. An attribute that only one action has to do with, as most have, needs no note.

use tollgate_sdk::{Field, Node, Rule, Value};
use tollgate_values::{parse_double, parse_int, text};

use crate::build::Plan;
use crate::constant::Constant;
use crate::explain::Telling;
use crate::hash::Hasher;
use crate::plan::{Context, Slot, SlotIndex, Source, Step, Target, Type, When};

/// What became of an attribute.
#[derive(Debug, Clone, Default)]
pub(crate) enum State {
    /// It is as it came.
    #[default]
    AsItCame,
    /// A rule took it away.
    Gone(Rule),
    /// A rule gave it a value.
    Has(Rule, Made),
}

/// A value that an action gave. It borrows nothing, so that the notes can be kept from node to node.
#[derive(Debug, Clone)]
pub(crate) enum Made {
    /// The `value` of a step.
    Given(usize),
    /// The `default_value` of a step.
    Default(usize),
    /// What a field held when the node came.
    Read(Field),
    Text(String),
    Int(i64),
    Double(f64),
}

/// The steps at work on one node.
pub(crate) struct Run<'r, 'n> {
    pub(crate) plan: &'r Plan,
    pub(crate) hasher: &'r mut Hasher,
    pub(crate) states: &'r mut Vec<State>,
    pub(crate) node: &'r mut Node<'n>,
    /// There while somebody asks for reasons.
    pub(crate) telling: Option<Telling>,
}

impl<'r, 'n> Run<'r, 'n> {
    /// Runs all steps, and edits the node.
    pub(crate) fn run(mut self) {
        let plan: &'r Plan = self.plan;
        if plan.takes_notes {
            self.states.clear();
            self.states.resize(plan.slots.len(), State::AsItCame);
        }
        for (nth, step) in plan.steps.iter().enumerate() {
            if self.telling.is_some() {
                self.told_step(nth, step);
            } else {
                self.step(nth, step);
            }
        }
        if plan.takes_notes {
            for (slot, state) in plan.slots.iter().zip(self.states.iter()) {
                edit(self.node, plan, slot, state);
            }
        }
    }

    /// A step, and what came of it.
    fn told_step(&mut self, nth: usize, step: &'r Step) {
        let slots = step.slots().iter();
        let was_there: Vec<_> = slots
            .map(|slot| (*slot, self.current(*slot).is_some()))
            .collect();
        self.step(nth, step);
        let Some(mut telling) = self.telling.take() else {
            return;
        };
        telling.tell(self.plan, step, &was_there, self.node);
        self.telling = Some(telling);
    }

    fn touched(&mut self, slot: SlotIndex) {
        if let Some(telling) = &mut self.telling {
            telling.touched.push(slot);
        }
    }

    fn step(&mut self, nth: usize, step: &'r Step) {
        match step {
            Step::Put {
                rule,
                slot,
                when,
                source,
            } => self.put(nth, *rule, *slot, *when, source),
            Step::Delete { rule, keys } => {
                keys.slots.iter().for_each(|slot| self.delete(*rule, *slot));
            }
            Step::Hash { rule, keys } => keys.slots.iter().for_each(|slot| self.hash(*rule, *slot)),
            Step::Extract {
                rule,
                slot,
                pattern,
                targets,
            } => self.extract(*rule, *slot, pattern, targets),
            Step::Convert { rule, slot, to } => self.convert(*rule, *slot, *to),
        }
    }

    fn put(&mut self, nth: usize, rule: Rule, slot: SlotIndex, when: When, source: &'r Source) {
        let wanted = match when {
            When::Always => true,
            When::Present => self.current(slot).is_some(),
            When::Absent => self.current(slot).is_none(),
        };
        if !wanted {
            return;
        }
        let plan: &'r Plan = self.plan;
        // What most configurations do, with no note to take: a value that is there already goes to an attribute of its own.
        if source.attribute != Some(slot)
            && let Some(target) = plan.slots.get(slot).filter(|slot| slot.alone)
            && let Some(value) = self.at_hand(source)
        {
            self.node.set(rule, target.field, value);
            self.touched(slot);
        } else if let Some(made) = self.made(nth, source) {
            self.note(slot, State::Has(rule, made));
        }
    }

    /// The value of a source that is a constant, or an attribute that no action changes.
    fn at_hand<'v>(&self, source: &'r Source) -> Option<Value<'v>>
    where
        'r: 'v,
        'n: 'v,
    {
        if let Some(value) = &source.value {
            return Some(value.value());
        }
        if source.context.is_some() {
            return None;
        }
        let plan: &'r Plan = self.plan;
        let from = plan.slots.get(source.attribute?)?;
        from.alone.then(|| self.node.get(from.field)).flatten()
    }

    fn made(&self, nth: usize, source: &Source) -> Option<Made> {
        if source.value.is_some() {
            return Some(Made::Given(nth));
        }
        let from_context = source
            .context
            .and_then(|context| self.context_value(context));
        from_context
            .or_else(|| self.attribute_value(source.attribute?))
            .or_else(|| source.default.is_some().then_some(Made::Default(nth)))
    }

    fn attribute_value(&self, slot: SlotIndex) -> Option<Made> {
        let found = self.plan.slots.get(slot)?;
        match self.states.get(slot).filter(|_| !found.alone) {
            None | Some(State::AsItCame) => {
                self.node.get(found.field).map(|_| Made::Read(found.field))
            }
            Some(State::Gone(_)) => None,
            Some(State::Has(_, made)) => Some(made.clone()),
        }
    }

    fn context_value(&self, context: Context) -> Option<Made> {
        let (Context::Metadata(field) | Context::Auth(field) | Context::Address(field)) = context;
        match (context, self.node.get(field)) {
            (_, Some(Value::Text(_))) => Some(Made::Read(field)),
            (_, Some(Value::Array(texts))) => joined(texts.items()).map(Made::Text),
            (Context::Address(_), None) => Some(Made::Text(String::new())),
            _ => None,
        }
    }

    fn delete(&mut self, rule: Rule, slot: SlotIndex) {
        if self.current(slot).is_some() {
            self.note(slot, State::Gone(rule));
        }
    }

    fn hash(&mut self, rule: Rule, slot: SlotIndex) {
        let Some(value) = current(self.states, self.plan, self.node, slot) else {
            return;
        };
        let hash = self.hasher.hash(value);
        match self.plan.slots.get(slot) {
            Some(found) if found.alone => {
                self.node.set(rule, found.field, hash);
                self.touched(slot);
            }
            _ => {
                let made = Made::Text(hash.to_owned());
                self.note(slot, State::Has(rule, made));
            }
        }
    }

    fn extract(
        &mut self,
        rule: Rule,
        slot: SlotIndex,
        pattern: &tollgate_patterns::Pattern,
        targets: &[Target],
    ) {
        let Some(Value::Text(text)) = self.current(slot) else {
            return;
        };
        let Some(found) = pattern.captures(text) else {
            return;
        };
        // A group that took no part in the match extracts an empty text.
        let texts = targets.iter().map(|target| {
            (
                target.slot,
                found.get(target.group).unwrap_or_default().to_owned(),
            )
        });
        for (slot, text) in texts.collect::<Vec<_>>() {
            self.note(slot, State::Has(rule, Made::Text(text)));
        }
    }

    fn convert(&mut self, rule: Rule, slot: SlotIndex, to: Type) {
        let converted = self.current(slot).and_then(|value| converted(value, to));
        if let Some(made) = converted {
            self.note(slot, State::Has(rule, made));
        }
    }

    fn current(&self, slot: SlotIndex) -> Option<Value<'_>> {
        current(self.states, self.plan, self.node, slot)
    }

    /// Takes a note of what became of an attribute, or edits it if no other action asks.
    fn note(&mut self, slot: SlotIndex, state: State) {
        self.touched(slot);
        match (self.plan.slots.get(slot), self.states.get_mut(slot)) {
            (Some(slot), _) if slot.alone => edit(self.node, self.plan, slot, &state),
            (_, Some(place)) => *place = state,
            _ => {}
        }
    }
}

/// Edits an attribute as its state says.
fn edit(node: &mut Node<'_>, plan: &Plan, slot: &Slot, state: &State) {
    match state {
        State::AsItCame => {}
        State::Gone(rule) => {
            node.delete(*rule, slot.field);
        }
        State::Has(_, Made::Read(field)) if *field == slot.field => {}
        State::Has(rule, made) => {
            if let Some(value) = value_of(made, plan, node) {
                node.set(*rule, slot.field, value);
            }
        }
    }
}

/// What an attribute holds at this point; `None` when it is not there.
fn current<'v>(
    states: &'v [State],
    plan: &'v Plan,
    node: &'v Node<'_>,
    slot: SlotIndex,
) -> Option<Value<'v>> {
    let found = plan.slots.get(slot)?;
    // An attribute that no other action has to do with is as it came, and has no note.
    match states.get(slot).filter(|_| !found.alone) {
        None | Some(State::AsItCame) => node.get(found.field),
        Some(State::Gone(_)) => None,
        Some(State::Has(_, made)) => value_of(made, plan, node),
    }
}

fn value_of<'v>(made: &'v Made, plan: &'v Plan, node: &Node<'v>) -> Option<Value<'v>> {
    let source = |step: &usize| match plan.steps.get(*step) {
        Some(Step::Put { source, .. }) => Some(source),
        _ => None,
    };
    Some(match made {
        Made::Given(step) => source(step)?.value.as_ref().map(Constant::value)?,
        Made::Default(step) => source(step)?.default.as_ref().map(Constant::value)?,
        Made::Read(field) => node.get(*field)?,
        Made::Text(text) => Value::Text(text),
        Made::Int(number) => Value::Int(*number),
        Made::Double(number) => Value::Double(*number),
    })
}

/// What a conversion makes of a value; `None` where it is of the type already, or cannot be converted.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "what a conversion between numbers is"
)]
fn converted(value: Value<'_>, to: Type) -> Option<Made> {
    match (to, value) {
        (Type::Text, Value::Text(_))
        | (Type::Int, Value::Int(_))
        | (Type::Double, Value::Double(_)) => None,
        (Type::Text, value) => Some(Made::Text(text(value).into_owned())),
        (Type::Int, Value::Double(number)) => Some(Made::Int(number as i64)),
        (Type::Int, Value::Boolean(truth)) => Some(Made::Int(i64::from(truth))),
        (Type::Int, Value::Text(text)) => parse_int(text).map(Made::Int),
        (Type::Double, Value::Int(number)) => Some(Made::Double(number as f64)),
        (Type::Double, Value::Boolean(truth)) => Some(Made::Double(f64::from(u8::from(truth)))),
        (Type::Double, Value::Text(text)) => parse_double(text).map(Made::Double),
        _ => None,
    }
}

/// Several values of one header, as one text. `None` where there are none, or one is no text.
fn joined<'v>(texts: impl Iterator<Item = Value<'v>>) -> Option<String> {
    let texts: Vec<&str> = texts.map(Value::as_text).collect::<Option<_>>()?;
    (!texts.is_empty()).then(|| texts.join(";"))
}
