//! What the connectors `count` and `sum` share, and `signaltometrics` in part: sections of a configuration, attributes by which series are
//! told apart, and the resources that derived metrics stand under.

mod dimension;
mod resources;
mod section;

pub use dimension::{Dimension, WrittenDimension};
pub use resources::Resources;
pub use section::{Named, Section, Sections};
