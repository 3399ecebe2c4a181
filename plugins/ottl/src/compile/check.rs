//! What a parameter takes, asked of a literal.

use crate::{Error, Kind, Value, convert};

/// Refuses a literal that a parameter of a kind can never take.
pub(super) fn literal(kind: Kind, value: &Value<'static>) -> Result<(), Error> {
    match kind {
        Kind::Text => convert::text(value.clone()).map(drop),
        Kind::TextLike => convert::text_like(value.clone()).map(drop),
        Kind::Int => convert::int(value).map(drop),
        Kind::IntLike => convert::int_like(value).map(drop),
        Kind::Double => convert::double(value).map(drop),
        Kind::DoubleLike => convert::double_like(value).map(drop),
        Kind::Bool => convert::bool(value).map(drop),
        Kind::BoolLike => convert::bool_like(value).map(drop),
        Kind::BytesLike => convert::bytes_like(value.clone()).map(drop),
        Kind::Map => convert::map(value.clone()).map(drop),
        Kind::List => convert::list(value.clone()).map(drop),
        Kind::Time => convert::time(value).map(drop),
        Kind::Duration => convert::duration(value).map(drop),
        _ => Ok(()),
    }
}

/// What has to stand where a literal of a kind is taken.
pub(super) const fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::LiteralText => "a text between double quotes",
        Kind::LiteralInt => "an integer",
        Kind::LiteralDouble => "a number with a point",
        Kind::LiteralBool => "`true` or `false`",
        Kind::LiteralBytes => "bytes such as `0x0a`",
        Kind::Target | Kind::Path | Kind::MapPath | Kind::ListPath => "a path",
        Kind::Enum => "the name of a number, such as `SPAN_KIND_SERVER`",
        Kind::Function => "the name of a function",
        Kind::Lambda => "a lambda",
        Kind::Items(_) | Kind::Slice(_) => "a list between brackets",
        _ => "a value",
    }
}
