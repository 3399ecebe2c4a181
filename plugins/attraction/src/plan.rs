//! Actions as they are meant: what is done to which attribute, in which order.

use tollgate_patterns::Pattern;
use tollgate_sdk::{Field, Rule};

use crate::constant::Constant;

/// An attribute that some action names.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) key: String,
    /// For reading, where anything reads it, and for writing.
    pub(crate) field: Field,
    /// Whether a single action has to do with it. Then nobody has to know what that action did, and it edits the node at once.
    pub(crate) alone: bool,
}

/// Index of a [`Slot`].
pub(crate) type SlotIndex = usize;

/// One action.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Gives an attribute a value.
    Put {
        rule: Rule,
        slot: SlotIndex,
        when: When,
        source: Source,
    },
    /// Takes attributes away.
    Delete { rule: Rule, keys: Keys },
    /// Puts hashes in place of values.
    Hash { rule: Rule, keys: Keys },
    /// Makes attributes of the groups of a pattern.
    Extract {
        rule: Rule,
        slot: SlotIndex,
        pattern: Box<Pattern>,
        targets: Vec<Target>,
    },
    /// Gives a value another type.
    Convert {
        rule: Rule,
        slot: SlotIndex,
        to: Type,
    },
}

/// The attributes of a `delete` or a `hash`.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    /// Those that some action names. One that is named and matches too stands here twice, and is hashed twice, as upstream does.
    pub(crate) slots: Vec<SlotIndex>,
    /// Which of all others.
    pub(crate) pattern: Option<Box<Pattern>>,
}

/// A group of an `extract`, and where it goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) group: usize,
    pub(crate) slot: SlotIndex,
}

/// Under which condition an attribute gets a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// `insert`
    Absent,
    /// `update`
    Present,
    /// `upsert`
    Always,
}

/// Where a value comes from. The first that has one gives it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Source {
    pub(crate) value: Option<Constant>,
    pub(crate) context: Option<Context>,
    pub(crate) attribute: Option<SlotIndex>,
    pub(crate) default: Option<Constant>,
}

/// What a request says about its client.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Context {
    /// Several values become one text.
    Metadata(Field),
    /// Texts alone, of which several become one.
    Auth(Field),
    /// Empty where it is not known.
    Address(Field),
}

/// What a `convert` makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    Int,
    Double,
}
