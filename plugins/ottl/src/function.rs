//! How a function is defined.

use std::any::Any;

use crate::call::Call;
use crate::compile::Arguments;
use crate::{Error, Value};

/// What runs when a function is called: it asks for its arguments as it needs them.
pub type Body = for<'c, 'e> fn(&mut Call<'c, 'e>) -> Result<Value<'e>, Error>;

/// What is made of the arguments once, when the statement is compiled: a regular expression, a format. It also refuses what cannot work.
pub type Prepare = fn(&Arguments<'_>) -> Result<State, String>;

/// What a function keeps beside its arguments, made by its [`Prepare`]; read with [`Call::state`].
pub type State = Option<Box<dyn Any>>;

/// A function of the language. All of them are `static`.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    pub(crate) name: &'static str,
    pub(crate) parameters: &'static [Parameter],
    pub(crate) body: Body,
    pub(crate) prepare: Option<Prepare>,
    pub(crate) pure: bool,
    pub(crate) narrows: bool,
}

impl Function {
    /// A function by its name, its parameters, and what it does. Editors begin with a small letter, converters with a capital one.
    #[must_use]
    pub const fn new(name: &'static str, parameters: &'static [Parameter], body: Body) -> Self {
        Self {
            name,
            parameters,
            body,
            prepare: None,
            pure: true,
            narrows: false,
        }
    }

    /// The same, with something to be made of its arguments when a statement is compiled.
    #[must_use]
    pub const fn prepared(self, prepare: Prepare) -> Self {
        Self {
            prepare: Some(prepare),
            ..self
        }
    }

    /// The same, as one whose result is not determined by its arguments: it is never computed ahead.
    #[must_use]
    pub const fn impure(self) -> Self {
        Self {
            pure: false,
            ..self
        }
    }

    /// The same, as an editor that touches one entry of the map that is its first argument: the one that its second argument names.
    /// Where that is a literal, and the map is always there, the entry alone is resolved; see [`Call::delete_narrowed`].
    #[must_use]
    pub const fn narrowing(self) -> Self {
        Self {
            narrows: true,
            ..self
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it edits telemetry and stands at the beginning of a statement.
    #[must_use]
    pub fn is_editor(&self) -> bool {
        self.name
            .starts_with(|first: char| first.is_ascii_lowercase())
    }
}

/// A parameter of a function.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name as upstream's field is called: `ReplacementFormat`; statements say `replacementFormat` or `replacement_format`.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) optional: bool,
}

impl Parameter {
    /// A parameter that has to be given.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            optional: false,
        }
    }

    /// A parameter that may be left out.
    #[must_use]
    pub const fn optional(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            optional: true,
        }
    }
}

/// What a parameter takes. Literals are checked when a statement is compiled, everything else when it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Anything (`Getter`).
    Any,
    /// Text (`StringGetter`).
    Text,
    /// What has a text (`StringLikeGetter`).
    TextLike,
    /// An integer (`IntGetter`).
    Int,
    /// What has an integer (`IntLikeGetter`).
    IntLike,
    /// A double (`FloatGetter`).
    Double,
    /// What has a double (`FloatLikeGetter`).
    DoubleLike,
    /// A boolean (`BoolGetter`).
    Bool,
    /// What has a boolean (`BoolLikeGetter`).
    BoolLike,
    /// What has bytes (`ByteSliceLikeGetter`).
    BytesLike,
    /// A map (`PMapGetter`).
    Map,
    /// A list (`PSliceGetter`).
    List,
    /// An instant (`TimeGetter`).
    Time,
    /// A length of time (`DurationGetter`).
    Duration,
    /// A path that is written and not read (`Setter`).
    Target,
    /// A path that is read and written (`GetSetter`).
    Path,
    /// A path of a map that is read and written (`PMapGetSetter`).
    MapPath,
    /// A path of a list that is read and written (`PSliceGetSetter`).
    ListPath,
    /// A name of a number.
    Enum,
    /// A literal text (`string`).
    LiteralText,
    /// A literal integer (`int64`).
    LiteralInt,
    /// A literal double (`float64`).
    LiteralDouble,
    /// A literal boolean (`bool`).
    LiteralBool,
    /// Literal bytes (`[]byte`).
    LiteralBytes,
    /// A literal list of what another kind takes (`[]Getter`, `[]string`).
    Items(&'static Kind),
    /// A literal list, or a list that is found when the statement runs (`SliceGetter`).
    Slice(&'static Kind),
    /// The name of a function (`FunctionGetter`).
    Function,
    /// A lambda, which statements may not have.
    Lambda,
}
