//! What the connectors `count` and `sum` share, and `signaltometrics` in part: sections of a configuration, attributes by which series are
//! told apart, and the resources that derived metrics stand under.

mod conditions;
mod dimension;
mod formula;
mod plans;
mod resources;
mod section;
mod workspace;

pub use conditions::Conditions;
pub use dimension::{Dimension, WrittenDimension, check_dimensions};
pub use formula::{Formula, Outcome};
pub use plans::{Layouts, Plans};
pub use resources::Resources;
pub use section::{Metrics, Named, Section, named};
pub use tollgate_statements::Scene;
pub use workspace::{Failures, Tally, Workspace, warn_of_profiles};
