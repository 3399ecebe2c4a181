/// A text is not OTLP/JSON of the signal it came for. It says where and what, but not what stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct JsonError {
    /// Line, from 1.
    pub line: usize,
    /// Column in bytes, from 1.
    pub column: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The text ends early.
    #[error("the text ends in the middle of a value")]
    Ends,
    /// Something else stands where JSON has a value, a comma, a colon or a bracket.
    #[error("this is not JSON")]
    Syntax,
    /// More text after the value.
    #[error("there is text after the end of the request")]
    Trailing,
    /// Bytes that are no UTF-8.
    #[error("this is not UTF-8")]
    Utf8,
    /// An escape in a string that is none, or half of a surrogate pair.
    #[error("this escape is not one of JSON's, or half of a surrogate pair")]
    Escape,
    /// A control character in a string.
    #[error("control characters in strings must be escaped")]
    Control,
    /// An object was expected.
    #[error("an object belongs here")]
    Object,
    /// An array was expected.
    #[error("an array belongs here")]
    Array,
    /// A string was expected.
    #[error("a string belongs here")]
    Text,
    /// A boolean was expected.
    #[error("true or false belongs here")]
    Bool,
    /// An integer in the range of the field was expected.
    #[error("a whole number in the range of the field belongs here")]
    Integer,
    /// A number was expected.
    #[error("a number, or one of NaN, Infinity and -Infinity as a string, belongs here")]
    Double,
    /// An identifier was expected.
    #[error("an identifier is 32 hex digits for a trace and 16 for a span")]
    Id,
    /// Base64 was expected.
    #[error("base64 belongs here")]
    Base64,
    /// A field stands twice, or two of which only one may stand.
    #[error("the field stands here twice, or beside another that excludes it")]
    Twice,
    /// Values inside values without an end.
    #[error("values are nested too deep")]
    Depth,
}

/// Bytes are not OTLP/protobuf of the signal they came for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// A length goes beyond the bytes, or a number has no end.
    #[error("the bytes are cut short")]
    Cut,
    /// A field has another wire type than OTLP's, or a tag is none.
    #[error("a field has the wrong type")]
    Type,
    /// A text is not UTF-8.
    #[error("a text is not UTF-8")]
    Utf8,
    /// Values inside values without an end.
    #[error("values are nested too deep")]
    Depth,
}
