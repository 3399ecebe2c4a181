use super::walk::Checker;
use crate::model::{ComponentId, Extension};
use crate::yaml::Node;

/// Reads `extensions` and what of them `service` starts.
pub(crate) fn extensions(
    _checker: &mut Checker<'_>,
    _root: &Node,
) -> Vec<(ComponentId, Extension)> {
    Vec::new()
}
