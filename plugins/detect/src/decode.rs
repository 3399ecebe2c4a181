//! Forms in which a text stands in a text.
