//! Converters of log formats.

use tollgate_ottl::Function;

/// What statements on logs may call beside.
pub(crate) const LIST: &[&Function] = &[];
