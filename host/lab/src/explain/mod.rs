//! Why policies did what they did: which of their rules looked at what, in which order, what came of it, and which one won.
//!
//! Two questions are answered. [`explain`] tells of one record, or of one field of it, what each stage's rules did, and what a stage could
//! not see because its policy did not declare that it reads it. A [`Survey`] tells of a whole data set which rules hit, which never do,
//! which ones stand in the shadow of others, and which fields that are asked for never occur.
//!
//! Policies that export `explanation` say themselves what their rules saw, by the code that decides. Of others there is what they did:
//! every edit and every judgement bears a rule. A trial that is to be explained is opened with `explain: true` among its options.
//!
//! The shapes are stable like those of [`crate::report`]: members are added, and those that there are keep their names and meanings.

mod look;
mod record;
mod sight;
mod survey;
mod why;

pub use look::Look;
pub use record::{RecordExplanation, StageExplanation, ToldBy, explain, spelled};
pub use sight::Sight;
pub use survey::{Finding, RuleCounts, StageSurvey, Survey, SurveyReport};
