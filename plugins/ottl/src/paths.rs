//! From a path to the place of a value: what a policy answers while statements are compiled.

use crate::Context;

/// The number that a policy gave a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(pub u32);

/// A path of a statement, with the keys that are known when the statement is compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path<'p> {
    /// The context that it begins at; the statement's own where the path names none.
    pub context: Context,
    /// What stands between the dots; at least one.
    pub segments: Vec<Segment<'p>>,
    /// Whether further keys come when the statement runs. The path is then that of the list or map that they lead into.
    pub dynamic: bool,
}

/// A segment of a path: `attributes["http.url"][0]` is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment<'p> {
    /// Its name.
    pub name: &'p str,
    /// Its keys.
    pub keys: Vec<Key<'p>>,
}

/// A key that is known when the statement is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'p> {
    /// The key of a map.
    Text(&'p str),
    /// The place in a list.
    Index(i64),
}

/// What a statement does with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Its value is looked at.
    pub read: bool,
    /// Its value is replaced, or its entry deleted.
    pub write: bool,
}

impl Usage {
    /// The value is looked at.
    pub const READ: Self = Self {
        read: true,
        write: false,
    };
    /// The value is replaced without being looked at.
    pub const WRITE: Self = Self {
        read: false,
        write: true,
    };
    /// The value is replaced by one that depends on it.
    pub const EDIT: Self = Self {
        read: true,
        write: true,
    };
}

/// The paths that a policy knows.
pub trait Paths {
    /// The number by which the value at a path is asked for when the statement runs, or why there is none. Asked once for each time that
    /// a path stands in a statement; equal paths may get one slot.
    fn resolve(&mut self, path: &Path<'_>, usage: Usage) -> Result<Slot, String>;

    /// Whether there is always a map at a path: `attributes`, not `attributes["x"]`. An edit of one entry then needs that entry alone.
    /// Asking is no use of the path.
    fn is_map(&self, path: &Path<'_>) -> bool;

    /// A function is called by a statement. A policy whose own functions reach telemetry other than by paths notes it here.
    fn called(&mut self, function: &'static str) -> Result<(), String> {
        let _ = function;
        Ok(())
    }
}
