//! Text and bytes: borrowed where they were found, shared where they were computed.

use std::ops::{Deref, Range};
use std::rc::Rc;

/// A slice that is borrowed from what outlives the evaluation, or shared.
#[derive(Debug)]
pub enum Shared<'e, T: ?Sized> {
    /// It stands in the batch or in the compiled statement.
    Borrowed(&'e T),
    /// It was computed.
    Owned(Rc<T>),
}

/// Text.
pub type Text<'e> = Shared<'e, str>;

/// Bytes.
pub type Bytes<'e> = Shared<'e, [u8]>;

impl<T: ?Sized> Clone for Shared<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        match self {
            Self::Borrowed(slice) => Self::Borrowed(slice),
            Self::Owned(slice) => Self::Owned(Rc::clone(slice)),
        }
    }
}

impl<T: ?Sized> Deref for Shared<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match self {
            Self::Borrowed(slice) => slice,
            Self::Owned(slice) => slice,
        }
    }
}

impl<T: ?Sized + PartialEq> PartialEq for Shared<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: ?Sized> Shared<'_, T>
where
    for<'t> Rc<T>: From<&'t T>,
{
    /// The same with nothing borrowed.
    #[must_use]
    pub fn into_static(self) -> Shared<'static, T> {
        match self {
            Self::Borrowed(slice) => Shared::Owned(Rc::from(slice)),
            Self::Owned(slice) => Shared::Owned(slice),
        }
    }
}

impl Text<'_> {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self
    }

    /// A part of the text, by bytes; not copied where it can be borrowed. Nothing where the range leaves the text or cuts a character.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Option<Self> {
        match self {
            Self::Borrowed(text) => text.get(range).map(Self::Borrowed),
            Self::Owned(text) if range == (0..text.len()) => Some(self.clone()),
            Self::Owned(text) => text.get(range).map(|part| Self::Owned(Rc::from(part))),
        }
    }
}

impl<'e> From<&'e str> for Text<'e> {
    fn from(text: &'e str) -> Self {
        Self::Borrowed(text)
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self::Owned(Rc::from(text))
    }
}
