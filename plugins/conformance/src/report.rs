//! Which cases pass.

use std::fmt;
use std::io::Write as _;

use crate::answer::Answer;
use crate::case::Case;

/// The cases of one component, by what came of them.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Cases with the Collector's answer.
    pub passed: usize,
    /// Cases with another answer, which the list of differences names with a reason.
    pub listed: Vec<String>,
    /// Cases with another answer and no reason, and what was answered.
    pub failures: Vec<String>,
    /// Cases that are listed and pass: the list is out of date.
    pub listed_in_vain: Vec<String>,
}

impl Report {
    pub(crate) fn add(&mut self, case: &Case, answer: &Answer, differences: &str) {
        let row = format!("| `{}` |", case.name);
        let listed = differences.lines().any(|line| line.starts_with(&row));
        match (answer.is_expected(case), listed) {
            (true, false) => self.passed += 1,
            (true, true) => self.listed_in_vain.push(case.name.clone()),
            (false, true) => self.listed.push(case.name.clone()),
            (false, false) => {
                self.failures.push(format!(
                    "{}\n  expected {} {}\n  answered {answer:?}",
                    case.name, case.expected_kind, case.expected
                ));
            }
        }
    }

    /// Says on the terminal how many cases pass, also where the output of a test that passes is kept back.
    pub fn announce(&self, policy: &str) {
        // A terminal that is gone does not change what was found.
        drop(writeln!(std::io::stderr(), "{policy}: {self}"));
    }

    /// Whether every case passes or is listed, and none is listed in vain.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.failures.is_empty() && self.listed_in_vain.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} passed, {} listed, {} failed",
            self.passed,
            self.listed.len(),
            self.failures.len()
        )?;
        for case in &self.listed_in_vain {
            write!(formatter, "\n`{case}` passes and is listed as a difference")?;
        }
        for failure in &self.failures {
            write!(formatter, "\n{failure}")?;
        }
        Ok(())
    }
}
